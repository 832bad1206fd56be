"""The kept table of points: the same as reading, current after every change, never trusted when it is broken."""

import json
import os
from pathlib import Path

import pytest

from ckexplore.actions.points.chosen import chosen_points
from ckexplore.actions.points.kept_table import table_of
from ckexplore.actions.points.table import point_table
from ckexplore.actions.request import request_from
from ckexplore.store.cid import Cid
from ckexplore.store.formats import ck_points
from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.formats.ck_points import NewPoint
from ckexplore.store.lookup import Location, locate_one
from ckexplore.store.registry import repositories
from ckexplore.store.repos import prepare_home
from ckexplore.store.workspace import Workspace


@pytest.fixture
def experiment(workspace: Workspace) -> Location:
    prepare_home(workspace)
    entry = create_entry(workspace.local, "experiment", {"tags": ["x"]}, alias="sweep")
    ck_points.add_points(entry, map(_point, range(30)))
    return locate_one(workspace, repositories(workspace), Cid("local", "experiment", "sweep"))


def _point(number: int) -> NewPoint:
    choices = {"threads": number % 4, "model": f"m{number % 3}", **({"rare": number} if number == 7 else {})}
    return NewPoint(choices, {"mixed": number if number % 2 else "odd"}, [{"run": {"s": 1.5}}, {"run": {"s": 2.5}}])


def _kept(workspace: Workspace) -> Path:
    (file,) = (workspace.catalog / "points").iterdir()
    return file


def test_what_was_kept_is_what_reading_gives(workspace: Workspace, experiment: Location) -> None:
    read = point_table(ck_points.points(experiment.path))
    first, kept = table_of(workspace, experiment), table_of(workspace, experiment)
    assert _kept(workspace).is_file()
    assert first.uids == kept.uids == read.uids
    assert first.columns == kept.columns == read.columns
    assert kept.columns["run.s"].repeated[3] == (1.5, 2.5)


def test_the_kept_table_is_used(workspace: Workspace, experiment: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = table_of(workspace, experiment).uids

    def refuse(_: Path) -> None:
        raise AssertionError("the points are read again")

    monkeypatch.setattr(ck_points, "points", refuse)
    assert table_of(workspace, experiment).uids == expected


def test_a_new_point_a_removed_one_and_one_changed_in_place_are_seen(
    workspace: Workspace, experiment: Location
) -> None:
    table_of(workspace, experiment)
    uid = ck_points.add_point(experiment.path, {"threads": 9}, {}, [{"run": {"s": 9.0}}])
    assert uid in table_of(workspace, experiment).uids
    for file in experiment.path.glob(f"ckp-{uid}*"):
        file.unlink()
    assert uid not in table_of(workspace, experiment).uids
    other = table_of(workspace, experiment).uids[0]
    path = experiment.path / f"ckp-{other}.0001.json"
    value = json.loads(path.read_text())
    value["choices"]["threads"] = 77
    with path.open("r+") as stream:
        stream.write(json.dumps(value))
        stream.truncate()
    os.utime(path, ns=(0, 0))
    assert 77 in table_of(workspace, experiment).columns["choices.threads"].values


@pytest.mark.parametrize("content", [b"", b"no msgpack", b"\x94\x01\xa0\x90\x90", b"\xc1" * 50])
def test_a_broken_file_is_read_anew_and_replaced(workspace: Workspace, experiment: Location, content: bytes) -> None:
    expected = table_of(workspace, experiment)
    file = _kept(workspace)
    good = file.read_bytes()
    file.write_bytes(content)
    assert table_of(workspace, experiment).columns == expected.columns
    assert file.read_bytes() == good


def test_a_table_cut_short_is_not_taken_for_whole(workspace: Workspace, experiment: Location) -> None:
    expected = table_of(workspace, experiment)
    file = _kept(workspace)
    file.write_bytes(file.read_bytes()[:-100])
    assert table_of(workspace, experiment).columns == expected.columns


def test_numbers_that_cant_be_kept_are_read_each_time(workspace: Workspace, experiment: Location) -> None:
    ck_points.add_point(experiment.path, {"huge": 10**30}, {}, [{"run": {"s": 1.0}}])
    for _ in range(2):
        assert 10**30 in table_of(workspace, experiment).columns["choices.huge"].values
    assert list(workspace.catalog.glob("points/*")) == []


def test_several_experiments_are_one_table_with_their_names(workspace: Workspace, experiment: Location) -> None:
    other = create_entry(workspace.local, "experiment", {}, alias="sweep-2")
    ck_points.add_point(other, {"cores": 2}, {}, [{"run": {"s": 4.0}}, {"run": {"s": 6.0}}])
    chosen = chosen_points(
        request_from(workspace, {"action": "show", "cid": "experiment:sweep*", "where": "experiment = 'sweep-2'"})
    )
    (row,) = chosen.rows
    assert len(chosen.table) == 31
    assert chosen.table.columns["choices.cores"].values[row] == 2
    assert chosen.table.columns["choices.threads"].values[row] is None
    assert chosen.table.columns["run.s"].repeated[row] == (4.0, 6.0)
    (number,) = chosen.rows_by_experiment([row])
    assert chosen.experiments[number].alias == "sweep-2"
    del experiment
