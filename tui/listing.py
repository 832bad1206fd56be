"""What the browser shows of the catalog: a view in the words of tree and table, the answer to it, the tree's nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..store.search import ORDERS, View, parse_query
from ..store.untrusted import from_storable
from .widgets.tree import Node

if TYPE_CHECKING:  # the first paint needs none of these
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..store.annotations import Annotation
    from ..store.artifact import Artifact
    from ..store.live_catalog import Touched
    from ..store.saved_searches import SavedSearch
    from ..store.search.thread import Answer, Counted

ALL = "all"
_TAGS_SHOWN = 200
_ORDERS = ("", *ORDERS)


@dataclass(frozen=True, slots=True)
class Listing:
    """A view and what is known of it.

    `scope` is a key of the tree: all, bookmarks, repository:<alias>, or module:<repository>:<module>. `answer` and
    `counted` are of the newest view that was answered; until then those of the one before stay.
    """

    query: str = ""
    scope: str = ALL
    order: str = ""
    descending: bool = False
    answer: Answer | None = None
    counted: Counted | None = None
    annotations: Mapping[str, Annotation] = field(default_factory=dict)
    searches: Sequence[SavedSearch] = ()

    @property
    def view(self) -> View:
        """What to ask the catalog for."""
        kind, _, rest = self.scope.partition(":")
        repository, _, module = rest.rpartition(":") if kind == "module" else (rest, "", "")
        only = None
        if kind == "bookmarks":
            only = frozenset(key for key, one in self.annotations.items() if one.bookmarked)
            repository = ""
        return View(self.query, repository, module, only, self.order, self.descending)

    @property
    def order_after(self) -> str:
        """The order by the next column."""
        return _ORDERS[(_ORDERS.index(self.order) + 1) % len(_ORDERS)]

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the rows in the table."""
        return self.answer.shown if self.answer is not None else ()

    def artifact(self, number: int) -> Artifact:
        """Give the artifact of a row; there is an answer."""
        assert self.answer is not None
        return self.answer.index.artifact(number)

    def copies(self, number: int) -> Sequence[int]:
        """Give the rows of every copy of a row's artifact, the one that wins first."""
        return self.answer.index.copies(number) if self.answer is not None else ()

    def concerned(self, number: int, touched: Touched) -> bool:
        """Tell whether files of a row's artifact were touched."""
        return touched.concerns(self.root(number), from_storable(self.artifact(number).path))

    def root(self, number: int) -> Path:
        """Give where the repository of a row is; there is an answer."""
        assert self.answer is not None
        return self.answer.index.repository(number).path

    def number_in(self, other: Listing, number: int | None) -> int | None:
        """Give the number that a row of this listing has in another one; None when it isn't there."""
        if number is None or self.answer is None or other.answer is None:
            return None
        if other.answer.index is self.answer.index:
            return number
        return other.answer.index.number_of(self.answer.index.key(number))

    def annotation(self, artifact: Artifact) -> Annotation | None:
        """Give what the user wrote about an artifact."""
        return self.annotations.get(artifact.key)

    @property
    def words(self) -> list[str]:
        """What is to be marked in the table: the plain words of the filter, or those that stood in for them."""
        typed = [term.text for term in parse_query(self.query) if not term.field and not term.excluded]
        return [*typed, *(self.answer.similar if self.answer is not None else ())]

    def nodes(self) -> list[Node]:
        """Make the tree: everything, what the user saved, the repositories with their modules, and the tags."""
        counted = self.counted
        if counted is None:
            return [Node(ALL, "everything", None, ())]
        nodes = [Node(ALL, "everything", counted.artifacts, ())]
        bookmarked = sum(1 for one in self.annotations.values() if one.bookmarked)
        if bookmarked:
            nodes.append(Node("bookmarks", "bookmarks", bookmarked, ()))
        if self.searches:
            children = tuple(Node(f"search:{one.name}", one.name, None, ()) for one in self.searches)
            nodes.append(Node("searches", "saved searches", None, children))
        nodes += [_repository_node(alias, modules) for alias, modules in counted.modules.items() if modules]
        if counted.tags:
            children = tuple(Node(f"tag:{tag}", tag, count, (), "accent") for tag, count in counted.tags[:_TAGS_SHOWN])
            nodes.append(Node("tags", "tags", None, children))
        return nodes


def _repository_node(alias: str, modules: Mapping[str, int]) -> Node:
    children = tuple(
        Node(f"module:{alias}:{module}", module, count, (), "" if count else "muted")
        for module, count in sorted(modules.items())
    )
    total = sum(modules.values())
    return Node(f"repository:{alias}", alias, total, children, "" if total else "muted")


def toggled_tag(query: str, tag: str) -> str:
    """Put `tag:x` into a filter, or take it out."""
    term = f"tag:{tag}"
    words = query.split()
    return " ".join([word for word in words if word != term] if term in words else [*words, term])
