"""What cm, mlcflow and cMeta pass over in silence: metas that they don't list, names that contradict each other.

Every meta is read whole here, so that an error anywhere in it is seen.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import UnreadableError
from ..untrusted import safe_line
from ..walking import walk
from .automation_entries import alias_of_folder, is_folder_within, joined, without_uid
from .automation_layout import Layout
from .drift import Drift
from .folder import Folder
from .yaml_meta import Fields, fields_of, load_meta, read_fields

_FOLDERS_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class _Entry:
    folder: str
    name: str
    fields: Fields
    problem: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


def drift_of(root: Path, folders: Iterable[Folder], layout: Layout) -> Iterator[Drift]:
    """Find what the format's tool is silent about. `folders` are those that the format lists."""
    yield from _of_the_description(root, layout)
    automations, listed = set[str](), set[str]()
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for folder in folders:
        entries = [_read(root, folder.path, name, layout) for name in sorted(folder.names)]
        automations.add(folder.path)
        listed.update(entry.path for entry in entries)
        for entry in entries:
            yield from _of_one(root, entry, layout)
            (_, uid), (alias, automation) = layout.names(entry.fields)
            if uid:
                owners[automation or alias, uid.lower()].append(entry.path)
        if not layout.by_folder:
            yield from _of_the_automation(entries, layout)
    yield from _of_uids(owners)
    known = {*listed, *(parent for path in listed for parent in _parents(path))}
    for path in sorted(automations):
        yield from _of_sub_folders(root, path, known)
    yield from _elsewhere(root, listed, layout)


def _read(root: Path, folder: str, name: str, layout: Layout) -> _Entry:
    try:
        meta = load_meta(f"{root}/{folder}/{name}", layout.metas, merged=layout.merged)
    except UnreadableError as error:
        return _Entry(folder, name, Fields(), str(error))
    return _Entry(folder, name, fields_of(meta), "")


def _of_the_description(root: Path, layout: Layout) -> Iterator[Drift]:
    name = layout.descriptions[0]
    try:
        fields = fields_of(load_meta(str(root), layout.descriptions, merged=layout.merged))
    except UnreadableError as error:
        yield Drift(name, str(error))
        return
    if problem := without_uid(name, layout.names(fields)[0][1]):
        yield Drift(name, problem)


def _of_one(root: Path, entry: _Entry, layout: Layout) -> Iterator[Drift]:
    path = safe_line(entry.path)
    if entry.problem:
        yield Drift(path, entry.problem)
        return
    (alias, uid), automation = layout.names(entry.fields)
    if problem := without_uid(entry.path, uid):
        yield Drift(path, problem)
    if not (any(automation) or layout.by_folder):
        yield Drift(path, f"names no automation: {layout.tool} can't tell what it is")
    expected = alias_of_folder(entry.name)
    if alias and expected and alias != expected:
        yield Drift(path, f"its alias is {safe_line(alias, 120)}, its folder is named otherwise")
    yield from _of_both_metas(root, entry, layout)


def _of_both_metas(root: Path, entry: _Entry, layout: Layout) -> Iterator[Drift]:
    there = [name for name in layout.metas if os.path.lexists(root / entry.path / name)]
    if len(there) < 2:
        return
    path = safe_line(entry.path)
    if not layout.merged:
        yield Drift(path, f"has {' and '.join(there)}: {layout.tool} reads only {there[0]}")
        return
    each = (read_fields(f"{root}/{entry.path}", (name,), merged=False)[0] for name in there)
    uids = {layout.names(fields)[0][1].lower() for fields in each} - {""}
    if len(uids) > 1:
        yield Drift(path, f"has two UIDs, {' and '.join(map(safe_line, sorted(uids)))}: the one in {there[-1]} counts")


def _of_the_automation(entries: list[_Entry], layout: Layout) -> Iterator[Drift]:
    """Find entries of another automation than that of the first entry, by which the tool knows a folder."""
    readable = [(entry, layout.names(entry.fields)[1]) for entry in entries if not entry.problem]
    for entry, (alias, uid) in readable[1:]:
        first_alias, first_uid = readable[0][1]
        if (uid, first_uid) != ("", "") and uid != first_uid:
            what = f"belongs to {safe_line(alias or uid, 120) or 'no automation'}, its folder to "
            yield Drift(safe_line(entry.path), what + safe_line(first_alias or first_uid, 120))


def _of_uids(owners: dict[tuple[str, str], list[str]]) -> Iterator[Drift]:
    for (_, uid), paths in owners.items():
        for path in paths[1:]:
            yield Drift(safe_line(path), f"has the UID {safe_line(uid, 60)} of {safe_line(paths[0])}")


def _of_sub_folders(root: Path, folder: str, known: set[str]) -> Iterator[Drift]:
    """Find folders beside entries that hold no meta, and links that lead out of the repository."""
    try:
        names = sorted(os.listdir(root / folder))
    except OSError:  # it is gone since it was listed
        return
    for name in names:
        path = f"{folder}/{name}"
        if path in known or not os.path.isdir(root / path):
            continue
        if is_folder_within(root, path):
            yield Drift(safe_line(path), "has no meta: it is no entry")
        else:
            yield Drift(safe_line(path), "is a link that leads out of the repository: it isn't followed")


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _elsewhere(root: Path, listed: set[str], layout: Layout) -> Iterator[Drift]:
    """Find metas where the tool never looks, and repositories within the repository."""
    for count, (folder, names, files) in enumerate(walk(root)):
        if count > _FOLDERS_LIMIT:
            yield Drift(".", f"has more than {_FOLDERS_LIMIT} folders: not all were looked at")
            return
        path = "" if count == 0 else os.path.relpath(folder, root)
        names[:] = sorted(name for name in names if name != ".git")
        if path and _is_repository(files, layout):
            names[:] = []
            yield Drift(safe_line(path), "is a repository of its own: its entries aren't listed here")
        elif path not in listed:
            metas = (name for name in layout.metas if name in files and (path or name not in layout.descriptions))
            if name := next(metas, ""):
                what = f"is where {layout.tool} doesn't look: it lists no such entry"
                yield Drift(safe_line(joined(path, name)), what)


def _is_repository(files: list[str], layout: Layout) -> bool:
    """Tell whether a file is there that only a repository has; the metas of mlcflow have one name for both."""
    return any(name in files for name in layout.descriptions if name not in layout.metas)
