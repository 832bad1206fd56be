"""Trees of MLPerf inference results: each system an experiment, each result a point of it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog
from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import mlperf, mlperf_results, recognise
from ckexplore.store.registry import Repository
from ckexplore.store.untrusted import from_storable
from ckexplore.store.workspace import Workspace

from ...conftest import EVIL
from .making import artifacts, signatures
from .mlperf_trees import OFFLINE, SERVER, SYSTEM, summary, write_result, write_round, write_system

BOARD = "closed/Someone/results/board"
DESCRIPTION = "closed/Someone/systems/board.json"


def board(root: Path) -> Artifact:
    return artifacts(mlperf, root)[BOARD]


def runs(root: Path, path: str = BOARD) -> dict[str, dict[str, Any]]:
    return {point.source: point.characteristics.get("run", {}) for point in mlperf.points(root, path)}


# Which trees


@pytest.mark.parametrize("division", ["closed", "open", "network"])
def test_a_tree_is_known_by_a_result_with_a_log(tmp_path: Path, division: str) -> None:
    (tmp_path / "README.md").write_text("# MLPerf Inference v3.0 results\n")
    place = f"{division}/Someone/results/board/resnet50/offline"
    (tmp_path / place / "performance/run_1").mkdir(parents=True)
    assert recognise(tmp_path) == "plain"
    write_result(tmp_path, place, summary(OFFLINE))
    assert recognise(tmp_path) == "mlperf"
    assert mlperf.identity(tmp_path) == ("", "")


def test_folders_of_that_name_alone_are_no_results(tmp_path: Path) -> None:
    for place in ("closed/issues/results/x", "open/data", "closed/README", "results/x/resnet50/offline"):
        (tmp_path / place).mkdir(parents=True)
    write_result(tmp_path, "closed/a/results/x/resnet50/Fastest", summary(OFFLINE))
    assert not mlperf.recognises(tmp_path)
    assert not mlperf.recognises(tmp_path / "nowhere")


# What a system's artifact says


def test_a_system_is_one_experiment_whose_tags_say_what_was_measured_on_it(tmp_path: Path) -> None:
    row = board(write_round(tmp_path))
    assert (row.module, row.module_uid, row.format, row.problem) == ("experiment", "bc0409fb61f0aa82", "mlperf", "")
    assert (row.alias, row.name) == ("closed.Someone.board", "A board (4x X100)")
    assert row.description == "4 x Example X100, 2 x Example CPU; TensorX 1.2; 3 results of 2 models"
    assert row.tags == (
        "v3.0",
        "closed",
        "someone",
        "example-x100",
        "edge",
        "datacenter",
        "offline",
        "server",
        "bert-99",
        "resnet50",
    )


def test_its_meta_is_the_description_that_was_submitted(tmp_path: Path) -> None:
    write_round(tmp_path)
    assert mlperf.load_meta(tmp_path, BOARD) == SYSTEM
    (tmp_path / DESCRIPTION).unlink()
    assert mlperf.load_meta(tmp_path, BOARD) == {}
    assert mlperf.load_meta(tmp_path, "closed/Someone/code") == {}
    assert (board(tmp_path).name, board(tmp_path).problem) == ("board", "")


def test_copies_of_a_round_have_the_same_uids_and_other_rounds_other_ones(tmp_path: Path) -> None:
    first, copy, other = (write_round(tmp_path / name, name[:4]) for name in ("v3.0", "v3.0-copy", "v3.1"))
    assert board(first).uid == board(copy).uid != board(other).uid
    uids = [[point.uid for point in mlperf.points(root, BOARD)] for root in (first, copy, other)]
    assert uids[0] == uids[1]
    assert len({*uids[0], *uids[2]}) == 6


def test_without_a_readme_the_round_is_that_of_loadgen(tmp_path: Path) -> None:
    write_round(tmp_path)
    (tmp_path / "README.md").unlink()
    assert "v4.1" not in board(tmp_path).tags
    write_result(tmp_path, f"{BOARD}/bert-99/Offline", details={"loadgen_version": "4.1 @ 2ed95"})
    assert board(tmp_path).tags[0] == "v4.1"


def test_a_system_without_results_says_so(tmp_path: Path) -> None:
    write_round(tmp_path)
    (tmp_path / "closed/Someone/results/empty").mkdir()
    assert "no <model>/<scenario>" in artifacts(mlperf, tmp_path)["closed/Someone/results/empty"].problem


# Points


def test_every_result_is_a_point_with_its_choices_features_and_source(tmp_path: Path) -> None:
    write_round(tmp_path)
    points = {point.source: point for point in mlperf.points(tmp_path, BOARD)}
    assert set(points) == {"bert-99/Offline", "resnet50/Offline", "resnet50/Server"}
    point = points["resnet50/Server"]
    assert point.choices == {
        "division": "closed",
        "submitter": "Someone",
        "system": "board",
        "model": "resnet50",
        "scenario": "Server",
        "framework": "TensorX 1.2",
    }
    assert point.features["round"] == "v3.0"
    assert (point.features["accelerator"], point.features["accelerators_per_node"]) == ("Example X100", 4)
    assert "software" not in point.features  # it was "N/A"
    assert point.characteristics["run"]["throughput_per_s"] == 87.97
    assert point.characteristics["run"]["accuracy_top1"] == 76.456
    assert len({one.uid for one in points.values()}) == 3
    assert list(mlperf.points(tmp_path, "closed/Someone/code")) == []


def test_scenarios_are_told_whatever_their_case(tmp_path: Path) -> None:
    write_result(write_round(tmp_path), f"{BOARD}/ssd/offline", summary(OFFLINE))
    assert runs(tmp_path)["ssd/offline"]["throughput_per_s"] == 120.5
    assert {point.choices["scenario"] for point in mlperf.points(tmp_path, BOARD)} == {"Offline", "Server"}


def test_a_broken_result_is_a_point_with_its_problem_and_the_others_are_read(tmp_path: Path) -> None:
    write_round(tmp_path)
    log = tmp_path / BOARD / "resnet50/Offline/performance/run_1/mlperf_log_summary.txt"
    log.write_bytes(b"\xff" * 1000)
    problems = {point.source: bool(point.problem) for point in mlperf.points(tmp_path, BOARD)}
    assert problems == {"bert-99/Offline": False, "resnet50/Offline": True, "resnet50/Server": False}


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "", '{"a": ' * 5_000])
def test_a_broken_description_is_the_experiments_problem_and_its_results_are_there(tmp_path: Path, text: str) -> None:
    write_round(tmp_path)
    (tmp_path / DESCRIPTION).write_text(text)
    assert "board.json" in board(tmp_path).problem
    assert "3 results" in board(tmp_path).description
    with pytest.raises(UnreadableError):
        mlperf.load_meta(tmp_path, BOARD)
    points = list(mlperf.points(tmp_path, BOARD))
    assert len([point for point in points if not point.problem]) == 3
    assert len([point for point in points if point.problem]) == 1


# Signatures and changes


def test_a_rescan_without_changes_finds_the_same_signatures_and_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_round(tmp_path)
    before = signatures(mlperf, tmp_path)
    monkeypatch.setattr(os, "open", None)  # whoever reads a file calls this
    assert signatures(mlperf, tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        f"{BOARD}/resnet50/Offline/performance/run_1/mlperf_log_summary.txt",
        f"{BOARD}/resnet50/Offline/performance/run_1/mlperf_log_detail.txt",
        f"{BOARD}/resnet50/Offline/performance/run_1/spl.txt",
        f"{BOARD}/resnet50/Server/performance/run_5/mlperf_log_summary.txt",
        f"{BOARD}/bert-99/Offline/performance/result_summary.json",
        f"{BOARD}/bert-99/Offline/accuracy/accuracy.txt",
        f"{BOARD}/new-model/Server/performance/run_1/mlperf_log_summary.txt",
        DESCRIPTION,
        "README.md",
    ],
)
def test_the_signature_changes_with_every_file_that_a_result_is_made_of(tmp_path: Path, name: str) -> None:
    write_round(tmp_path)
    write_result(tmp_path, "open/Other/results/x/bert-99/Offline", summary(OFFLINE))
    seen = [signatures(mlperf, tmp_path)]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for content in ("a", "b", None):
        status = path.stat() if path.exists() else None
        path.write_text(content) if content else path.unlink()
        if content and status:  # the same length at another time
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000))
        seen.append(signatures(mlperf, tmp_path))
    assert len({one[BOARD] for one in seen}) >= 3
    others = {one["open/Other/results/x"] for one in seen}
    assert len(others) == 1 or name == "README.md"


def test_what_no_result_is_made_of_changes_no_signature(tmp_path: Path) -> None:
    write_round(tmp_path)
    before = signatures(mlperf, tmp_path)
    (tmp_path / BOARD / "resnet50/Offline/performance/run_1/mlperf_log_trace.json").write_text("{}")
    (tmp_path / BOARD / "resnet50/Offline/performance/ranging").mkdir()
    (tmp_path / "closed/Someone/code").mkdir()
    assert signatures(mlperf, tmp_path) == before


@pytest.mark.parametrize(
    ("path", "belongs"),
    [
        (f"{BOARD}/resnet50/Offline/performance/run_1/mlperf_log_summary.txt", ("closed/Someone/results", "board")),
        (BOARD, ("closed/Someone/results", "board")),
        (DESCRIPTION, ("closed/Someone/results", "board")),
        ("closed/Someone/systems/notes.txt", ("", "")),
        ("closed/Someone/code/main.py", ("", "")),
        ("closed/Someone/measurements/board/resnet50", ("", "")),
        ("docs/closed", ("", "")),
        ("closed/Someone/results", None),
        ("closed/Someone", None),
        ("closed", None),
        ("README.md", None),
    ],
)
def test_a_changed_path_names_its_system(tmp_path: Path, path: str, belongs: tuple[str, str] | None) -> None:
    assert mlperf.touched(tmp_path, path) == belongs


def test_the_catalog_follows_one_changed_result_and_one_that_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    root = write_round(tmp_path / "r")
    shelf = Catalog(workspace).shelf(Repository("r", "0123456789abcdef", root, "mlperf"))
    assert len(shelf.rescan().puts) == 1
    assert not shelf.rescan()
    place = f"{BOARD}/gptj-99/Server"
    write_result(root, place, summary(SERVER))
    (row,) = shelf.look_at([f"{place}/performance/run_1/mlperf_log_summary.txt"]).puts.values()
    assert b"gptj-99" in row
    assert not shelf.look_at(["closed/Someone/code/main.py"])
    shutil.rmtree(root / BOARD)
    assert len(shelf.look_at([BOARD]).deletes) == 1
    assert not shelf.rescan()


def test_what_looks_like_results_and_is_none_is_told(tmp_path: Path) -> None:
    write_round(tmp_path)
    assert list(mlperf.drift(tmp_path)) == []
    write_system(tmp_path, "closed/Someone/systems/unused")
    write_result(tmp_path, "open/Other/results/x/resnet50/Offline", summary(OFFLINE))
    write_result(tmp_path, f"{BOARD}/resnet50/Fastest", summary(OFFLINE))
    write_result(tmp_path, f"{BOARD}/resnet50/Server/Server", summary(SERVER))
    assert {one.path: one.what.split()[0] for one in mlperf.drift(tmp_path)} == {
        "closed/Someone/systems/unused.json": "describes",
        "open/Other/results/x": "results",
        f"{BOARD}/resnet50/Fastest": "no",
        f"{BOARD}/resnet50/Server/Server": "a",
    }
    assert len(runs(tmp_path)) == 3


# Hostile trees


def test_links_that_lead_out_or_in_a_circle_are_no_results(tmp_path: Path) -> None:
    root = write_round(tmp_path / "r")
    other = write_round(tmp_path / "other")
    results = root / "closed/Someone/results"
    (results / "outside").symlink_to(other / BOARD)
    (results / "loop").symlink_to("loop")
    (results / "again").symlink_to("board")
    (root / "closed/Loop").mkdir()
    (root / "closed/Loop/results").symlink_to("results")
    assert set(artifacts(mlperf, root)) == {BOARD, "closed/Someone/results/again"}
    assert len(runs(root, "closed/Someone/results/again")) == 3


def test_files_and_pipes_in_place_of_folders_are_passed_over(tmp_path: Path) -> None:
    write_round(tmp_path)
    os.mkfifo(tmp_path / "closed/pipe")
    os.mkfifo(tmp_path / "closed/Someone/results/pipe")
    (tmp_path / "open").write_text("")
    (tmp_path / BOARD / "README").write_text("")
    os.mkfifo(tmp_path / BOARD / "resnet50/SingleStream")
    assert len(artifacts(mlperf, tmp_path)) == 1
    assert len(runs(tmp_path)) == 3


def refuse(monkeypatch: pytest.MonkeyPatch, closed: Path) -> None:
    """Let one folder be one that nobody may list, for the superuser too."""
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if os.fspath(path) == os.fspath(closed):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(mlperf_results.os, "scandir", refusing)


@pytest.mark.parametrize("closed", ["closed", "closed/Someone/results", BOARD])
def test_a_folder_that_cant_be_listed_is_shown_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    write_result(write_round(tmp_path), "open/Other/results/x/bert-99/Offline", summary(OFFLINE))
    refuse(monkeypatch, tmp_path / closed)
    assert mlperf.recognises(tmp_path)
    found = artifacts(mlperf, tmp_path)
    assert set(found) == {closed, "open/Other/results/x"}
    assert found[closed].problem == f"{closed}: can't be listed (Permission denied)"
    assert all(point.problem for point in mlperf.points(tmp_path, closed))


def test_a_model_that_cant_be_listed_doesnt_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, write_round(tmp_path) / BOARD / "bert-99")
    assert "bert-99: can't be listed" in board(tmp_path).problem
    assert {point.source: bool(point.problem) for point in mlperf.points(tmp_path, BOARD)} == {
        "resnet50/Offline": False,
        "resnet50/Server": False,
        "": True,
    }


def test_a_submitter_whom_nobody_may_look_at_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_round(tmp_path)
    (tmp_path / "closed/Secret").mkdir()
    is_dir = Path.is_dir

    def refusing(path: Path) -> bool:
        if path.parent.name == "Secret":
            raise PermissionError(13, "Permission denied")
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", refusing)
    assert "can't be listed" in artifacts(mlperf, tmp_path)["closed/Secret/results"].problem


def test_evil_names_and_texts_are_safe(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\x1b]0;x\x07 \xe2\x80\xae")
    write_result(tmp_path, f"closed/{name}/results/{name}/{name}/Offline", summary(OFFLINE))
    write_system(tmp_path, f"closed/{name}/systems/{name}", dict.fromkeys(SYSTEM, EVIL) | {"nodes": [EVIL]})
    (row,) = artifacts(mlperf, tmp_path).values()
    for text in (row.alias, row.name, row.description, row.problem, *row.tags):
        assert text.isprintable()
    (point,) = mlperf.points(tmp_path, from_storable(row.path))
    assert point.characteristics["run"]["throughput_per_s"] == 120.5
    for text in (point.source, point.problem, json.dumps([point.choices, point.features], ensure_ascii=False)):
        assert text.isprintable()
