"""Rows of values as a table: aligned text for a terminal, Markdown, or CSV."""

from collections.abc import Iterable, Sequence

from .cells import cell_width, clean, padded

Cell = str | int | float | bool | None

_GAP = "  "
_NARROWEST = 3
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_UNITS_MOST = 6


def text_table(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, width: int | None = None) -> list[str]:
    """Give the lines of an aligned table: header, rule, rows. Columns of numbers stand at the right.

    In at most `width` cells: the widest columns are cut first, with "…"; columns at the right end for which there is
    no room at all are left out. Raises ValueError if a row has another number of cells than the header.
    """
    table = [[clean(cell_text(cell)) for cell in row] for row in _checked(header, rows)]
    titles = [clean(title) for title in header]
    columns = list(zip(titles, *table, strict=True)) or [()]
    widths = _fitted([max(map(cell_width, column), default=0) for column in columns], width)
    rights = [_is_numeric(column[1:]) for column in columns]
    lines = [_line(titles, widths, rights), _GAP.join("─" * one for one in widths)]
    return lines + [_line(row, widths, rights) for row in table]


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Give a table in GitHub Flavored Markdown; cells can't break out of it. Raises ValueError as `text_table` does."""
    table = [[_markdown_text(cell_text(cell)) for cell in row] for row in _checked(header, rows)]
    titles = [_markdown_text(title) for title in header]
    columns = list(zip(titles, *table, strict=True))
    rules = ["---:" if _is_numeric(column[1:]) else "---" for column in columns]
    return "".join(f"| {' | '.join(row)} |\n" for row in [titles, rules, *table])


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Give a table as CSV (RFC 4180: commas, CRLF, doubled quotes). Raises ValueError as `text_table` does.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
    """
    lines = [header, *_checked(header, rows)]
    # A lonely empty field is quoted, or its row would be an empty line.
    return "".join((",".join(_csv_field(cell) for cell in line) or '""') + "\r\n" for line in lines)


def cell_text(cell: Cell) -> str:
    """Give a cell as text: None is empty, a float has at most six digits."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _checked(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[Sequence[Cell]]:
    rows = list(rows)
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, the header has {len(header)}")
    return rows


def _fitted(widths: list[int], limit: int | None) -> list[int]:
    """Take cells from the widest column until all fit; then leave columns out at the right end."""
    widths = list(widths)
    if limit is None:
        return widths
    while _total(widths) > limit and max(widths) > _NARROWEST:
        widest = max(widths)
        index = widths.index(widest)
        second = max((one for one in widths if one < widest), default=_NARROWEST)
        widths[index] = max(second, widest - (_total(widths) - limit), _NARROWEST)
        if widths[index] == widest:
            widths[index] -= 1
    while len(widths) > 1 and _total(widths) > limit:
        widths.pop()
    return widths if _total(widths) <= limit else [max(0, limit)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _line(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    fitted = [padded(cell, width, right=right) for cell, width, right in zip(cells, widths, rights, strict=False)]
    return _GAP.join(fitted).rstrip()


def _is_numeric(cells: Sequence[str]) -> bool:
    """Tell whether a column holds numbers, with or without a unit, and nothing else but empty cells."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_is_quantity(cell) for cell in filled)


def _is_quantity(text: str) -> bool:
    """Tell whether a text is a number, a number with a short unit such as "4.67 ms", or "1,200/s"."""
    number, _, unit = text.partition(" ")
    number = number.removesuffix("/s").rstrip("kMGT%")
    return _is_number(number.replace(",", "")) and len(unit) <= _UNITS_MOST and " " not in unit


def _is_number(text: str) -> bool:
    # float() also takes "1_000" and " 1 ", which nobody means as a number here.
    if "_" in text or text.strip() != text:
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def _markdown_text(text: str) -> str:
    text = clean(text.replace("\r\n", " ").replace("\n", " "))
    for character, replacement in (
        ("\\", "\\\\"),
        ("|", "\\|"),
        ("<", "&lt;"),
        ("`", "\\`"),
        ("[", "\\["),
        ("*", "\\*"),
    ):
        text = text.replace(character, replacement)
    return text


def _csv_field(cell: Cell) -> str:
    text = ("" if cell is None else repr(cell)) if isinstance(cell, float) or cell is None else str(cell)
    if isinstance(cell, str) and text.startswith(_FORMULA_STARTS) and not _is_number(text):
        text = f"'{text}"
    if any(character in text for character in ',"\r\n'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
