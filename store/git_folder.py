"""Where git keeps the state of a working tree, and what HEAD is: read here, never by git.

A `.git` from outside is as hostile as any other content. Nothing of it is executed, no link in it is followed, and
where it points elsewhere (worktrees and submodules do) the other end has to point back.
"""

import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import UnreadableError
from .untrusted import read_bytes, read_bytes_if_there, safe_line

_LINE = 4096  # bytes; HEAD, a loose ref and the like
_CONFIG_LIMIT = 128 << 10  # continued lines take time with the square of their number
_PACKED_REFS_LIMIT = 32 << 20
_SYMBOLIC_REFS = 5  # as many as git follows
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(rb"refs(?:/(?!\.)[^\x00-\x20\x7f/~^:?*\[\\]+)+")
_TRUE = {b"true", b"yes", b"on", b"1"}
_UNDERSTOOD = {b"noop", b"preciousobjects", b"partialclone", b"worktreeconfig", b"relativeworktrees", b"objectformat"}


@dataclass(frozen=True)
class Head:
    """The commit's ID in hexadecimal, empty before the first commit; `branch` is empty when HEAD is detached."""

    commit: str
    branch: str


@dataclass(frozen=True)
class Settings:
    """What of `.git/config` bears on comparing: `worktree` is core.worktree, "" when not set."""

    hash_name: str
    executable_bit: bool
    links: bool
    bare: bool
    worktree: str


@dataclass(frozen=True)
class GitFolder:
    """`tree` is the top of the working tree, `own` holds HEAD and the index, `common` objects, refs and settings."""

    tree: str
    own: str
    common: str

    def head(self) -> Head:
        """Tell what HEAD is. Raises UnreadableError."""
        text = read_bytes(plain_path(self.own, "HEAD"), _LINE)
        branch = text.removeprefix(b"ref: refs/heads/").strip() if text.startswith(b"ref: refs/heads/") else b""
        return Head(self._resolved(text), safe_line(os.fsdecode(branch), 200))

    def settings(self) -> Settings:
        """Read the settings, without any file that they include. Raises UnreadableError."""
        return read_settings(self.common)

    def _resolved(self, text: bytes) -> str:
        """Follow a ref's text to a commit's ID; empty when the branch has no commit yet."""
        for _ in range(_SYMBOLIC_REFS):
            text = text.strip()
            if _COMMIT.fullmatch(text):
                return text.decode("ascii")
            name = text.removeprefix(b"ref:").strip()
            if not text.startswith(b"ref:") or not _REF.fullmatch(name) or b".." in name:
                break
            found = self._loose(name) or self._packed(name)
            if not found:
                return ""
            text = found
        raise UnreadableError("HEAD leads to no commit")

    def _loose(self, name: bytes) -> bytes:
        for folder in dict.fromkeys((self.own, self.common)):
            if found := read_bytes_if_there(plain_path(folder, os.fsdecode(name)), _LINE):
                return found
        return b""

    def _packed(self, name: bytes) -> bytes:
        refs = read_bytes_if_there(plain_path(self.common, "packed-refs"), _PACKED_REFS_LIMIT) or b""
        found = re.search(rb"^([0-9a-f]{40,64}) " + re.escape(name) + rb"\r?$", refs, re.MULTILINE)
        return found[1] if found else b""


def find(folder: Path | str) -> GitFolder:
    """Find the git folder of the working tree that holds `folder`. Raises UnreadableError: "no git", or why not."""
    real = os.path.realpath(folder)
    for tree in _upwards(real):
        entry = os.path.join(tree, ".git")
        try:
            status, owners = os.lstat(entry), {os.geteuid(), os.lstat(real).st_uid}
        except OSError:
            continue
        if tree != real and status.st_uid not in owners:
            continue  # somebody else's, above: anyone may put a .git into /tmp
        mode = status.st_mode
        if stat.S_ISREG(mode):
            return _linked(tree, entry)
        if not stat.S_ISDIR(mode) or os.path.lexists(os.path.join(entry, "commondir")):
            raise UnreadableError("its .git leads elsewhere")
        return _checked(GitFolder(tree, entry, entry))
    raise UnreadableError("no git")


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        if (parent := os.path.dirname(folder)) == folder:
            return
        folder = parent


def _checked(folder: GitFolder) -> GitFolder:
    worktree = folder.settings().worktree
    if worktree and os.path.realpath(os.path.join(folder.own, worktree)) != folder.tree:
        raise UnreadableError("its .git belongs to another working tree")
    return folder


def _linked(tree: str, entry: str) -> GitFolder:
    """Follow the `.git` file of a linked worktree or a submodule, if what it names knows this tree as its own."""
    text = _text(entry)
    own = os.path.realpath(os.path.join(tree, text.removeprefix("gitdir: ")))
    if not text.startswith("gitdir: ") or not os.path.isdir(own):
        raise UnreadableError("its .git leads nowhere")
    if os.path.lexists(os.path.join(own, "commondir")):
        back = os.path.join(own, _text(os.path.join(own, "gitdir")))
        common = os.path.realpath(os.path.join(own, _text(os.path.join(own, "commondir"))))
        known = os.path.basename(back) == ".git" and os.path.realpath(os.path.dirname(back)) == tree
    else:
        common = own
        known = os.path.realpath(os.path.join(own, read_settings(own).worktree or ".")) == tree
    if not known:
        raise UnreadableError("its .git belongs to another working tree")
    return GitFolder(tree, own, common)


def _text(path: str) -> str:
    return os.fsdecode(read_bytes(path, _LINE)).rstrip("\r\n")


def plain_path(folder: str, name: str) -> str:
    """Join a path below a git folder whose folders on the way are no links. Raises UnreadableError."""
    *folders, last = name.split("/")
    for part in folders:
        folder = os.path.join(folder, part)
        if Path(folder).is_symlink():
            raise UnreadableError(f"{safe_line(folder, 200)}: a symbolic link")
    return os.path.join(folder, last)


def read_settings(common: str) -> Settings:
    """Read the settings of a git folder. Raises UnreadableError; also for what this program doesn't understand."""
    from dulwich.config import ConfigFile  # noqa: PLC0415  (late, as all of dulwich)

    data = read_bytes_if_there(plain_path(common, "config"), _CONFIG_LIMIT) or b""
    try:
        # Without `expand_includes=False` it would open any file that this one names.
        config = ConfigFile.from_file(io.BytesIO(data), expand_includes=False)
        core = dict(config.items((b"core",))) if config.has_section((b"core",)) else {}
        extensions = dict(config.items((b"extensions",))) if config.has_section((b"extensions",)) else {}
    except (ValueError, KeyError) as error:
        raise UnreadableError(f"its .git/config can't be read ({safe_line(str(error), 100)})") from error
    core, extensions = ({name.lower(): value for name, value in one.items()} for one in (core, extensions))
    _refuse_unknown(extensions)
    return Settings(
        hash_name=extensions.get(b"objectformat", b"sha1").decode("ascii", "replace").lower(),
        executable_bit=core.get(b"filemode", b"true").lower() in _TRUE,
        links=core.get(b"symlinks", b"true").lower() in _TRUE,
        bare=core.get(b"bare", b"false").lower() in _TRUE,
        worktree=os.fsdecode(core.get(b"worktree", b"")),
    )


def _refuse_unknown(extensions: dict[bytes, bytes]) -> None:
    if extensions.get(b"refstorage", b"files") != b"files":
        raise UnreadableError("its refs are in a form that isn't read here")
    unknown = sorted(extensions.keys() - _UNDERSTOOD - {b"refstorage"})
    if unknown or extensions.get(b"objectformat", b"sha1").lower() not in (b"sha1", b"sha256"):
        named = safe_line(os.fsdecode(b", ".join(unknown) or extensions[b"objectformat"]), 100)
        raise UnreadableError(f"its git extension isn't understood here ({named})")
