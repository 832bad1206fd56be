"""Make CK repositories of any size for the benchmarks: the same ones every time, with metas as long as real ones.

Lengths follow a log-normal law (median 0.65 KB, mean 1.7 KB) as in the public repositories, and words a Zipf law over
2,000 of them that makes each no rarer than there: the most frequent tag is at 13 % of the entries.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ckexplore.store.uid import module_uid

MODULES = ("program", "dataset", "soft", "package", "script", "experiment", "model", "env", "docker", "result", "os")
REPOSITORY_SIZE = 2_500
_REAL_WORDS = """
    onnx compiler gcc llvm image classification resnet50 mobilenet bert tensorflow pytorch dataset imagenet coco
    detection language openvino cuda cpu gpu android linux windows benchmark mlperf inference training v1.0 v2.1 fp32
    int8 quantized library blas opencl python package source model weights script workflow experiment
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an entry that is to be made; `length` is that of its meta, in bytes, about."""

    alias: str
    uid: str
    tags: tuple[str, ...]
    description: str
    length: int

    def meta(self, number: int) -> dict[str, object]:
        """Give the meta, filled up to its length; `number` tells the entry from the others."""
        filling = {f"CK_{number}_{place}": "x" * 40 for place in range(max(0, self.length - 250) // 60)}
        return {"tags": list(self.tags), "desc": self.description, "customize": filling}


def vocabulary() -> tuple[list[str], list[float]]:
    """Give 2,000 words, and for each the sum of the weights up to it."""
    source = random.Random(7)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    made = ["".join(source.choices(letters, weights=range(26, 0, -1), k=source.randint(4, 11))) for _ in range(1_940)]
    words = [*_REAL_WORDS.split(), *made]
    return words, list(accumulate(1 / (place + 8) for place in range(len(words))))


def entries(count: int, seed: int = 1) -> Iterator[Entry]:
    """Make up `count` entries."""
    source = random.Random(seed)
    words, weights = vocabulary()

    def some(number: int) -> list[str]:
        return source.choices(words, cum_weights=weights, k=number)

    for number in range(count):
        tags = tuple(dict.fromkeys(some(source.randint(3, 9))))
        alias = f"{'-'.join(some(2))}-{number}"
        length = int(min(50_000, max(200, source.lognormvariate(math.log(650), 1.35))))
        description = " ".join(some(source.choice((0, 6))))
        yield Entry(alias, f"{source.getrandbits(64):016x}", tags, description, length)


def make_trees(folder: Path, count: int) -> list[Path]:
    """Write at least `count` artifacts as whole CK repositories below a folder, unless they are there; give the roots.

    The repositories of a smaller count are the first ones of a larger.
    """
    roots = [folder / f"made{place:03}" for place in range(math.ceil(count / REPOSITORY_SIZE))]
    for place, root in enumerate(roots):
        if not (root / ".ckr.json").exists():
            _make_repository(root, place)
    return roots


def _make_repository(root: Path, place: int) -> None:
    source = random.Random(place)
    (root / ".cm").mkdir(parents=True, exist_ok=True)
    modules = [f"{name}{turn}" for turn in ("", "1") for name in MODULES]
    for module in modules:
        (root / module / ".cm").mkdir(parents=True, exist_ok=True)
        (root / ".cm" / f"alias-a-{module}").write_text(module_uid(module) + "\n")
        (root / ".cm" / f"alias-u-{module_uid(module)}").write_text(module + "\n")
    for number, entry in enumerate(entries(REPOSITORY_SIZE, place)):
        _make_entry(root / source.choice(modules), entry, number)
    description = {"data_alias": root.name, "data_uid": f"{place:016x}", "data_uoa": root.name, "dict": {}}
    (root / ".ckr.json").write_text(json.dumps(description))  # last: it says that the repository is whole


def _make_entry(module: Path, entry: Entry, number: int) -> None:
    folder = module / entry.alias / ".cm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.json").write_text(json.dumps(entry.meta(number), indent=2))
    (folder / "info.json").write_text(json.dumps({"backup_data_uid": entry.uid, "data_name": entry.alias}))
    (module / ".cm" / f"alias-a-{entry.alias}").write_text(entry.uid + "\n")
    (module / ".cm" / f"alias-u-{entry.uid}").write_text(entry.alias + "\n")
