"""A tree of any number of nodes, such as repositories and their modules, drawn line by line when shown.

The open part is kept as one flat list, made anew when a node opens or closes: 25 ms at 100,000 open nodes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message

from .cursor_lines import CursorLines
from .segments import cut_segments, width_of

NodeRole = Literal["", "root", "muted", "accent", "warning", "error"]
"""What a node is; `tree--ROLE` in tree.tcss says how its label looks."""

_INDENT = 2
_MARGIN = 1


@dataclass(frozen=True)
class Node:
    """One node: a key that is unique in the whole tree, a label, how many things it stands for, and its children."""

    key: str
    label: str
    count: int | None = None
    children: tuple["Node", ...] = ()
    role: NodeRole = ""


@dataclass(frozen=True)
class OpenNode:
    """A node that can be seen if its line is scrolled to: all nodes above it are open."""

    node: Node
    depth: int
    parent: int | None
    """The line of the node above, None for a root."""
    guides: str
    """The lines that lead from the nodes above to this one, two cells a level."""


_Waiting = tuple[Node, int, int | None, str, str]
"""A node to list: its depth, its parent's line, its own guides, and the guides of what is below it."""


def open_nodes(roots: Sequence[Node], expanded: frozenset[str] | set[str]) -> list[OpenNode]:
    """List the roots and every node below an expanded one, from top to bottom."""
    lines: list[OpenNode] = []
    # A stack, not recursion: a repository may nest deeper than Python does.
    waiting: list[_Waiting] = [(root, 0, None, "", "") for root in reversed(roots)]
    while waiting:
        node, depth, parent, guides, below = waiting.pop()
        line = len(lines)
        lines.append(OpenNode(node, depth, parent, guides))
        if node.key in expanded:
            waiting.extend(reversed(list(_children(node, depth, line, below))))
    return lines


def _children(node: Node, depth: int, line: int, below: str) -> Iterator[_Waiting]:
    """Give each child with its depth, its parent's line, its own guides and the guides of what is below it."""
    last = len(node.children) - 1
    for index, child in enumerate(node.children):
        ends = index == last
        yield child, depth + 1, line, below + ("└ " if ends else "├ "), below + ("  " if ends else "│ ")


class VirtualTree(CursorLines):
    """A tree whose nodes open and close, each with a count at the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", show=False, tooltip="Choose this node", id="tree.select"),
        Binding(
            "space", "toggle_node", "Open or close", show=False, tooltip="Open or close this node", id="tree.toggle"
        ),
        Binding("right,l", "expand", "Expand", show=False, tooltip="Open, or go to the first child", id="tree.expand"),
        Binding("left,h", "collapse", "Collapse", show=False, tooltip="Close, or go to the parent", id="tree.collapse"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tree--guides",
        "tree--count",
        "tree--root",
        "tree--muted",
        "tree--accent",
        "tree--warning",
        "tree--error",
    }

    class NodeMessage(Message):
        """The part that both messages about a node share."""

        def __init__(self, tree: "VirtualTree", key: str) -> None:
            super().__init__()
            self.tree = tree
            """The tree that sent it."""
            self.key = key
            """The key of the node."""

        @property
        def control(self) -> "VirtualTree":
            """The tree, for `@on` with a selector."""
            return self.tree

    class NodeHighlighted(NodeMessage):
        """The cursor came to another node."""

        def can_replace(self, message: Message) -> bool:
            """Tell that only the newest is of interest, so that a held key doesn't pile up work."""
            return isinstance(message, VirtualTree.NodeHighlighted) and message.tree is self.tree

    class NodeSelected(NodeMessage):
        """Enter or a double click on a node."""

    def __init__(
        self,
        *,
        empty_message: str = "",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the name that every Textual widget gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_message=empty_message, name=name, id=id, classes=classes)
        self._roots: tuple[Node, ...] = ()
        self._expanded: set[str] = set()
        self._lines: list[OpenNode] = []
        self._told_key: str | None = None

    @property
    def line_count(self) -> int:
        """How many nodes are open to sight."""
        return len(self._lines)

    @property
    def cursor_node(self) -> Node | None:
        """The node under the cursor, or None if the tree is empty."""
        line = self.cursor_line
        return None if line is None else self._lines[line].node

    def set_root_nodes(self, nodes: Sequence[Node]) -> None:
        """Show these nodes; what was open stays open and the cursor stays on its node, both by key."""
        self._roots = tuple(nodes)
        self._flatten()

    def expand_nodes(self, keys: Iterable[str]) -> None:
        """Open the nodes with these keys."""
        self._expanded.update(keys)
        self._flatten()

    def collapse_nodes(self, keys: Iterable[str]) -> None:
        """Close the nodes with these keys."""
        self._expanded.difference_update(keys)
        self._flatten()

    def go_to_node(self, key: str) -> bool:
        """Put the cursor on a node; False if it isn't in sight, because it isn't there or a node above is closed."""
        line = self._line_of(key)
        if line is not None:
            self.move_cursor(line)
        return line is not None

    def _line_of(self, key: str) -> int | None:
        return next((line for line, open_node in enumerate(self._lines) if open_node.node.key == key), None)

    def _flatten(self) -> None:
        """List the open nodes anew, the cursor staying on its node or going to the nearest one above it."""
        before, line, top = self._path_to_cursor(), self.cursor_line or 0, self.scroll_offset.y
        self._lines = open_nodes(self._roots, self._expanded)
        self.lines_changed()
        if self._lines:
            found = (self._line_of(key) for key in before)
            self.place_cursor(next((place for place in found if place is not None), line), line - top)

    def _path_to_cursor(self) -> list[str]:
        """Return the keys of the node under the cursor and of those above it, the nearest first."""
        keys: list[str] = []
        line = self.cursor_line
        while line is not None:
            keys.append(self._lines[line].node.key)
            line = self._lines[line].parent
        return keys

    def compose_line(self, y: int) -> list[Segment]:
        """Compose guides, a sign for open or closed, the label, and the count at the right."""
        open_node = self._lines[y]
        node = open_node.node
        count = "" if node.count is None else f" {node.count:,}"
        label = [
            Segment(" " * _MARGIN),
            Segment(open_node.guides + self._sign(node), self.component_style("tree--guides")),
            Segment(node.label, self.component_style(f"tree--{node.role}") if node.role else None),
        ]
        room = self.visible_width - _MARGIN
        label = cut_segments(label, max(1, room - len(count)))
        space = max(0, room - width_of(label) - len(count))
        return [*label, Segment(" " * space), Segment(count, self.component_style("tree--count")), Segment(" ")]

    def _sign(self, node: Node) -> str:
        if not node.children:
            return ""
        return "▾ " if node.key in self._expanded else "▸ "

    def line_text(self, y: int) -> str:
        """Return the label, which is what a search looks at."""
        return self._lines[y].node.label

    def cursor_moved(self) -> None:
        """Tell which node the cursor is on, if it is another one than was told."""
        node = self.cursor_node
        if node is not None and node.key != self._told_key:
            self._told_key = node.key
            self.post_message(self.NodeHighlighted(self, node.key))

    def line_selected(self, y: int) -> None:
        """Open or close a node, and tell that it was chosen."""
        node = self._lines[y].node
        self._toggle(node)
        self.post_message(self.NodeSelected(self, node.key))

    def line_clicked(self, y: int, position: Offset) -> None:
        """Open or close a node if the click was on its sign."""
        open_node = self._lines[y]
        start = _MARGIN + open_node.depth * _INDENT
        if start <= position.x < start + _INDENT:
            self._toggle(open_node.node)

    def _toggle(self, node: Node) -> None:
        if node.children:
            (self.collapse_nodes if node.key in self._expanded else self.expand_nodes)([node.key])

    def action_select(self) -> None:
        """Open or close the node under the cursor, and tell that it was chosen."""
        if self.cursor_line is not None:
            self.line_selected(self.cursor_line)

    def action_toggle_node(self) -> None:
        """Open or close the node under the cursor."""
        if self.cursor_node is not None:
            self._toggle(self.cursor_node)

    def action_expand(self) -> None:
        """Open the node under the cursor, or go to its first child if it is open."""
        node = self.cursor_node
        if node is None or not node.children:
            return
        if node.key in self._expanded:
            self.step(1)
        else:
            self.expand_nodes([node.key])

    def action_collapse(self) -> None:
        """Close the node under the cursor, or go to its parent if it is closed."""
        node, line = self.cursor_node, self.cursor_line
        if node is None or line is None:
            return
        parent = self._lines[line].parent
        if node.children and node.key in self._expanded:
            self.collapse_nodes([node.key])
        elif parent is not None:
            self.move_cursor(parent)
