"""Searching as one types: what each key costs over many rows in memory, and how long it keeps other threads waiting."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from operator import contains
from pathlib import Path
from statistics import median

from artifact_trees import MODULES, REPOSITORY_SIZE, Entry, entries
from catalog_figures import Figure, Line, percentile
from catalog_setting import Setting, in_fresh_process

from ckexplore.store import rows
from ckexplore.store.artifact import Artifact
from ckexplore.store.registry import Repository
from ckexplore.store.search import View
from ckexplore.store.search.index import Part, SearchIndex
from ckexplore.store.search.thread import SearchThread
from ckexplore.store.uid import module_uid

QUERIES = (
    "resnet50",
    "onnx vision",
    "compiler gcc",
    "imagenet",
    "bert tensorflow",
    "tag:onnx",
    "module:program gcc",
    "v1.0 linux",
    "mobilenet -onnx",
    "resnt50",
)
"""What is typed, letter by letter; nothing contains the last one."""

ROUNDS = 3
_TICK = 0.001  # seconds
_KEY = 0.08  # seconds from key to key: a fast typist


def lines(setting: Setting) -> Iterator[Line]:
    """Measure the keys in an index of usual size and in a large one."""
    for count, aim in ((setting.artifacts, 0.012), (setting.rows, 0.150)):
        keys, scan = in_fresh_process(_key_seconds, count)
        name = f"a key, searching {count:,} rows: 99th percentile"
        yield Figure(name, percentile(keys, 0.99), "one word in every line", scan, at_most=aim)
        for share in (0.5, 0.9, 1.0):
            words = {0.5: "median", 0.9: "90th percentile", 1.0: "the longest"}[share]
            yield Figure(f"  {words}", percentile(keys, share), "one word in every line", scan)
        held, idle = in_fresh_process(_held_up, count)
        key, times = max(held.items(), key=lambda one: max(one[1]))
        name = f"  another thread waits at most ({key!r})"
        yield Figure(name, max(times), "with nothing searched", idle, at_most=0.016)
        key, times = max(held.items(), key=lambda one: min(one[1]))
        yield Figure(f"    and in every round ({key!r})", min(times), "with nothing searched", idle)


def made_parts(count: int) -> list[Part]:
    """Make so many rows, in repositories of usual size. A third of each are copies, as in the public ones."""
    starts = range(0, count, REPOSITORY_SIZE)
    return [_part(place, min(REPOSITORY_SIZE, count - start)) for place, start in enumerate(starts)]


def _part(place: int, count: int) -> Part:
    copied = count // 3 if place else 0
    made = chain(entries(copied, place - 1), entries(count - copied, place))
    found = {rows.row_id(f"{place} {number}"): rows.encode(_artifact(one)) for number, one in enumerate(made)}
    return Part(Repository(f"made{place:03}", f"{place:016x}", Path(f"/made/{place}")), found, place)


def _artifact(entry: Entry) -> Artifact:
    module = MODULES[int(entry.uid, 16) % len(MODULES)]
    return Artifact(
        entry.uid,
        entry.alias,
        module,
        module_uid(module),
        f"{module}/{entry.alias}",
        entry.alias,
        entry.tags,
        entry.description,
        signature=(1_790_000_000_123_456_789, entry.length, 12_345_678),
    )


def _prefixes() -> list[str]:
    return [query[:end] for query in QUERIES for end in range(1, len(query) + 1)]


# What a key costs


def _key_seconds(count: int) -> tuple[list[float], float]:
    """Give the processor time of each key, the least of some rounds each, and that of the floor."""
    parts = made_parts(count)
    index = SearchIndex(parts)
    index.prepare()
    looked_through = [rows.searched(one, part.repository.alias, {})[0] for part in parts for one in part.rows.values()]

    def key(query: str) -> float:
        started = time.thread_time()
        index.shown(View(query), index.search(query))
        return time.thread_time() - started

    def scan(word: str) -> float:
        started = time.thread_time()
        sum(map(contains, looked_through, repeat(word)))
        return time.thread_time() - started

    keys, scans = list[list[float]](), list[float]()
    for _ in range(ROUNDS):
        keys.append([key(prefix) for prefix in _prefixes()])
        scans += [scan(word) for word in QUERIES]
    return [min(times) for times in zip(*keys, strict=True)], median(scans)


# How long others wait


class _Ticker:
    """A thread that wakes every millisecond, and how late it was at the most."""

    def __init__(self) -> None:
        self.latest = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            started = time.perf_counter()
            time.sleep(_TICK)
            self.latest = max(self.latest, time.perf_counter() - started - _TICK)

    def during(self, work: Callable[[], object]) -> float:
        """Give how late it was at the most while something was done."""
        self.latest = 0.0
        work()
        return self.latest


def _held_up(count: int) -> tuple[dict[str, list[float]], float]:
    """Give how long each key held up another thread, in each round, and the same without any search."""
    thread = SearchThread(lambda told: None)
    thread.begin(made_parts(count), {})
    while thread.settled is None:
        time.sleep(0.05)
    ticker = _Ticker()

    def key(query: str) -> None:
        thread.ask(View(query))
        time.sleep(_KEY)

    held: dict[str, list[float]] = {prefix: [] for prefix in _prefixes()}
    idle: list[float] = []
    for _ in range(ROUNDS):
        for prefix, times in held.items():
            times.append(ticker.during(partial(key, prefix)))
        while thread.settled is None:
            time.sleep(0.05)
        idle.append(ticker.during(lambda: time.sleep(len(held) * _KEY / 2)))
    thread.close()
    return held, max(idle)
