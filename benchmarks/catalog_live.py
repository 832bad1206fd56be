"""How soon an edited meta file is found by a search of the open, watched catalog, in a small one and in a large one."""

import json
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from time import monotonic, perf_counter, sleep

from catalog_figures import Figure, Line, NotMeasured, Remark
from catalog_setting import Setting, home_of, in_fresh_process

from ckexplore.store.live_catalog import LiveCatalog, Progress, Telling
from ckexplore.store.search import View
from ckexplore.store.search.thread import Answer
from ckexplore.store.workspace import Workspace

EDITS = 30
_SMALL = 5_000
_PATIENCE = 30.0  # seconds
_REST = 0.3  # seconds between two edits: each is one by itself


def lines(setting: Setting) -> Iterator[Line]:
    """Measure edits in both catalogs."""
    few: float | None = None
    for artifacts in sorted({min(_SMALL, setting.artifacts), setting.artifacts}):
        roots = setting.made(artifacts)
        name = f"an edit is found, among {artifacts:,} artifacts: median"
        with home_of(roots, indexed=True) as workspace:
            # Where the machine allows fewer watches than there are folders, the first repositories have them.
            edited = str(roots[len(roots) // 4])
            took, shortcoming = in_fresh_process(_edits, str(workspace.home), edited)
        if shortcoming:
            yield Remark(shortcoming)
        if not took:
            yield NotMeasured(name, "no event came")
            return
        yield Figure(name, median(took), f"among {_SMALL:,}" if few else "", few, at_most=0.05)
        yield Figure(f"  the longest of {len(took)}", max(took), at_most=0.05)
        few = median(took)


class _Finder:
    """A live catalog, and when its answers came."""

    def __init__(self, workspace: Workspace) -> None:
        self.answers: SimpleQueue[tuple[float, Answer]] = SimpleQueue()
        self.shortcoming = ""
        self.catalog = LiveCatalog(workspace, self._told)

    def _told(self, told: Telling) -> None:
        if isinstance(told, Answer):
            self.answers.put((perf_counter(), told))
        elif isinstance(told, Progress):
            self.shortcoming = told.shortcoming

    def await_settled(self) -> None:
        """Wait until nothing is left to do."""
        until = monotonic() + _PATIENCE
        while self.catalog.settled is None and monotonic() < until:
            sleep(0.01)

    def first_found(self, view: View) -> float | None:
        """Wait for the first answer to a view in which there is anything, and give when it came."""
        until = monotonic() + _PATIENCE
        while True:
            try:
                came, answer = self.answers.get(timeout=max(0.0, until - monotonic()))
            except Empty:
                return None
            if answer.view == view and answer.shown and not answer.similar:
                return came


def _edits(home: str, root: str) -> tuple[list[float], str]:
    metas = sorted(Path(root).glob("program/*/.cm/meta.json"))[:EDITS]
    finder = _Finder(Workspace(home))
    try:
        _await_watches(finder, metas[0])
        took = [_edit(finder, meta, number) for number, meta in enumerate(metas)]
        return [one for one in took if one is not None], finder.shortcoming
    finally:
        finder.catalog.close()


def _await_watches(finder: _Finder, meta: Path) -> None:
    """Edit until it is noticed: at first the watches aren't there yet."""
    finder.await_settled()
    number = 1_000
    while _edit(finder, meta, number) is None and number < 1_003:
        number += 1


def _edit(finder: _Finder, meta: Path, number: int) -> float | None:
    """Give an entry a tag that no other has, and the seconds until it was found; the file stays as it was."""
    before = meta.read_bytes()
    word = f"edited{number:05}"
    changed = json.loads(before)
    changed["tags"].append(word)
    view = View(word)
    finder.catalog.ask(view)
    finder.await_settled()
    sleep(_REST)
    try:
        meta.write_text(json.dumps(changed, indent=2))  # closes it
        written = perf_counter()
        found = finder.first_found(view)
    finally:
        meta.write_bytes(before)
    finder.await_settled()
    return None if found is None else found - written
