"""All artifacts of a workspace, searchable as they are now: shown as stored, then as the disk has them, then watched.

What is told comes from other threads: how far the reading is, answers to the newest view, and what goes wrong.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import sleep

from . import annotations, collector
from .catalog import Catalog, Changes
from .errors import CkexploreError
from .registry import Repository, repositories
from .saved_searches import MODULE as SAVED_SEARCHES
from .search import View
from .search.index import Part
from .search.thread import PAINTING, Answer, Counted, SearchFailed, SearchThread
from .untrusted import safe_line
from .watch import Coverage, Told, Watcher, summary
from .workspace import Workspace

HIDDEN_MODULES = frozenset({annotations.MODULE, SAVED_SEARCHES})
"""What the user wrote is shown at the artifacts that it is about."""

_PATIENCE = 5.0  # seconds
_REGISTRY_FILE = ".ck.cache_repo_info.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done ("" for nothing), and what is not as it should be ("" when all is well).

    `looked` tells that every repository has been looked at since the catalog was opened.
    """

    doing: str = ""
    shortcoming: str = ""
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Annotated:
    """What the user wrote about artifacts has changed."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Files of a repository came, went or changed: those at `paths`, relative to its root, or any when it is empty."""

    root: Path
    paths: frozenset[str]

    def concerns(self, root: Path, path: str) -> bool:
        """Tell whether what is at this path of a repository may have changed."""
        below = f"{path}/"
        return root == self.root and (not self.paths or any(one == path or one.startswith(below) for one in self.paths))


Telling = Answer | Counted | SearchFailed | Progress | Annotated | Touched


class LiveCatalog:
    """The catalog of a workspace, open and watched. `tell` gets everything that is told, in several threads."""

    def __init__(self, workspace: Workspace, tell: Callable[[Telling], None], *, watching: bool = True) -> None:
        self._workspace = workspace
        self._tell = tell
        self._watching = watching
        self._catalog = Catalog(workspace)
        self._reading = threading.RLock()  # one thread at a time reads repositories
        self._known: tuple[Repository, ...] = ()
        self._gone: frozenset[Path] = frozenset()
        self._own_tags: Mapping[str, tuple[str, ...]] = {}
        self._doing = ""
        self._shortcoming = ""
        self._looked = False
        self._closed = False
        self._watcher: Watcher | None = None
        self._answered = threading.Event()
        self._search = SearchThread(self._told)
        threading.Thread(target=self._start, name="catalog", daemon=True).start()

    def ask(self, view: View) -> None:
        """Answer this view from now on."""
        self._search.ask(view)

    @property
    def settled(self) -> Answer | None:
        """The counted answer to the newest view over all that has been read; None while there is something to do."""
        return self._search.settled

    def look_again(self, *, own_only: bool = False) -> None:
        """Look at everything again in the background, or only at the user's own repositories."""
        look = partial(self._look_at_all, own_only=own_only)
        threading.Thread(target=self._guarded, args=(look,), name="catalog", daemon=True).start()

    def close(self) -> None:
        """End all threads, and compact what was stored when that is worth it."""
        self._closed = True
        self._search.close()
        if self._watcher is not None:
            self._watcher.close()
        if self._reading.acquire(timeout=2):  # a scan under way is left to the end of the process
            try:
                self._catalog.close()
            finally:
                self._reading.release()

    # Reading

    def _told(self, told: Answer | Counted | SearchFailed) -> None:
        self._tell(told)
        self._answered.set()

    def _start(self) -> None:
        self._guarded(self._open)
        # What is known is found and painted first, and sooner without a scan beside it.
        self._answered.wait(_PATIENCE)
        sleep(PAINTING)
        self._guarded(self._look_at_all)
        if self._watching and not self._closed:
            self._guarded(self._watch)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except CkexploreError as error:
            self._tell(Progress(shortcoming=str(error)))
        except Exception as error:  # a thread has nobody above to say it to
            self._tell(SearchFailed(safe_line(f"{type(error).__name__}: {error}", 300)))

    def _open(self) -> None:
        """Take in which repositories are known, with their rows as stored."""
        with self._reading:
            self._known = tuple(repositories(self._workspace))
            self._own_tags = annotations.own_tags(self._workspace)
            self._gone = frozenset(repository.path for repository in self._known if repository.problem)
            parts = [self._part(repository, rank) for rank, repository in enumerate(self._known)]
            # What others made comes first, then the user's own.
            self._search.begin(sorted(parts, key=lambda part: part.repository.origin == "own"), self._own_tags)

    def _part(self, repository: Repository, rank: int) -> Part:
        hidden = HIDDEN_MODULES if repository.path == self._workspace.local else frozenset[str]()
        return Part(repository, dict(self._catalog.shelf(repository).rows), rank, hidden)

    def _look_at_all(self, *, own_only: bool = False) -> None:
        with self._reading:
            if tuple(repositories(self._workspace)) != self._known:
                self._open()
                self._follow()
            self._say("looking for changes …")
            looked_at = [one for one in self._known if one.origin == "own" or not own_only]
            for place, repository in enumerate(looked_at, 1):
                if self._closed:
                    return
                changes = self._catalog.shelf(repository).rescan()
                self._search.change(repository, changes, more=place < len(looked_at))
            self._take_annotations()
            self._looked = True
            self._say("")

    def _say(self, doing: str | None = None) -> None:
        self._doing = self._doing if doing is None else doing
        problems = [shelf.problem for shelf in map(self._catalog.shelf, self._known) if shelf.problem]
        self._tell(Progress(self._doing, problems[0] if problems else self._shortcoming, self._looked))

    def _take_annotations(self) -> None:
        own_tags = annotations.own_tags(self._workspace)
        if own_tags != self._own_tags:
            self._own_tags = own_tags
            self._search.annotate(own_tags)
        self._tell(Annotated())

    # Watching

    def _watch(self) -> None:
        self._watcher = Watcher(self._changed, on_coverage=self._covered)
        self._follow()

    def _follow(self) -> None:
        if self._watcher is not None:
            self._watcher.watch(repository.path for repository in self._known)

    def _covered(self, coverage: Mapping[Path, Coverage]) -> None:
        gone_on_purpose = {repository.path for repository in self._known if repository.origin == "own"}
        self._shortcoming = summary(one for root, one in coverage.items() if root not in gone_on_purpose)
        if sum(len(self._catalog.shelf(repository).rows) for repository in self._known) >= collector.MANY:
            collector.leave_out_what_is_there()  # thousands of watched folders
        self._say()

    def _changed(self, told: Told) -> bool:
        """Take in what the watcher tells of one repository, and give whether anything in the catalog changed."""
        with self._reading:
            found = Changes()
            for repository in self._known:
                if repository.path == told.root and not self._closed:
                    shelf = self._catalog.shelf(repository)
                    changes = shelf.rescan() if told.whole else shelf.look_at(sorted(told.paths))
                    if bool(repository.problem) != (repository.path in self._gone):
                        self._open()  # all its rows went, or came back
                    self._search.change(repository, changes)
                    found.add(changes)
            if told.root == self._workspace.local:
                self._own_repository_changed(told)
        if not told.whole or found:
            self._tell(Touched(told.root, told.paths))
        return bool(found)

    def _own_repository_changed(self, told: Told) -> None:
        if (told.whole or _REGISTRY_FILE in told.paths) and tuple(repositories(self._workspace)) != self._known:
            self._open()
            self._follow()
        if told.whole or _any_below(told.paths, HIDDEN_MODULES):
            self._take_annotations()


def _any_below(paths: Sequence[str] | frozenset[str], folders: frozenset[str]) -> bool:
    return any(path.partition("/")[0] in folders for path in paths)
