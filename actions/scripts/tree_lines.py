"""A tree of scripts in lines, for every place that shows one."""

from collections.abc import Iterator
from dataclasses import dataclass

from .tree import Node

_STATES = {
    "runs": "",
    "open": "decided at the run",
    "skipped": "skipped",
    "again": "as above",
    "circle": "needs itself",
    "missing": "missing",
    "too deep": "not followed further",
}


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line: how deep, which script with which variations, what there is to say about it, and under which condition.

    All text is safe for a terminal.
    """

    depth: int
    name: str
    text: str
    when: str

    def __str__(self) -> str:
        """Give the line with its indentation."""
        said = "; ".join(
            part
            for part in (self.text, self.when if self.when.startswith("unless") else self.when and f"if {self.when}")
            if part
        )
        return f"{'  ' * self.depth}{self.name}{f'  ({said})' if said else ''}"


def tree_lines(root: Node, *, cached: bool = True) -> Iterator[TreeLine]:
    """Yield the lines of a tree, with `cached` also which results are there already."""
    for depth, node in root.walk():
        script = node.script.rpartition(":")[2] or node.tags
        variations = "".join(f",_{name}" for name in node.variations)
        text = (
            _STATES[node.state],
            node.phase,
            f"version {node.version}" if node.version else "",
            f"cached as {node.cached}" if cached and node.cached else "",
            f"first of {len(node.others) + 1} with {node.tags}" if node.others else "",
            node.problem,
            *node.notes,
        )
        yield TreeLine(depth, f"{script}{variations}", "; ".join(part for part in text if part), node.when)
