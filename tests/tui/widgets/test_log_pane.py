"""The log pane: a fast stream is kept, followed, searched, and drawn only where it is seen."""

from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from ckexplore.tui.widgets.log_pane import LogPane


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
        assert log.dropped_line_count == 200
        assert shown(log) == before
        assert not log.follow


async def test_long_lines_count_against_the_memory_too(widget_app: Callable) -> None:
    log = LogPane(max_characters=100_000)
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed((b"x" * 999 + b"\n") * 500)
        await drawn(pilot)
        assert log.dropped_line_count == 500 - 90


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
    from ckexplore.tui.widgets import log_pane

    parse = log_pane.parse_line
    monkeypatch.setattr(log_pane, "parse_line", lambda line: parsed.append(line) or parse(line))
    log = LogPane()
    async with widget_app(log).run_test(size=(80, 24)) as pilot:
        log.feed(numbered(0, 50_000))
        await drawn(pilot)
    assert 24 <= len(parsed) < 200
