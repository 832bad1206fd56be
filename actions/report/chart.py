"""A chart as data: rows of text in which every piece names its role; whoever shows it decides the colours."""

from dataclasses import dataclass

SERIES_ROLES = ("series-0", "series-1", "series-2", "series-3", "series-4", "series-5")
ROLES = ("axis", "label", "title", "point", "front", "dominated", "marker", "bar", "cursor", *SERIES_ROLES)
"""Every role a piece can have; text without a role has the role ""."""


@dataclass(frozen=True)
class Span:
    """A piece of a row: its text, and the role that says what it means."""

    text: str
    role: str


@dataclass(frozen=True)
class Chart:
    """A drawn chart: `height` rows, each exactly `width` cells wide."""

    rows: tuple[tuple[Span, ...], ...]
    width: int
    height: int
    title: str = ""

    def lines(self) -> list[str]:
        """Give the chart as plain text, one string a row."""
        return ["".join(span.text for span in row) for row in self.rows]
