"""The colours of a terminal (SGR of ECMA-48 and xterm: 16, 256 and 24-bit) as styles, and styles as colours again."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.style import Style

SGR: Final = re.compile(r"\x1b\[([0-9;:]{0,64})m")
"""One sequence that changes colours; the group holds its codes."""

_ATTRIBUTES = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
    21: Style(underline=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
}
_SHOWN_ATTRIBUTES = (("bold", 1), ("dim", 2), ("italic", 3), ("underline", 4), ("reverse", 7), ("strike", 9))


def colours_after(text: str) -> str:
    """Return the one SGR sequence that brings about the colours which are on at the end of `text`, "" if none are."""
    last = text.rfind("\x1b[")
    if last < 0 or text.startswith(("0m", "m"), last + 2):
        return ""  # as on nearly every line: no need to read it all
    return _colours_of("m".join(SGR.findall(text)))


@lru_cache(4096)
def _colours_of(codes: str) -> str:
    """Return the SGR sequence that has the effect of several, whose codes are given with an "m" between them."""
    style = Style.null()
    for part in codes.split("m"):
        style = apply_sgr(style, part)
    return sgr_of(style)


@lru_cache(4096)
def sgr_of(style: Style) -> str:
    """Return the SGR sequence that turns plain text into `style`, "" for plain text."""
    codes = [str(code) for name, code in _SHOWN_ATTRIBUTES if getattr(style, name)]
    if style.color is not None:
        codes += style.color.get_ansi_codes(foreground=True)
    if style.bgcolor is not None:
        codes += style.bgcolor.get_ansi_codes(foreground=False)
    return f"\x1b[{';'.join(codes)}m" if codes else ""


@lru_cache(4096)
def apply_sgr(style: Style, codes: str) -> Style:
    """Return the style after an SGR sequence with these codes, such as "1;38;5;208"; unknown ones change nothing."""
    parts = iter(codes.split(";"))
    for part in parts:
        number, *details = map(_number, part.split(":"))
        if number == 0:
            style = Style.null()
        elif number in (38, 48, 58):
            colour = _colour(details) if details else _colour_of_parts(parts)
            if colour is not None and number != 58:  # 58 colours the underline, which Rich can't
                style += Style(color=colour) if number == 38 else Style(bgcolor=colour)
        elif number in _ATTRIBUTES:
            style += _ATTRIBUTES[24 if (number, details) == (4, [0]) else number]
        else:
            style = _with_basic_colour(style, number)
    return style


def _number(code: str) -> int:
    return int(code[:5]) if code.isdecimal() else 0


def _colour_of_parts(parts: Iterator[str]) -> Color | None:
    """Read what follows a 38 or 48 between semicolons: "5;N" of 256 colours or "2;R;G;B"; None if it is neither."""
    kind = _number(next(parts, ""))
    count = {5: 1, 2: 3}.get(kind, 0)
    return _colour([kind, *(_number(next(parts, "")) for _ in range(count))])


def _colour(numbers: list[int]) -> Color | None:
    """Return the colour of [5, N] or [2, R, G, B]; there may be the number of a colour space before the R."""
    if numbers[0] == 5 and len(numbers) > 1:
        return Color.from_ansi(numbers[1]) if numbers[1] < 256 else None
    if numbers[0] == 2 and len(numbers) > 3:
        red, green, blue = (min(number, 255) for number in (numbers[2:5] if len(numbers) > 4 else numbers[1:4]))
        return Color.from_rgb(red, green, blue)
    return None


def _with_basic_colour(style: Style, number: int) -> Style:
    """Apply one of the codes of the 16 colours, or of the terminal's own colour (39, 49)."""
    if 30 <= number <= 37:
        return style + Style(color=Color.from_ansi(number - 30))
    if 40 <= number <= 47:
        return style + Style(bgcolor=Color.from_ansi(number - 40))
    if 90 <= number <= 97:
        return style + Style(color=Color.from_ansi(number - 82))
    if 100 <= number <= 107:
        return style + Style(bgcolor=Color.from_ansi(number - 92))
    if number in (39, 49):
        kept = Style(bgcolor=style.bgcolor) if number == 39 else Style(color=style.color)
        return style.without_color + kept
    return style
