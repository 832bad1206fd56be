"""Tags, notes, bookmarks and saved searches as actions: set, listed, exported, imported, and told."""

import csv
import io
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access
from ckexplore.actions.report.telling import tell
from ckexplore.cli.help import help_text
from ckexplore.store import annotations, saved_searches
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL
from .conftest import Ask

RAW = set("\x1b\x07\x9b\u202e\x00\x7f")


def told(action: str, module: str, answer: dict[str, Any]) -> str:
    return "\n".join(tell(action, module, answer))


@pytest.fixture
def written(ask: Ask) -> Ask:
    """Some of everything."""
    ask(action="tag", cid="program:matmul", tags="mine,todo")
    ask(action="note", cid="program:matmul", text="# Slow\n\n=1+1, but right")
    ask(action="bookmark", cid="soft:compiler.gcc")
    ask(action="save", cid="search:drafts", query="tag:onnx -draft", scope="module:local:program", order="-tags")
    return ask


# Tags, notes, bookmarks


def test_tags_are_set_added_and_taken_back(ask: Ask) -> None:
    assert ask(action="tag", cid="program:matmul", tags="a,b")["own_tags"] == ["a", "b"]
    answer = ask(action="tag", cid="program:matmul", add="c", remove="a")
    assert answer["own_tags"] == ["b", "c"]
    assert told("tag", "program", answer) == "program:matmul: your tags: b, c"
    assert ask(action="tag", cid="program:matmul", tags="")["own_tags"] == []


def test_own_tags_and_bookmarks_are_found_by_search_also_without_a_catalog(written: Ask, workspace: Workspace) -> None:
    def found(**options: str) -> list[str]:
        return [one["data_uoa"] for one in written(action="search", **options)["lst"]]

    assert found(tags="mine") == ["matmul"]
    shutil.rmtree(workspace.catalog)
    assert found(tags="mine,todo") == ["matmul"]
    assert found(cid="annotation:*", tags="mine") == []
    assert found(bookmarked="yes") == ["compiler.gcc"]
    assert found(cid="program:*", bookmarked="yes") == []


def test_a_note_is_written_printed_and_removed(ask: Ask, tmp_path: Path) -> None:
    answer = ask(action="note", cid="program:matmul", text="slow")
    assert told("note", "program", answer) == f"program:matmul: your note is in {answer['file']}"
    assert told("note", "program", ask(action="note", cid="program:matmul")) == "slow"
    Path(answer["file"]).write_text("by hand\n")
    assert ask(action="note", cid="program:matmul")["note"] == "by hand"
    file = tmp_path / "review.md"
    file.write_text("# From a file\n")
    assert ask(action="note", cid="program:matmul", file=str(file))["note"] == "# From a file"
    assert ask(action="note", cid="program:matmul", remove="yes")["note"] == ""
    assert "write one: ckexplore note program:matmul" in told(
        "note", "program", ask(action="note", cid="program:matmul")
    )


def test_a_bookmark_is_set_and_taken_back(ask: Ask) -> None:
    answer = ask(action="bookmark", cid="program:matmul")
    assert answer["bookmarked"]
    assert told("bookmark", "program", answer).startswith("program:matmul: bookmarked 20")
    assert ask(action="bookmark", cid="program:matmul", remove="yes")["bookmarked"] == ""


def test_a_repository_can_be_annotated_too(ask: Ask) -> None:
    assert ask(action="note", cid="repo:ckx-ml", text="samples")["return"] == 0
    (one,) = ask(action="show", cid="annotation")["annotations"]
    assert (one["cid"], one["note"]) == ("ckx-ml:repo:ckx-ml", "samples")


def test_what_was_written_is_listed_and_narrowed(written: Ask) -> None:
    answer = written(action="show", cid="annotation")
    assert [one["cid"] for one in answer["annotations"]] == ["ckx-ml:program:matmul", "ckx-ml:soft:compiler.gcc"]
    table = told("show", "annotation", answer)
    assert "mine,todo" in table
    assert "# Slow …" in table
    (one,) = written(action="show", cid="annotation", bookmarked="yes")["annotations"]
    assert one["cid"] == "ckx-ml:soft:compiler.gcc"
    (one,) = written(action="show", cid="annotation", tags="todo")["annotations"]
    assert written(action="show", cid=f"annotation:{one['uid']}")["annotations"] == [one]
    assert told("show", "annotation", written(action="show", cid="annotation", tags="no")).startswith("nothing")


# Saved searches


def test_searches_are_saved_shown_renamed_and_removed(written: Ask) -> None:
    answer = written(action="show", cid="search")
    assert answer["searches"] == [
        {"name": "drafts", "query": "tag:onnx -draft", "scope": "module:local:program", "order": "-tags"}
    ]
    assert "tag:onnx -draft" in told("show", "search", answer)
    assert written(action="rename", cid="search:drafts", to="onnx models")["name"] == "onnx models"
    assert [one["data_uoa"] for one in written(action="ls", cid="search")["lst"]] == ["onnx models"]
    assert written(action="rm", cid="search:onnx models", force="yes")["return"] == 0
    assert written(action="ls", cid="search")["lst"] == []
    assert told("show", "search", written(action="show", cid="search")).startswith("no search is saved yet")


def test_another_search_of_the_same_name_is_replaced_only_by_force(written: Ask) -> None:
    request = {"action": "save", "cid": "search:drafts", "query": "tag:other"}
    assert "say --force" in written(**request)["error"]
    assert written(**request, force="yes")["query"] == "tag:other"


# Export and import


def test_an_export_is_imported_elsewhere_without_a_loss(written: Ask, workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    answer = written(action="export", cid="annotation", file=str(file))
    assert told("export", "annotation", answer) == f"2 annotations and 1 saved search in {file}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    elsewhere = Workspace(tmp_path / "elsewhere")
    request = {"action": "import", "cid": "annotation", "file": str(file)}
    imported = access(request, elsewhere)
    assert told("add", "annotation", imported) == "2 of 2 annotations and 1 of 1 saved search were new"
    for read in (annotations.annotations, annotations.own_tags, saved_searches.saved_searches):
        assert read(elsewhere) == read(workspace)
    again = access(request, elsewhere)
    assert (again["changed"], again["added"]) == (0, 0)
    assert access({"action": "export", "module_uoa": "annotation"}, elsewhere)["text"] == file.read_text()


def test_an_import_adds_to_what_is_there(written: Ask, tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    exported = json.loads(written(action="export", cid="annotation")["text"])
    exported["annotations"][0] |= {"tags": ["theirs"], "note": "fast"}
    exported["searches"][0]["query"] = "tag:theirs"
    file.write_text(json.dumps(exported))
    answer = written(action="import", cid="annotation", file=str(file))
    assert (answer["changed"], answer["added"]) == (1, 1)
    assert written(action="tag", cid="program:matmul", add="x")["own_tags"] == ["mine", "todo", "theirs", "x"]
    assert written(action="note", cid="program:matmul")["note"] == "# Slow\n\n=1+1, but right\n\n---\n\nfast"
    assert [one["name"] for one in written(action="show", cid="search")["searches"]] == ["drafts", "drafts (2)"]


SOUND = {"format": "ckexplore annotations", "version": 1}


@pytest.mark.parametrize(
    ("value", "told_of"),
    [
        ("{", "not valid JSON"),
        ([], "not an object"),
        ({"lst": []}, "not an export"),
        ({**SOUND, "version": 2}, "another version of ckexplore"),
        ({**SOUND, "annotations": [{"uid": "1" * 16}, {"uid": "../../x"}]}, "$.annotations[1].uid"),
        ({**SOUND, "annotations": [{"uid": "1" * 16, "tags": "x"}]}, "$.annotations[0].tags"),
        ({**SOUND, "annotations": [{"uid": "1" * 16, "note": "x" * 300_000}]}, "$.annotations[0].note"),
        ({**SOUND, "annotations": [{"uid": "1" * 16, "bookmarked": "soon"}]}, "isn't an ISO time"),
        ({**SOUND, "searches": [{"name": "../x", "query": "x"}]}, "can't name"),
        ({**SOUND, "searches": [{"name": EVIL, "query": "x"}]}, "can't name"),
    ],
)
def test_an_import_that_isnt_sound_is_refused_whole(
    workspace: Workspace, tmp_path: Path, value: object, told_of: str
) -> None:
    file = tmp_path / "theirs.json"
    if isinstance(value, dict):
        value.setdefault("annotations", [{"uid": "2" * 16, "tags": ["first"]}])
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    answer = access({"action": "import", "cid": "annotation", "file": str(file)}, workspace)
    assert answer["return"] == 1
    assert told_of in answer["error"]
    assert not set(answer["error"]) & RAW
    assert not workspace.local.exists()


def test_hostile_text_goes_through_export_and_import_and_never_comes_out_raw(
    ask: Ask, workspace: Workspace, tmp_path: Path
) -> None:
    note = f"{EVIL} non\u200cjoined \udcff `````"
    for action, options in (("tag", {"add": EVIL}), ("note", {"text": note}), ("bookmark", {})):
        ask(action=action, cid="program:matmul", **options)
    ask(action="save", cid="search:evil", query=EVIL)
    (workspace.local / "search/evil/.cm/meta.json").write_text(json.dumps({"query": EVIL, "order": EVIL}))
    for action, module in (("show", "annotation"), ("show", "search"), ("note", "program:matmul")):
        assert not set(told(action, module, ask(action=action, cid=module))) & RAW
    for kind in ("json", "md", "csv"):
        text = ask(action="export", cid="annotation", format=kind)["text"]
        assert "evil" in text
        assert not set(text) & RAW
    file = tmp_path / "x.json"
    ask(action="export", cid="annotation", file=str(file))
    elsewhere = Workspace(tmp_path / "elsewhere")
    access({"action": "import", "cid": "annotation", "file": str(file)}, elsewhere)
    kept = annotations.annotations(elsewhere, as_written=True)
    assert [one.note for one in kept.values()] == [note]
    assert kept == annotations.annotations(workspace, as_written=True)


def test_markdown_is_for_people_and_notes_stay_quotations(written: Ask, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    written(action="export", cid="annotation", file=str(file))
    text = file.read_text()
    assert "## `ckx-ml:program:matmul`" in text
    assert "- tags `mine`, `todo`" in text
    assert "> # Slow\n>\n> =1+1, but right" in text
    assert "| drafts | tag:onnx -draft |" in text
    assert [line for line in text.split("\n") if line.startswith("# ")] == ["# Annotations", "# Saved searches"]


def test_csv_holds_no_formula(ask: Ask) -> None:
    ask(action="tag", cid="program:matmul", tags="-draft,@x")
    ask(action="note", cid="program:matmul", text='=HYPERLINK("x")')
    ask(action="save", cid="search:drafts", query="-draft")
    text = ask(action="export", cid="annotation", format="csv")["text"]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["annotation", "search"]
    assert rows[0]["note"] == """'=HYPERLINK("x")"""
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert tell("export", "annotation", {"text": text})[0].startswith("kind,name,")


def test_a_file_is_overwritten_only_by_force(written: Ask, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine")
    request = {"action": "export", "cid": "annotation", "file": str(file)}
    answer = written(**request)
    assert answer["return"] == 2
    assert "say --force" in answer["error"]
    assert file.read_text() == "mine"
    assert written(**request, force="yes")["return"] == 0
    assert json.loads(file.read_text())["version"] == 1
    assert written(action="export", cid="annotation", file=str(tmp_path), force="yes")["return"] == 2


def test_a_note_that_cant_be_read_is_told_by_the_export(written: Ask, tmp_path: Path) -> None:
    note = Path(written(action="note", cid="program:matmul")["file"])
    note.unlink()
    note.mkdir()
    answer = written(action="export", cid="annotation", file=str(tmp_path / "x.md"))
    assert f"left out: {note}" in told("export", "annotation", answer)
    assert "not a regular file" in (tmp_path / "x.md").read_text()
    assert "not a regular file" in written(action="note", cid="program:matmul")["error"]


# Errors and help


@pytest.mark.parametrize(
    ("request_values", "told_of"),
    [
        ({"action": "note", "cid": "program"}, "note needs one artifact"),
        ({"action": "note", "cid": "program:*"}, "note needs one artifact"),
        ({"action": "tag", "cid": "program:matmul", "cids": ["mine"], "tags": "yes"}, "artifact, and mine is another"),
        ({"action": "tag", "cid": "program:matmul"}, "--add=mine"),
        ({"action": "note", "cid": "program:matmull", "text": "x"}, "did you mean matmul"),
        ({"action": "note", "cid": "program:matmul", "text": "x", "remove": "yes"}, "say two things"),
        ({"action": "note", "cid": "program:matmul", "file": "yes"}, "ckexplore note program:matmul --file=FILE"),
        ({"action": "note", "cid": "program:matmul", "file": "/no/such"}, "can't be read"),
        ({"action": "note", "cid": "program:matmul", "txt": "x"}, "did you mean text"),
        ({"action": "bookmark", "cid": "program:matmul", "remov": "yes"}, "did you mean remove"),
        ({"action": "bookmark", "cid": "repo:nosuch"}, "no repository named 'nosuch'"),
        ({"action": "save", "cid": "search"}, "ckexplore save search:NAME"),
        ({"action": "save", "cid": "search:x"}, "--query='tag:onnx -draft'"),
        ({"action": "rename", "cid": "search:x"}, "--to=NEW"),
        ({"action": "show", "cid": "search:x"}, "no saved search 'x'"),
        ({"action": "export", "cid": "annotation", "format": "xml"}, "use json, md, csv"),
        ({"action": "export", "cid": "annotation", "file": "/no/such/x.json"}, "no such folder"),
        ({"action": "import", "cid": "annotation"}, "ckexplore import annotation --file=FILE"),
    ],
)
def test_what_cant_be_done_is_one_sentence_that_says_what_to_do(ask: Ask, request_values: dict, told_of: str) -> None:
    answer = ask(**request_values)
    assert answer["return"] > 0
    assert told_of in answer["error"]
    assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["note"], ["--text=", "--file=", "--remove"]),
        (["bookmark"], ["--remove", "--bookmarked"]),
        (["export"], ["--format=json|md|csv", "--force"]),
        (["import", "annotation"], ["--file="]),
        (["save"], ["--query="]),
        (["rename"], ["--to="]),
    ],
)
def test_the_help_names_the_options(words: list[str], options: list[str]) -> None:
    text = help_text(words)
    assert all(option in text for option in options)
