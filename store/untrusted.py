"""The only door for bytes from outside: bounded reads, safe parsing, text made safe for a terminal.

Every repository is hostile until proved otherwise. A FIFO named README.md hangs `open()`, JSON nested 200,000 deep
overflows the stack, and every text widget tried passes ESC, OSC 52, C1 and bidi overrides straight to the terminal.
"""

from __future__ import annotations

import json
import os
import re
import stat

from .errors import RefusedError, UnreadableError
from .quick import TYPE_CHECKING, as_path

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

META_LIMIT = 4 << 20
TEXT_LIMIT = 2 << 20
LINE_LIMIT = 2_000
_SMALL = 1 << 14  # bytes; a larger buffer costs more to get than most files to read
NESTING_LIMIT = 200
_COMBINING_LIMIT = 8

_BIDI_AND_INVISIBLE = {
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0x061C,
    0x180E,
    0xFEFF,
    *range(0xE0000, 0xE0080),
}


def _sign(character: str) -> str:
    """Give the visible sign that stands for one unprintable character."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _visible(text: str, kept: str = "") -> str:
    from unicodedata import combining as combines  # noqa: PLC0415  (hardly any text comes here)

    out: list[str] = []
    combining = 0
    for character in text:
        if character in kept:
            out.append(character)
            continue
        combining = combining + 1 if combines(character) else 0
        if combining > _COMBINING_LIMIT:
            continue
        hidden = ord(character) in _BIDI_AND_INVISIBLE or not (character.isprintable() or combining)
        out.append(_sign(character) if hidden else character)
    return "".join(out)


def safe_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one line of at most `limit` characters that is safe to write to a terminal."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isascii() and text.isprintable() else _visible(text)


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text`, line ends and tabs kept, safe to write to a terminal; cut after `limit` characters with a note."""
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        text = text[:limit] + "\n… (cut here: the file is longer)\n"
    return "\n".join(
        line if line.isascii() and line.isprintable() else _visible(line, kept="\t") for line in text.split("\n")
    )


def safe_value(value: Any) -> Any:
    """Return a JSON value of any shape with every string in it, keys too, made safe for a terminal."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else _visible(value, kept="\n\t")
    if isinstance(value, dict):
        return {safe_line(str(key)): safe_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [safe_value(item) for item in value]
    return value


_BYTES_PLACE = 0xF700  # private-use characters that stand for single bytes


def storable(path: str) -> str:
    """Return a path as text that any encoder takes: a byte that isn't UTF-8 becomes a private-use character."""
    if path.isascii():
        return path
    return "".join(chr(ord(one) - 0xDC00 + _BYTES_PLACE) if 0xDC80 <= ord(one) <= 0xDCFF else one for one in path)


def from_storable(path: str) -> str:
    """Return the path as the system calls take it: the reverse of `storable`."""
    if path.isascii():
        return path
    first, last = _BYTES_PLACE + 0x80, _BYTES_PLACE + 0xFF
    return "".join(chr(ord(one) - _BYTES_PLACE + 0xDC00) if first <= ord(one) <= last else one for one in path)


def read_bytes(path: Path | str, limit: int = META_LIMIT) -> bytes:
    """Read a file of at most `limit` bytes without ever waiting, nor following a symbolic link in its last part.

    Raises UnreadableError if it is too large, not readable, or has no bytes because it isn't a regular file.
    """
    data = read_bytes_if_there(path, limit)
    if data is None:
        raise UnreadableError(f"{safe_line(str(path))}: can't be read (No such file or directory)")
    return data


def read_bytes_if_there(path: Path | str, limit: int = META_LIMIT) -> bytes | None:
    """Read as `read_bytes` does, but give None when there is nothing of that name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(f"{safe_line(str(path))}: can't be read ({error.strerror})") from error
    try:
        # Most files are small, and a read that wasn't filled is all of one: it needs no further system call.
        small = min(limit, _SMALL)
        data = _part(descriptor, small + 1)
        return data if 0 < len(data) <= small else _read_on(descriptor, path, data, limit)
    finally:
        os.close(descriptor)


def open_regular(path: Path | str) -> int:
    """Open a regular file as `read_bytes` does and give its descriptor, which the caller closes.

    Raises UnreadableError; also for what isn't there.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableError(f"{safe_line(str(path))}: can't be read ({error.strerror})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError(f"{safe_line(str(path))}: not a regular file")
    return descriptor


def _part(descriptor: int, size: int) -> bytes:
    """Read up to so many bytes; none where that fails."""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""


def _read_on(descriptor: int, path: Path | str, data: bytes, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(f"{safe_line(str(path))}: not a regular file")
    if status.st_size > limit:
        raise UnreadableError(f"{safe_line(str(path))}: {status.st_size} bytes, more than the {limit} read here")
    parts, left = [data], limit - len(data)
    try:
        while left > 0 and (part := os.read(descriptor, min(left, _SMALL))):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise UnreadableError(f"{safe_line(str(path))}: can't be read ({error.strerror})") from error
    return b"".join(parts)[:limit]


def first_bytes(path: Path | str, count: int) -> bytes:
    """Read the first bytes of a regular file without ever waiting; none where that isn't possible."""
    try:
        descriptor = open_regular(path)
    except UnreadableError:
        return b""
    try:
        return _part(descriptor, count)
    finally:
        os.close(descriptor)


def read_text(path: Path | str, limit: int = TEXT_LIMIT) -> str:
    """Read a text file as UTF-8 (a byte-order mark dropped, bad bytes kept as surrogates). Not yet safe to print."""
    return decoded(read_bytes(path, limit))


def decoded(data: bytes) -> str:
    """Decode what a text file begins with, as `read_text` does."""
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


# Texts (one without end goes on to the end) and all else that is no bracket; possessive, so that no text takes long.
_NO_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^"\[\]{}]++', re.DOTALL)


def _too_deep(text: str) -> bool:
    """Tell whether brackets nest deeper than any honest meta does, before a parser recurses into them."""
    depth = deepest = 0
    for bracket in _NO_BRACKETS.sub("", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > NESTING_LIMIT


def nests_too_deep(data: bytes) -> bool:
    """Tell of JSON that another parser takes whether `parse_json` would refuse it for its depth."""
    brackets = data.count(b"[") + data.count(b"{")
    return brackets > NESTING_LIMIT and _too_deep(data.decode("utf-8", "replace"))


def parse_json(text: str, source: str) -> Any:
    """Parse JSON from outside. Raises UnreadableError naming `source`, the line and the reason."""
    brackets = text.count("[") + text.count("{")
    if brackets > NESTING_LIMIT and _too_deep(text):
        raise UnreadableError(f"{source}: nested deeper than {NESTING_LIMIT} levels")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{source}:{error.lineno}: not valid JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{source}: not valid JSON ({error})") from error


def load_json(path: Path | str, limit: int = META_LIMIT) -> Any:
    """Read and parse a JSON file from outside. Raises UnreadableError."""
    return parse_json(read_text(path, limit), safe_line(str(path)))


def load_json_object(path: Path | str, limit: int = META_LIMIT) -> dict[str, Any]:
    """Read a JSON file that must hold an object. Raises UnreadableError."""
    value = load_json(path, limit)
    if not isinstance(value, dict):
        raise UnreadableError(f"{safe_line(str(path))}: holds a {type(value).__name__}, not an object")
    return value


def _leads_in_a_circle(path: Path) -> bool:
    """Tell whether a resolved path still has links that lead to each other: since Python 3.13 that is no error."""
    import errno  # noqa: PLC0415  (quick answers do without)

    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def inside(root: Path, relative: str) -> Path:
    """Return `root`/`relative`, refusing what leads out of `root` by `..`, an absolute path or a symbolic link.

    Raises RefusedError; also for links that lead in a circle.
    """
    if "\0" in relative or as_path(relative).is_absolute():
        raise RefusedError(f"{safe_line(relative)}: leads out of {safe_line(str(root))}")
    resolved_root = root.resolve()
    try:
        target = (resolved_root / relative).resolve()
    except (OSError, RuntimeError) as error:
        raise RefusedError(f"{safe_line(relative)}: a symbolic link that leads in a circle") from error
    if _leads_in_a_circle(target):
        raise RefusedError(f"{safe_line(relative)}: a symbolic link that leads in a circle")
    if target != resolved_root and resolved_root not in target.parents:
        raise RefusedError(f"{safe_line(relative)}: leads out of {safe_line(str(root))}")
    return target
