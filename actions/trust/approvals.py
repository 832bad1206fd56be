"""Approvals that a person gave for good: artifacts of the module `approval`, in a repository only the user can write.

An approval of kind "always" covers one plan with exactly its content, one of kind "repository" every plan whose files
have the recorded content. An entry holds its `files.json` (path to SHA-256) and, of an "always", the plan and copies of
the files, so that a later change can be shown. The meta is written last: an entry without it approves nothing.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.errors import CkexploreError, RefusedError, UnreadableError
from ...store.formats import ck
from ...store.formats.ck_entries import create_entry, write_text
from ...store.repos import prepare_home
from ...store.uid import derived_uid
from ...store.untrusted import decoded, load_json_object, read_bytes, safe_line
from ...store.workspace import Workspace
from ..measure import host
from ..plan import Plan, decode, encode

ALWAYS, REPOSITORY = "always", "repository"
MODULE = "approval"
BY_STRENGTH = ("offline", "gpu", "net", "none")
"""The profiles of the sandbox, the strongest first."""

_FILES, _PLAN, _TEXTS = "files.json", "plan.json", "texts"
_TEXT_LIMIT, _TEXTS_LIMIT = 1 << 20, 16 << 20
_FILES_LIMIT = 128 << 20
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Approval(Struct, frozen=True):
    """One approval. `sandbox` is the weakest profile it covers, `root` the folder of the repository of that kind."""

    folder: Path
    kind: str
    approval: str
    request: str
    cid: str
    artifact_uid: str
    sandbox: str
    when: str
    host: str
    user: str
    root: str = ""

    @property
    def uid(self) -> str:
        """The artifact's UID."""
        return derived_uid(MODULE, self.kind, self.approval)

    def path_within(self, path: str) -> str:
        """Give the path of a file within the trusted repository; "" for one outside, and for other kinds."""
        real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))  # a link is itself
        return real[len(self.root) + 1 :] if self.root and real.startswith(f"{self.root}/") else ""

    def files(self) -> dict[str, str]:
        """Read the approved files: path to SHA-256; of a repository the paths within it. Raises UnreadableError."""
        path = self.folder / _FILES
        return {str(name): str(sha256) for name, sha256 in load_json_object(path, _FILES_LIMIT).items()}

    def plan(self) -> Plan | None:
        """Read the approved plan; None of a repository, and where it can't be read."""
        try:
            return decode(read_bytes(self.folder / _PLAN, _FILES_LIMIT)) if self.kind == ALWAYS else None
        except (CkexploreError, ValueError):  # only what is shown of a change depends on it
            return None

    def text(self, sha256: str) -> str | None:
        """Read the copy of an approved file; None when there is none, since it was too large."""
        try:
            return decoded(read_bytes(self.folder / _TEXTS / Path(sha256).name, _TEXT_LIMIT))
        except CkexploreError:
            return None


class Known(Struct, frozen=True):
    """The approvals there are, the newest first, and why others don't count."""

    approvals: tuple[Approval, ...] = ()
    problems: tuple[str, ...] = ()


def weakest(profiles: Iterable[str]) -> str:
    """Give the profile that protects least; one that isn't known protects from nothing."""
    return max((one if one in BY_STRENGTH else "none" for one in profiles), key=BY_STRENGTH.index, default="offline")


def sandbox_of(plan: Plan) -> str:
    """Give the weakest profile among a plan's stages."""
    return weakest(stage.sandbox.profile for stage in plan.stages)


# Reading


def known(workspace: Workspace) -> Known:
    """Read every approval. What others could have written approves nothing, and a problem says so."""
    folder = workspace.trust / MODULE
    if not os.path.lexists(workspace.trust):
        return Known()
    approvals: list[Approval] = []
    problems: list[str] = []
    try:
        _refuse_foreign(workspace.trust)
        names = sorted(os.listdir(folder)) if os.path.lexists(folder) else []
        if names:
            _refuse_foreign(folder)
    except (RefusedError, OSError) as error:
        return Known(problems=(str(error),))
    for name in names:
        entry = folder / name
        if name.startswith(".") or not os.path.lexists(entry / ck.META):
            continue
        try:
            approvals.append(_read(entry))
        except CkexploreError as error:
            problems.append(str(error))
    return Known(tuple(sorted(approvals, key=lambda one: one.when, reverse=True)), tuple(problems))


def _read(entry: Path) -> Approval:
    """Read one entry. Raises RefusedError when others could have written it, UnreadableError."""
    for path in (entry, entry / ".cm", entry / ck.META, entry / _FILES):
        _refuse_foreign(path)
    meta = load_json_object(entry / ck.META)
    names = [name for name in Approval.__struct_fields__ if name not in ("folder", "root")]
    values = {name: meta.get(name) for name in [*names, "root"]}
    if not all(isinstance(value, str) for value in values.values()) or values["kind"] not in (ALWAYS, REPOSITORY):
        raise UnreadableError(f"{safe_line(str(entry))}: not an approval, so it approves nothing")
    return Approval(folder=entry, **{name: str(value) for name, value in values.items()})


def _refuse_foreign(path: Path) -> None:
    """Raise RefusedError for what belongs to somebody else, or what others may write, or a symbolic link."""
    try:
        status = path.lstat()
    except OSError as error:
        raise RefusedError(f"{safe_line(str(path))}: can't be looked at ({error.strerror})") from error
    where = safe_line(str(path))
    if stat.S_ISLNK(status.st_mode):
        raise RefusedError(f"{where} is a symbolic link, so no approval in it counts")
    if status.st_uid != os.geteuid():
        raise RefusedError(f"{where} belongs to another user, so no approval in it counts")
    if status.st_mode & _OTHERS_WRITE:
        raise RefusedError(f"{where} can be written by others, so no approval in it counts; chmod go-w {where}")


# Writing


def remember_plan(workspace: Workspace, plan: Plan) -> Approval:
    """Approve a plan for good, with exactly its content. Raises CkexploreError when it can't be kept safely."""
    approval = plan.approval
    entry = _prepared(workspace, _entry_name(plan.request, approval))
    _copy_texts(entry / _TEXTS, plan)
    _write(entry / _PLAN, encode(plan).decode())
    _write_files(entry, {file.path: file.sha256 for file in plan.files})
    meta = {
        "kind": ALWAYS,
        "approval": approval,
        "request": plan.request,
        "cid": plan.cid,
        "artifact_uid": plan.uid,
        "sandbox": sandbox_of(plan),
        "profiles": [stage.sandbox.profile for stage in plan.stages],
        "files": len(plan.files),
        "root": "",
    }
    return _finished(workspace, entry, meta, (*plan.cid.split(":")[1:],))


def remember_repository(
    workspace: Workspace, *, alias: str, uid: str, root: str, approval: str, sandbox: str, files: Mapping[str, str]
) -> Approval:
    """Trust a repository at its present content: path within it to SHA-256. Raises CkexploreError."""
    request = f"trust repo:{alias}"
    entry = _prepared(workspace, _entry_name(request, approval))
    _write_files(entry, files)
    meta = {
        "kind": REPOSITORY,
        "approval": approval,
        "request": request,
        "cid": f"repo:{alias}",
        "artifact_uid": uid,
        "sandbox": sandbox,
        "files": len(files),
        "root": root,
    }
    return _finished(workspace, entry, meta, ("repo", alias))


def _entry_name(request: str, approval: str) -> str:
    """Name an entry so that a listing tells what it approves: the request, and the beginning of the hash."""
    words = re.sub(r"[^A-Za-z0-9_.]+", "-", request).strip("-.")[:80]
    return f"{words or MODULE}-{approval[:12]}"


def _prepared(workspace: Workspace, name: str) -> Path:
    """Make the folders of an entry, which nobody else may read or write."""
    prepare_home(workspace)
    entry = workspace.trust / MODULE / name
    _refuse_foreign(workspace.trust)
    for folder in (entry.parent, entry.parent / ".cm", entry, entry / ".cm"):
        _make_private(folder)
    return entry


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(folder))}: can't be made ({error.strerror})") from error


def _write(path: Path, text: str) -> None:
    write_text(path, text, mode=0o600)


def _write_files(entry: Path, files: Mapping[str, str]) -> None:
    _write(entry / _FILES, json.dumps(dict(files), indent=0, sort_keys=True))  # ASCII: a name may be no UTF-8


def _copy_texts(folder: Path, plan: Plan) -> None:
    """Keep the approved files as they are, those that aren't too large, each under its hash."""
    _make_private(folder)
    room = _TEXTS_LIMIT
    for file in plan.files:
        try:
            data = read_bytes(file.place, min(_TEXT_LIMIT, room))
        except UnreadableError:  # too large; or gone, which the check before the start will tell
            continue
        if hashlib.sha256(data).hexdigest() == file.sha256:
            _write(folder / file.sha256, data.decode("utf-8", "surrogateescape"))
            room -= len(data)


def _finished(workspace: Workspace, entry: Path, meta: dict[str, Any], names: tuple[str, ...]) -> Approval:
    """Write an entry's meta, after which it counts."""
    meta |= {
        "tags": [MODULE, meta["kind"], *(safe_line(name, 80) for name in names)],
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": os.uname().nodename,
        "user": host.user(),
    }
    uid = derived_uid(MODULE, meta["kind"], meta["approval"])
    create_entry(workspace.trust, MODULE, meta, alias=entry.name, uid=uid, name=meta["request"])
    for path in (entry / ".cm").iterdir():
        path.chmod(0o600)
    return _read(entry)
