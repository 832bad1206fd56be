"""The table: columns share the width, rows are fetched when shown, the cursor stays on its row."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.color import Color

from ckexplore.tui.widgets.table import Cell, Column, VirtualTable, fit_columns

COLUMNS = [
    Column("module", "Module", minimum=8, priority=2),
    Column("alias", "Alias", minimum=14, weight=3, priority=9),
    Column("tags", "Tags", minimum=10, weight=2, priority=1),
    Column("points", "Points", width=7, align="right", priority=0),
]


def cells(row_id: int) -> list[Cell]:
    return [("program", "muted"), f"alias-{row_id}", [("onnx,", "tag"), ("mine", "own-tag")], str(row_id)]


def table_of(count: int, **options: Any) -> VirtualTable:
    table = VirtualTable(COLUMNS, **options)
    table.set_rows(range(count), cells)
    return table


def ids_told(app: Any, kind: type) -> list[int | None]:
    return [message.row_id for message in app.told if type(message) is kind]


def test_width_is_shared_by_weight_and_fixed_columns_keep_theirs() -> None:
    assert [width for _, width in fit_columns(COLUMNS, 45 + 60)] == [8 + 10, 14 + 30, 10 + 20, 7]


def test_columns_of_low_priority_vanish_first() -> None:
    shown = [[column.key for column, _ in fit_columns(COLUMNS, available)] for available in (45, 44, 35, 23, 5)]
    assert shown == [
        ["module", "alias", "tags", "points"],
        ["module", "alias", "tags"],
        ["module", "alias"],
        ["alias"],
        ["alias"],
    ]


columns = st.builds(
    Column,
    key=st.uuids().map(str),
    title=st.just("Title"),
    width=st.none() | st.integers(1, 20),
    minimum=st.integers(1, 20),
    weight=st.integers(0, 5),
    priority=st.integers(0, 5),
)


@given(st.lists(columns, min_size=1, max_size=6), st.integers(1, 200))
def test_fitted_columns_never_exceed_the_width(some: list[Column], available: int) -> None:
    fitted = fit_columns(some, available)
    assert fitted
    assert sum(width for _, width in fitted) + 2 * (len(fitted) - 1) <= available


async def test_rows_stand_under_a_header_that_stays(widget_app: Callable, shown: Callable) -> None:
    table = table_of(1000)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        assert shown(table)[0].split() == ["Module", "Alias", "Tags", "Points"]
        assert shown(table)[1].split() == ["program", "alias-0", "onnx,mine", "0"]
        await pilot.press("G")
        assert shown(table)[0].split() == ["Module", "Alias", "Tags", "Points"]
        assert shown(table)[-1].split() == ["program", "alias-999", "onnx,mine", "999"]


async def test_only_rows_in_sight_are_fetched_even_of_a_million(widget_app: Callable) -> None:
    fetched: list[int] = []

    def noting(row_id: int) -> list[Cell]:
        fetched.append(row_id)
        return cells(row_id)

    table = VirtualTable(COLUMNS)
    table.set_rows(range(1_000_000), noting)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        await pilot.press("G")
        await pilot.pause()
    assert 0 in fetched
    assert 999_999 in fetched
    assert len(set(fetched)) < 60


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["j", "j", "down"], 3),
        (["j", "j", "k", "up"], 0),
        (["G"], 999),
        (["end", "home"], 0),
        (["end", "g"], 0),
        (["pagedown"], 22),
        (["pagedown", "pageup"], 0),
        (["ctrl+d"], 11),
        (["ctrl+d", "ctrl+u"], 0),
        (["up"], 0),
        (["G", "down"], 999),
    ],
)
async def test_keys_move_the_cursor_and_keep_it_in_sight(widget_app: Callable, keys: list[str], line: int) -> None:
    table = table_of(1000)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert table.cursor_line == line
        assert table.scroll_offset.y <= line < table.scroll_offset.y + table.visible_line_count


async def test_a_cursor_move_draws_two_rows_again(widget_app: Callable) -> None:
    table = table_of(1000)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        drawn: list[int] = []
        draw = table.render_line
        table.render_line = lambda y: drawn.append(y) or draw(y)  # type: ignore[func-returns-value]
        await pilot.press("j")
        await pilot.pause()
    assert sorted(set(drawn)) == [1, 2]


async def test_the_cursor_stays_on_its_row_when_the_order_changes(widget_app: Callable) -> None:
    table = table_of(1000)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:
        table.go_to_row(500)
        await pilot.pause()
        row = 500 - table.scroll_offset.y
        app.told.clear()
        table.set_rows(range(999, -1, -1), cells)
        await pilot.pause()
        assert (table.cursor_row_id, table.cursor_line) == (500, 499)
        assert 499 - table.scroll_offset.y == row
        assert app.told == []


async def test_a_vanished_row_leaves_the_cursor_in_its_place(widget_app: Callable) -> None:
    table = table_of(1000)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:
        table.go_to_row(900)
        table.set_rows(range(10), cells)
        await pilot.pause()
        assert table.cursor_row_id == 9
        table.set_rows([], cells)
        await pilot.pause()
        assert ids_told(app, VirtualTable.RowHighlighted)[-1] is None


async def test_the_row_under_the_cursor_is_told_and_enter_selects_it(widget_app: Callable) -> None:
    table = table_of(100)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "enter")
        await pilot.pause()
    assert ids_told(app, VirtualTable.RowHighlighted)[-1] == 1
    assert ids_told(app, VirtualTable.RowSelected) == [1]


async def test_the_mouse_points_and_a_double_click_selects(widget_app: Callable) -> None:
    table = table_of(100)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(table, offset=(20, 5))
        assert table.cursor_row_id == 4
        assert ids_told(app, VirtualTable.RowSelected) == []
        await pilot.click(table, offset=(20, 7), times=2)
        await pilot.pause()
        assert ids_told(app, VirtualTable.RowSelected) == [6]


async def test_a_click_on_a_title_asks_for_that_order(widget_app: Callable, shown: Callable) -> None:
    table = table_of(100)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(table, offset=(shown(table)[0].index("Tags") + 1, 0))
        await pilot.pause()
        asked = [message.column_key for message in app.told if isinstance(message, VirtualTable.SortRequested)]
        assert asked == ["tags"]
        table.set_sort("tags", descending=True)
        assert "Tags ▼" in shown(table)[0]
        table.set_sort("points")
        assert shown(table)[0].endswith("▲")


async def test_markup_wide_and_hostile_text_is_shown_as_it_is(widget_app: Callable, shown: Callable) -> None:
    names = ["[/] [red]x", "日本語データセット" * 9, "a\x1b]52;c;eA==\x07b\nc", "right\u202eleft"]
    table = VirtualTable([Column("alias", "Alias"), Column("points", "Points", width=6, align="right")])
    table.set_rows(range(4), lambda row_id: [names[row_id], "7"])
    async with widget_app(table).run_test(size=(40, 10)):
        rows = shown(table)
        assert rows[1].startswith(" [/] [red]x ")
        assert "…" in rows[2]
        assert rows[3].startswith(" a␛]52;c;eA==␇b c ")
        assert rows[4].startswith(" right\ufffdleft ")
        assert {cell_len(row) for row in rows[1:5]} == {39}


async def test_columns_are_fitted_anew_when_the_terminal_changes(widget_app: Callable, shown: Callable) -> None:
    table = table_of(1000)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        await pilot.press("G")
        await pilot.resize_terminal(36, 12)
        await pilot.pause()
        assert shown(table)[0].split() == ["Module", "Alias"]
        assert table.cursor_line == 999
        assert shown(table)[-1].split() == ["program", "alias-999"]
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert shown(table)[0].split() == ["Module", "Alias", "Tags", "Points"]


async def test_without_rows_the_message_stands_in_the_middle(widget_app: Callable, shown: Callable) -> None:
    table = table_of(0, empty_message="Nothing matches [/]\nEsc clears the filter")
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        rows = shown(table)
        assert rows[11].strip() == "Nothing matches [/]"
        assert rows[12].strip() == "Esc clears the filter"
        assert len(rows[11]) - len(rows[11].strip()) == pytest.approx((80 - len(rows[11].strip())) // 2, abs=1)
        await pilot.press("j", "G", "enter", "home", "pagedown")
        assert table.cursor_line is None


async def test_searched_words_are_marked(widget_app: Callable) -> None:
    table = table_of(10)
    async with widget_app(table).run_test(size=(80, 24)):
        table.set_highlight(["ALIAS"])
        marked = [segment.text for segment in table.render_line(3) if segment.style and segment.style.underline]
        assert marked == ["alias"]


async def test_the_cursor_is_strong_with_the_focus_and_weak_without(widget_app: Callable) -> None:
    table = table_of(10)
    app = widget_app(table)
    async with app.run_test(size=(80, 24)) as pilot:

        def background(row: int) -> Any:
            style = next(iter(table.render_lines(table.size.region)[row])).style
            assert style is not None
            return style.bgcolor

        plain, strong = background(2), background(1)
        app.set_focus(None)
        await pilot.pause()
        weak = background(1)
        assert len({str(plain), str(strong), str(weak)}) == 3
        distance = [
            sum(
                abs(a - b)
                for a, b in zip(Color.from_rich_color(one).rgb, Color.from_rich_color(plain).rgb, strict=True)
            )
            for one in (strong, weak)
        ]
        assert distance[0] > distance[1] > 0


async def test_changed_cells_are_asked_for_again(widget_app: Callable, shown: Callable) -> None:
    names = ["before"]
    table = VirtualTable([Column("alias", "Alias")])
    table.set_rows([1], lambda _: [names[0]])
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        names[0] = "after"
        table.refresh_rows()
        await pilot.pause()
        assert shown(table)[1].strip() == "after"


async def test_rows_set_while_hidden_are_right_when_shown(widget_app: Callable, shown: Callable) -> None:
    table = table_of(1000)
    async with widget_app(table).run_test(size=(80, 24)) as pilot:
        table.display = False
        await pilot.pause()
        table.set_rows(range(5000), cells)
        table.go_to_row(4000)
        await pilot.pause()
        table.display = True
        await pilot.pause()
        assert any(row.split()[1] == "alias-4000" for row in shown(table)[1:])
