"""The wanted topmost entries of a YAML mapping, cut out of its text without parsing the rest.

In a block mapping at the left edge every key stands at the left edge, and nothing else does but comments and the items
of lists; except within a quoted text or brackets that go over several lines. So entries before the last wanted one in
which a quote or bracket may stay open are cut out as well. When the parser then finds exactly the entries that were
cut, none of them began within quotes or brackets: the caller has to compare the keys.
"""

import re
from collections.abc import Collection, Iterator

# All quantifiers are possessive (`*+`): nothing is tried twice, so no text can make a match slow.
_EMPTY = rb"(?:[ \t]*+(?:\#[^\n]*+)?+\n)*+"
_HEADER = re.compile(_EMPTY + rb"(?:---(?:[ \t]++\#[^\n]*+|[ \t]*+)\n" + _EMPTY + rb")?+")
_ENTRY = re.compile(rb"\n(?:([A-Za-z_][\w.+/-]*+):(?![^ \t\n])|[^ \n#-]|-(?![ \n]))")
"""A line that begins at the left edge, but for comments and the items of a list: a key that is plain, or group 1 is
None."""

_DOUBLE, _SINGLE = rb'"(?:[^"\\\n]|\\[^\n])*+"', rb"'(?:[^'\n]|'')*+'"
_QUOTED = rb"(?:" + _DOUBLE + rb"|" + _SINGLE + rb")"
_FLOW = (
    rb"(?:\[[^\[\]{}\"'#\n]*+\]|\{[^\[\]{}\"'#\n]*+\}"
    rb"|\[[ ]*+" + _QUOTED + rb"[ ]*+(?:,[ ]*+" + _QUOTED + rb"[ ]*+)*+\])"
)
_KEY = rb"(?:" + _QUOTED + rb"|[\w.+/<$-][^\"'\[\]{}#:\n]*+):[ ]++"
_PLAIN = rb"(?:[^\s\"'\[\]{}#&*!|>%@`,?:-]|-(?=[^\s\"'\[{]))(?:(?!:[ \t\n])[^\n])*+"
_CLOSED_LINE = (
    rb"[ ]*+(?:\#[^\n]*+|(?:-[ ]++)*+(?:" + _KEY + rb")?+"
    rb"(?:(?:" + _QUOTED + rb":?+|" + _FLOW + rb")(?:[ ]++\#[^\n]*+|[ ]*+)|" + _PLAIN + rb"))"
)
_OPENING = re.compile(rb"[\"'\[{]")
_OPEN_LINE = re.compile(rb"\n(?=[^\"'\[{\n]*[\"'\[{])(?!" + _CLOSED_LINE + rb"(?:\n|\Z))")
"""A line that may leave a quote or a bracket open at its end; the next lines are then not what they look like."""

# A line may end so in YAML 1.1, which the patterns here don't know.
_OTHER_LINE_ENDS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")


def cut(data: bytes, wanted: Collection[bytes]) -> list[tuple[bytes, bytes]] | None:
    """Cut out the entries that must be parsed, as (key, text); None if the text isn't one mapping of plain keys."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if b"\r" in data or (not data.isascii() and any(end in data for end in _OTHER_LINE_ENDS)):
        return None
    header = _HEADER.match(data)
    assert header is not None
    data = b"\n" + data[header.end() :]
    marks: list[tuple[bytes, int]] = []
    for found in _ENTRY.finditer(data):
        if found[1] is None:
            return None
        marks.append((found[1], found.start() + 1))
    if not marks or marks[0][1] != 1:
        return None
    return list(_needed(data, marks, wanted))


def _needed(data: bytes, marks: list[tuple[bytes, int]], wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    last = max((index for index, (key, _) in enumerate(marks) if key in wanted), default=-1)
    for index, (key, start) in enumerate(marks[: last + 1]):
        end = marks[index + 1][1] if index + 1 < len(marks) else len(data)
        if key in wanted or (_OPENING.search(data, start, end) and _OPEN_LINE.search(data, start - 1, end)):
            yield key, data[start:end]
