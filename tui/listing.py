"""Which rows the table shows, and in which order: scope, filter, sorting and the tree's nodes, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..store.artifact import Artifact
from ..store.search import SearchIndex, parse_query
from .widgets.tree import Node

ALL = "all"
_TAGS_SHOWN = 200
ORDERS = ("artifact", "module", "repository", "tags")


@dataclass(frozen=True, slots=True)
class Listing:
    """A view of the catalog. `scope` is a key of the tree: all, repository:<alias>, or module:<repository>:<module>."""

    artifacts: Sequence[Artifact] = ()
    index: SearchIndex = field(default_factory=lambda: SearchIndex(()))
    query: str = ""
    scope: str = ALL
    order: str = ""
    descending: bool = False
    matching: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()

    def with_catalog(self, artifacts: Sequence[Artifact], index: SearchIndex) -> "Listing":
        """Return this view of another state of the catalog."""
        return replace(self, artifacts=artifacts, index=index).refreshed()

    def with_query(self, query: str) -> "Listing":
        """Return this view with another filter."""
        return replace(self, query=query).refreshed()

    def with_scope(self, scope: str) -> "Listing":
        """Return this view of another branch of the tree."""
        return replace(self, scope=scope)._scoped()

    def ordered_by(self, order: str, descending: bool) -> "Listing":
        """Return this view in another order; an empty `order` is the catalog's own."""
        return replace(self, order=order, descending=descending)._scoped()

    def refreshed(self) -> "Listing":
        """Search again."""
        return replace(self, matching=tuple(self.index.search(self.query)))._scoped()

    def _scoped(self) -> "Listing":
        kind, _, rest = self.scope.partition(":")
        repository, _, module = rest.rpartition(":") if kind == "module" else (rest, "", "")
        rows = self.matching
        if kind in {"repository", "module"}:
            rows = tuple(number for number in rows if self._in_scope(self.artifacts[number], repository, module))
        if self.order:
            rows = tuple(
                sorted(rows, key=lambda number: _sort_key(self.artifacts[number], self.order), reverse=self.descending)
            )
        return replace(self, shown=rows)

    @staticmethod
    def _in_scope(artifact: Artifact, repository: str, module: str) -> bool:
        return artifact.repository == repository and module in ("", artifact.module)

    @property
    def words(self) -> list[str]:
        """The plain words of the filter, to be marked in the table."""
        return [term.text for term in parse_query(self.query) if not term.field and not term.excluded]

    def nodes(self) -> list[Node]:
        """Make the tree: everything, the repositories with their modules, and the tags, with the filter's counts."""
        counted: dict[str, dict[str, int]] = {}
        for artifact in self.artifacts:
            counted.setdefault(artifact.repository, {}).setdefault(artifact.module, 0)
        for number in self.matching:
            artifact = self.artifacts[number]
            counted[artifact.repository][artifact.module] += 1
        nodes = [Node(ALL, "everything", len(self.matching), ())]
        nodes += [_repository_node(alias, modules) for alias, modules in counted.items()]
        tags = self.index.counts("tag", self.shown)[:_TAGS_SHOWN]
        if tags:
            children = tuple(Node(f"tag:{tag}", tag, count, (), "accent") for tag, count in tags)
            nodes.append(Node("tags", "tags", None, children))
        return nodes


def _repository_node(alias: str, modules: dict[str, int]) -> Node:
    children = tuple(
        Node(f"module:{alias}:{module}", module, count, (), "" if count else "muted")
        for module, count in sorted(modules.items())
    )
    total = sum(modules.values())
    return Node(f"repository:{alias}", alias, total, children, "" if total else "muted")


def _sort_key(artifact: Artifact, order: str) -> tuple[str, str]:
    value = {
        "artifact": artifact.label,
        "module": artifact.module,
        "repository": artifact.repository,
        "tags": ",".join(artifact.own_tags + artifact.tags),
    }[order]
    return (value.lower(), artifact.title.lower())


def toggled_tag(query: str, tag: str) -> str:
    """Put `tag:x` into a filter, or take it out."""
    term = f"tag:{tag}"
    words = query.split()
    return " ".join([word for word in words if word != term] if term in words else [*words, term])
