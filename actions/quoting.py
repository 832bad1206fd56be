"""Values of metas and hooks as a shell script has them: quoted, while what CK lets them refer to stays a reference."""

import re

_NO_REFERENCE = re.compile(r"\$(?![A-Za-z_]\w*|\{[A-Za-z_]\w*\})")


def double_quoted(value: str) -> str:
    """Quote a value for the shell; `$VARIABLE` in it stays a reference, as CK has it, and nothing else is expanded."""
    for sign in ("\\", '"', "`"):
        value = value.replace(sign, f"\\{sign}")
    return '"' + _NO_REFERENCE.sub(r"\\$", value) + '"'


def unquoted(value: str) -> str:
    """Take off the quotes that hooks put around values for CK, which sets them as they are."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
