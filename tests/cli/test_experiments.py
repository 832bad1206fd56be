"""Points of experiments on the command line: their table, their front, files out and in."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ckexplore.store.formats.ck_entries import create_entry
from ckexplore.store.formats.ck_points import add_point
from ckexplore.store.workspace import Workspace

Run = Callable[..., subprocess.CompletedProcess]
PUBLISHED = "experiment:mobilenets-mlperf-v0.5"


@pytest.fixture
def run(workspace: Workspace, samples: Path) -> Run:
    del samples

    def run_command(*words: str, code: int = 0, columns: int = 120) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, "-m", "ckexplore.cli.main", *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CKEXPLORE_HOME": str(workspace.home), "COLUMNS": str(columns)},
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stderr
        return done

    return run_command


def test_the_table_names_what_is_the_same_and_hides_it(run: Run) -> None:
    words = ("--where=system='rpi4-tflite-v1.15' and accuracy > 74", "--sort=latency:max")
    told = run("show", PUBLISHED, *words).stdout.splitlines()
    assert told[0] == "ckx-ml:experiment:mobilenets-mlperf-v0.5: 2 of 368 points"
    assert told[1].startswith("the same in all: model_family mobilenet-v2")
    assert "rpi4-tflite-v1.15" in told[1]
    header, rows = told[3].split(), [line.split() for line in told[5:]]
    assert header[:3] == ["point", "accuracy_top1", "latency_p90_ms"]
    assert "system" not in header
    assert [row[3] for row in rows] == ["511", "468"]


def test_a_filter_that_nothing_passes_says_why(run: Run) -> None:
    told = run("show", PUBLISHED, "--where=multiplier = 1 and accuracy > 98", code=16).stderr
    assert "no point passes accuracy > 98 (accuracy is between 42.344 and 75.69)" in told
    assert "did you mean multiplier" in run("show", PUBLISHED, "--where=multiplyer > 1", code=16).stderr
    assert "is no expression" in run("show", PUBLISHED, "--where=accuracy >", code=1).stderr


def test_groups_limits_and_columns(run: Run) -> None:
    grouped = json.loads(run("show", PUBLISHED, "--group=system", "--out=json").stdout)["groups"]
    assert sum(one["number_of_points"] for one in grouped) == 368
    assert {one["value"]: one["number_of_points"] for one in grouped}["rpi4-tflite-v1.15"] == 54
    shown = json.loads(run("show", PUBLISHED, "--columns=accuracy,host", "--limit=3", "--out=json").stdout)
    assert shown["columns"] == ["run.accuracy_top1", "features.platform.host"]
    assert len(shown["rows"]) == len(shown["points"]) == 3
    assert shown["experiment"] == f"ckx-ml:{PUBLISHED}"
    assert shown["points"][0]["choices"]["model_family"].startswith("mobilenet")
    assert "3 of them shown" in run("show", PUBLISHED, "--limit=3").stdout


def test_several_experiments_are_one_table(run: Run, workspace: Workspace) -> None:
    for name in ("x.one", "x.two"):
        entry = create_entry(workspace.local, "experiment", {"tags": [name]}, alias=name)
        add_point(entry, {"threads": len(name)}, {}, [{"run": {"execution_time": 0.5}}])
    told = run("show", "experiment:x.*").stdout
    assert told.startswith("2 experiments: 2 points\nthe same in all: threads 5, execution_time 500 ms\n")
    assert {"x.one", "x.two"} <= set(told.split())
    assert run("show", "experiment:x.one", "experiment:x.two").stdout.startswith("2 experiments")


@pytest.mark.parametrize(
    ("system", "on_front", "count"),
    [("hikey960-tflite-v1.15", 15, 54), ("rpi4-tflite-v1.15", 16, 54), ("firefly-armnn-v19.08-neon", 20, 38)],
)
def test_the_fronts_of_the_published_measurements_are_told(run: Run, system: str, on_front: int, count: int) -> None:
    words = ("front", PUBLISHED, f"--where=system='{system}'", "--objectives=latency_p90_ms:min,accuracy:max")
    told = run(*words).stdout
    assert f"{on_front} of {count} are on the front" in told
    assert told.count("best latency_p90_ms") == told.count("best accuracy") == 1
    assert "latency_p90 (ms)  ← better" in told
    found = json.loads(run(*words, "--out=json").stdout)
    assert (len(found["front"]), found["judged"], found["possibly"]) == (on_front, count, [])
    values = [one["values"] for one in found["points"]]
    assert [one["latency_p90_ms"] for one in values] == sorted(one["latency_p90_ms"] for one in values)
    assert found["knee"] in found["front"]
    assert 0 < found["hypervolume"] < 1


def test_a_front_by_groups_with_margins_and_as_svg(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "front.svg"
    told = run("front", PUBLISHED, "--group=system", f"--svg={picture}").stdout
    assert "on its front" in told
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    refused = run("front", PUBLISHED, f"--svg={picture}", code=2).stderr
    assert "--force" in refused
    run("front", PUBLISHED, f"--svg={picture}", "--force")
    assert "stay with margins" in run("front", PUBLISHED, "--margins=1.1,1.05").stdout
    assert "margins" in run("front", PUBLISHED, "--margins=1.1", code=1).stderr
    assert "ratio" in run("front", PUBLISHED, "--margins=much,1", code=1).stderr


def test_three_objectives_and_a_formula_are_judged(run: Run) -> None:
    words = ("front", PUBLISHED, "--objectives=latency:min,accuracy:max,cost=latency*multiplier:min")
    told = run(*words).stdout
    assert "cost: less is better" in told
    assert len(json.loads(run(*words, "--out=json").stdout)["front"]) >= 15


def test_the_objectives_of_a_program_are_those_of_its_experiments(run: Run, workspace: Workspace) -> None:
    meta = {"explore": {"objectives": {"speed": "time_s:min", "watts": "power_w:min"}}}
    create_entry(workspace.local, "program", meta, alias="mine", uid="a" * 16)
    entry = create_entry(workspace.local, "experiment", {"meta": {"program_uoa": "mine"}}, alias="mine.run")
    for time, power in ((1.0, 5.0), (2.0, 4.0), (3.0, 6.0)):
        add_point(entry, {"n": time}, {}, [{"run": {"time_s": time, "power_w": power}}])
    told = run("front", "experiment:mine.run").stdout
    assert "judged by speed: less is better, watts: less is better" in told
    assert "2 of 3 are on the front" in told


def test_points_without_objectives_are_asked_for_some(run: Run, workspace: Workspace) -> None:
    entry = create_entry(workspace.local, "experiment", {}, alias="x")
    add_point(entry, {}, {}, [{"run": {"frames": 5.0}}])
    assert "--objectives=NAME:min,NAME:max; the points have frames" in run("front", "experiment:x", code=1).stderr


def test_files_go_out_and_come_in(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    told = run("export", PUBLISHED, f"--file={table}", "--where=multiplier = 1.4").stdout
    count = int(told.split()[0])
    assert run("export", PUBLISHED, "--where=multiplier = 1.4").stdout.count("mobilenet-v2,1.4") == count > 3
    assert run("import", "experiment:back", f"--file={table}").stdout.startswith(
        f"local:experiment:back: {count} points imported from "
    )
    assert "was imported before" in run("import", "experiment:back", f"--file={table}").stdout
    assert f"{count} points" in run("show", "experiment:back").stdout
    assert "is there already" in run("export", PUBLISHED, f"--file={table}", code=2).stderr
    assert "isn't known" in run("export", PUBLISHED, f"--file={tmp_path / 't.xls'}", code=1).stderr


def test_a_report_says_what_where_and_whence(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "r.md"
    run("export", PUBLISHED, f"--file={report}", "--where=system = 'rpi4-tflite-v1.15'")
    text = report.read_text()
    for part in ("54 of 368 points", "Arm Cortex-A72 MP4", "16 of 54 points are on the front", "f5acb8be", "```text"):
        assert part in text
    plain = tmp_path / "p.md"
    run("export", PUBLISHED, f"--file={plain}", "--columns=accuracy")
    assert plain.is_file()


def test_a_picture_is_made_or_it_is_said_what_is_missing(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    try:
        import_module("cairosvg")
    except (ImportError, OSError):
        assert "pip install 'ckexplore[png]'" in run("export", PUBLISHED, f"--file={picture}", code=1).stderr
        assert not picture.exists()
    else:
        run("export", PUBLISHED, f"--file={picture}")
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_rows_of_others_that_are_broken_are_told(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text("machine,latency (ms),note\nA,1.5,=cmd()\nB,2\nC,3.5,\x1b[2J\n")
    told = run("import", "experiment", f"--file={table}").stdout
    assert "local:experiment:theirs: 2 points imported" in told
    assert "number 3: has 2 cells, the header has 3" in told
    shown = run("show", "experiment:theirs", "--columns=machine,latency_ms,note").stdout
    assert "\x1b" not in shown
    assert "1.5 ms" in shown
    assert "'=cmd()" in run("export", "experiment:theirs").stdout


def test_what_is_kept_can_be_deleted_at_any_time(run: Run, workspace: Workspace) -> None:
    before = run("show", PUBLISHED).stdout
    assert list(workspace.catalog.glob("points/*.msgpack"))
    assert run("show", PUBLISHED).stdout == before
    shutil.rmtree(workspace.catalog)
    assert run("show", PUBLISHED).stdout == before
