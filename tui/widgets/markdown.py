"""Markdown whose links and images do nothing: Rich draws it, after the tokens were made inert.

Rich prints an image before the paragraph it stands in, turns links into terminal hyperlinks, drops HTML blocks and
fails on an unpaired `</kbd>`. So links become text with their address behind it, images their alternative text in
brackets, and of HTML the text is kept.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from markdown_it.token import Token
from rich.color import Color
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.markdown import CodeBlock, Heading, HorizontalRule, Markdown, MarkdownElement
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

_HTML_TAG = re.compile(r"<[^<>]*>")
_IMAGE_TEXT = re.compile(r"""\balt\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)


class _LeftHeading(Heading):
    """A heading at the left, the first level with a line under it, whatever its level."""

    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from super().__rich_console__(console, options)
        if self.tag == "h1":
            yield Rule(style="markdown.hr", characters="─")


class _PlainRule(HorizontalRule):
    """A horizontal rule as one thin line."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style="markdown.hr", characters="─")
        yield Text()


class _ShadedCode(CodeBlock):
    """A block of code on a shade of the theme."""

    background: str

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> "_ShadedCode":
        block = cls((token.info or "").partition(" ")[0] or "text", markdown.code_theme)
        background = markdown.code_background if isinstance(markdown, InertMarkdown) else None
        block.background = background.get_truecolor().hex if background and not background.is_default else "default"
        return block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Syntax(
            str(self.text).rstrip(),
            self.lexer_name,
            theme=self.theme,
            word_wrap=True,
            padding=(0, 1),
            background_color=self.background,
        )


class InertMarkdown(Markdown):
    """Rich's Markdown with inert links and images, on a given shade for blocks of code."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "hr": _PlainRule,
        "fence": _ShadedCode,
        "code_block": _ShadedCode,
    }
    inlines = Markdown.inlines | {"link", "address", "image"}

    def __init__(self, text: str, code_theme: str, code_background: Color | None) -> None:
        super().__init__(text, code_theme=code_theme, hyperlinks=False)
        self.code_background = code_background
        self.parsed = list(_inert_blocks(self.parsed))


def _inert_blocks(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "html_block":
            yield from _html_paragraph(token)
            continue
        if token.type == "inline":
            token.children = list(_inert_inlines(token.children or []))
        yield token


def _html_paragraph(token: Token) -> Iterator[Token]:
    """Turn a block of HTML into a paragraph of its text, if it has any."""
    text = " ".join(_html_text(token.content).split())
    if text:
        yield Token("paragraph_open", "p", 1, block=True)
        yield Token("inline", "", 0, content=text, children=[Token("text", "", 0, content=text)])
        yield Token("paragraph_close", "p", -1, block=True)


def _html_text(html: str) -> str:
    """Return what a reader would see: no tags, images by their alternative text."""

    def shown(match: re.Match[str]) -> str:
        alternative = _IMAGE_TEXT.search(match[0])
        return f"[image: {alternative[1][1:-1]}]" if alternative and alternative[1][1:-1] else ""

    return _HTML_TAG.sub(shown, html)


def _inert_inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    """Replace links and images by tokens that Rich only gives a style to."""
    address, shown = "", ""
    for token in tokens:
        if token.type == "link_open":
            address, shown = str(token.attrs.get("href", "")), ""
            yield Token("anchor_open", "link", 1)
        elif token.type == "link_close":
            yield Token("anchor_close", "link", -1)
            if address and address != shown:
                yield Token("address", "address", 0, content=f" ({address})")
        elif token.type == "image":
            shown = ""
            yield Token("picture", "image", 0, content=f"[image: {token.content or token.attrs.get('src', '')}]")
        elif token.type == "html_inline":
            yield Token("text", "", 0, content=_html_text(token.content))
        else:
            shown += token.content
            yield token
