"""When changes are told: at once, in batches, or as one look at everything. No clock runs here."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.watch.batch import (
    LOCK_LONGEST,
    LOCK_QUIET,
    LONGEST,
    MANY,
    QUIET,
    RESTS,
    WHOLE_LONGEST,
    WHOLE_QUIET,
    Batch,
    Kind,
    Pace,
)

META, LOCK = "program/x/.cm/meta.json", ".git/index.lock"


def noted(*events: tuple[str, Kind, float]) -> Batch:
    batch = Batch()
    for event in events:
        batch.note(*event)
    return batch


def test_nothing_is_due_when_nothing_happened() -> None:
    assert Batch().due() == inf
    assert noted((LOCK, Kind.CREATED, 1.0)).due() == inf


@pytest.mark.parametrize("kind", [Kind.WRITTEN, Kind.ARRIVED])
def test_an_edited_file_is_told_at_once(kind: Kind) -> None:
    batch = noted((META, kind, 1.0))
    assert batch.due() == 1.0
    assert batch.take(1.0) == (frozenset({META}), False)
    assert batch.due() == inf


def test_what_follows_closely_is_gathered_until_it_is_quiet() -> None:
    batch = noted((META, Kind.WRITTEN, 1.0))
    batch.take(1.0)
    for number in range(3):
        batch.note(f"a/{number}", Kind.WRITTEN, 1.01 + number / 100)
    assert batch.due() == pytest.approx(1.03 + QUIET)


def test_a_stream_of_changes_is_told_in_parts() -> None:
    batch = noted((META, Kind.WRITTEN, 1.0))
    batch.take(1.0)
    for step in range(100):
        batch.note(f"a/{step}", Kind.WRITTEN, 1.01 + step / 100)
    assert batch.due() == pytest.approx(1.01 + LONGEST)


def test_after_a_pause_the_next_edit_is_told_at_once_again() -> None:
    batch = noted((META, Kind.WRITTEN, 1.0))
    batch.take(1.0)
    batch.note(META, Kind.WRITTEN, 1.0 + QUIET)
    assert batch.due() == 1.0 + QUIET


def test_a_new_file_waits_for_the_name_that_it_may_get() -> None:
    batch = noted(("a/new", Kind.CREATED, 1.0), ("a/new", Kind.WRITTEN, 1.001))
    assert batch.due() == 1.001 + QUIET
    batch.note("a/new", Kind.GONE, 1.002)
    batch.note("a/meta.json", Kind.ARRIVED, 1.002)
    assert batch.due() <= 1.002


def test_a_file_that_came_and_went_is_told() -> None:
    """A look at its folder may have seen it in between."""
    batch = noted(("a/new", Kind.CREATED, 1.0), ("a/new", Kind.GONE, 1.0))
    assert batch.take(2.0) == (frozenset({"a/new"}), False)


def test_many_paths_become_one_look_at_everything() -> None:
    batch = Batch()
    for number in range(MANY):
        batch.note(f"a/{number}", Kind.CREATED, 1.0)
    assert not batch.whole
    batch.note("one more", Kind.CREATED, 1.0)
    batch.note("and another", Kind.WRITTEN, 1.01)
    assert batch.due() == 1.01 + WHOLE_QUIET
    assert batch.take(1.2) == (frozenset(), True)


def test_a_storm_does_not_put_off_the_look_at_everything_for_ever() -> None:
    batch = noted((".git/HEAD", Kind.ARRIVED, 1.0))
    for step in range(1_000):
        batch.note(f"a/{step}", Kind.WRITTEN, 1.0 + step / 100)
    assert batch.due() == 1.0 + WHOLE_LONGEST


@pytest.mark.parametrize("path", [".git/HEAD", ".git/index", ".git"])
def test_git_s_index_and_head_mean_everything(path: str) -> None:
    batch = noted((META, Kind.WRITTEN, 1.0), (path, Kind.ARRIVED, 1.0))
    assert batch.whole
    assert batch.due() == 1.0 + WHOLE_QUIET


def test_nothing_is_told_while_git_holds_its_lock() -> None:
    batch = noted((LOCK, Kind.CREATED, 1.0), (META, Kind.WRITTEN, 1.1), ("a/b", Kind.WRITTEN, 2.0))
    assert batch.due() == 2.0 + LOCK_QUIET
    batch.note(LOCK, Kind.GONE, 2.1)
    batch.note(".git/index", Kind.ARRIVED, 2.1)
    assert batch.due() == 2.1 + WHOLE_QUIET


def test_a_lock_that_a_killed_git_left_holds_nothing_back_for_long() -> None:
    batch = noted((LOCK, Kind.CREATED, 1.0))
    for step in range(100):
        batch.note(META, Kind.WRITTEN, 1.0 + step)
    assert batch.due() == 1.0 + LOCK_LONGEST
    batch.take(batch.due())
    batch.note(META, Kind.WRITTEN, 200.0)
    assert batch.due() == 200.0


def test_lost_events_mean_everything_lock_or_not() -> None:
    batch = noted((LOCK, Kind.CREATED, 1.0), ("", Kind.LOST, 1.0))
    assert batch.lost
    assert batch.due() == 1.0 + WHOLE_QUIET
    batch.take(2.0)
    assert not batch.lost


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([META, "a", "b", LOCK, ".git/HEAD", ""]),
        st.sampled_from([Kind.CREATED, Kind.WRITTEN, Kind.ARRIVED, Kind.GONE]),
        st.floats(0, 3),
        st.booleans(),
    )
)


@given(EVENTS)
def test_every_path_that_was_noted_is_told_and_none_later_than_promised(events: list) -> None:
    batch, now = Batch(), 0.0
    noted, told, everything = set[str](), set[str](), False
    for path, kind, pause, lost in events:
        now += pause
        if batch.due() <= now:
            paths, whole = batch.take(now)
            told |= paths
            everything |= whole
        batch.note(path, Kind.LOST if lost else kind, now)
        if path != LOCK and not lost:
            noted.add(path)
        assert batch.due() == inf or batch.due() <= now + LOCK_LONGEST
    paths, whole = batch.take(now)
    assert everything or whole or told | paths == noted


def test_looks_become_rarer_while_nothing_changes_and_frequent_again_when_something_does() -> None:
    pace, now = Pace(5.0, 60.0), 100.0
    seen = []
    for _ in range(6):
        pace.looked(now, 0.1, changed=False)
        seen.append(pace.every)
        now = pace.due
    assert seen == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0]
    pace.looked(now, 0.1, changed=True)
    assert (pace.every, pace.due) == (5.0, now + 5.0)


def test_an_event_hurries_the_next_look_but_never_puts_it_off() -> None:
    pace = Pace(5.0, 60.0)
    for _ in range(5):
        pace.looked(100.0, 0.0, changed=False)
    pace.hurry(110.0)
    assert pace.due == 115.0
    pace.hurry(112.0)
    assert pace.due == 115.0


def test_a_look_that_takes_long_is_followed_by_a_long_rest() -> None:
    pace = Pace(5.0, 60.0)
    pace.looked(100.0, 30.0, changed=True)
    assert pace.due == 100.0 + RESTS * 30.0
