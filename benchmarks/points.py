"""How long it takes to open the points of experiments: read for the first time, and as they were kept.

48,515 results of CM experiments in the shape of those of MLPerf, and a CK experiment of some thousand points, three
files each. Times are of the processor, and also told as ratios to `json.loads` of the same bytes in the same run. Ends
with 1 when opening what was kept takes a second or more. `--repository=FOLDER` takes real experiments of a CM
repository, copied as often as it takes to have as many points.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ckexplore.actions.points.chosen import chosen_points
from ckexplore.actions.request import request_from
from ckexplore.store import repos
from ckexplore.store.formats.ck_entries import create_entry, create_repository
from ckexplore.store.formats.ck_points import NewPoint, add_points
from ckexplore.store.workspace import Workspace

POINTS = 48_515
EXPERIMENTS = 100
CK_POINTS = 3_000
ALLOWED = 1.0  # seconds, to open what was kept
ROUNDS = 3
MODELS = ("resnet50", "bert-99", "retinanet", "3d-unet-99", "rnnt", "dlrm-v2-99")


def mlperf_result(generator: random.Random) -> dict[str, Any]:
    model = generator.choice(MODELS)
    return {
        "Accuracy": generator.uniform(60, 99),
        "Availability": generator.choice(("available", "preview", "rdi")),
        "Division": generator.choice(("closed", "open")),
        "Location": f"closed/somebody/results/system-{generator.randrange(400)}/{model}/offline",
        "MlperfModel": model,
        "Model": model,
        "Organization": f"organisation {generator.randrange(40)}",
        "Platform": f"system-{generator.randrange(400)}-accelerators-{generator.randrange(8)}",
        "Result": generator.lognormvariate(6, 2),
        "Result_Units": "Samples/s",
        "Scenario": generator.choice(("Offline", "Server")),
        "SystemName": f"a system with a long name {generator.randrange(400)}",
        "SystemType": generator.choice(("edge", "datacenter")),
        "accelerator_model_name": f"accelerator {generator.randrange(30)}",
        "accelerators_per_node": generator.randrange(1, 9),
        "framework": f"framework {generator.randrange(12)}",
        "host_processor_core_count": generator.choice((8, 16, 32, 64)),
        "host_processor_model_name": f"processor {generator.randrange(30)}",
        "host_processors_per_node": 2,
        "notes": "all of it as it was submitted",
        "number_of_nodes": 1,
        "operating_system": "Ubuntu 22.04",
        "uid": f"{generator.getrandbits(64):016x}",
        "version": generator.choice(("v2.1", "v3.0", "v3.1", "v4.0")),
    }


def make_cm(root: Path) -> None:
    generator = random.Random(1)
    (root / "experiment").mkdir(parents=True)
    (root / "cmr.yaml").write_text("alias: results\nuid: 0123456789abcdef\n")
    left = POINTS
    for number in range(EXPERIMENTS):
        share = left // (EXPERIMENTS - number)
        left -= share
        entry = root / "experiment" / f"results-{number}"
        (entry / "run").mkdir(parents=True)
        meta = {"alias": entry.name, "uid": f"{number:016x}", "automation_alias": "experiment"}
        (entry / "_cm.json").write_text(json.dumps(meta))
        (entry / "run" / "cm-result.json").write_text(json.dumps([mlperf_result(generator) for _ in range(share)]))


def copy_cm(source: Path, root: Path) -> None:
    """Copy real experiments, again and again under other names, until there are as many points."""
    (root / "experiment").mkdir(parents=True)
    (root / "cmr.yaml").write_text("alias: results\nuid: 0123456789abcdef\n")
    count, round_ = 0, 0
    while count < POINTS:
        for entry in sorted((source / "experiment").iterdir()):
            files = sorted(entry.glob("*/cm-result.json"))
            if not files or count >= POINTS:
                continue
            copy = root / "experiment" / f"{entry.name}-{round_}"
            shutil.copytree(entry, copy)
            (copy / "_cm.json").write_text(
                json.dumps({"alias": copy.name, "uid": f"{count:016x}", "automation_alias": "experiment"})
            )
            (copy / "_cm.yaml").unlink(missing_ok=True)
            count += sum(len(json.loads(file.read_bytes())) for file in files)
        round_ += 1


def make_ck(root: Path) -> None:
    generator = random.Random(2)
    create_repository(root, "sweep", "fedcba9876543210")
    entry = create_entry(root, "experiment", {"tags": ["sweep"]}, alias="sweep", uid="0" * 16)
    add_points(entry, ck_points(generator))


def ck_points(generator: random.Random) -> Iterator[NewPoint]:
    for number in range(CK_POINTS):
        choices = {"threads": number % 8 + 1, "batch": 2 ** (number % 6), "model": generator.choice(MODELS)}
        repetitions = [
            {"run": {"latency_median_s": generator.lognormvariate(-8, 0.1), "accuracy_top1": generator.uniform(90, 99)}}
            for _ in range(3)
        ]
        yield NewPoint(choices, {"platform": {"cpu": "a processor"}, "job": f"{number:016x}"}, repetitions)


def seconds_of_json(files: list[Path]) -> tuple[float, int]:
    """Give how long `json.loads` of all files takes, reading them left out, and their bytes."""
    contents = [file.read_bytes() for file in files]
    started = time.process_time()
    for content in contents:
        json.loads(content)
    return time.process_time() - started, sum(map(len, contents))


def opened(workspace: Workspace, cid: str) -> tuple[float, int, int]:
    started = time.process_time()
    chosen = chosen_points(request_from(workspace, {"action": "show", "cid": cid}))
    return time.process_time() - started, len(chosen.table), len(chosen.experiments)


def measured(home: Path, root: Path, cid: str, pattern: str) -> float:
    """Print a line for some experiments, and give how long opening what was kept takes."""
    workspace = Workspace(home)
    repos.register(workspace, root)
    parsing, size = seconds_of_json(sorted(root.rglob(pattern)))
    first, points, experiments = opened(workspace, cid)
    kept = sorted(opened(workspace, cid)[0] for _ in range(ROUNDS))[ROUNDS // 2]
    told = f"{points:,} points of {experiments}"
    print(
        f"{told:<26}{size / 1e6:>8.1f}{parsing:>9.2f}{first:>9.2f}{first / parsing:>8.1f}"
        f"{kept:>9.2f}{kept / parsing:>8.2f}"
    )
    return kept


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repository", type=Path)
    real = parser.parse_args().repository
    print(f"{'':<26}{'MB':>8}{'json, s':>9}{'first':>9}{'ratio':>8}{'kept':>9}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if real:
            copy_cm(real, place / "cm")
        else:
            make_cm(place / "cm")
        kept = measured(place / "home-cm", place / "cm", "experiment:*", "cm-result.json")
        make_ck(place / "ck")
        measured(place / "home-ck", place / "ck", "experiment:sweep", "ckp-*.0001.json")
    print(f"opening what was kept of {POINTS:,} points: {kept:.2f} s, allowed {ALLOWED:.0f} s")
    return int(kept >= ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
