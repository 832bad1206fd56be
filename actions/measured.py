"""What a program measured, as CK's characteristics that can be reckoned with; and a job's record of its compilation."""

from pathlib import Path
from typing import Any

from ..store.formats.ck_repetitions import readable
from ..store.untrusted import load_json_object, safe_value

COMPILATION = "compilation.json"

_LIMIT = 64 << 20


def measured(value: Any) -> dict[str, Any]:
    """Give characteristics without the numbers that nobody can reckon with."""
    found = readable(safe_value(value)) if isinstance(value, dict) else {}
    return {name: one for name, one in found.items() if one is not None}


def compilation_of(job: Path) -> dict[str, Any]:
    """Give what a job's compilation measured; empty for a job without one."""
    path = job / COMPILATION
    return measured(load_json_object(path, _LIMIT)) if path.is_file() else {}
