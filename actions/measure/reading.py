"""Reading the small files in which a system tells about itself (/proc, /sys): a text, or nothing."""

from pathlib import Path

_LIMIT = 4 << 20


def text_in(path: Path) -> str:
    """Give what a file says, without the blanks and zero bytes around it; empty when there is none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT)
    except (OSError, ValueError):
        return ""
    return data.decode("utf-8", "replace").replace("\0", " ").strip()


def number_in(path: Path, factor: float = 1.0) -> float | None:
    """Give the whole number that a file says, times a factor; None when there is none."""
    text = text_in(path)
    return int(text) * factor if text.isdecimal() else None


def pairs_in(path: Path, separator: str = ":") -> dict[str, str]:
    """Give the lines `name: value` of a file; of a name that is there twice the last one."""
    lines = (line.partition(separator) for line in text_in(path).splitlines())
    return {name.strip(): value.strip() for name, found, value in lines if found and name.strip()}


def folders_in(path: Path) -> list[Path]:
    """List what is in a folder, in order; nothing when there is no such folder."""
    try:
        return sorted(path.iterdir())
    except OSError:
        return []
