"""The browser as a user drives it, with the real samples."""

from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from ckexplore.store import annotations, repos
from ckexplore.store.workspace import Workspace
from ckexplore.tui.widgets.detail_pane import DetailPane
from ckexplore.tui.widgets.tab_line import TabLine
from ckexplore.tui.widgets.table import VirtualTable
from ckexplore.tui.widgets.tree import VirtualTree

from ..store.making import make_entry
from .conftest import browsing

SIZES = [(80, 24), (160, 48)]


async def test_an_empty_home_says_what_to_do_first(workspace: Workspace) -> None:
    async with browsing(workspace, (80, 24)) as run:
        assert "No repositories yet" in run.screen_text()
        assert "add repo --path=FOLDER" in run.screen_text()


@pytest.mark.parametrize("size", SIZES)
async def test_tree_table_and_footer_show_the_samples(workspace: Workspace, samples: Path, size) -> None:
    del samples
    async with browsing(workspace, size) as run:
        text = run.screen_text()
        for word in ("ckx-ml", "program", "matmul", "Filter", "Command", "Help"):
            assert word in text
        assert "21 artifacts" in text


async def test_the_filter_narrows_as_one_types_and_escape_clears_it(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.pilot.press("slash", *"onnx")
        await run.until(run.is_settled)
        assert set(run.titles) == {
            "image-classification-onnx",
            "lib.onnx",
            "lib.onnxruntime",
            "model.onnx",
            "model-minimobilenet",
        }
        await run.pilot.press("space", "t", "a", "g", "colon", "l", "i", "b")
        await run.until(run.is_settled)
        assert set(run.titles) == {"lib.onnx", "lib.onnxruntime"}
        await run.pilot.press("enter", "escape")
        await run.until(run.is_settled)
        assert len(run.titles) == 21


async def test_a_tag_in_the_tree_becomes_a_filter_and_goes_again(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        tree = run.browser.query_one("#tree")
        await run.pilot.press("1")
        tree.expand_nodes(["tags"])  # type: ignore[attr-defined]
        tree.go_to_node("tag:compiler")  # type: ignore[attr-defined]
        await run.pilot.press("enter")
        await run.pilot.pause()
        assert run.browser.query_one("#filter", Input).value == "tag:compiler"
        assert set(run.titles) == {"compiler.gcc", "compiler.llvm", "compiler.python"}


async def test_a_module_in_the_tree_narrows_the_table_and_the_title_says_so(
    workspace: Workspace, samples: Path
) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.pilot.press("1")
        run.browser.query_one("#tree").go_to_node("module:ckx-ml:os")  # type: ignore[attr-defined]
        await run.until(lambda: set(run.titles) == {"linux-64", "linux-arm64", "macos-64"})
        await run.until(lambda: "3 shown in ckx-ml:os" in run.screen_text())


async def test_the_details_show_overview_readme_meta_and_files(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.filter("module:program matmul")
        tabs = run.browser.query_one(DetailPane).query_one(TabLine)
        await run.until(lambda: tabs.names == ("overview", "readme", "needs", "meta", "files"))
        await run.until(lambda: "naive, blocked" in run.screen_text() or "blocked, naive" in run.screen_text())
        for view, word in (("readme", "matri"), ("needs", "compiler"), ("meta", "compile_deps"), ("files", "matmul.c")):
            await run.pilot.press("right_square_bracket")
            assert tabs.active == view
            await run.until(lambda word=word: word in run.screen_text())


async def test_a_changed_file_and_a_new_entry_show_by_themselves(workspace: Workspace, samples: Path) -> None:
    async with browsing(workspace) as run:
        await run.filter("module:program matmul")
        tabs = run.browser.query_one(DetailPane).query_one(TabLine)
        await run.until(lambda: "readme" in tabs.names)
        await run.pilot.press("right_square_bracket")
        (samples / "program/matmul/README.md").write_text("# Rewritten by its author\n")
        await run.until(lambda: "Rewritten by its author" in run.screen_text())
        await run.pilot.press("escape")
        make_entry(samples, "program", "brand-new", "7" * 16, {"tags": ["new"]}, module_uid="b0ac08fe1d3c2615")
        await run.until(lambda: "brand-new" in run.titles)


async def test_notes_bookmarks_and_saved_searches_are_kept_and_shown(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.filter("module:program matmul")
        await run.pilot.press("b")
        await run.until(lambda: "★ matmul" in run.screen_text())
        await run.pilot.press("n")
        await run.until(lambda: isinstance(run.app.focused, TextArea))
        await run.pilot.press(*"fast", "ctrl+s")
        await run.until(lambda: "★ ✎ matmul" in run.screen_text())
        await run.pilot.press("S", *"quick", "enter")
        await run.until(lambda: [one.name for one in run.browser.listing.searches] == ["quick"])
        await run.pilot.press("escape")
        await run.until(lambda: len(run.titles) > 10)
        tree = run.browser.query_one(VirtualTree)
        await run.pilot.press("1")
        tree.expand_nodes(["searches"])
        tree.go_to_node("search:quick")
        await run.pilot.press("enter")
        await run.until(lambda: run.titles == ["matmul"])
        await run.pilot.press("1")
        tree.go_to_node("bookmarks")
        await run.pilot.press("slash", "escape")
        await run.until(lambda: run.titles == ["matmul"])
    assert {one.note for one in annotations.annotations(workspace).values()} == {"fast"}


async def test_enter_on_a_file_shows_it(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.filter("module:program matmul")
        pane = run.browser.query_one(DetailPane)
        await run.until(lambda: "files" in pane.query_one(TabLine).names)
        pane.choose("files")
        await run.pilot.press("3")
        table = pane.query_one("#view-files", VirtualTable)
        await run.until(lambda: table.line_count > 1)
        names = [row.path for row in pane._files]
        table.go_to_row(names.index("matmul.c"))
        await run.pilot.press("enter")
        await run.until(lambda: "#include" in run.screen_text())


async def test_on_a_narrow_terminal_the_details_take_the_place_of_the_table(
    workspace: Workspace, samples: Path
) -> None:
    del samples
    async with browsing(workspace, (80, 24)) as run:
        await run.filter("module:program matmul")
        assert "readme" not in run.screen_text()
        await run.pilot.press("enter")
        await run.until(lambda: "needs to compile" in run.screen_text())
        await run.pilot.press("escape")
        await run.until(lambda: "needs to compile" not in run.screen_text())


async def test_own_tags_show_at_once_and_stay_when_the_catalog_is_deleted(workspace: Workspace, samples: Path) -> None:
    import shutil

    del samples
    async with browsing(workspace) as run:
        await run.filter("module:program matmul")
        await run.pilot.press("t")
        await run.type("favourite, slow")
        await run.pilot.press("enter")
        await run.until(lambda: "favourite" in run.screen_text())
    shutil.rmtree(workspace.catalog)
    async with browsing(workspace) as run:
        await run.filter("tag:favourite module:program")
        assert run.titles == ["matmul"]


async def test_nothing_runs_without_the_confirmation(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.filter("module:soft compiler.gcc")
        await run.pilot.press("d")
        await run.until(lambda: "Execute this on your machine?" in run.screen_text())
        await run.until(lambda: "--version" in run.screen_text())
        await run.pilot.press("enter")
        await run.until(lambda: len(run.app.screen_stack) == 2)
        assert not list(workspace.jobs.glob("job/*/state.json"))


async def test_a_typed_command_is_answered_or_its_mistake_explained(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.pilot.press("colon")
        await run.type("ls soft")
        await run.pilot.press("enter")
        await run.until(lambda: "Esc closes" in run.screen_text())
        assert "compiler.python" in run.screen_text()
        await run.pilot.press("escape", "colon")
        await run.type("serch program")
        await run.pilot.press("enter")
        await run.until(lambda: "did you mean" in " ".join(run.screen_text().split()))


async def test_the_command_line_completes_action_module_and_artifact(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.pilot.press("colon")
        line = run.browser.query_one("#command", Input)
        for typed, wanted in (("det", "detect"), (" sof", "detect soft"), (":compiler.g", "detect soft:compiler.gcc")):
            await run.type(typed)
            await run.until(lambda wanted=wanted: line._suggestion == wanted)
            await run.pilot.press("right")
            assert line.value == wanted


async def test_a_repository_added_by_command_appears(workspace: Workspace, samples: Path) -> None:
    repos.unregister(workspace, "ckx-ml")
    async with browsing(workspace) as run:
        await run.pilot.press("colon")
        await run.type(f"add repo --path={samples}")
        await run.pilot.press("enter")
        await run.until(lambda: "matmul" in run.titles)


async def test_hostile_text_neither_stops_the_app_nor_reaches_the_screen_raw(
    workspace: Workspace, hostile_repository: Path
) -> None:
    async with browsing(workspace.browsing(hostile_repository), (240, 50)) as run:
        await run.filter("evil")
        tabs = run.browser.query_one(DetailPane).query_one(TabLine)
        await run.until(lambda: "readme" in tabs.names)
        for _ in range(len(tabs.names)):
            await run.pilot.pause(0.3)
            text = run.screen_text()
            assert not set(text) & set("\x1b\x07\x9b\u202e\x00\x7f")
            assert "evil" in text
            await run.pilot.press("right_square_bracket")
        await run.filter(" ")
        await run.pilot.press("escape")
        await run.filter("broken")
        await run.until(lambda: "not valid JSON" in run.screen_text())
        assert "✘ broken" in run.screen_text()


async def test_every_named_action_is_in_the_help_and_has_a_method(workspace: Workspace) -> None:
    from ckexplore.tui.keys import BROWSER

    async with browsing(workspace) as run:
        for action in BROWSER:
            assert hasattr(run.browser, f"action_{action.name}"), action.name
        await run.pilot.press("question_mark")
        await run.until(lambda: "Do something" in run.screen_text())


async def test_the_palette_finds_actions(workspace: Workspace, samples: Path) -> None:
    del samples
    async with browsing(workspace) as run:
        await run.pilot.press("ctrl+p", *"rescan")
        await run.until(lambda: "Rescan" in run.screen_text())
