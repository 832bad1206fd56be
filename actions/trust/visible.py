"""Commands and names shown so that nothing of them hides: the question before an execution must not be tricked.

A command is hidden behind a long line, behind blanks that push it out of the window, behind a carriage return, by a
change of direction, or by letters that look like others. Every such thing is written out.
"""

import re
import unicodedata

from ...store.untrusted import safe_line

LIMIT = 2_000
"""Characters of one line that are shown."""

_MANY_BLANKS = re.compile(r" {8,}")
_NAMED = 5


def visible(text: str, limit: int = LIMIT) -> str:
    """Return one line, safe for a terminal, with signs for what would not be seen; cut, it says how long it is."""
    shown = text if len(text) <= limit else f"{text[: limit * 3 // 4]} … {text[-limit // 4 :]}"
    shown = _MANY_BLANKS.sub(lambda found: f" ⟨{len(found[0])} blanks⟩ ", safe_line(shown, limit + 3))
    notes = _notes(text, limit)
    return f"{shown}  ⟨{'; '.join(notes)}⟩" if notes else shown


def _notes(text: str, limit: int) -> list[str]:
    notes: list[str] = []
    if len(text) > limit:
        notes.append(f"{len(text):,} characters, cut here")
    if blanks := len(text) - len(text.rstrip(" ")):
        notes.append(f"{blanks} {'blanks' if blanks > 1 else 'blank'} at the end")
    if not text.isascii():
        foreign = dict.fromkeys(
            one for one in text[:LIMIT] if not one.isascii() and unicodedata.category(one)[0] == "L"
        )
        if foreign:
            named = ", ".join(f"{one} U+{ord(one):04X}" for one in list(foreign)[:_NAMED])
            notes.append(f"not ASCII: {named}{' …' if len(foreign) > _NAMED else ''}")
    return notes
