"""The log pane: a fast stream is kept, followed, searched, and drawn only where it is seen."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.app import App

from ckexplore.tui.widgets.log_pane import LogPane
from ckexplore.tui.widgets.log_search import text_wanted

from .conftest import WidgetApp
from .test_ansi import is_harmless
from .test_transcript import streams


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was copied to the clipboard of the terminal."""
    copied: list[str] = []
    monkeypatch.setattr(App, "copy_to_clipboard", lambda _, text: copied.append(text))
    return copied


def numbered(start: int, stop: int) -> bytes:
    return b"".join(b"\x1b[32mline\x1b[0m %d\n" % number for number in range(start, stop))


async def drawn(pilot: Any) -> None:
    """Wait until what was fed is on the screen."""
    await pilot.pause(0.08)
    await pilot.pause()


def follow_told(app: Any) -> list[bool]:
    return [message.follow for message in app.told if isinstance(message, LogPane.FollowChanged)]


async def test_what_is_fed_is_shown_and_the_end_is_followed(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100) + b"half a li")
        await drawn(pilot)
        assert shown(log)[-2:] == [" line 99", " half a li"]
        log.feed(b"ne\n" + numbered(100, 150))
        await drawn(pilot)
        assert shown(log)[-1] == " line 149"
        await pilot.press("g")
        assert shown(log)[0] == " line 0"


async def test_what_was_fed_before_the_pane_is_there_is_shown(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    log.feed(numbered(0, 100))
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        await drawn(pilot)
        assert shown(log)[-1] == " line 99"


async def test_colours_reach_the_screen_and_nothing_else_does(widget_app: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed("\x1b[1;31mfailed\x1b[0m [/] [red]x \x1b]52;c;eA==\x07日本語\u202e\n".encode())
        await drawn(pilot)
        strip = log.render_line(0)
        assert strip.text.rstrip() == "failed [/] [red]x 日本語\ufffd"
        failed = next(segment for segment in strip if segment.text == "failed")
        assert failed.style is not None
        assert failed.style.bold
        assert failed.style.color is not None
        assert failed.style.color.number == 1


@pytest.mark.parametrize("keys", [["k"], ["pageup"], ["ctrl+u"], ["g"], ["up"]])
async def test_scrolling_up_pauses_and_new_lines_do_not_move_the_view(
    widget_app: Callable, shown: Callable, keys: list[str]
) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        await pilot.press(*keys)
        before = shown(log)
        log.feed(numbered(100, 200))
        await drawn(pilot)
        assert shown(log) == before
        assert follow_told(app) == [False]


@pytest.mark.parametrize("keys", [["end"], ["G"], ["f"], ["pagedown"]])
async def test_going_to_the_end_follows_again(widget_app: Callable, shown: Callable, keys: list[str]) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        await pilot.press("k", *keys)
        log.feed(numbered(100, 200))
        await drawn(pilot)
        assert shown(log)[-1] == " line 199"
        assert follow_told(app) == [False, True]


async def test_the_wheel_pauses_too(widget_app: Callable) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        log.post_message(events.MouseScrollUp(log, 5, 5, 0, -1, 0, False, False, False))
        await pilot.pause()
        assert follow_told(app) == [False]


async def test_a_resize_keeps_the_end_in_sight(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        for size in ((60, 10), (100, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert shown(log)[-1] == " line 99"
        assert follow_told(app) == []


async def test_what_was_fed_while_hidden_is_followed_when_shown(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    log.display = False
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        log.display = True
        await drawn(pilot)
        assert shown(log)[-1] == " line 99"
        assert log.follow


async def test_the_oldest_lines_go_and_the_first_line_says_so(widget_app: Callable, shown: Callable) -> None:
    log = LogPane(max_lines=1000)
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        for start in range(0, 5000, 1000):
            log.feed(numbered(start, start + 1000))
            await drawn(pilot)
        dropped = log.dropped_line_count
        assert 4000 <= dropped <= 4100
        assert log.line_count == 5000 - dropped + 1
        await pilot.press("g")
        assert shown(log)[:2] == [f" … {dropped:,} earlier lines are in the log file", f" line {dropped}"]


async def test_a_paused_view_stays_on_its_lines_when_older_ones_go(widget_app: Callable, shown: Callable) -> None:
    log = LogPane(max_lines=1000)
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 1000))
        await drawn(pilot)
        await pilot.press("pageup")
        before = shown(log)
        log.feed(numbered(1000, 1100))
        await drawn(pilot)
        assert log.dropped_line_count == 100
        assert shown(log) == before
        assert not log.follow


async def test_long_lines_count_against_the_memory_too(widget_app: Callable) -> None:
    log = LogPane(max_characters=100_000)
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed((b"x" * 999 + b"\n") * 500)
        await drawn(pilot)
        assert log.dropped_line_count == 37 * 11  # blocks of as many lines as reach a tenth


async def test_a_long_line_is_reached_sideways(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(40, 10)) as pilot:
        log.feed(b"start " + b"x" * 60 + b" end\n")
        await drawn(pilot)
        assert shown(log)[0].endswith("»")
        await pilot.press(*["l"] * 6)
        assert shown(log)[0].startswith(" «")
        assert shown(log)[0].endswith(" end")
        await pilot.press(*["h"] * 6)
        assert shown(log)[0].startswith(" start")


async def test_find_goes_from_line_to_line_and_round_the_end(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        for number in range(5000):
            log.feed(b"er\x1b[31mR\x1b[0mor %d\n" % number if number % 1500 == 7 else b"fine %d\n" % number)
        await drawn(pilot)
        assert [log.find("ERROR", forward=True) for _ in range(4)] == [7, 1507, 3007, 4507]
        assert log.find("error") == 7
        assert log.find("error", forward=False) == 4507
        assert log.find("error", forward=False) == 3007
        assert not log.follow
        assert any("erRor 3007" in row for row in shown(log))
        assert log.find("not there") is None


async def test_clear_forgets_everything_and_follows_again(widget_app: Callable, shown: Callable) -> None:
    log = LogPane(empty_message="No job has run yet")
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(b"\x1b[31m" + numbered(0, 100) + b"partial \xe6")
        await drawn(pilot)
        await pilot.press("g")
        log.clear()
        await pilot.pause()
        assert any(row.strip() == "No job has run yet" for row in shown(log))
        log.feed(b"new\n")
        await drawn(pilot)
        assert shown(log)[0] == " new"
        assert log.follow


async def test_only_lines_in_sight_are_parsed(widget_app: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    from ckexplore.tui.widgets import log_lines

    parse = log_lines.parse_line
    monkeypatch.setattr(log_lines, "parse_line", lambda line, columns: parsed.append(line) or parse(line, columns))
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 50_000))
        await drawn(pilot)
    assert 24 <= len(parsed) < 200


# What comes faster than it can be read


async def test_a_large_piece_is_read_in_slices_between_which_keys_are_heard(
    widget_app: Callable, shown: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckexplore.tui.widgets import log_lines

    monkeypatch.setattr(log_lines, "_SLICE_SECONDS", 0.0)
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 100_000))
        app.post_message(events.Key("f", "f"))
        while not follow_told(app):
            await asyncio.sleep(0.001)
        assert log.waiting_bytes
        assert log.line_count < 100_000
        log.follow = True
        monkeypatch.undo()
        while log.waiting_bytes:
            await pilot.pause(0.01)
        await drawn(pilot)
        assert shown(log)[-1] == " line 99999"


async def test_what_could_only_scroll_out_is_never_read(widget_app: Callable, shown: Callable) -> None:
    log = LogPane(max_lines=100)
    log.feed(numbered(0, 10))
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        await drawn(pilot)
        for start in range(10, 20_010, 1000):
            log.feed(numbered(start, start + 1000))
        assert log.waiting_bytes <= len(numbered(18_000, 20_010))
        await drawn(pilot)
        assert log.dropped_line_count + log.line_count == 20_010 + 1  # the note
        assert shown(log)[-1] == " line 20009"


# Lines written over


async def test_lines_written_over_are_drawn_anew(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        for step in range(3):
            log.feed(b"bar one %d\nbar two %d\nbar three %d\x1b[2A\r" % (step, step, step))
            await drawn(pilot)
            assert shown(log)[:3] == [f" bar one {step}", f" bar two {step}", f" bar three {step}"]
        log.feed(b"\x1b[31m" + b"".join(b"\r%d" % number for number in range(2000)))
        await drawn(pilot)
        assert shown(log)[0] == " 1999one 2"


async def test_a_terminal_of_another_size_is_written_for(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.resize_terminal(3, 20)
        log.feed(b"one\ntwo\nthree\nfour\x1b[99A\x1b[99C!")
        await drawn(pilot)
        assert shown(log)[:4] == [" one", " two" + " " * 16 + "!", " three", " four"]


# A program that takes the whole screen


def taken_told(app: Any) -> list[bool]:
    return [message.taken for message in app.told if isinstance(message, LogPane.ScreenTaken)]


async def test_a_program_that_takes_the_screen_is_told_of_and_leaves_no_garbage(
    widget_app: Callable, shown: Callable
) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(b"before\n\x1b[?1049h\x1b[2J\x1b[5;5Hgarbage")
        await drawn(pilot)
        assert taken_told(app) == [True]
        assert log.whole_screen
        assert shown(log)[:3] == [" before", " … a program that uses the whole screen; here a attaches to it", ""]
        log.feed(b"more\x1b[?1049lafter\n")
        await drawn(pilot)
        assert taken_told(app) == [True, False]
        assert shown(log)[:3] == [" before", " after", ""]


async def test_the_screen_is_given_back_for_a_program_that_is_over(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        log.feed(b"\x1b[?1049hlost")
        log.leave_whole_screen()
        log.feed(b"killed\n")
        await drawn(pilot)
        assert shown(log)[:2] == [" killed", ""]
        assert taken_told(app) == []


# Search


def sentences(app: Any) -> list[str]:
    return [message.sentence for message in app.told if isinstance(message, LogPane.Told)]


async def test_a_search_begins_with_the_newest_and_goes_on_by_keys(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(3000):
            log.feed(b"needle %d\n" % number if number % 1000 == 7 else b"fine %d\n" % number)
        await drawn(pilot)
        log.search("NEEDLE")
        await drawn(pilot)
        assert " needle 2007" in shown(log)
        assert not log.follow
        for key, number in (("N", 1007), ("N", 7), ("n", 1007), ("n", 2007), ("n", 7)):
            await pilot.press(key)
            await drawn(pilot)
            assert f" needle {number}" in shown(log)
        assert sentences(app) == []


async def test_what_is_not_there_is_said(widget_app: Callable) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        log.search("x" * 100 + "\x1b")
        await drawn(pilot)
        log.feed(numbered(0, 5000))
        await drawn(pilot)
        log.search("not [/] there\u202e")
        await drawn(pilot)
        await pilot.press("E")
        await drawn(pilot)
        assert sentences(app) == [
            "nothing has been searched for yet",
            f"no line has “{'x' * 40}…” in it",
            "no line has “not [/] there\ufffd” in it",
            "no line looks like an error",
        ]
        assert log.follow


async def test_a_search_finds_its_line_though_older_ones_go_meanwhile(widget_app: Callable, shown: Callable) -> None:
    log = LogPane(max_lines=6000)
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 6000))
        await drawn(pilot)
        numbers = log._numbers_of(text_wanted("line 5500"), 0, True)
        assert next(numbers) is None
        log.feed(numbered(6000, 7000))
        await drawn(pilot)
        await log._look(numbers, "")
        assert log.dropped_line_count > 1000
        assert " line 5500" in shown(log)


async def test_the_first_error_is_gone_to(widget_app: Callable, shown: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(b"gcc -Werror x.c\n0 errors\n" + numbered(0, 3000) + b"\x1b[1mx.c:1: \x1b[31merror:\x1b[0m no\n")
        log.feed(numbered(3000, 6000) + b"error: again\n")
        await drawn(pilot)
        await pilot.press("E")
        await drawn(pilot)
        assert " x.c:1: error: no" in shown(log)
        assert not log.follow


# Marking and copying


async def test_the_lines_in_sight_are_copied_as_plain_text(widget_app: Callable, clipboard: list[str]) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 6)) as pilot:
        log.feed(numbered(0, 100) + b"\x1b[1ma\tb\x1b]52;c;eA==\x07\x9b [/]  ")
        await drawn(pilot)
        await pilot.press("y")
        await pilot.pause()
    assert clipboard == ["line 95\nline 96\nline 97\nline 98\nline 99\na       b\ufffd [/]"]
    assert sentences(app) == ["copied 6 lines"]


async def test_lines_marked_by_keys_are_copied(widget_app: Callable, shown: Callable, clipboard: list[str]) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 6)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        await pilot.press("v", "k", "k")
        log.feed(numbered(100, 200))
        await drawn(pilot)
        assert shown(log)[-1] == " line 99"
        await pilot.press("y")
        await pilot.press("v", "G", "y")
        await pilot.press("v", "g", "j", "y")
        await pilot.pause()
    assert clipboard[0] == "line 97\nline 98\nline 99"
    assert clipboard[1] == "\n".join(f"line {number}" for number in range(99, 200))
    assert clipboard[2] == "\n".join(f"line {number}" for number in range(1, 200))
    assert sentences(app) == ["copied 3 lines", "copied 101 lines", "copied 199 lines"]


async def test_a_mark_is_seen_and_escape_takes_it_away(widget_app: Callable) -> None:
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 6)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        before = log.render_line(5)
        assert log.check_action("unmark", ()) is False
        await pilot.press("v")
        assert log.check_action("unmark", ()) is True
        assert log.render_line(5) != before
        await pilot.press("escape")
        assert log.render_line(5) == before


async def test_marked_lines_that_are_dropped_are_not_copied(widget_app: Callable, clipboard: list[str]) -> None:
    log = LogPane(max_lines=100)
    async with widget_app(log).run_test(size=(80, 6)) as pilot:
        log.feed(numbered(0, 100))
        await drawn(pilot)
        await pilot.press("v", "g")
        log.feed(numbered(100, 150))
        await drawn(pilot)
        await pilot.press("y")
        await pilot.pause()
    assert clipboard == ["\n".join(f"line {number}" for number in range(50, 100))]


async def test_more_than_a_terminal_takes_is_cut_and_that_is_said(widget_app: Callable, clipboard: list[str]) -> None:
    log = LogPane()
    app = widget_app(log)
    async with app.run_test(size=(80, 6)) as pilot:
        log.feed(b"".join(b"%099d\n" % number for number in range(2000)))
        await drawn(pilot)
        await pilot.press("v", "g", "y")
        await pilot.pause()
    assert len(base64.b64encode(clipboard[0].encode())) <= 100_000
    assert sentences(app) == ["copied the first 740 lines: a terminal takes no more at once"]


async def test_nothing_is_copied_from_an_empty_log(widget_app: Callable, clipboard: list[str]) -> None:
    app = widget_app(LogPane(empty_message="nothing written yet"))
    async with app.run_test(size=(80, 6)) as pilot:
        await pilot.press("v", "y")
        await pilot.pause()
    assert clipboard == []
    assert sentences(app) == ["there is nothing to copy"]


async def test_the_mouse_selects_text_and_the_lines_stand_still(
    widget_app: Callable, shown: Callable, clipboard: list[str]
) -> None:
    log = LogPane(max_lines=100)
    app = widget_app(log)
    async with app.run_test(size=(80, 6)) as pilot:
        log.feed(numbered(0, 150))
        await drawn(pilot)
        assert shown(log)[1:3] == [" line 145", " line 146"]
        await pilot.mouse_down(log, offset=(3, 1))
        await pilot.hover(log, offset=(4, 2))
        await pilot.mouse_up(log, offset=(4, 2))
        assert not log.follow
        selected = "".join(
            segment.text
            for row in (1, 2)
            for segment in log.render_line(row)
            if segment.style and segment.style.bgcolor != log.rich_style.bgcolor
        )
        assert selected == "ne 145" + " " * (log.visible_width - 8) + "line"
        log.feed(numbered(150, 200))  # some lines go, and the others move
        await drawn(pilot)
        await pilot.press("y")
        await pilot.pause()
        assert clipboard == ["ne 145\nline"]
        assert log.text_selection is None


# Whatever is written


@given(streams, st.sampled_from([(24, 80), (3, 10)]))
@settings(max_examples=8)
def test_no_control_character_leaves_the_pane_whatever_is_written(data: bytes, size: tuple[int, int]) -> None:
    async def draw() -> None:
        log = LogPane(max_lines=20)
        async with WidgetApp(log).run_test(size=(40, 10)) as pilot:
            log.resize_terminal(*size)
            log.feed(data[: len(data) // 2])
            await drawn(pilot)
            log.feed(data[len(data) // 2 :] + b"\n" + data)
            await drawn(pilot)
            for row in range(10):
                strip = log.render_line(row)
                assert is_harmless(strip.text)
                assert strip.cell_length == log.visible_width
                assert not any(segment.control for segment in strip)
            await pilot.press("v", "g", "y")
            assert is_harmless(log.app.clipboard.replace("\n", ""))

    asyncio.run(draw())
