"""Markdown, JSON, source code and plain text set in lines of a given width, without Textual.

Each function yields the lines one by one, so that a caller can show the first while the last are still to come.
Rich's own Markdown element classes do the drawing; links and images are made inert before.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from .segments import many_lines

TEXT_LIMIT = 1_000_000
"""A text is cut after so many characters."""

HIGHLIGHT_LIMIT = 256_000
"""Source code longer than this is shown without colours."""

Line = list[Segment]

_NARROW = 20

_JSON_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=: )'
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*)"
    r"|(?P<literal>\b(?:true|false|null|NaN|Infinity)\b)"
)


@dataclass(frozen=True)
class DocumentStyles:
    """The styles of the parts of a document, by part name as in `PARTS`, and whether the theme is dark."""

    parts: dict[str, Style] = field(default_factory=dict)
    dark: bool = True

    PARTS: ClassVar[tuple[str, ...]] = (
        "heading1",
        "heading2",
        "heading3",
        "code",
        "code-block",
        "link",
        "address",
        "image",
        "quote",
        "bullet",
        "rule",
        "key",
        "string",
        "number",
        "literal",
        "note",
    )

    def __getitem__(self, part: str) -> Style:
        return self.parts.get(part, Style.null())

    @property
    def code_theme(self) -> str:
        """The Pygments theme: the terminal's sixteen colours, which the program's own theme sets."""
        return "ansi_dark" if self.dark else "ansi_light"


def text_lines(text: str, width: int, styles: DocumentStyles) -> Iterator[Line]:
    """Set plain text, long lines broken between words."""
    text, note = _limited(text)
    console = _console(width, styles)
    for line in text.removesuffix("\n").split("\n"):
        yield from _wrapped([Segment(line)], width, console)
    yield from _note_lines(note, styles)


def json_lines(value: Any, width: int, styles: DocumentStyles) -> Iterator[Line]:
    """Set JSON, given as text or as a value, indented and coloured; what doesn't parse is set as text with a note."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
        text = json.dumps(parsed, indent=2, ensure_ascii=False, default=str)
    except (ValueError, RecursionError) as error:
        yield from _note_lines(f"(not valid JSON: {error})", styles)
        yield from text_lines(str(value), width, styles)
        return
    text, note = _limited(text)
    console = _console(width, styles)
    for line in text.split("\n"):
        yield from _wrapped(_json_segments(line, styles), width, console)
    yield from _note_lines(note, styles)


def source_lines(text: str, lexer: str, width: int, styles: DocumentStyles) -> Iterator[Line]:
    """Set source code in the colours of a Pygments lexer, named or known by a file's name; too long a text plain."""
    if len(text) > HIGHLIGHT_LIMIT:
        yield from text_lines(text, width, styles)
        return
    from rich.syntax import Syntax  # noqa: PLC0415 - Pygments is slow to import

    console = _console(width, styles)
    text = many_lines(text)
    lexer = Syntax.guess_lexer(lexer) if "." in lexer else lexer
    code = Syntax(text, lexer, theme=styles.code_theme, background_color="default").highlight(text)
    code.rstrip()
    for line in code.split("\n", allow_blank=True):
        yield from _wrapped(list(line.render(console)), width, console)


def markdown_lines(text: str, width: int, styles: DocumentStyles) -> Iterator[Line]:
    """Set Markdown: links inert with their address behind them, images as their alternative text.

    What Rich can't draw is set as plain text, with a note that says why.
    """
    text, note = _limited(text)
    started = False
    try:
        for line in _drawn_markdown(text, width, styles):
            started = True
            yield line
    except Exception as error:  # Rich and markdown-it fail in many ways on what others write; the text is still shown.
        yield from _note_lines(f"(this Markdown can't be drawn: {error})", styles)
        if not started:
            yield from text_lines(text, width, styles)
    yield from _note_lines(note, styles)


def _drawn_markdown(text: str, width: int, styles: DocumentStyles) -> Iterator[Line]:
    from .markdown import InertMarkdown  # noqa: PLC0415 - markdown-it is slow to import

    console = _console(width, styles)
    markdown = InertMarkdown(text, code_theme=styles.code_theme, code_background=styles["code-block"].bgcolor)
    yield from Segment.split_lines(console.render(markdown))


def _limited(text: str) -> tuple[str, str]:
    """Return the text, harmless and up to TEXT_LIMIT, and a note about what is left out, "" if nothing is."""
    left_out = len(text) - TEXT_LIMIT
    return many_lines(
        text[:TEXT_LIMIT]
    ), f"… the last {left_out:,} characters are not shown here" if left_out > 0 else ""


def _note_lines(note: str, styles: DocumentStyles) -> Iterator[Line]:
    if note:
        yield [Segment(note, styles["note"])]


def _json_segments(line: str, styles: DocumentStyles) -> Line:
    segments: Line = []
    end = 0
    for match in _JSON_TOKEN.finditer(line):
        segments += [Segment(line[end : match.start()]), Segment(match[0], styles[match.lastgroup or ""])]
        end = match.end()
    return [*segments, Segment(line[end:])]


def _wrapped(segments: Sequence[Segment], width: int, console: Console) -> Iterator[Line]:
    """Break a line between words; what goes on stands two cells further in than the line began."""
    plain = "".join(segment.text for segment in segments)
    if cell_len(plain) <= width:
        yield list(segments)
        return
    blanks = len(plain) - len(plain.lstrip(" "))
    indent, hanging = min(blanks, width // 2), 2 if width >= _NARROW else 0
    text = Text.assemble(*((segment.text, segment.style or Style.null()) for segment in segments), end="")
    for number, part in enumerate(text[blanks:].wrap(console, max(1, width - indent - hanging), overflow="fold")):
        part.rstrip()
        yield [Segment(" " * (indent + (hanging if number else 0))), *part.render(console, end="")]


def _console(width: int, styles: DocumentStyles) -> Console:
    """Return a console that only measures and styles: it writes nowhere."""
    return Console(
        file=io.StringIO(),
        width=max(1, width),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        theme=Theme(_markdown_theme(styles)),
    )


def _markdown_theme(styles: DocumentStyles) -> dict[str, Style]:
    """Return our styles under Rich's names."""
    return {
        "markdown.h1": styles["heading1"],
        "markdown.h2": styles["heading2"],
        **{f"markdown.h{level}": styles["heading3"] for level in range(3, 7)},
        "markdown.code": styles["code"],
        "markdown.code_block": Style.null(),
        "markdown.link": styles["link"],
        "markdown.address": styles["address"],
        "markdown.image": styles["image"],
        "markdown.block_quote": styles["quote"],
        "markdown.item.bullet": styles["bullet"],
        "markdown.item.number": styles["bullet"],
        "markdown.hr": styles["rule"],
        "markdown.table.border": styles["rule"],
        "markdown.table.header": styles["heading3"],
    }
