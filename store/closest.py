"""The closest names to a mistyped one, as the end of an error message."""

from collections.abc import Iterable
from difflib import get_close_matches

from .untrusted import safe_line


def closest(name: str, names: Iterable[str], most: int = 3) -> str:
    """Return "; did you mean a, b?" for names that resemble `name`, else an empty string."""
    known = sorted(set(names))
    found = (
        get_close_matches(name, known, most, cutoff=0.6) or [other for other in known if name and name in other][:most]
    )
    return f"; did you mean {' or '.join(safe_line(one, 120) for one in found)}?" if found else ""
