"""Folders that are made anew are whole or as they were before, whatever happened in between."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.actions.jobs.fresh import fresh_folders
from ckexplore.store.errors import FailedError


def _nothing(_: Path) -> None:
    pass


def _a_folder(place: Path) -> None:
    (place / "deep").mkdir(parents=True)
    (place / "deep/file").write_text("before")


def _a_file(place: Path) -> None:
    place.write_text("before")


def _a_link(place: Path) -> None:
    (place.parent / "elsewhere").mkdir()
    (place.parent / "elsewhere/file").write_text("before")
    place.symlink_to("elsewhere")


def content(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.parametrize("before", [_nothing, _a_folder, _a_file, _a_link])
def test_what_fails_leaves_everything_as_it_was(tmp_path: Path, before: Callable[[Path], None]) -> None:
    place = tmp_path / "it"
    before(place)
    expected = content(tmp_path)
    with pytest.raises(KeyError), fresh_folders([str(place)]):
        assert not place.exists()
        place.mkdir()
        (place / "half").write_text("made")
        raise KeyError
    assert content(tmp_path) == expected
    assert place.exists() is (before is not _nothing)


@pytest.mark.parametrize("before", [_nothing, _a_folder, _a_file, _a_link])
def test_what_ends_well_stands_there_alone(tmp_path: Path, before: Callable[[Path], None]) -> None:
    place = tmp_path / "it"
    before(place)
    with fresh_folders([str(place)]):
        place.mkdir()
        (place / "new").write_text("made")
    assert content(place) == {"new": "made"}
    assert {path.name for path in tmp_path.iterdir()} <= {"it", "elsewhere"}
    assert content(tmp_path / "elsewhere") == ({"file": "before"} if before is _a_link else {})


def test_what_one_that_never_ended_put_aside_counts_as_it_was_then(tmp_path: Path) -> None:
    place = tmp_path / "it"
    _a_folder(place)
    expected = content(tmp_path)
    interrupted = fresh_folders([str(place)])
    interrupted.__enter__()
    (place / "x").mkdir(parents=True)
    (place / "x/half").write_text("made")
    with pytest.raises(KeyError), fresh_folders([str(place)]):
        assert not place.exists()
        raise KeyError
    assert content(tmp_path) == expected


def test_a_folder_that_cannot_be_put_aside_is_told_and_left(tmp_path: Path) -> None:
    place = tmp_path / ("n" * 250)
    _a_folder(place)
    with pytest.raises(FailedError, match="can't be put aside"), fresh_folders([str(place)]):
        raise AssertionError
    assert content(place) == {"deep/file": "before"}
