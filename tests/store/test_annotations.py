"""What the user writes stays: through a deleted catalog, other processes, copies, clashes, and files edited by hand."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.store import annotations, saved_searches
from ckexplore.store.annotations import NOTE_LIMIT, Annotation, annotate, annotation_of, own_tags
from ckexplore.store.artifact import Artifact
from ckexplore.store.errors import CkexploreError, InvalidRequestError, UnreadableError
from ckexplore.store.formats import ck
from ckexplore.store.saved_searches import save_search
from ckexplore.store.uid import module_uid
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL

RAW = set("\x1b\x07\x9b\u202e\x00\x7f")


def artifact(alias: str, uid: str, module: str = "program", repository: str = "r") -> Artifact:
    return Artifact(uid, alias, module, module_uid(module), f"{module}/{alias}", repository=repository)


BERT = artifact("bert", "1" * 16)
GCC = artifact("gcc", "2" * 16, "soft")


def entry(workspace: Workspace, uid: str) -> Path:
    return workspace.local / "annotation" / uid


# Annotations


def test_tags_a_note_and_a_bookmark_are_kept_apart_and_together(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["mine", " to read ", "mine"])
    annotate(workspace, BERT, note="# Slow\n\nbut right.\n")
    written = annotate(workspace, BERT, bookmarked=True)
    assert written.tags == ("mine", "to read")
    assert written.note == "# Slow\n\nbut right."
    assert written.bookmarked.startswith("20")
    assert annotate(workspace, BERT, bookmarked=True) == written  # the time of the first
    assert annotations.annotations(workspace) == {BERT.key: written}
    assert own_tags(workspace) == {BERT.uid: ("mine", "to read")}
    left = annotate(workspace, BERT, tags=[], bookmarked=False)
    assert (left.tags, left.note, left.bookmarked) == ((), written.note, "")


def test_tags_are_added_and_removed_one_by_one(workspace: Workspace) -> None:
    assert annotate(workspace, BERT, tags=["a"], add=["b,c"], remove=["a"]).tags == ("b", "c")
    assert annotate(workspace, BERT, add=[EVIL], remove=["b"]).tags[0] == "c"
    assert annotate(workspace, BERT, remove=[EVIL]).tags == ("c",)


def test_an_annotation_that_says_nothing_more_is_gone(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["x"], note="y", bookmarked=True)
    assert not annotate(workspace, BERT, tags=[], note=" \n", bookmarked=False)
    assert not entry(workspace, BERT.uid).exists()
    assert annotations.annotations(workspace) == {}
    assert not annotate(workspace, BERT, note="")  # and there is nothing to remove twice
    assert not entry(workspace, BERT.uid).exists()


def test_what_the_user_put_into_an_entry_by_hand_is_never_deleted(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["x"])
    (entry(workspace, BERT.uid) / "review.pdf").write_bytes(b"%PDF")
    annotate(workspace, BERT, tags=[])
    assert (entry(workspace, BERT.uid) / "review.pdf").exists()
    annotate(workspace, GCC, tags=["x"])
    meta = entry(workspace, GCC.uid) / ".cm/meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "score": 4}))
    annotate(workspace, GCC, tags=["y"])
    annotate(workspace, GCC, tags=[])
    assert json.loads(meta.read_text())["score"] == 4


def test_annotations_survive_a_deleted_catalog(workspace: Workspace) -> None:
    written = annotate(workspace, BERT, tags=["mine"], note="slow", bookmarked=True)
    saved = save_search(workspace, "drafts", "tag:draft")
    workspace.catalog.mkdir(exist_ok=True)
    shutil.rmtree(workspace.catalog)
    assert annotation_of(workspace, BERT) == written
    assert saved_searches.saved_searches(workspace) == (saved,)


def test_a_note_is_a_file_that_can_be_edited_by_hand_and_that_others_cant_read(workspace: Workspace) -> None:
    annotate(workspace, BERT, note="one")
    file = annotations.note_file(workspace, BERT)
    assert file.read_text() == "one\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert annotation_of(workspace, BERT).note == "one\ntwo"


def test_copies_of_an_artifact_share_their_annotation(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["mine"], note="slow")
    copy = artifact("bert", BERT.uid, repository="other")
    assert annotation_of(workspace, copy).note == "slow"
    annotate(workspace, copy, tags=["mine", "again"])
    assert annotation_of(workspace, BERT).tags == ("mine", "again")
    assert len(annotations.annotations(workspace)) == 1


def test_artifacts_of_two_modules_with_one_uid_have_an_annotation_each(workspace: Workspace) -> None:
    other = artifact("bert", BERT.uid, "package")
    annotate(workspace, BERT, tags=["of program"], note="the program")
    annotate(workspace, other, tags=["of package"], note="the package")
    assert annotation_of(workspace, BERT).note == "the program"
    assert annotation_of(workspace, other).note == "the package"
    assert annotations.annotations(workspace).keys() == {BERT.key, other.key}
    assert set(own_tags(workspace)[BERT.uid]) == {"of program", "of package"}
    annotate(workspace, BERT, tags=[], note="")
    assert annotation_of(workspace, other).note == "the package"
    annotate(workspace, other, bookmarked=True)
    assert len(annotations.annotations(workspace)) == 1


def test_an_entry_that_names_no_module_is_of_whatever_has_its_uid(workspace: Workspace) -> None:
    annotate(workspace, BERT, note="slow")
    meta = entry(workspace, BERT.uid) / ".cm/meta.json"
    meta.write_text('{"own_tags": "mine, old"}')
    assert annotation_of(workspace, BERT).tags == ("mine", "old")
    annotate(workspace, BERT, bookmarked=True)
    assert annotation_of(workspace, BERT).note == "slow"
    assert annotations.annotations(workspace).keys() == {BERT.key}


def test_an_entry_that_was_given_an_alias_is_still_the_annotation(workspace: Workspace) -> None:
    annotate(workspace, BERT, note="slow")
    module = workspace.local / "annotation"
    (module / BERT.uid).rename(module / "about-bert")
    (module / ".cm/alias-a-about-bert").write_text(BERT.uid)
    (module / f".cm/alias-u-{BERT.uid}").write_text("about-bert")
    annotate(workspace, BERT, tags=["mine"])
    assert not entry(workspace, BERT.uid).exists()
    assert annotations.annotations(workspace)[BERT.key] == annotation_of(workspace, BERT)
    assert annotation_of(workspace, BERT).note == "slow"


def test_what_has_no_uid_cant_be_annotated(workspace: Workspace) -> None:
    with pytest.raises(InvalidRequestError, match="has no UID"):
        annotate(workspace, artifact("bert", ""), tags=["x"])
    with pytest.raises(InvalidRequestError, match="has no UID"):
        annotations.merge(workspace, Annotation("../../x", tags=("x",)))


def test_a_note_has_an_end(workspace: Workspace) -> None:
    annotate(workspace, BERT, note="é" * (NOTE_LIMIT // 2 - 1))
    assert len(annotation_of(workspace, BERT).note) == NOTE_LIMIT // 2 - 1
    with pytest.raises(InvalidRequestError, match="longer than 256 KiB"):
        annotate(workspace, BERT, note="é" * (NOTE_LIMIT // 2))


def test_the_original_ck_finds_the_entries_and_their_modules(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["mine"])
    save_search(workspace, "drafts", "tag:draft")
    assert {alias for alias, _, _ in ck.modules(workspace.local)} == {"annotation", "module", "search"}
    for module in ("annotation", "search"):
        uid = ck.uid_of_alias(workspace.local, module)
        assert ck.uid_of_alias(workspace.local / "module", module) == uid == module_uid(module)
    folder = workspace.local / "search"
    assert ck.uid_of_alias(folder, "drafts")
    assert ck.alias_of_uid(folder, ck.uid_of_alias(folder, "drafts")) == "drafts"


# Broken and hostile files


def test_hostile_text_in_the_files_never_comes_out_raw(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=[EVIL, "x"], note=EVIL)
    save_search(workspace, "evil", EVIL, scope=EVIL, order=EVIL)
    for path in (entry(workspace, BERT.uid) / ".cm/meta.json", workspace.local / "search/evil/.cm/meta.json"):
        meta = json.loads(path.read_text())
        hostile = {key: [EVIL] if isinstance(value, list) else EVIL for key, value in meta.items()}
        path.write_text(json.dumps({**hostile, EVIL: EVIL, "module_uid": meta.get("module_uid", "")}))
    found = annotation_of(workspace, BERT)
    texts = [*found.tags, found.note, found.cid, found.bookmarked, found.problem, *own_tags(workspace)[BERT.uid]]
    (search,) = saved_searches.saved_searches(workspace)
    texts += [search.name, search.query, search.scope, search.order]
    assert all("evil" in text for text in (found.note, found.tags[0], search.query))
    assert not set("".join(texts)) & RAW
    assert annotation_of(workspace, BERT, as_written=True).note == EVIL
    annotate(workspace, BERT, tags=["y"])  # and the file can still be written
    assert annotation_of(workspace, BERT).tags == ("y",)


@pytest.mark.parametrize("value", [5, None, True, [1], {"a": 1}, "yesterday", "2026-13-01"])
def test_any_value_in_the_meta_is_borne(workspace: Workspace, value: object) -> None:
    annotate(workspace, BERT, note="slow")
    meta = {"own_tags": value, "bookmarked": value, "artifact": value, "module_uid": "", "artifact_uid": value}
    (entry(workspace, BERT.uid) / ".cm/meta.json").write_text(json.dumps(meta))
    (found,) = annotations.annotations(workspace).values()
    assert (found.note, found.bookmarked) == ("slow", "")
    assert bool(value) == ("isn't a time" in found.problem)


BROKEN = {"cut": b"{", "list": b"[]", "deep": b'{"own_tags": ' + b"[" * 100_000, "bytes": b"\xed\xa0\x80"}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_entry_hides_no_other_and_is_not_overwritten(workspace: Workspace, data: bytes) -> None:
    annotate(workspace, BERT, tags=["x"])
    annotate(workspace, GCC, tags=["y"])
    meta = entry(workspace, BERT.uid) / ".cm/meta.json"
    meta.write_bytes(data)
    assert own_tags(workspace) == {GCC.uid: ("y",)}
    assert annotations.annotations(workspace).keys() == {GCC.key}
    assert "meta.json" in annotation_of(workspace, BERT).problem
    with pytest.raises(UnreadableError, match=r"meta\.json"):
        annotate(workspace, BERT, tags=["z"])
    assert meta.read_bytes() == data


def test_a_note_that_cant_be_read_is_told_and_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    annotate(workspace, BERT, tags=["x"], note="one")
    file = annotations.note_file(workspace, BERT)
    for make in (lambda: file.symlink_to(secret), lambda: os.mkfifo(file), lambda: file.write_bytes(b"x" * 300_000)):
        file.unlink()
        make()
        found = annotate(workspace, BERT, tags=["y"])
        assert (found.tags, found.note) == (("y",), "")
        assert "note.md" in found.problem
        assert os.path.lexists(file)
        with pytest.raises(CkexploreError, match="mend or remove it"):
            annotations.merge(workspace, Annotation(BERT.uid, BERT.module_uid, note="z"))
    assert annotate(workspace, BERT, note="new").note == "new"
    assert secret.read_text() == "password"


def test_a_home_that_cant_be_written_gives_a_sentence(workspace: Workspace) -> None:
    workspace.home.write_text("a file where the home should be")
    for attempt in (lambda: annotate(workspace, BERT, tags=["x"]), lambda: save_search(workspace, "a", "b")):
        with pytest.raises(CkexploreError, match=r"can't be written \(Not a directory\)"):
            attempt()
    assert own_tags(workspace) == annotations.annotations(workspace) == {}
    assert saved_searches.saved_searches(workspace) == ()


def test_an_entry_that_cant_be_written_gives_a_sentence(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["x"])
    (workspace.local / "annotation" / GCC.uid).write_text("a file where the entry should be")
    with pytest.raises(CkexploreError, match="can't be written"):
        annotate(workspace, GCC, tags=["x"])
    annotations.note_file(workspace, BERT).mkdir()
    with pytest.raises(CkexploreError, match="annotation: can't be changed"):
        annotate(workspace, BERT, note="")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_gives_a_sentence(workspace: Workspace) -> None:
    annotate(workspace, BERT, tags=["x"])
    (workspace.local / "annotation").chmod(0o500)
    with pytest.raises(CkexploreError, match="Permission denied"):
        annotate(workspace, GCC, tags=["x"])


# Several processes

WRITER = """
import sys
from pathlib import Path
from ckexplore.store import annotations, saved_searches
from ckexplore.store.artifact import Artifact
from ckexplore.store.workspace import Workspace
workspace, me = Workspace(Path(sys.argv[1])), sys.argv[2]
shared = Artifact("f" * 16, "shared", "program", "b" * 16, "program/shared")
for number in range(15):
    own = Artifact(f"{me}{number:015x}", f"a{number}", "program", "b" * 16, "program/a")
    annotations.annotate(workspace, own, tags=[me], note=f"note {number}")
    annotations.annotate(workspace, shared, add=[f"{me}{number}"])
    saved_searches.save_search(workspace, f"{me} {number}", f"tag:{me}")
"""


def test_two_processes_that_write_at_once_lose_nothing(workspace: Workspace) -> None:
    command = [sys.executable, "-c", WRITER, str(workspace.home)]
    processes = [subprocess.Popen([*command, me]) for me in ("1", "2")]
    assert [process.wait() for process in processes] == [0, 0]
    found = annotations.annotations(workspace)
    assert len(found) == 31
    assert len(own_tags(workspace)["f" * 16]) == 30
    assert {one.note for one in found.values()} == {"", *(f"note {number}" for number in range(15))}
    assert len(saved_searches.saved_searches(workspace)) == 30


# Merging

texts = st.text(st.characters(), max_size=40)
notes = st.lists(
    st.sampled_from(["a", "b", "\n", "---", "\n\n---\n\n", "\r", "\ufeff", " ", "\udcc3", "\udca9"]) | texts
)
uids = st.integers(0, 3).map(lambda number: f"{number:016x}")
written = st.builds(
    Annotation,
    uid=uids,
    module_uid=st.sampled_from(["a" * 16, "b" * 16]),
    cid=texts,
    tags=st.lists(texts, max_size=4).map(tuple),
    note=notes.map("".join),
    bookmarked=st.just("") | st.datetimes(timezones=st.none() | st.timezones()).map(str),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(written, max_size=6))
def test_merging_into_an_empty_home_makes_the_same_annotations_and_again_changes_nothing(given: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Workspace(Path(folder, "first")), Workspace(Path(folder, "second"))
        for one in given:
            annotations.merge(first, one)
            assert not annotations.merge(first, one)
        kept = annotations.annotations(first, as_written=True)
        assert {one.key for one in given if one.bookmarked} <= kept.keys()
        for one in kept.values():
            assert annotations.merge(second, one)
        assert annotations.annotations(second, as_written=True) == kept
        for one in kept.values():
            assert not annotations.merge(second, one)


def test_merging_joins_tags_and_notes_and_keeps_the_present_bookmark(workspace: Workspace) -> None:
    mine = annotate(workspace, BERT, tags=["mine"], note="slow", bookmarked=True)
    theirs = Annotation(BERT.uid, BERT.module_uid, "x:y:z", ("mine", "theirs"), "right", "2020-01-01T00:00:00")
    assert annotations.merge(workspace, theirs)
    assert not annotations.merge(workspace, theirs)
    merged = annotation_of(workspace, BERT)
    assert (merged.tags, merged.note) == (("mine", "theirs"), "slow\n\n---\n\nright")
    assert (merged.bookmarked, merged.cid) == (mine.bookmarked, mine.cid)


def test_notes_that_are_too_long_together_are_refused_and_both_stay(workspace: Workspace) -> None:
    annotate(workspace, BERT, note="a" * (NOTE_LIMIT - 10))
    with pytest.raises(InvalidRequestError, match="would be longer"):
        annotations.merge(workspace, Annotation(BERT.uid, BERT.module_uid, note="b" * 100))
    assert annotation_of(workspace, BERT).note == "a" * (NOTE_LIMIT - 10)
