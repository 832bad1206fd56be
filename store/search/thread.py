"""The thread that owns the search index: it takes in changes, answers the newest view, and prepares in idle time.

What is asked last counts: a search under way for an older view is given up.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from .. import collector
from ..catalog import Changes
from ..registry import Repository
from ..untrusted import safe_line
from .facets import Counts
from .flags import Flags, count_of
from .index import Part, SearchCancelledError, SearchIndex
from .query import parse_query
from .view import View

OwnTags = Mapping[str, tuple[str, ...]]

_MANY = 1_000  # changed rows: from here on a new index is made
PAINTING = 0.03  # seconds: an answer is painted twice as fast while this thread doesn't go on to count
_PATIENCE = 4.0  # so many times as long as the last index took, the next one waits for more changes


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a view, as numbers of `index`, which may be asked for what belongs to them.

    `found` has flags for the rows that match the filter in all repositories; `shown` are those of the view, each
    artifact once. `similar` are the words that stood in for what nothing contains.
    """

    view: View
    index: SearchIndex
    found: Flags
    shown: Sequence[int]
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer's rows have: by repository and module all that were found, by tag all that are shown.

    `artifacts` is how many different ones were found.
    """

    answer: Answer
    artifacts: int
    modules: Mapping[str, Mapping[str, int]]
    tags: Counts


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """Why nothing more is answered; a defect of the program."""

    reason: str


class SearchThread:
    """Answers views over the rows it was given. `tell` gets what comes of it, in this thread."""

    def __init__(self, tell: Callable[[Answer | Counted | SearchFailed], None]) -> None:
        self._tell = tell
        self._changed = threading.Condition()
        self._closed = False
        self._view = View()
        self._parts: Sequence[Part] | None = None
        self._own_tags: OwnTags | None = None
        self._changes: dict[Repository, Changes] = {}
        self._index: SearchIndex | None = None
        self._answered: Answer | None = None
        self._counted: Answer | None = None
        self._not_before = 0.0
        self._expecting_more = False
        self._taking = False
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)
        self._thread.start()

    # What any thread may say

    def begin(self, parts: Sequence[Part], own_tags: OwnTags) -> None:
        """Search these rows from now on."""
        with self._changed:
            self._parts, self._own_tags = parts, own_tags
            self._changes.clear()
            self._changed.notify()

    def change(self, repository: Repository, changes: Changes, *, more: bool = False) -> None:
        """Take in changes of one of the repositories; `more` says that others are about to follow."""
        with self._changed:
            self._expecting_more = more
            if changes:
                self._changes.setdefault(repository, Changes()).add(changes)
            self._changed.notify()

    def annotate(self, own_tags: OwnTags) -> None:
        """Take in what the user's own tags are now."""
        with self._changed:
            self._own_tags = own_tags
            self._changed.notify()

    def ask(self, view: View) -> None:
        """Answer this view from now on, and again when something changes."""
        with self._changed:
            self._view = view
            self._changed.notify()

    @property
    def settled(self) -> Answer | None:
        """The answer to the newest view over all that is known, counted too; None while there is something to do."""
        with self._changed:
            pending = self._parts is not None or self._own_tags is not None or bool(self._changes) or self._taking
            answered = self._answered
            is_newest = answered is not None and answered.view == self._view and self._counted is answered
            return answered if is_newest and not pending else None

    def close(self) -> None:
        """End; what is under way is given up."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(2)

    # The thread

    def _run(self) -> None:
        try:
            while not self._closed:
                if not self._step():
                    with self._changed:
                        if not self._is_needed():
                            self._changed.wait(self._rest())
        except Exception as error:  # a thread has nobody above to say it to
            self._tell(SearchFailed(safe_line(f"{type(error).__name__}: {error}", 300)))

    def _step(self) -> bool:
        """Do the most urgent thing, and tell whether there was any."""
        try:
            self._take_in()
            if self._index is None:
                return False
            if self._answered is None or self._answered.view != self._view:
                return self._answer(self._index, self._view)
            if not self._index.prepare(self._is_needed) or self._counted is self._answered:
                return False
            return self._count(self._index, self._answered)
        except SearchCancelledError:
            return True

    def _is_needed(self) -> bool:
        """Tell whether something more urgent waits than what is prepared in idle time."""
        if self._closed or self._parts is not None or (self._own_tags is not None and self._index is not None):
            return True
        answered = self._answered
        if self._index is not None and (answered is None or answered.view != self._view):
            return True
        return bool(self._changes) and self._index is not None and self._rest() is None

    def _rest(self) -> float | None:
        """Give the seconds until many changes are taken in; None when there is nothing to wait for."""
        if not self._changes or not self._expecting_more or self._few():
            return None
        left = self._not_before - monotonic()
        return left if left > 0 else None

    def _few(self) -> bool:
        return sum(len(one.puts) + len(one.deletes) for one in self._changes.values()) <= _MANY

    def _take_in(self) -> None:
        """Bring the index up to date."""
        with self._changed:
            parts, own_tags, self._parts, self._own_tags = self._parts, self._own_tags, None, None
            waiting = parts is None and self._rest() is not None
            changes = {} if waiting else self._changes
            self._changes = self._changes if waiting else {}
            self._taking = True
        if parts is not None:
            self._make(parts, own_tags or {})
        elif own_tags is not None and self._index is not None:
            self._index.annotate(own_tags)
            self._answered = None
        if changes and self._index is not None:
            self._apply(self._index, changes)
        self._taking = False

    def _make(self, parts: Sequence[Part], own_tags: OwnTags) -> None:
        began = monotonic()
        with collector.paused():
            self._index = SearchIndex(parts, own_tags)
        self._answered = None
        ended = monotonic()
        self._not_before = ended + (ended - began) * _PATIENCE

    def _apply(self, index: SearchIndex, changes: Mapping[Repository, Changes]) -> None:
        many = sum(len(one.puts) + len(one.deletes) for one in changes.values()) > _MANY
        if many or index.worn:
            self._make([_with(part, changes) for part in index.parts()], index.own_tags)
            return
        for repository, change in changes.items():
            for row_id in change.deletes:
                index.remove(repository, row_id)
            for row_id, encoded in change.puts.items():
                index.put(repository, row_id, encoded)
        self._answered = None

    def _answer(self, index: SearchIndex, view: View) -> bool:
        def cancelled() -> bool:
            return self._view is not view or self._closed

        found = index.search(view.query, cancelled)
        similar: dict[str, list[str]] = {}
        if not count_of(found) and parse_query(view.query):
            # That nothing matches is said at once; looking for similar words takes longer.
            self._tell(Answer(view, index, found, ()))
            similar = index.similar(view.query, cancelled)
            if similar:
                found = index.search_similar(view.query, similar, cancelled)
        words = tuple(dict.fromkeys(word for several in similar.values() for word in several))
        self._answered = Answer(view, index, found, index.shown(view, found), words)
        self._tell(self._answered)
        with self._changed:
            if not self._is_needed():
                self._changed.wait(PAINTING)
        return True

    def _count(self, index: SearchIndex, answer: Answer) -> bool:
        def cancelled() -> bool:
            return self._is_needed()

        modules = index.module_counts(answer.found)
        tags = index.counts("tag", answer.shown, cancelled)
        if cancelled():
            return True
        before, self._counted = self._counted, answer
        if (before is None or before.index is not index) and len(index) >= collector.MANY:
            collector.leave_out_what_is_there()
        artifacts = len(index.shown(View(), answer.found))
        self._tell(Counted(answer, artifacts, modules, tags))
        return True


def _with(part: Part, changes: Mapping[Repository, Changes]) -> Part:
    """Give a part with the changes of its repository."""
    change = changes.get(part.repository)
    if change is None:
        return part
    kept = {key: row for key, row in part.rows.items() if key not in change.deletes}
    return replace(part, rows=kept | change.puts)
