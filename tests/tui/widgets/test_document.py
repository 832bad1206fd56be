"""Documents: set for the width, inert, cut with a note, and never a reason to fail."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

from ckexplore.tui.widgets.document import DocumentView
from ckexplore.tui.widgets.document_lines import (
    TEXT_LIMIT,
    DocumentStyles,
    json_lines,
    markdown_lines,
    source_lines,
    text_lines,
)
from ckexplore.tui.widgets.segments import many_lines

STYLES = DocumentStyles()
README = """# Title [/] [red]x

Some *text* with [a link](https://example.org/paper.pdf), <https://example.org> and ![a plot](plot.png).
A lone </kbd> and <script>alert(1)</script>.

- 日本語 item
  1. nested

> quoted

```python
print("hello")
```

| model | ms |
|---|---:|
| mini | 0.12 |

<p align="center"><img src="x.png" alt="the logo"> Figure 1</p>
"""


def texts(lines: Iterable[list[Segment]]) -> list[str]:
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


async def settled(pilot: Any) -> None:
    """Wait until the thread has set the document and the view has taken it."""
    await pilot.pause(0.03)
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


def test_markdown_reads_well_and_its_links_are_inert() -> None:
    lines = list(markdown_lines(README, 100, STYLES))
    text = " ".join(" ".join(texts(lines)).split())
    assert "Title [/] [red]x" in text
    assert "a link (https://example.org/paper.pdf), https://example.org and [image: a plot]." in text
    assert "A lone and alert(1)." in text
    assert "• 日本語 item" in text
    assert "[image: the logo] Figure 1" in text
    assert 'print("hello")' in text
    assert "mini" in text
    assert not any(segment.style and segment.style.link for line in lines for segment in line)


@given(st.text(st.sampled_from('#*_`[]()!<>/k b-|1.\n"\\~é日'), max_size=60), st.integers(1, 40))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_markdown_makes_it_fail(text: str, width: int) -> None:
    for line in markdown_lines(text, width, STYLES):
        assert "\n" not in "".join(segment.text for segment in line)


def test_what_cannot_be_drawn_is_shown_as_text_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise IndexError("a broken table")

    monkeypatch.setattr("ckexplore.tui.widgets.markdown.InertMarkdown.__init__", fail)
    assert texts(markdown_lines("# still\nreadable", 80, STYLES)) == [
        "(this Markdown can't be drawn: a broken table)",
        "# still",
        "readable",
    ]


@given(st.text(max_size=200), st.integers(2, 60))
def test_plain_text_is_broken_at_the_width_and_keeps_its_letters(text: str, width: int) -> None:
    lines = texts(text_lines(text, width, STYLES))
    assert "".join("".join(lines).split()) == "".join(many_lines(text).split())
    assert all(cell_len(line) <= width for line in lines)


def test_json_is_indented_and_keeps_its_values() -> None:
    value = {"alias": "ckx-ml", "tags": ["onnx", "[/]"], "n": -1.5e3, "ok": None, "deep": {"日本": True}}
    for given_value in (value, json.dumps(value)):
        lines = texts(json_lines(given_value, 80, STYLES))
        assert json.loads("\n".join(lines)) == value
        assert lines[1] == '  "alias": "ckx-ml",'


def test_broken_json_is_shown_as_text_with_the_reason() -> None:
    lines = texts(json_lines('{"a": 1,', 80, STYLES))
    assert lines[0].startswith("(not valid JSON: ")
    assert lines[1] == '{"a": 1,'


def test_a_long_json_string_goes_on_further_in() -> None:
    lines = texts(json_lines({"title": "word " * 20}, 40, STYLES))
    assert len(lines) > 4
    assert lines[2].startswith("    ")
    assert all(len(line) <= 40 for line in lines)


def test_source_has_colours_and_an_unknown_lexer_none() -> None:
    coloured = list(source_lines("import os\n\nx = 1\n", "python", 80, STYLES))
    assert texts(coloured) == ["import os", "", "x = 1"]
    assert len({str(segment.style) for segment in coloured[0]}) > 1
    assert texts(source_lines("import os\n", "no-such-lexer", 80, STYLES)) == ["import os"]


@pytest.mark.parametrize("set_lines", [text_lines, lambda text, *rest: source_lines(text, "python", *rest)])
def test_a_huge_text_is_cut_with_a_note(set_lines: Callable) -> None:
    lines = texts(set_lines("x\n" * (TEXT_LIMIT // 2 + 5), 80, STYLES))
    assert lines[-1] == "… the last 10 characters are not shown here"
    assert len(lines) == TEXT_LIMIT // 2 + 1


async def test_a_readme_is_shown_scrolled_and_searched(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView(empty_message="No README")
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        assert any(row.strip() == "No README" for row in shown(view))
        view.show_markdown(README + "\n\nparagraph\n" * 50 + "\n\nthe very end\n")
        await settled(pilot)
        assert shown(view)[0] == " Title [/] [red]x"
        await pilot.press("G")
        assert shown(view)[-1] == " the very end"
        await pilot.press("g")
        assert view.find("VERY END") == view.line_count - 1
        assert shown(view)[-1] == " the very end"
        view.clear()
        await pilot.pause()
        assert any(row.strip() == "No README" for row in shown(view))


async def test_the_newest_document_wins(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView()
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        for number in range(20):
            view.show_text(f"document {number}\n" * 3)
        await settled(pilot)
        assert shown(view)[:3] == [" document 19"] * 3
        assert view.line_count == 3


async def test_what_was_asked_for_before_the_view_is_there_is_shown(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView()
    view.show_json({"a": "[/]"})
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert shown(view)[:3] == [" {", '   "a": "[/]"', " }"]


async def test_a_resize_sets_the_text_anew(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView()
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        view.show_text("word " * 30)
        await settled(pilot)
        wide = view.line_count
        await pilot.resize_terminal(30, 24)
        await pilot.pause()
        await settled(pilot)
        assert view.line_count > wide
        assert all(len(row) <= 30 for row in shown(view))


async def test_another_theme_sets_it_in_other_colours(widget_app: Callable) -> None:
    view = DocumentView()
    app = widget_app(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.show_source("import os\n", "python")
        await settled(pilot)
        before = [segment.style for segment in view.render_lines(view.size.region)[0]]
        app.theme = "textual-light"
        await pilot.pause()
        await settled(pilot)
        assert [segment.style for segment in view.render_lines(view.size.region)[0]] != before


async def test_hostile_text_shows_no_control_character(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView()
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        view.show_markdown("a \x1b]52;c;eA==\x07 b \u202e c [x](javascript:alert)")
        await settled(pilot)
        row = shown(view)[0]
        assert row.isprintable()
        assert "␛]52;c;eA==␇" in row


async def test_a_document_given_while_hidden_is_set_when_shown(widget_app: Callable, shown: Callable) -> None:
    view = DocumentView(empty_message="No README")
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        view.show_text("first\n" * 100)
        await settled(pilot)
        await pilot.press("G")
        view.display = False
        await pilot.pause()
        view.show_text("second\n" * 100)
        await settled(pilot)
        view.display = True
        await pilot.pause()
        await settled(pilot)
        assert view.scroll_offset.y == 0
        assert shown(view)[0] == " second"


async def test_setting_a_long_readme_does_not_hold_up_the_keys(widget_app: Callable) -> None:
    view = DocumentView()
    async with widget_app(view).run_test(size=(80, 24)) as pilot:
        expected = len(list(markdown_lines(README * 100, view.visible_width, STYLES)))
        view.show_markdown(README * 100)
        turns = 0
        while any(not worker.is_finished for worker in pilot.app.workers):
            await asyncio.sleep(0)
            turns += 1
        await settled(pilot)
        assert view.line_count == expected
        assert turns > 10  # set on the loop itself, it would turn once or twice
