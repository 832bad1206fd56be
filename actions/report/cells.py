"""How many terminal cells a text takes, and cutting it to fit: East Asian and combining characters counted right."""

import unicodedata

from ...store.untrusted import safe_line

ELLIPSIS = "…"


def clean(text: str) -> str:
    """Give `text` as one line safe for a terminal, without the selectors on whose width terminals disagree."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in safe_line(text) if not "\ufe00" <= character <= "\ufe0f")


def character_width(character: str) -> int:
    """Give 0 for a combining character, 2 for a wide one, else 1 (Unicode Standard Annex 11, ambiguous as narrow)."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"} or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell_width(text: str) -> int:
    """Give how many cells a text takes."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def cut(text: str, width: int) -> str:
    """Give `text` in at most `width` cells, ending in "…" if something had to go."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, left = "", width - 1
    for character in text:
        left -= character_width(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS


def cut_in_the_middle(text: str, width: int) -> str:
    """Give `text` in at most `width` cells, its beginning and its end with "…" between if something had to go."""
    if cell_width(text) <= width:
        return text
    head = cut(text, width - width // 2)
    tail, left = "", width - cell_width(head)
    for character in reversed(text):
        left -= character_width(character)
        if left < 0:
            break
        tail = character + tail
    return head + tail


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Give `text` in exactly `width` cells, cut or filled with spaces; `right` puts it at the right end."""
    text = cut(text, width)
    blank = " " * (width - cell_width(text))
    return blank + text if right else text + blank
