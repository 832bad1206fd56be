"""What a module's process added or changed, written into the user's own repository after it has ended.

The process was another's code: only entries of its own module are taken, only regular files of a moderate size, and
meta that can be read; links and odd names refuse all of it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ..store.cid import Cid, is_uid
from ..store.errors import CkexploreError, FailedError, RefusedError
from ..store.formats import ck, ck_entries
from ..store.repos import prepare_home
from ..store.untrusted import open_regular, safe_line
from ..store.walking import walk
from ..store.workspace import Workspace

_MOST_FILES = 5_000
_MOST_BYTES = 1 << 30
_CHUNK = 1 << 20


def take(workspace: Workspace, home: Path, module: str, module_uid: str) -> list[str]:
    """Write the entries of `module` in the `local` of a stage's `home` into the user's own; give their CIDs.

    Raises RefusedError for what isn't taken, FailedError when the disk refuses.
    """
    folder = home / "local" / module
    if not os.path.isdir(folder) or folder.is_symlink() or folder.parent.is_symlink() or home.is_symlink():
        return []
    found = list(ck.entries(folder))
    files = {path: _checked(folder / path) for _, _, path in found}
    if sum(map(len, files.values())) > _MOST_FILES:
        raise RefusedError(f"{module} added more than {_MOST_FILES:,} files, so none of its entries is kept")
    prepare_home(workspace)
    return [
        str(_take_one(workspace, folder / path, alias, uid, (module, module_uid), files[path]))
        for alias, uid, path in found
    ]


def _checked(entry: Path) -> list[str]:
    """List an entry's files but its meta, below it. Raises RefusedError, UnreadableError."""
    ck.own_meta(entry)
    files: list[str] = []
    size = 0
    for place, folders, names in walk(entry):
        for name in (*names, *folders):
            status = os.lstat(f"{place}/{name}")
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                raise RefusedError(f"{safe_line(f'{place}/{name}')}: a link or a device, so the entry isn't kept")
            size += status.st_size
        files += [os.path.relpath(f"{place}/{name}", entry) for name in names]
    if size > _MOST_BYTES:
        raise RefusedError(f"{safe_line(str(entry))}: more than {_MOST_BYTES >> 30} GiB, so the entry isn't kept")
    return [name for name in files if not name.startswith(".cm/")]


def _take_one(
    workspace: Workspace, entry: Path, alias: str, uid: str, module: tuple[str, str], files: list[str]
) -> Cid:
    """Write one entry and its files; what is there of it and isn't in the new one any more is deleted."""
    name, module_uid = module
    root = workspace.local
    if not is_uid(uid):
        raise RefusedError(f"{safe_line(str(entry))}: has no UID, so the entry isn't kept")
    if not ck.uid_of_alias(root, name):
        ck_entries.write_text(root / ".cm" / f"alias-a-{name}", module_uid + "\n")
        ck_entries.write_text(root / ".cm" / f"alias-u-{module_uid}", name + "\n")
    data_name = str(ck.load_extra(entry, "info").get("data_name") or "")
    written = ck_entries.create_entry(root, name, ck.own_meta(entry), alias=alias, uid=uid, name=data_name)
    info = ck.load_extra(written, "info") | {"backup_module_uid": module_uid}
    ck_entries.write_json(written / ".cm/info.json", info)
    try:
        for gone in _files_of(written):
            if gone not in files:
                (written / gone).unlink()
        for file in files:
            _copy(entry / file, written / file)
    except OSError as error:
        raise FailedError(f"{safe_line(str(written))}: can't be written ({error.strerror})") from error
    return Cid("local", name, alias or uid)


def _files_of(entry: Path) -> Iterator[str]:
    for place, _, names in walk(entry):
        for name in names:
            path = os.path.relpath(f"{place}/{name}", entry)
            if not path.startswith(".cm/"):
                yield path


def _copy(source: Path, target: Path) -> None:
    if any(part.is_symlink() for part in (target, *target.parents[:3])):
        raise CkexploreError(f"{safe_line(str(target))}: goes through a symbolic link, so nothing is written there")
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = open_regular(source)
    try:
        mode = 0o755 if os.fstat(descriptor).st_mode & 0o100 else 0o644
        with target.open("wb") as stream:
            while part := os.read(descriptor, _CHUNK):
                stream.write(part)
        target.chmod(mode)
    finally:
        os.close(descriptor)
