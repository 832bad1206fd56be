"""What a reader of the catalog sees: every row with the user's own tags, and the details of one artifact.

Nothing here executes anything or writes into a repository.
"""

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..store import annotations
from ..store.annotations import Annotation
from ..store.artifact import Artifact
from ..store.catalog import Catalog
from ..store.errors import CkexploreError
from ..store.formats import ck, format_named
from ..store.formats.shape import Shape
from ..store.registry import Repository, repositories
from ..store.untrusted import from_storable, inside, read_bytes, read_text, safe_line, safe_text, safe_value, storable
from ..store.walking import walk
from ..store.workspace import Workspace

_README_NAMES = ("README.md", "README.rst", "README.txt", "README", "readme.md", "Readme.md")
_FILES_SHOWN = 2_000
_META_SHOWN = 256 << 10
_POINTS_SHOWN = 5_000
_FILE_SHOWN = 16 << 20


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of an artifact: its path below the artifact's folder, its size in bytes, what it is.

    `place` is the path in the form that `untrusted.storable` gives, to find the file again.
    """

    path: str
    size: int
    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Details:
    """Everything the detail view shows of one artifact. All text is safe for a terminal.

    `copies` are all rows of the artifact in CK's lookup order: the first one wins.
    """

    artifact: Artifact
    copies: tuple[Artifact, ...]
    annotation: Annotation
    folder: str
    overview: tuple[tuple[str, str], ...]
    meta: str
    readme: str
    readme_source: str
    files: tuple[FileRow, ...]
    meta_value: dict[str, Any]
    shape: Shape


def rows(workspace: Workspace) -> list[Artifact]:
    """Give every artifact of the workspace as the disk has it now, with the user's own tags."""
    catalog = Catalog(workspace)
    own = annotations.own_tags(workspace)
    try:
        found = [row for repository in repositories(workspace) for row in catalog.artifacts(repository)]
    finally:
        catalog.close()
    return [
        replace(row, own_tags=own[row.uid]) if row.uid in own and row.module != annotations.MODULE else row
        for row in found
    ]


def repository_of(workspace: Workspace, artifact: Artifact) -> Repository:
    """Give the repository that an artifact's row comes from. Raises CkexploreError when it is gone."""
    for repository in repositories(workspace):
        if repository.uid == artifact.repository_uid and repository.alias == artifact.repository:
            return repository
    raise CkexploreError(f"the repository {artifact.repository} is no longer there")


def details(workspace: Workspace, artifact: Artifact, copies: Sequence[Artifact] = ()) -> Details:
    """Read what the detail view shows of one artifact. Raises CkexploreError when its repository is gone."""
    repository = repository_of(workspace, artifact)
    path = artifact.location(repository.path)
    folder = path if path.is_dir() else path.parent
    meta_text, meta_value = _meta(artifact, repository)
    shape = format_named(artifact.format).shape(artifact.module, meta_value) if meta_value else Shape()
    readme, source = _readme(path, repository.path)
    files, left_out = _files(path)
    annotation = annotations.annotation_of(workspace, artifact)
    overview = [
        *_overview(artifact, copies, annotation),
        *(_by_module(artifact.module, meta_value) if artifact.format == "ck" else _by_shape(shape)),
        ("files", str(left_out + len(files))),
        ("path", safe_line(str(path))),
    ]
    return Details(
        artifact=artifact,
        copies=tuple(copies),
        annotation=annotation,
        folder=safe_line(str(folder)),
        overview=tuple((label, text) for label, text in overview if text),
        meta=meta_text,
        readme=readme,
        readme_source=source,
        files=files,
        meta_value=meta_value,
        shape=shape,
    )


def experiment_points(workspace: Workspace, artifact: Artifact) -> list[dict[str, Any]]:
    """Read the points of an experiment, the oldest first, at most a few thousand; empty for other artifacts."""
    if artifact.module != "experiment":
        return []
    root = repository_of(workspace, artifact).path
    return [
        {
            "point": point.uid,
            "choices": point.choices,
            "features": point.features,
            "characteristics": point.characteristics,
            "problem": point.problem,
            "source": point.source,
        }
        for point in islice(format_named(artifact.format).points(root, from_storable(artifact.path)), _POINTS_SHOWN)
    ]


def choices(workspace: Workspace, artifact: Artifact, what: str) -> list[tuple[str, str, bool]]:
    """Give the "commands" of a program or "variations" of a package or script: (name, explanation, on by default)."""
    if artifact.format != "ck":
        format_, root = format_named(artifact.format), repository_of(workspace, artifact).path
        shape = format_.shape(artifact.module, safe_value(format_.load_meta(root, from_storable(artifact.path))))
        offered = [one for one in shape.variations if "#" not in one.name]  # those wait for a value: they are typed
        return [(one.name, one.sets, one.default) for one in offered]
    meta = safe_value(ck.entry_meta(artifact.location(repository_of(workspace, artifact).path)))
    found = meta.get("run_cmds" if what == "commands" else "variations")
    listed: list[tuple[str, str, bool]] = []
    for name, value in found.items() if isinstance(found, dict) else ():
        details = value if isinstance(value, dict) else {}
        run_time = details.get("run_time")
        command = run_time.get("run_cmd_main", "") if isinstance(run_time, dict) else ""
        listed.append((name, safe_line(str(command), 60), details.get("on_by_default") == "yes"))
    return listed


def _meta(artifact: Artifact, repository: Repository) -> tuple[str, dict[str, Any]]:
    try:
        value = format_named(artifact.format).load_meta(repository.path, from_storable(artifact.path))
    except CkexploreError as error:
        return f"{error}\n\n{_raw(artifact.location(repository.path), ck.META)}", {}
    if not value:
        return "", {}
    value = safe_value(value)
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return safe_text(text, _META_SHOWN), value


def _raw(entry: Path, meta: str) -> str:
    """Give the text of a meta that can't be parsed, so that the error can be seen in its place."""
    try:
        return safe_text(read_text(inside(entry, meta), _META_SHOWN))
    except CkexploreError:
        return ""


def _text(path: Path) -> str:
    """Give the text of a file, or why it can't be read."""
    try:
        return safe_text(read_text(path, _META_SHOWN))
    except CkexploreError as error:
        return str(error)


def _readme(path: Path, root: Path) -> tuple[str, str]:
    if path.is_file():
        if path.suffix.lower() in {".md", ".rst", ".txt", ""} or path.name.lower().startswith("readme"):
            return _text(path), safe_line(path.name)
        return "", ""
    for name in _README_NAMES:
        if (path / name).is_file() and not (path / name).is_symlink():
            return _text(path / name), safe_line(name)
    for name in _README_NAMES:
        if (root / name).is_file() and not (root / name).is_symlink():
            return _text(root / name), f"{name} of the repository"
    return "", ""


def _files(path: Path) -> tuple[tuple[FileRow, ...], int]:
    """List an artifact's files without following links; folders of meta come last."""
    if not path.is_dir():
        return ((_file_row(path, path.name),), 0)
    found: list[FileRow] = []
    left_out = 0
    for folder, folders, names in walk(path):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            if len(found) >= _FILES_SHOWN:
                left_out += 1
                continue
            file = Path(folder) / name
            found.append(_file_row(file, str(file.relative_to(path))))
        if left_out > 100_000:
            break
    found.sort(key=lambda row: (row.path.startswith(".cm/"), row.path.count("/"), row.path))
    return tuple(found), left_out


def _file_row(path: Path, name: str) -> FileRow:
    try:
        status = os.lstat(path)
    except OSError:
        return FileRow(safe_line(name), 0, "gone", storable(name))
    kind = "file" if stat.S_ISREG(status.st_mode) else "link" if stat.S_ISLNK(status.st_mode) else "special"
    if kind == "file" and status.st_mode & 0o111:
        kind = "executable"
    return FileRow(safe_line(name), status.st_size, kind, storable(name))


def file_text(workspace: Workspace, artifact: Artifact, place: str) -> str:
    """Read one file of an artifact as safe text, a binary one as a note. Raises UnreadableError or RefusedError."""
    path = artifact.location(repository_of(workspace, artifact).path)
    file = inside(path, from_storable(place)) if path.is_dir() else path
    data = read_bytes(file, _FILE_SHOWN)
    if b"\0" in data[:8192]:
        return f"(a binary file of {len(data):,} bytes)"
    return safe_text(data.decode("utf-8-sig", "surrogateescape"))


def _overview(artifact: Artifact, copies: Sequence[Artifact], annotation: Annotation) -> list[tuple[str, str]]:
    return [
        ("artifact", artifact.title),
        ("module", artifact.module),
        ("repository", artifact.repository),
        ("copies", _copies(artifact, copies)),
        ("UID", artifact.uid),
        ("name", artifact.name if artifact.name != artifact.alias else ""),
        ("description", artifact.description),
        ("tags", ", ".join(artifact.tags)),
        ("own tags", ", ".join(artifact.own_tags)),
        ("bookmarked", annotation.bookmarked.partition("T")[0]),
        ("note", " ".join(annotation.note.split())),
        ("problem", artifact.problem or annotation.problem),
    ]


def _copies(artifact: Artifact, copies: Sequence[Artifact]) -> str:
    """Say where the artifact is as well, and which copy wins."""
    if len(copies) < 2:
        return ""
    names = ", ".join(copy.repository for copy in copies)
    return f"{len(copies)}: {names}; a CID without repository means the first"


def _by_shape(shape: Shape) -> list[tuple[str, str]]:
    """Give in a few words what an artifact needs and offers; the view `needs` has all of it."""
    needs = [f"{one.key} ({one.tags})" if one.tags not in {"", one.key} else one.key for one in shape.dependencies]
    versions = [f"{one} (default)" if one == shape.default_version else one for one in shape.versions]
    return [
        ("needs", ", ".join(needs)),
        ("variations", ", ".join(one.name for one in shape.variations)),
        ("versions", ", ".join(versions) or shape.default_version),
    ]


def _by_module(module: str, meta: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what matters for an artifact of a CK module, in the words of its meta."""
    lines: list[tuple[str, str]] = []
    if module == "program":
        lines.append(("commands", ", ".join(_names(meta.get("run_cmds")))))
        lines.append(("language", str(meta.get("main_language", ""))))
        lines.append(("needs to compile", _dependencies(meta.get("compile_deps"))))
        lines.append(("needs to run", _dependencies(meta.get("run_deps"))))
    if module in {"soft", "package"}:
        lines.append(("needs", _dependencies(meta.get("deps"))))
    if module == "package":
        lines.append(("variations", ", ".join(_names(meta.get("variations")))))
        customize = meta.get("customize")
        lines.append(("version", str(customize.get("version", "")) if isinstance(customize, dict) else ""))
    if module == "env":
        customize = meta.get("customize")
        customize = customize if isinstance(customize, dict) else {}
        lines.append(("version", str(customize.get("version", ""))))
        lines.append(("found at", str(customize.get("full_path", ""))))
    if module == "dataset":
        lines.append(("data files", ", ".join(map(str, meta.get("dataset_files", ())))))
    if module == "experiment":
        lines.append(("points", str(meta.get("points", ""))))
        lines.append(("source", str(meta.get("source", ""))))
        lines.append(("licence", str(meta.get("licence") or meta.get("license") or "")))
    if module == "job":
        lines.append(("state", str(meta.get("state", ""))))
    return lines


def _names(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _dependencies(value: Any) -> str:
    """Give dependencies as `key (tags)`, in the order of their `sort`."""
    if not isinstance(value, dict):
        return ""
    found = [(key, item) for key, item in value.items() if isinstance(item, dict)]
    found.sort(key=lambda pair: str(pair[1].get("sort", 0)).zfill(8))
    return ", ".join(f"{key} ({item.get('tags', '')})" for key, item in found)
