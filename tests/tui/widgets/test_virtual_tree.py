"""The tree: nodes open and close, and keep their state when the nodes are given anew."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.tui.widgets.tree import Node, VirtualTree, open_nodes

MODELS = Node("ml/program", "program", 2, (Node("ml/program/a", "classify", 1), Node("ml/program/b", "matmul", 1)))
ROOTS = (
    Node("ml", "ckx-ml", 14, (Node("ml/dataset", "dataset", 12), MODELS), role="root"),
    Node("paper", "paper [/] [red]x 日本語", 1, (), role="root"),
)

nodes = st.recursive(
    st.builds(Node, key=st.uuids().map(str), label=st.text(max_size=5)),
    lambda children: st.builds(
        Node, key=st.uuids().map(str), label=st.text(max_size=5), children=st.lists(children, max_size=3).map(tuple)
    ),
    max_leaves=12,
)


def tree_of(*keys: str, roots: tuple[Node, ...] = ROOTS) -> VirtualTree:
    tree = VirtualTree(empty_message="No repositories yet")
    tree.set_root_nodes(roots)
    tree.expand_nodes(keys)
    return tree


def keys_of(node: Node) -> list[str]:
    return [node.key, *(key for child in node.children for key in keys_of(child))]


@given(st.lists(nodes, max_size=3))
def test_with_all_open_every_node_is_listed_in_reading_order(roots: list[Node]) -> None:
    every = [key for root in roots for key in keys_of(root)]
    lines = open_nodes(roots, set(every))
    assert [line.node.key for line in lines] == every
    assert all(line.depth == 0 if line.parent is None else line.depth == lines[line.parent].depth + 1 for line in lines)
    assert all(len(line.guides) == 2 * line.depth for line in lines)


def test_a_nesting_deeper_than_python_recurses_is_listed() -> None:
    node = Node("0", "leaf")
    for number in range(1, 5000):
        node = Node(str(number), "", None, (node,))
    assert len(open_nodes([node], {str(number) for number in range(5000)})) == 5000


async def test_guides_signs_and_counts_are_drawn(widget_app: Callable, shown: Callable) -> None:
    tree = tree_of("ml", "ml/program")
    async with widget_app(tree).run_test(size=(30, 10)):
        assert shown(tree)[:6] == [
            " ▾ ckx-ml                  14",
            " ├ dataset                 12",
            " └ ▾ program                2",
            "   ├ classify               1",
            "   └ matmul                 1",
            " paper [/] [red]x 日本語    1",
        ]


async def test_a_long_label_is_cut_before_its_count(widget_app: Callable, shown: Callable) -> None:
    tree = tree_of()
    async with widget_app(tree).run_test(size=(16, 10)):
        assert shown(tree)[1] == " paper [/] [… 1"


async def test_keys_open_close_and_walk(widget_app: Callable) -> None:
    tree = tree_of()
    async with widget_app(tree).run_test(size=(30, 10)) as pilot:

        async def node_after(*keys: str) -> tuple[str | None, int]:
            await pilot.press(*keys)
            return (tree.cursor_node.key if tree.cursor_node else None), tree.line_count

        assert await node_after("l") == ("ml", 4)
        assert await node_after("right") == ("ml/dataset", 4)
        assert await node_after("j", "space") == ("ml/program", 6)
        assert await node_after("j") == ("ml/program/a", 6)
        assert await node_after("left") == ("ml/program", 6)
        assert await node_after("h") == ("ml/program", 4)
        assert await node_after("h") == ("ml", 4)
        assert await node_after("enter") == ("ml", 2)
        assert await node_after("h", "left") == ("ml", 2)


async def test_what_was_open_and_the_cursor_survive_new_nodes(widget_app: Callable) -> None:
    tree = tree_of("ml", "ml/program")
    app = widget_app(tree)
    async with app.run_test(size=(30, 10)) as pilot:
        tree.go_to_node("ml/program/b")
        await pilot.pause()
        app.told.clear()
        tree.set_root_nodes((Node("new", "new"), *ROOTS))
        await pilot.pause()
        assert tree.cursor_node is not None
        assert (tree.cursor_node.key, tree.line_count, app.told) == ("ml/program/b", 7, [])
        tree.set_root_nodes([Node("ml", "ckx-ml", 12, (Node("ml/dataset", "dataset", 12),))])
        await pilot.pause()
        assert tree.cursor_node.key == "ml"


async def test_the_node_is_told_when_highlighted_and_when_selected(widget_app: Callable) -> None:
    tree = tree_of("ml")
    app = widget_app(tree)
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.press("j", "enter")
        await pilot.pause()

    def keys(kind: type) -> list[str]:
        return [message.key for message in app.told if type(message) is kind]

    assert keys(VirtualTree.NodeHighlighted)[-1] == "ml/dataset"
    assert keys(VirtualTree.NodeSelected) == ["ml/dataset"]


async def test_a_click_on_the_sign_opens_and_a_double_click_selects(widget_app: Callable) -> None:
    tree = tree_of()
    app = widget_app(tree)
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.click(tree, offset=(1, 0))
        assert tree.line_count == 4
        await pilot.click(tree, offset=(12, 1), times=2)
        await pilot.pause()
        selected = [message.key for message in app.told if isinstance(message, VirtualTree.NodeSelected)]
        assert selected == ["ml/dataset"]


async def test_an_empty_tree_says_so_and_takes_every_key(widget_app: Callable, shown: Callable) -> None:
    tree = tree_of(roots=())
    async with widget_app(tree).run_test(size=(30, 9)) as pilot:
        assert shown(tree)[4].strip() == "No repositories yet"
        await pilot.press("enter", "space", "l", "h", "j", "G")
        assert tree.cursor_node is None


async def test_ten_thousand_open_nodes_scroll_to_the_end(widget_app: Callable, shown: Callable) -> None:
    children = tuple(Node(f"r/{number}", f"artifact {number}") for number in range(10_000))
    tree: Any = tree_of("r", roots=(Node("r", "root", 10_000, children),))
    async with widget_app(tree).run_test(size=(80, 24)) as pilot:
        await pilot.press("G")
        assert shown(tree)[-1] == " └ artifact 9999"
        assert shown(tree)[0] == " ├ artifact 9976"


async def test_find_goes_to_the_next_label_and_round_the_end(widget_app: Callable) -> None:
    tree = tree_of("ml", "ml/program")
    async with widget_app(tree).run_test(size=(30, 10)):
        assert tree.find("MAT") == 4
        assert tree.cursor_line == 4
        assert tree.find("ckx") == 0
        assert tree.find("a", forward=False) == 5
        assert tree.find("nothing of the kind") is None
        assert tree.cursor_line == 5
