"""CK's own way to find entries: alias files, wildcards and lookup order, straight from disk.

No catalog is read for CK repositories, so an answer is always current and needs the standard library only.
Repositories of other formats have no alias files: their rows come from the catalog.
"""

from __future__ import annotations

import os

from .cid import Cid, fits, has_wildcard, is_uid, matches
from .errors import NotFoundError
from .formats import ck, may_hold
from .quick import TYPE_CHECKING, Record, as_path
from .untrusted import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from .artifact import Artifact
    from .registry import Repository
    from .workspace import Workspace


class Location(Record):
    """Where one entry is, under which names. `folder` is the place as text, `path` the same as a path.

    `artifact` is its row, where it was found in the catalog.
    """

    __slots__ = ("alias", "artifact", "folder", "module", "module_uid", "repository", "uid")

    def __init__(
        self,
        repository: Repository,
        module: str,
        module_uid: str,
        alias: str,
        uid: str,
        folder: str,
        artifact: Artifact | None = None,
    ) -> None:
        self.repository = repository
        self.module = module
        self.module_uid = module_uid
        self.alias = alias
        self.uid = uid
        self.folder = folder
        self.artifact = artifact

    @property
    def path(self) -> Path:
        """The entry's folder."""
        return as_path(self.folder)

    @property
    def title(self) -> str:
        """The alias, safe for a terminal, or the UID of an entry that has none."""
        return safe_line(self.alias) or self.uid

    @property
    def cid(self) -> str:
        """The full identifier, `repository:module:artifact`."""
        return f"{self.repository.alias}:{self.module}:{self.title}"

    @property
    def key(self) -> str:
        """What identifies the entry wherever its copies are: module UID and UID."""
        return f"{self.module_uid}:{self.uid}"


def locate(workspace: Workspace, known: Iterable[Repository], cid: Cid) -> Iterator[Location]:
    """Yield every entry that a CID matches, in CK's order: repository by repository, folders as the disk lists them."""
    return _located(workspace, known, cid, bare=False)


def locate_one(workspace: Workspace, known: Sequence[Repository], cid: Cid) -> Location:
    """Give the entry that wins in CK's lookup order. Raises NotFoundError with the closest names."""
    for location in _located(workspace, known, cid, bare=True):
        return location
    raise _not_found(workspace, known, cid)


def inherited(
    workspace: Workspace, known: Sequence[Repository], location: Location, own: dict[str, Any]
) -> dict[str, Any]:
    """Merge an entry's own meta over all that it inherits, with bases found by CK's lookup order in any repository.

    Raises UnreadableError for a base that isn't there.
    """

    def base(module: str, name: str) -> str | None:
        found = _located(workspace, known, Cid(module=module, artifact=name), bare=True)
        return next((one.folder for one in found), None)

    return ck.inherited(own, location.folder, base)


def _located(workspace: Workspace, known: Iterable[Repository], cid: Cid, *, bare: bool) -> Iterator[Location]:
    """Yield what a CID matches; `bare` also gives a named entry without `.cm`, which CK finds but doesn't list."""
    module = cid.module
    for repository in known:
        if repository.problem or not fits(cid.repository, repository.alias, repository.uid):
            continue
        if repository.format != "ck":
            yield from _catalogued(workspace, repository, cid)
            continue
        for alias, uid, folder, split in _modules(repository.root, module):
            for entry_alias, entry_uid, path in _entries(folder, split, cid.artifact, bare=bare):
                names = (alias or uid, uid or _derived(alias), entry_alias, entry_uid)
                yield Location(repository, *names, f"{folder}/{path}")
            if is_uid(module):
                module = alias or module  # in the next repositories CK looks for the alias that it found first


def _modules(root: str, pattern: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield alias, UID, folder and split number of the modules that match."""
    if not pattern or has_wildcard(pattern):
        found = [one for one in ck.modules(root) if fits(pattern, *one[:2])]
    else:
        one = ck.look_up(root, pattern)
        found = [one] if one else []
    splits = ck.split_numbers(root) if found else {}
    for alias, uid, path in found:
        yield alias, uid, f"{root}/{path}", ck.split_of(splits, alias, uid)


def _entries(folder: str, split: int, pattern: str, *, bare: bool) -> Iterator[tuple[str, str, str]]:
    """Yield alias, UID and path below the module of the entries that match."""
    if not pattern or has_wildcard(pattern):
        yield from (one for one in ck.entries(folder, split) if matches(pattern, *one[:2]))
        return
    found = ck.look_up(folder, pattern, split)
    if found and (bare or os.path.isdir(f"{folder}/{found[2]}/.cm")):
        yield found


def _catalogued(workspace: Workspace, repository: Repository, cid: Cid) -> Iterator[Location]:
    is_named = cid.artifact and not has_wildcard(cid.artifact)
    if is_named and not may_hold(repository.format, repository.root, cid.artifact):
        return
    from .catalogued import catalogued  # noqa: PLC0415  (TinyDB and msgspec)

    yield from catalogued(workspace, [repository], [cid])


def _derived(module: str) -> str:
    from .uid import module_uid  # noqa: PLC0415  (for a module whose alias file holds no UID)

    return module_uid(module)


def _not_found(workspace: Workspace, known: Sequence[Repository], cid: Cid) -> NotFoundError:
    from .closest import closest  # noqa: PLC0415

    names = _names(workspace, known, cid)
    where = f" in repository {safe_line(cid.repository)!r}" if cid.repository else ""
    if not names:
        suggestion = closest(cid.module, module_names(known))
        return NotFoundError(f"no module {safe_line(cid.module)!r}{where}{suggestion}")
    what = f"no artifact {safe_line(cid.artifact)!r} in module {safe_line(cid.module)!r}{where}"
    return NotFoundError(what + closest(cid.artifact, names))


def _names(workspace: Workspace, known: Sequence[Repository], cid: Cid) -> list[str]:
    """Give the names in a module, those of folders where that is enough: reading more would take time."""
    asked = [one for one in known if fits(cid.repository, one.alias, one.uid)]
    names: list[str] = []
    for repository in asked:
        if repository.format == "ck":
            for _, _, folder, split in _modules(repository.root, cid.module):
                names += ck.split_names(folder) if split else ck.entry_names(folder)
        elif "/" not in cid.module and cid.module != ".." and os.path.isdir(f"{repository.root}/{cid.module}"):
            names += os.listdir(f"{repository.root}/{cid.module}")
    plain = [name.rpartition("/")[2] for name in names]
    return plain or [one.title for one in locate(workspace, asked, Cid(module=cid.module))]


def module_names(known: Iterable[Repository]) -> list[str]:
    """List the modules that the CK repositories hold."""
    names: set[str] = set()
    for repository in known:
        if repository.format == "ck" and not repository.problem:
            names.update(alias or uid for alias, uid, _ in ck.modules(repository.root))
    return sorted(names)
