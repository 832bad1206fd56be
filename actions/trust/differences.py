"""What changed in a text, as the lines of a unified diff that are safe to show, and never too many."""

import difflib
from collections.abc import Sequence

from .visible import visible

SHOWN = 200
"""Lines of one difference that are shown."""

_COMPARED = 400  # lines; more, on both sides, aren't aligned: that takes time with the square of their number
_AROUND = 3  # lines that are the same, shown before and after
_WIDTH = 500


def difference(before: str, after: str, limit: int = SHOWN) -> tuple[tuple[str, ...], int]:
    """Give up to `limit` lines of the unified diff of two texts, safe for a terminal, and how many are left out."""
    old, new = before.split("\n"), after.split("\n")
    start, end = _same(old, new), 0
    if old != new:
        end = _same(old[start:][::-1], new[start:][::-1])
    head, tail = max(0, start - _AROUND), max(0, end - _AROUND)
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    lines = _aligned(old, new, head) if min(len(old), len(new)) <= _COMPARED else _replaced(old, new, head)
    return tuple(visible(line, _WIDTH) for line in lines[:limit]), max(0, len(lines) - limit)


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the lines at the beginning that are the same."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _aligned(old: list[str], new: list[str], head: int) -> list[str]:
    lines: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new)
    for group in matcher.get_grouped_opcodes(_AROUND):
        first, last = group[0], group[-1]
        lines.append(_at(head + first[1], last[2] - first[1], head + first[3], last[4] - first[3]))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in old[i1:i2]]
            else:
                lines += [f"-{line}" for line in old[i1:i2]] + [f"+{line}" for line in new[j1:j2]]
    return lines


def _replaced(old: list[str], new: list[str], head: int) -> list[str]:
    lines = [_at(head, len(old), head, len(new))]
    return lines + [f"-{line}" for line in old] + [f"+{line}" for line in new]


def _at(old: int, old_count: int, new: int, new_count: int) -> str:
    return f"@@ -{old + 1},{old_count} +{new + 1},{new_count} @@"
