"""CK's own way to find entries: alias files, wildcards and lookup order, straight from disk.

No catalog is read for CK repositories, so an answer is always current and needs the standard library only.
Repositories of other formats have no alias files: their rows come from the catalog.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .artifact import Cid, is_uid, module_uid
from .closest import closest
from .errors import NotFoundError
from .formats import ck
from .repos import Repository
from .untrusted import safe_line
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Location:
    """Where one entry is, under which names."""

    repository: Repository
    module: str
    module_uid: str
    alias: str
    uid: str
    path: Path

    @property
    def title(self) -> str:
        """The alias, safe for a terminal, or the UID of an entry that has none."""
        return safe_line(self.alias) or self.uid

    @property
    def cid(self) -> str:
        """The full identifier, `repository:module:artifact`."""
        return f"{self.repository.alias}:{self.module}:{self.title}"


def has_wildcard(pattern: str) -> bool:
    """Tell whether a part of a CID is a pattern."""
    return any(sign in pattern for sign in "*?[")


def matches(pattern: str, alias: str, uid: str) -> bool:
    """Tell whether one part of a CID (alias, UID, wildcard or empty) fits a name."""
    if not pattern or pattern == "*":
        return True
    if is_uid(pattern):
        return uid == pattern.lower()
    return fnmatchcase(alias, pattern) if has_wildcard(pattern) else alias == pattern


def locate(workspace: Workspace, known: Iterable[Repository], cid: Cid) -> Iterator[Location]:
    """Yield every entry that a CID matches, in CK's order: repository by repository, folders as the disk lists them."""
    for repository in known:
        if not matches(cid.repository, repository.alias, repository.uid) or repository.problem:
            continue
        if repository.format == "ck":
            yield from _locate_ck(repository, cid)
        else:
            yield from _locate_catalogued(workspace, repository, cid)


def _locate_ck(repository: Repository, cid: Cid) -> Iterator[Location]:
    for module, uid, folder in _matching_folders(repository.path, cid.module):
        module_folder = repository.path / folder
        for alias, entry_uid, name in _matching_folders(module_folder, cid.artifact):
            path = module_folder / name
            if (path / ".cm").is_dir():
                yield Location(repository, module or uid, uid or module_uid(module), alias, entry_uid, path)


def _matching_folders(folder: Path, pattern: str) -> Iterator[tuple[str, str, str]]:
    """Yield (alias, UID, folder name); one exact name is looked up without listing the folder."""
    if pattern and not has_wildcard(pattern):
        alias = ck.alias_of_uid(folder, pattern.lower()) if is_uid(pattern) else pattern
        if not alias and is_uid(pattern) and (folder / pattern).is_dir():
            yield "", pattern.lower(), pattern
        elif alias and "/" not in alias and (uid := ck.uid_of_alias(folder, alias)) and (folder / alias).is_dir():
            yield alias, uid, alias
        return
    for alias, uid, name in ck.modules(folder):
        if matches(pattern, alias, uid):
            yield alias, uid, name


def _locate_catalogued(workspace: Workspace, repository: Repository, cid: Cid) -> Iterator[Location]:
    from .catalog import Catalog  # noqa: PLC0415  (TinyDB and msgspec, only where there is no alias file to read)

    for artifact in Catalog(workspace).artifacts(repository):
        module_matches = matches(cid.module, artifact.module, artifact.module_uid)
        if module_matches and matches(cid.artifact, artifact.alias, artifact.uid):
            path = artifact.location(repository.path)
            yield Location(repository, artifact.module, artifact.module_uid, artifact.alias, artifact.uid, path)


def locate_one(workspace: Workspace, known: Sequence[Repository], cid: Cid) -> Location:
    """Give the entry that wins in CK's lookup order. Raises NotFoundError with the closest names."""
    for location in locate(workspace, known, cid):
        return location
    everything = Cid(cid.repository, cid.module, "*")
    names = [location.title for location in locate(workspace, known, everything)]
    where = f" in repository {safe_line(cid.repository)!r}" if cid.repository else ""
    if not names:
        raise NotFoundError(f"no module {safe_line(cid.module)!r}{where}" + closest(cid.module, module_names(known)))
    raise NotFoundError(
        f"no artifact {safe_line(cid.artifact)!r} in module {safe_line(cid.module)!r}{where}"
        + closest(cid.artifact, names)
    )


def module_names(known: Iterable[Repository]) -> list[str]:
    """List the modules that the CK repositories hold."""
    names: set[str] = set()
    for repository in known:
        if repository.format == "ck" and not repository.problem:
            names.update(alias or uid for alias, uid, _ in ck.modules(repository.path))
    return sorted(names)
