"""Files on a cold disk are looked at ahead by threads; what the caller gets is the same."""

from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from ckexplore.store.cold_disk import warmed
from ckexplore.store.errors import UnreadableError

FILES = tuple(f"file {number}" for number in range(100))


def looked_at(pause: Callable[[], None], look: Callable[[str], object]) -> list[str]:
    """Go through the files, with a pause for each of the first part."""
    got: list[str] = []
    for number, some in enumerate(warmed(FILES, look)):
        for file in some:
            if not number:
                pause()
            got.append(file)
    return got


def test_files_that_come_at_once_are_not_looked_at_ahead() -> None:
    seen: list[str] = []
    assert looked_at(lambda: None, seen.append) == [*FILES]
    assert len(seen) in {0, 94}  # a busy machine may have interrupted us, which looks like a wait


def test_what_follows_files_that_were_waited_for_is_looked_at_ahead_once() -> None:
    seen: list[str] = []
    assert looked_at(lambda: sleep(0.001), seen.append) == [*FILES]
    assert sorted(seen) == sorted(FILES[6:])


@pytest.mark.parametrize("error", [OSError("gone"), UnreadableError("no")])
def test_what_a_look_ahead_raises_is_left_to_the_caller(error: Exception) -> None:
    def look(file: str) -> None:
        raise error

    assert looked_at(lambda: sleep(0.001), look) == [*FILES]


def test_a_few_files_are_all_there_is(tmp_path: Path) -> None:
    assert [list(some) for some in warmed(["a"], Path)] == [["a"]]
    assert [list(some) for some in warmed([], Path)] == [[]]
