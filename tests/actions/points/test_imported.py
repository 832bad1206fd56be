"""Points of files and folders become points of one's own: none twice, none lost, broken ones told by number."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.actions.points import imported
from ckexplore.actions.points.imported import read_source, write_points
from ckexplore.actions.points.table import PointTable, point_table
from ckexplore.store.errors import InvalidRequestError, UnreadableError
from ckexplore.store.formats import ck_points
from ckexplore.store.formats.ck_points import NewPoint
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL, SAMPLES

PUBLISHED = SAMPLES / "ckx-ml" / "experiment" / "mobilenets-mlperf-v0.5"


def _import(workspace: Workspace, file: Path, name: str = "", **options: str) -> dict:
    return access({"action": "import", "cid": f"experiment:{name}", "file": str(file), **options}, workspace)


def _table(workspace: Workspace, name: str) -> PointTable:
    return point_table(ck_points.points(workspace.local / "experiment" / name))


def _without_marks(table: PointTable) -> dict:
    return {name: (one.kind, one.values, one.repeated) for name, one in table.columns.items() if "imported" not in name}


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_what_was_exported_is_the_same_table_when_it_is_imported(
    workspace: Workspace, samples: Path, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"points.{ending}"
    cid = "experiment:mobilenets-mlperf-v0.5"
    done = access({"action": "export", "cid": cid, "file": str(file), "where": "multiplier = 0.25"}, workspace)
    assert done["return"] == 0, done
    added = _import(workspace, file, "back")
    assert (added["return"], added["number_of_points"], added["broken"]) == (0, done["number_of_points"], [])
    rows = [row for row, one in enumerate(_of(samples).columns["choices.multiplier"].values) if one == 0.25]
    assert len(rows) == added["number_of_points"] > 20
    assert _without_marks(_table(workspace, "back")) == _without_marks(_of(samples).rows(rows))


def _of(samples: Path) -> PointTable:
    return point_table(ck_points.points(samples / "experiment" / PUBLISHED.name))


def test_json_keeps_lists_and_repetitions(workspace: Workspace, tmp_path: Path) -> None:
    repetitions = [{"run": {"s": value, "latencies_s": [value, 2.0]}} for value in (1.0, 3.0, 2.0)]
    access({"action": "add", "cid": "experiment:own"}, workspace)
    ck_points.add_points(workspace.local / "experiment" / "own", [NewPoint({"n": 1}, {}, repetitions)])
    file = tmp_path / "own.jsonl"
    assert access({"action": "export", "cid": "experiment:own", "file": str(file)}, workspace)["return"] == 0
    assert _import(workspace, file, "back")["return"] == 0
    (point,) = ck_points.points(workspace.local / "experiment" / "back")
    assert list(point.repetitions) == repetitions
    assert point.characteristics["run"]["s"] == 2.0


def test_the_same_file_imported_twice_adds_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("threads,time_s\n1,2.5\n2,1.5\n")
    assert _import(workspace, file)["number_of_points"] == 2
    again = _import(workspace, file)
    assert (again["number_of_points"], again["already"]) == (0, True)
    copy = shutil.copy(file, tmp_path / "other-name.csv")
    assert _import(workspace, Path(copy), "mine")["already"]
    file.write_text("threads,time_s\n4,0.5\n")
    assert _import(workspace, file)["number_of_points"] == 1
    table = _table(workspace, "mine")
    assert table.columns["choices.threads"].values == [1, 2, 4]
    assert table.columns["features.imported.file"].values == [str(file)] * 3
    assert all(re.fullmatch("[0-9a-f]{64}", str(one)) for one in table.columns["features.imported.sha256"].values)


def test_an_import_that_was_cut_short_is_gone_on_with(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("threads,time_s\n" + "".join(f"{number},2.5\n" for number in range(10)))
    source = read_source(file)
    real = imported._new

    def cut(*arguments: object) -> object:
        for number, one in enumerate(real(*arguments)):  # type: ignore[arg-type]
            if number == 4:
                raise KeyboardInterrupt
            yield one

    monkeypatch.setattr(imported, "_new", cut)
    with pytest.raises(KeyboardInterrupt):
        write_points(workspace, "mine", source)
    monkeypatch.undo()
    assert write_points(workspace, "mine", source).added == 10
    assert _table(workspace, "mine").columns["choices.threads"].values == list(range(10))


def test_points_of_one_uid_stay_apart(workspace: Workspace, tmp_path: Path) -> None:
    line = json.dumps({"point": "0123456789abcdef", "choices": {"n": 1}, "characteristics": {"run": {"s": 1.0}}})
    file = tmp_path / "a.jsonl"
    file.write_text(f"{line}\n{line}\n")
    assert _import(workspace, file)["number_of_points"] == 2
    file.write_text(f"{line} \n")
    assert _import(workspace, file)["number_of_points"] == 1
    assert len(set(_table(workspace, "a").uids)) == 3


def test_broken_lines_are_told_and_the_others_imported(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"choices": {"n": 1}, "characteristics": {"run": {"s": 1}}}\n{oops\n[1]\n{"choices": {}}\n')
    answer = _import(workspace, file)
    assert answer["number_of_points"] == 1
    assert [one["number"] for one in answer["broken"]] == [2, 3, 4]


def test_a_file_without_any_sound_point_makes_no_experiment(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("{oops\n")
    answer = _import(workspace, file)
    assert answer["return"] == 1
    assert "number 1" in answer["error"]
    assert not (workspace.local / "experiment" / "a").exists()


def test_results_of_cm_and_whole_repositories_are_imported(workspace: Workspace, tmp_path: Path) -> None:
    run = tmp_path / "r" / "experiment" / "theirs" / "2024"
    run.mkdir(parents=True)
    (tmp_path / "r" / "cmr.yaml").write_text("alias: r\nuid: 0123456789abcdef\n")
    meta = {"alias": "theirs", "uid": "1" * 16, "automation_alias": "experiment"}
    (run.parent / "_cm.json").write_text(json.dumps(meta))
    (run / "cm-result.json").write_text('[{"speed": 2.5, "who": "me"}, {"speed": 3.5}, {"who": "nothing"}]')
    answer = _import(workspace, run / "cm-result.json", "one")
    assert (answer["number_of_points"], [one["number"] for one in answer["broken"]]) == (2, [3])
    assert _import(workspace, tmp_path / "r", "all")["number_of_points"] == 2
    table = _table(workspace, "all")
    assert table.columns["run.speed"].values == [2.5, 3.5]
    assert table.columns["features.experiment"].values == ["theirs", "theirs"]
    assert _import(workspace, tmp_path / "r", "all")["already"]


def test_a_folder_of_mlperf_results_is_imported(workspace: Workspace, tmp_path: Path) -> None:
    system = tmp_path / "sub" / "closed" / "me" / "results" / "box"
    run = system / "resnet50" / "singlestream" / "performance" / "run_1"
    run.mkdir(parents=True)
    (run / "mlperf_log_summary.txt").write_text(
        "SUT name : PySUT\nScenario : SingleStream\nMode     : PerformanceOnly\n"
        "90th percentile latency (ns) : 2500000\nResult is : VALID\n"
    )
    answer = _import(workspace, tmp_path / "sub")
    assert answer["return"] == 0, answer
    table = _table(workspace, "sub")
    assert table.columns["choices.model"].values == ["resnet50"]
    assert table.columns["run.latency_p90_s"].values == [0.0025]


def test_hostile_names_and_texts_are_safe(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    value = {"choices": {EVIL: EVIL}, "features": {"x": [EVIL]}, "characteristics": {"run": {EVIL: 1.5}}}
    file.write_text(json.dumps(value) + "\n" + json.dumps(EVIL) + "\n")
    answer = _import(workspace, file)
    written = "".join(path.read_text() for path in (workspace.local / "experiment").rglob("*.json"))
    for text in (json.dumps(answer, ensure_ascii=False), written):
        assert not {"\x1b", "\x9b", "\u202e", "\\u001b"} & {text[place : place + 1] for place in range(len(text))}
        assert "\\u001b" not in text


@pytest.mark.parametrize("name", ["x.txt", "missing.csv", "empty.json", "empty.csv", "list.json"])
def test_what_holds_no_points_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name != "missing.csv":
        file.write_text("5" if name == "list.json" else "")
    with pytest.raises((UnreadableError, InvalidRequestError), match=re.escape(name)):
        read_source(file)


def test_points_are_imported_into_one_s_own_repository_only(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("n,time_s\n1,2\n")
    answer = access({"action": "import", "cid": "theirs:experiment:x", "file": str(file)}, workspace)
    assert answer["return"] == 2
    assert "leave the repository out" in answer["error"]


def test_adding_an_experiment_without_a_file_still_adds_an_entry(workspace: Workspace) -> None:
    answer = access({"action": "add", "cid": "experiment:empty", "tags": "mine"}, workspace)
    assert (answer["return"], answer["data_alias"]) == (0, "empty")
