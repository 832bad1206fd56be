"""Revisions are told as git would tell them, or are unknown; nothing of a repository is executed or waited for."""

import hashlib
import os
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import pytest

from ckexplore.store.revision import Limits, Revision, read_revision, revision_of_files
from ckexplore.store.untrusted import safe_line

from ..conftest import require
from .git_making import changed, commit, git, make_tree


@pytest.fixture(autouse=True)
def _git() -> None:
    require("git")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "tree", one="1\n", sub__two="2\n", sub__deep__three="3\n")


class _History:
    """Changes a repository at random as people do."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)

    def step(self) -> None:
        getattr(self, self.random.choice([name for name in dir(self) if name.startswith("do_")]))()

    def path(self) -> Path:
        return self.root / self.random.choice(["a", "b.c", "d/a", "d/e/f", "d.x", "d-y/z", "lang/ü\n ", "g/h"])

    def do_write(self) -> None:
        path = self.path()
        if not path.is_symlink() and not path.is_dir() and not any(one.is_file() for one in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{self.random.random()}\n" * self.random.choice([0, 1, 3000]))

    do_write_more = do_write_most = do_write

    def do_link(self) -> None:
        path = self.path()
        if not path.exists() and not path.is_symlink() and path.parent.is_dir():
            path.symlink_to(self.random.choice(["./a", "..//b", "nowhere"]))

    def do_delete(self) -> None:
        self.path().unlink(missing_ok=True) if not self.path().is_dir() else None

    def do_chmod(self) -> None:
        path = self.path()
        if path.is_file() and not path.is_symlink():
            path.chmod(self.random.choice([0o644, 0o755]))

    def do_stage(self) -> None:
        git(self.root, "add", "-A")

    def do_unstage(self) -> None:
        git(self.root, "reset", "-q")

    def do_forget(self) -> None:
        git(self.root, "rm", "-q", "-r", "-f", "--cached", "--ignore-unmatch", "d")

    def do_commit(self) -> None:
        commit(self.root, str(self.random.random()))

    def do_replace_folder(self) -> None:
        folder, moved = self.root / "d", self.root / "moved"
        if folder.is_symlink():
            folder.unlink()
            moved.rename(folder)
        elif folder.is_dir():
            folder.rename(moved)
            folder.symlink_to("moved")

    def do_pack(self) -> None:
        git(self.root, "gc", "-q")

    def do_detach(self) -> None:
        git(self.root, "checkout", "-q", "--detach")

    def do_branch(self) -> None:
        git(self.root, "checkout", "-q", "-B", f"topic/{self.random.randint(0, 9)}")


@pytest.mark.parametrize("seed", range(4))
def test_a_random_history_is_told_as_git_tells_it(tmp_path: Path, seed: int) -> None:
    history = _History(make_tree(tmp_path / "tree", options=("--object-format=sha256",) if seed == 3 else ()), seed)
    seen = set()
    for _ in range(16):
        for _ in range(4):
            history.step()
        names = changed(history.root)
        told = read_revision(history.root)
        assert (told.commit, told.why) == (git(history.root, "rev-parse", "HEAD").strip(), "")
        assert told.branch == git(history.root, "branch", "--show-current").strip()
        assert told.changed == bool(names)
        assert set(told.changed_files) == {name.replace("\n", "␊") for name in names}
        seen.add(told.changed)
    assert seen == {True, False}


def test_without_git_the_revision_is_unknown_and_says_so(tmp_path: Path) -> None:
    assert read_revision(tmp_path) == Revision("unknown", why="no git")
    assert read_revision(tmp_path / "missing") == Revision("unknown", why="no git")


def test_a_folder_within_a_tree_has_the_trees_commit_and_its_own_changes(tree: Path) -> None:
    head = git(tree, "rev-parse", "HEAD").strip()
    (tree / "one").write_text("changed")
    assert read_revision(tree / "sub") == Revision(head, "main", False)
    assert read_revision(tree / "sub/deep") == Revision(head, "main", False)
    (tree / "sub/two").write_text("changed")
    assert read_revision(tree / "sub").changed_files == ("two",)
    git(tree, "add", "-A")
    assert read_revision(tree / "sub").changed_files == ("two",)
    assert read_revision(tree / "sub/deep").changed is False


def test_a_folder_that_the_tree_around_it_does_not_know_has_no_revision(tree: Path) -> None:
    (tree / "unpacked").mkdir()
    (tree / "unpacked/file").write_text("")
    assert read_revision(tree / "unpacked") == Revision("unknown", why="no git")


def test_a_git_folder_of_somebody_else_above_is_passed_over(tree: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(tree / ".git", 12345, 12345)
    assert read_revision(tree / "sub") == Revision("unknown", why="no git")
    assert read_revision(tree).changed is False


def test_before_the_first_commit_there_is_no_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert read_revision(tmp_path) == Revision("unknown", "main", None, "no commit yet")


def test_packed_refs_are_read(tree: Path) -> None:
    git(tree, "tag", "-a", "v1", "-m", "x")
    git(tree, "pack-refs", "--all")
    assert not (tree / ".git/refs/heads/main").exists()
    assert read_revision(tree) == Revision(git(tree, "rev-parse", "HEAD").strip(), "main", False)


def test_a_linked_worktree_has_its_own_revision(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tree, "worktree", "add", "-q", "-b", "side", str(other))
    head = commit(other)
    assert read_revision(other) == Revision(head, "side", False)
    (other / "one").write_text("changed")
    assert read_revision(other).changed_files == ("one",)
    assert read_revision(tree).changed is False


def test_a_submodule_is_compared_as_a_tree_of_its_own(tree: Path, tmp_path: Path) -> None:
    outer = make_tree(tmp_path / "outer", file="x")
    git(outer, "submodule", "--quiet", "add", str(tree), "inner")
    head = commit(outer)
    assert read_revision(outer) == Revision(head, "main", False)
    assert read_revision(outer / "inner") == Revision(git(tree, "rev-parse", "HEAD").strip(), "main", False)
    (outer / "inner/one").write_text("changed")
    assert read_revision(outer).changed_files == ("inner",)
    git(outer / "inner", "checkout", "-q", ".")
    assert read_revision(outer).changed is False
    commit(outer / "inner")
    assert read_revision(outer).changed_files == ("inner",) == tuple(changed(outer))


def test_a_submodule_that_is_not_checked_out_is_no_change(tree: Path, tmp_path: Path) -> None:
    git(make_tree(tmp_path / "outer", file="x"), "submodule", "--quiet", "add", str(tree), "inner")
    commit(tmp_path / "outer")
    git(tmp_path, "clone", "-q", "outer", "clone")
    assert read_revision(tmp_path / "clone").changed is False
    (tmp_path / "clone/inner/planted").write_text("")
    assert read_revision(tmp_path / "clone").changed is True


def test_a_file_is_hashed_whatever_the_index_says_of_it(tree: Path) -> None:
    git(tree, "update-index", "--assume-unchanged", "one")
    before = (tree / "one").stat()
    (tree / "one").write_text("7\n")
    os.utime(tree / "one", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed(tree) == set()
    assert read_revision(tree).changed_files == ("one",)


def test_files_behind_a_link_are_not_the_trees_own(tree: Path) -> None:
    (tree / "sub").rename(tree / "moved")
    (tree / "sub").symlink_to("moved")
    assert set(read_revision(tree).changed_files) == {"sub/two", "sub/deep/three"} == changed(tree)


def test_rights_to_execute_count_only_where_the_repository_keeps_them(tree: Path) -> None:
    (tree / "one").chmod(0o755)
    assert read_revision(tree).changed_files == ("one",)
    git(tree, "config", "core.fileMode", "false")
    assert read_revision(tree).changed is False


def test_conflicts_of_a_merge_are_changes(tree: Path) -> None:
    git(tree, "checkout", "-q", "-b", "side")
    (tree / "one").write_text("side\n")
    commit(tree)
    git(tree, "checkout", "-q", "main")
    (tree / "one").unlink()
    commit(tree)
    with pytest.raises(subprocess.CalledProcessError):
        git(tree, "merge", "-q", "side")
    assert changed(tree) == {"one"}
    assert read_revision(tree).changed_files == ("one",)


def test_modes_of_old_trees_are_no_change(tree: Path) -> None:
    blob = git(tree, "rev-parse", "HEAD:one").strip()
    old = b"100664 one\0" + bytes.fromhex(blob)
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        cwd=tree,
        input=old,
        capture_output=True,
        check=True,
    )
    head = git(tree, "commit-tree", made.stdout.decode().strip(), "-m", "old").strip()
    git(tree, "reset", "-q", "--hard", head)
    assert read_revision(tree) == Revision(head, "main", False)


def test_the_names_of_changed_files_are_few_and_safe_to_show(tree: Path) -> None:
    for index in range(150):
        (tree / f"{index}\x1b]0;x\x07").write_text("")
    git(tree, "add", "-A")
    told = read_revision(tree)
    assert len(told.changed_files) == 100
    assert all(name.isprintable() for name in told.changed_files)


# What can't be proved is unknown.


def _unknown(folder: Path, reason: str) -> None:
    told = read_revision(folder)
    assert (told.commit, told.changed) == (git(folder, "rev-parse", "HEAD").strip(), None)
    assert reason in told.why


def test_line_ends_that_git_may_have_written_are_unknown_and_other_changes_are_not(tree: Path) -> None:
    git(tree, "config", "core.autocrlf", "true")
    (tree / "one").unlink()
    git(tree, "checkout", "-q", "one")
    assert (tree / "one").read_bytes() == b"1\r\n"
    _unknown(tree, "line ends")
    (tree / "sub/two").write_text("more\r\n")
    assert read_revision(tree).changed_files == ("sub/two",)


def test_files_that_a_filter_may_have_written_are_unknown_and_other_changes_are_not(tree: Path) -> None:
    (tree / ".gitattributes").write_text(
        "*.bin filter=lfs -text\n[attr]coded working-tree-encoding=UTF-16\n# x filter=\n"
    )
    (tree / "data.bin").write_text("pointer")
    (tree / "sub/.gitattributes").write_text("two filter=lfs\n")
    commit(tree)
    assert read_revision(tree).changed is False
    (tree / "data.bin").write_text("content")
    _unknown(tree, "filter")
    (tree / "one").write_text("changed")
    _unknown(tree, "filter")  # the macro may stand behind any pattern
    (tree / ".gitattributes").write_text("*.bin filter=lfs -text\n")
    (tree / "sub/two").write_text("changed")
    assert set(read_revision(tree).changed_files) == {".gitattributes", "one"}


def test_a_sparse_checkout_is_unknown(tree: Path) -> None:
    git(tree, "sparse-checkout", "set", "--no-cone", "/sub/")
    assert not (tree / "one").exists()
    _unknown(tree, "sparse")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["update-index", "--index-version", "4"], "version 4"),
        (["update-index", "--split-index"], "link"),
        (["config", "core.bare", "true"], "bare"),
    ],
)
def test_forms_that_are_not_read_leave_the_changes_unknown(tree: Path, words: list[str], reason: str) -> None:
    git(tree, *words)
    told = read_revision(tree)
    assert (len(told.commit), told.changed) == (40, None)
    assert reason in told.why


def test_an_extension_that_is_not_understood_leaves_all_unknown(tree: Path) -> None:
    git(tree, "config", "core.repositoryFormatVersion", "1")
    git(tree, "config", "extensions.refStorage", "files")
    assert read_revision(tree).changed is False
    config = tree / ".git/config"
    known = config.read_text()
    for extension, reason in (
        ("refStorage = reftable", "refs"),
        ("newer = true", "newer"),
        ("objectFormat = md5", "md"),
    ):
        config.write_text(f"{known}[extensions]\n\t{extension}\n")
        assert read_revision(tree).commit == "unknown"
        assert reason in read_revision(tree).why


def test_objects_that_are_elsewhere_leave_the_changes_unknown(tree: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--shared", "tree", "shared")
    _unknown(tmp_path / "shared", "isn't in its .git")


@pytest.mark.parametrize("limits", [Limits(size=3), Limits(seconds=0)])
def test_beyond_the_limits_the_changes_are_unknown(tree: Path, limits: Limits) -> None:
    told = read_revision(tree, limits)
    assert (len(told.commit), told.changed) == (40, None)
    assert "too" in told.why


# Hostile repositories.


def _armed(tree: Path, mark: Path) -> None:
    """Put into a repository's settings every command that git would execute there."""
    script = tree.parent / "payload"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    script.chmod(0o755)
    hooks = tree.parent / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout"):
        (hooks / name).symlink_to(script)
    settings = {
        "core.fsmonitor": script,
        "core.hooksPath": hooks,
        "core.pager": script,
        "core.sshCommand": script,
        "core.alternateRefsCommand": script,
        "diff.external": script,
        "diff.x.textconv": script,
        "diff.x.command": script,
        "filter.x.clean": script,
        "filter.x.smudge": script,
        "filter.y.process": script,
        "filter.x.required": "true",
    }
    for name, value in settings.items():
        git(tree, "config", name, str(value))
    (tree / ".gitattributes").write_text("* diff=x filter=x\nsub/* filter=y\n")
    (tree / "one").write_text("changed")
    mark.unlink(missing_ok=True)


def test_nothing_that_a_repositorys_settings_name_is_executed(tree: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    _armed(tree, mark)
    assert len(read_revision(tree).commit) == 40
    assert read_revision(tree / "sub").changed is False
    assert not mark.exists()
    git(tree, "status")  # what isn't executed above would be
    assert mark.exists()


def test_pipes_in_place_of_files_are_never_waited_for(tree: Path, tmp_path: Path) -> None:
    (tree / ".gitattributes").write_text("x y\n")
    commit(tree)
    git(tree, "gc", "-q")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    git(tree, "config", "include.path", str(pipe))
    (tree / ".git/objects/info/alternates").write_text(f"{pipe}\n")
    assert read_revision(tree).changed is False
    (tree / "sub/two").write_text("changed")
    files = [path for path in tree.rglob("*") if path.is_file()]
    assert {"HEAD", "index", "config", "packed-refs", "one", ".gitattributes"} < {path.name for path in files}
    for path in files:
        kept = path.rename(tmp_path / "kept")
        os.mkfifo(path)
        assert read_revision(tree).changed is not False
        path.unlink()
        kept.rename(path)
    assert read_revision(tree).changed_files == ("sub/two",)


def test_a_git_folder_that_leads_elsewhere_is_not_followed(tree: Path, tmp_path: Path) -> None:
    private = make_tree(tmp_path / "private", secret="x")
    (tree / ".git").rename(tmp_path / "away")
    (tree / ".git").symlink_to(private / ".git")
    assert read_revision(tree) == Revision("unknown", why="its .git leads elsewhere")
    (tree / ".git").unlink()
    (tree / ".git").write_text(f"gitdir: {private / '.git'}\n")
    assert read_revision(tree) == Revision("unknown", why="its .git belongs to another working tree")
    git(private, "worktree", "add", "-q", str(tmp_path / "linked"))
    (tree / ".git").write_text(f"gitdir: {private / '.git/worktrees/linked'}\n")
    assert read_revision(tree) == Revision("unknown", why="its .git belongs to another working tree")
    (tree / ".git").write_text("gitdir: /nowhere\n")
    assert read_revision(tree) == Revision("unknown", why="its .git leads nowhere")
    (tree / ".git").unlink()
    (tmp_path / "away").rename(tree / ".git")
    (tree / ".git/commondir").write_text(str(private / ".git"))
    assert read_revision(tree) == Revision("unknown", why="its .git leads elsewhere")
    (tree / ".git/commondir").unlink()
    git(tree, "config", "core.worktree", str(private))
    assert read_revision(tree) == Revision("unknown", why="its .git belongs to another working tree")


@pytest.mark.parametrize("name", ["objects", "refs", "refs/heads", "HEAD", "index"])
def test_links_within_a_git_folder_are_not_followed(tree: Path, tmp_path: Path, name: str) -> None:
    (tree / ".git" / name).rename(tmp_path / "moved")
    (tree / ".git" / name).symlink_to(tmp_path / "moved")
    assert read_revision(tree).changed is None


def test_an_embedded_bare_repository_is_a_folder_like_any_other(tree: Path) -> None:
    git(tree, "clone", "-q", "--bare", ".", "embedded")
    assert read_revision(tree / "embedded") == Revision("unknown", why="no git")
    assert read_revision(tree).changed is False


def test_a_head_that_is_no_commit_is_unknown(tree: Path) -> None:
    head = tree / ".git/HEAD"
    for text in ("ref: refs/heads/../../../../etc/passwd", "ref: /etc/passwd", "\x1b[2J", "f" * 39, "", "ref: HEAD"):
        head.write_text(text)
        told = read_revision(tree)
        assert (told.commit, told.changed) == ("unknown", None), text
    head.write_text("ref: refs/heads/loop")
    (tree / ".git/refs/heads/loop").write_text("ref: refs/heads/loop")
    assert read_revision(tree).why == "HEAD leads to no commit"
    head.write_text("f" * 40)
    assert read_revision(tree).why == "the commit ffffffffffff isn't in its .git"


@pytest.mark.parametrize("packed", [False, True])
def test_damage_anywhere_is_never_taken_for_an_unchanged_tree_nor_an_error(tree: Path, packed: bool) -> None:
    for index in range(6):
        (tree / "one").write_text(f"{index}\n" * 200)
        commit(tree)
    if packed:
        git(tree, "gc", "-q")
    head = git(tree, "rev-parse", "HEAD").strip()
    chance = random.Random(1)
    files = sorted(path for path in (tree / ".git").rglob("*") if path.is_file() and path.suffix != ".sample")
    (tree / "sub/two").write_text("changed")
    for _ in range(200):
        path = chance.choice(files)
        content = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(_damaged(content, chance))
        assert read_revision(tree).changed is not False, path
        path.write_bytes(content)
    assert read_revision(tree) == Revision(head, "main", True, "", ("sub/two",))


def _damaged(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return chance.choice(
        [
            content[:at],
            content[:at] + chance.randbytes(8) + content[at + 8 :],
            content[:at] + b"\xff" * chance.choice([4, 5000]) + content[at + 4 :],
            content + content,
        ]
    )


def test_an_object_under_the_name_of_another_is_not_taken_for_it(tree: Path) -> None:
    official = git(tree, "rev-parse", "HEAD").strip()
    (tree / "one").write_text("changed")
    forged = commit(tree)
    objects = tree / ".git/objects"
    (objects / forged[:2] / forged[2:]).replace(objects / official[:2] / official[2:])
    (tree / ".git/refs/heads/main").write_text(official)
    assert read_revision(tree) == Revision(official, "main", None, f"the commit {official[:12]} is damaged")


def test_objects_that_swell_when_they_are_read_cost_neither_memory_nor_time(tree: Path) -> None:
    head = git(tree, "rev-parse", "HEAD").strip()
    bomb = zlib.compress(b"commit %d\0" % (1 << 30) + bytes(1 << 27), 1)
    loose = tree / ".git/objects" / head[:2] / head[2:]
    loose.unlink()
    loose.write_bytes(bomb)
    assert _peak(tree) < 100 << 20
    loose.unlink()
    base = _header(1, 1 << 16) + zlib.compress(bytes(1 << 16))
    swelling = _number(1 << 16) + _number(1 << 27) + b"\x80" * (1 << 11)  # all of the base, again and again
    entries = {
        "a size without end": b"\x90" + b"\xff" * 100_000,
        "a size beyond all": _header(1, 1 << 27) + zlib.compress(bytes(1 << 27), 1),
        "a delta of itself": _header(7, 0) + bytes.fromhex(head) + zlib.compress(b""),
        "a delta that swells": _header(6, len(swelling)) + _number(len(base)) + zlib.compress(swelling),
    }
    for what, entry in entries.items():
        _write_pack(tree, head, base, entry)
        assert _peak(tree) < 100 << 20, what
        assert read_revision(tree).commit == head


def _peak(tree: Path) -> int:
    """Give the memory that reading the revision took, in bytes; what is damaged is unknown."""
    tracemalloc.start()
    try:
        assert read_revision(tree).changed is None
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _header(kind: int, size: int) -> bytes:
    return bytes([128 | kind << 4 | size & 15]) + _number(size >> 4)


def _number(value: int) -> bytes:
    digits = [value >> shift & 127 for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes(digit | 128 for digit in digits[:-1]) + bytes(digits[-1:])


def _write_pack(tree: Path, name: str, first: bytes, entry: bytes) -> None:
    """Write a pack of two entries, the second of which goes by this name, and its index."""
    folder = tree / ".git/objects/pack"
    (folder / "pack-x.pack").write_bytes(b"PACK" + struct.pack(">LL", 2, 2) + first + entry + bytes(40))
    fanout = struct.pack(">256L", *(int(index >= int(name[:2], 16)) for index in range(256)))
    offset = struct.pack(">L", 12 + len(first))
    (folder / "pack-x.idx").write_bytes(
        b"\xfftOc\0\0\0\x02" + fanout + bytes.fromhex(name) + bytes(4) + offset + bytes(40)
    )


@pytest.mark.parametrize("harm", [b"../.ssh", b"/etc/pa", b".git/xy", b".GIT/xy", b"./a/bcd", b"a//bcde"])
def test_paths_of_an_index_do_not_lead_out_of_the_tree(tmp_path: Path, harm: bytes) -> None:
    index = make_tree(tmp_path, aaa__bbb="x", one="1\n") / ".git/index"
    content = index.read_bytes()[:-20].replace(b"aaa/bbb", harm)
    index.write_bytes(content + hashlib.sha1(content).digest())
    _unknown(tmp_path, "its index names what can't be in a tree")


def test_an_index_that_was_cut_or_altered_is_unknown(tree: Path) -> None:
    index = tree / ".git/index"
    content = index.read_bytes()
    index.write_bytes(content.replace(b"sub/two", b"sub/owt"))
    assert read_revision(tree).why == "its index is damaged"
    index.write_bytes(content[:-1])
    assert read_revision(tree).why == "its index is damaged"


def test_an_index_whose_folders_go_ever_deeper_costs_neither_memory_nor_time(tree: Path) -> None:
    index = tree / ".git/index"
    entries = b""
    for number in range(1_000):
        name = b"%06x" % number + b"/a" * 1_900
        entry = struct.pack(">10L20xH", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, 0, len(name)) + name
        entries += entry + bytes(8 - len(entry) % 8)
    content = struct.pack(">4sLL", b"DIRC", 2, 1_000) + entries
    index.write_bytes(content + hashlib.sha1(content).digest())
    assert _peak(tree) < 300 << 20
    _unknown(tree, "its index has too many folders")


def test_reading_a_revision_is_imported_without_dulwich() -> None:
    program = "import sys, ckexplore.store.revision, ckexplore.store.git_transport as t; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"dulwich", "git"} & set(done.stdout.split())


ALL = ["one", "sub/two", "sub/deep/three"]


def test_of_some_files_only_those_count_and_no_index_is_needed(tree: Path) -> None:
    head = git(tree, "rev-parse", "HEAD").strip()
    assert revision_of_files(tree, ALL) == Revision(head, "main", changed=False)
    (tree / "one").write_text("other\n")
    (tree / ".git/index").write_bytes(b"damaged")
    assert revision_of_files(tree, ALL[1:]) == Revision(head, "main", changed=False)
    assert revision_of_files(tree, ALL) == Revision(head, "main", changed=True, changed_files=("one",))


def test_a_file_that_the_commit_has_not_or_has_otherwise_counts_as_changed(tree: Path) -> None:
    (tree / "sub/new").write_text("new\n")
    git(tree, "add", "sub/new")
    (tree / "sub/two").chmod(0o755)
    (tree / "one").unlink()
    found = revision_of_files(tree, [*ALL, "sub/new", "nowhere/file"])
    assert found.changed_files == ("one", "sub/two", "sub/new", "nowhere/file")


def test_files_of_a_folder_within_a_tree_are_named_below_it_and_found_in_packs(tree: Path) -> None:
    git(tree, "gc", "-q")
    assert revision_of_files(tree / "sub", ["two", "deep/three"]).changed is False
    (tree / "sub/deep/three").write_text("4\n")
    assert revision_of_files(tree / "sub", ["two", "deep/three"]).changed_files == ("deep/three",)


def test_without_git_or_with_a_damaged_object_it_is_unknown(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert revision_of_files(tmp_path / "plain", ["a"]).why == "no git"
    for path in (tree / ".git/objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"x")
    assert revision_of_files(tree, ALL).changed is None


def test_files_of_a_submodule_are_told_by_the_submodules_own_commit(tree: Path, tmp_path: Path) -> None:
    inner = make_tree(tmp_path / "inner", lib="1\n")
    git(tree, "submodule", "add", "-q", str(inner), "sub/module")
    commit(tree)
    files = ["one", "sub/module/lib", "sub/module/.git"]
    assert revision_of_files(tree, files).changed is False
    (tree / "sub/module/lib").write_text("2\n")
    assert revision_of_files(tree, files).changed_files == ("sub/module/lib",)
    commit(tree / "sub/module")
    assert revision_of_files(tree, files).changed_files == ("sub/module/lib",)


def test_a_folder_that_another_repository_ignores_has_no_git(tree: Path) -> None:
    (tree / ".gitignore").write_text("mine\n")
    commit(tree)
    (tree / "mine").mkdir()
    (tree / "mine/file").write_text("x")
    assert revision_of_files(tree / "mine", ["file"]) == Revision("unknown", why="no git")


def test_a_hostile_git_file_is_unknown_and_no_error(tree: Path) -> None:
    (tree / ".git").rename(tree / "elsewhere")
    (tree / ".git").write_bytes(b"gitdir: a\0b\n")
    assert revision_of_files(tree, ALL).changed is None


@pytest.mark.parametrize("seed", range(6))
def test_some_files_are_told_as_git_tells_them(tmp_path: Path, seed: int) -> None:
    root = make_tree(tmp_path / "tree", one="1\n", sub__two="2\n")
    history = _History(root, seed)
    for _ in range(40):
        history.step()
    listed = [line.split("\t", 1) for line in git(root, "ls-tree", "-r", "-z", "HEAD").split("\0") if line]
    changed = {safe_line(name) for about, name in listed if _as_it_is(root, name) != tuple(about.split()[::2])}
    found = revision_of_files(root, [name for _, name in listed])
    assert set(found.changed_files) == changed


def _as_it_is(root: Path, name: str) -> tuple[str, str]:
    """Give mode and ID that git would record for a file; nothing for one that isn't there or behind a link."""
    path = root / name
    if any(above.is_symlink() for above in path.parents if above != root and root in above.parents):
        return "", ""
    if path.is_symlink():
        content, mode = os.readlink(path).encode(), "120000"  # noqa: PTH115  (a Path would tidy it)
    elif path.is_file():
        content, mode = path.read_bytes(), "100755" if path.stat().st_mode & 0o100 else "100644"
    else:
        return "", ""
    return mode, hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
