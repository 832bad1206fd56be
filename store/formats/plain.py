"""Repositories without meta: README, scripts, data, results, models and recipes become artifacts with stable UIDs.

A first, simple reading by name and kind of file; folders of data and of results are one artifact each. The UID comes
from the path and from what identifies the repository: the address that it was cloned from, so that two checkouts hold
the same artifacts, or the place on this machine of one that wasn't cloned.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ..artifact import Artifact
from ..errors import UnreadableError
from ..uid import derived_uid, module_uid
from ..untrusted import TEXT_LIMIT, read_text, safe_line, storable
from .drift import Drift
from .folder import Folder, Signature
from .git_origin import origin
from .plain_kinds import Kind, file_kind, folder_kind, is_left_out
from .plain_walk import DEPTH, LeftOut, signature_of, walk
from .point import Point
from .shape import Shape

_FORMAT = "plain"
_WHOLE = "."  # the entry of the root that tells what was left out
_COUNTED = 10_000
_HEAD = 8_000
_HEAD_LINES = 60


def recognises(root: Path) -> bool:
    """Any folder can be read plainly."""
    return root.is_dir()


def identity(root: Path) -> tuple[str, str]:
    """Such a repository has no alias and no UID of its own."""
    return "", ""


def folders(root: Path, known: Mapping[str, str] | None = None) -> Iterator[Folder]:
    """List the folders in which there are artifacts; the root's holds `.` as well when not all was looked at."""
    del known
    left_out = LeftOut()
    found = list(walk(root, left_out))
    top = next((folder for folder in found if not folder.path), Folder("", (), ()))
    if left_out.text():
        top = Folder("", (*top.names, _WHOLE), (*top.signatures, left_out.signature()))
    if top.names:
        yield top
    yield from (folder for folder in found if folder.path)


def touched(root: Path, path: str) -> tuple[str, str] | None:
    """Name the folder and the artifact that a changed file or folder belongs to."""
    parts = path.split("/")
    if any(map(is_left_out, parts)) or len(parts) > DEPTH + 1:
        return "", ""
    whole = next((number for number, name in enumerate(parts[:-1]) if folder_kind(name)), None)
    if whole is not None:
        return "/".join(parts[:whole]), parts[whole]
    try:
        is_folder = stat.S_ISDIR(os.lstat(root / path).st_mode)
    except OSError:  # perhaps a folder with artifacts in it
        return None
    folder, _, name = path.rpartition("/")
    if is_folder:
        return (folder, name) if folder_kind(name) else None
    return (folder, name) if file_kind(path) else ("", "")


def listed(root: Path, folder: str, names: Sequence[str]) -> Folder:
    """List some artifacts of one folder again, those that are still there."""
    found: list[tuple[str, Signature]] = []
    for name in names:
        path = f"{folder}/{name}" if folder else name
        try:
            status = os.lstat(root / path)
        except OSError:
            continue
        if _kind(path, status):
            found.append((name, signature_of(status)))
    return Folder(folder, tuple(name for name, _ in found), tuple(signature for _, signature in found))


def _kind(path: str, status: os.stat_result) -> Kind | None:
    if stat.S_ISDIR(status.st_mode):
        return folder_kind(path.rpartition("/")[2])
    return file_kind(path) if stat.S_ISREG(status.st_mode) else None


def read(root: Path, folder: Folder) -> Iterator[Artifact]:
    """Describe files and folders; of documents and programs the first lines are read."""
    return (_read(root, folder.path, name, signature) for name, signature in folder.entries())


def _read(root: Path, folder: str, name: str, signature: Signature) -> Artifact:
    """Describe one file or folder; of documents and programs the first lines are read."""
    path = f"{folder}/{name}" if folder else name
    if path == _WHOLE:
        return _incomplete(root, signature)
    kind, description, problem = Kind("document"), "", ""
    try:
        kind = _kind(path, os.lstat(root / path)) or kind
        description = _described(root / path, kind)
    except UnreadableError as error:
        problem = str(error)
    except OSError as error:
        problem = f"{safe_line(path)}: can't be read ({error.strerror})"
    return Artifact(
        uid=_uid(root, path),
        alias=safe_line(path.replace("/", ".")),
        module=kind.module,
        module_uid=module_uid(kind.module),
        path=storable(path),
        name=safe_line(path),
        tags=(kind.tag,) if kind.tag else (),
        description=description,
        problem=problem,
        format=_FORMAT,
        signature=signature,
    )


def _uid(root: Path, path: str) -> str:
    return derived_uid(_FORMAT, origin(root) or str(root), path)


def _incomplete(root: Path, signature: Signature) -> Artifact:
    """Show in place of the repository what its index lacks."""
    left_out = LeftOut()
    for _ in walk(root, left_out):
        pass
    name = safe_line(root.name or "root", 120)
    return Artifact(
        uid=_uid(root, _WHOLE),
        alias=name,
        module="repo",
        module_uid=module_uid("repo"),
        path=_WHOLE,
        name=name,
        problem=safe_line(left_out.text(), 1_000),
        format=_FORMAT,
        signature=signature,
    )


def _described(path: Path, kind: Kind) -> str:
    """Tell how many files a folder has, or quote a file; raises UnreadableError or OSError."""
    if kind.tag == "folder":
        return _counted(path)
    if kind.module == "document":
        return _first_words(_head(path))
    if kind.module in {"program", "container"} and kind.tag != "notebook":
        return _first_comment(_head(path))
    return ""


def _counted(folder: Path) -> str:
    with os.scandir(folder) as entries:
        are_folders = [entry.is_dir(follow_symlinks=False) for entry in islice(entries, _COUNTED)]
    folders_, files = sum(are_folders), len(are_folders) - sum(are_folders)
    told = [f"{count:,} {what}{'s' * (count != 1)}" for count, what in ((files, "file"), (folders_, "folder")) if count]
    return ", ".join(told) + " or more" * (len(are_folders) == _COUNTED) if told else "empty"


def _head(path: Path) -> list[str]:
    return [line.strip() for line in read_text(path, TEXT_LIMIT)[:_HEAD].split("\n")[:_HEAD_LINES]]


def _first_words(lines: list[str]) -> str:
    """Quote the first line of words: a title, rather than a badge, a picture or a rule."""
    for line in lines:
        if any(map(str.isalnum, line)) and not line.startswith(("<", "[!", "![", "..")):
            return safe_line(line.strip("#=*_ "), 300)
    return ""


def _first_comment(lines: list[str]) -> str:
    """Quote a script's first comment or the first line of its docstring."""
    first = next((line for line in lines if line and not line.startswith("#!")), "")
    return safe_line(first.strip("#\"' "), 300) if first.startswith(("#", '"""', "'''")) else ""


def load_meta(root: Path, path: str) -> dict[str, Any]:
    """Give nothing: there is no meta."""
    return {}


def shape(module: str, meta: dict[str, Any]) -> Shape:
    """Give nothing: what is needed isn't told."""
    return Shape()


def points(root: Path, path: str) -> Iterator[Point]:
    """Give nothing: there are no experiments."""
    return iter(())


def drift(root: Path) -> Iterator[Drift]:
    """Give nothing: no files have to agree."""
    return iter(())
