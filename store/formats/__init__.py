"""One file per on-disk format, all with the same questions. A new format is one new file and one line here.

The first that recognises a folder reads it.
"""

from __future__ import annotations

from ..quick import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .format import Format

FORMATS = ("ck", "cm", "mlc", "cmeta", "mlperf", "plain")


def format_named(name: str) -> Format:
    """Import one format, when it is needed."""
    from importlib import import_module  # noqa: PLC0415

    return import_module(f".{name}", __name__)  # type: ignore[return-value]


def recognise(root: Path) -> str:
    """Name the format that reads this folder; `plain` reads any."""
    return next(name for name in FORMATS if format_named(name).recognises(root))


def may_hold(name: str, root: str, entry: str) -> bool:
    """Tell quickly whether a repository of this format can hold an entry of an alias or UID; true where it may."""
    if name not in ("cm", "mlc"):
        return True
    from .automation_mentions import LAYOUTS  # noqa: PLC0415
    from .automation_mentions import may_hold as may_be_mentioned  # noqa: PLC0415

    return may_be_mentioned(root, entry, LAYOUTS[name])
