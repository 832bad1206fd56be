"""CK environments: `env` entries in the user's local repository, each with the `env.sh` that its users source.

An environment says where a piece of software is and what its users need to find in their shell. Its UID is derived
from what was asked for, so that a plan can name the `env.sh` before the detection that writes it has run.
"""

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..store.errors import CkexploreError, FailedError
from ..store.formats import ck
from ..store.formats.ck_entries import create_entry, write_text
from ..store.repos import prepare_home
from ..store.uid import derived_uid
from ..store.untrusted import safe_line
from ..store.workspace import Workspace
from .versions import split_version

SCRIPT = "env.sh"
_NO_REFERENCE = re.compile(r"\$(?![A-Za-z_]\w*|\{[A-Za-z_]\w*\})")
_VARIABLE_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Environment:
    """A registered environment."""

    uid: str
    tags: tuple[str, ...]
    meta: Mapping[str, Any]
    script: Path

    @property
    def customize(self) -> Mapping[str, Any]:
        """What detection or installation found (`full_path`, `version`, …)."""
        found = self.meta.get("customize")
        return found if isinstance(found, dict) else {}

    @property
    def full_path(self) -> str:
        """The file that was detected or installed."""
        return str(self.customize.get("full_path", ""))

    @property
    def version(self) -> str:
        """Its version; empty when it tells none."""
        return str(self.customize.get("version", ""))

    @property
    def usable(self) -> bool:
        """Whether what it stands for is still there."""
        return self.script.is_file() and (not self.full_path or Path(self.full_path).exists())


def environments(workspace: Workspace) -> Iterator[Environment]:
    """Read every registered environment; broken entries are left out here (the table shows them)."""
    folder = workspace.local / "env"
    if not folder.is_dir():
        return
    for _, uid, name in ck.entries(folder):
        try:
            meta = ck.entry_meta(folder / name)
        except CkexploreError:
            continue
        yield Environment(uid, ck.tags_of(meta), meta, folder / name / SCRIPT)


def scripts_of(workspace: Workspace, uids: Iterable[str]) -> list[Path]:
    """List the `env.sh` of registered environments and of those that they source in turn, each once."""
    known = {one.uid: one for one in environments(workspace)}
    waiting, found = list(uids), dict[str, Path]()
    while waiting:
        one = known.get(waiting.pop())
        if one is not None and one.uid not in found:
            found[one.uid] = one.script
            dependencies = one.meta.get("deps")
            listed = dependencies.values() if isinstance(dependencies, dict) else ()
            waiting += [str(dependency.get("uoa", "")) for dependency in listed if isinstance(dependency, dict)]
    return [path for path in found.values() if path.is_file()]


def approval_of_script(workspace: Workspace, path: str, sha256: str) -> str:
    """Tell how the job was approved that wrote an `env.sh` of this content; empty when the file isn't one of ours."""
    folder, name = os.path.split(path)
    if name != SCRIPT or os.path.dirname(folder) != str(workspace.local / "env"):
        return ""
    try:
        told = ck.entry_meta(folder).get("ckexplore")
    except CkexploreError:
        return ""
    if not isinstance(told, dict) or told.get("env_script_sha256") != sha256:
        return ""
    return str(told.get("approved", ""))


def environment_uid(soft_uid: str, package_uid: str = "", variations: Sequence[str] = (), full_path: str = "") -> str:
    """Derive the UID of the environment that a detection or an installation registers."""
    return derived_uid("env", soft_uid, package_uid, ",".join(sorted(variations)), full_path)


def script_of(workspace: Workspace, uid: str) -> Path:
    """Name the `env.sh` of an environment that may not be there yet."""
    return workspace.local / "env" / uid / SCRIPT


def register(
    workspace: Workspace, uid: str, spec: Mapping[str, Any], found: Mapping[str, Any], approved: str
) -> Environment:
    """Write an `env` entry as CK does, and its `env.sh`, from what `hook_host` gave for a soft entry.

    `approved` says how the job that gave it was approved: who sources the script executes what that job wrote.
    """
    _check_names(spec, found)
    prepare_home(workspace)
    host = spec["host"]["uoa"]
    dependencies = {key: value["uoa"] for key, value in spec["deps"].items()}
    version, script = str(found["version"]), shell_script(spec, found)
    bits = str(spec["host"]["dict"].get("bits", "64"))
    tags = {*found["tags"], *spec["extra_tags"], f"host-os-{host}", f"target-os-{host}", f"{bits}bits"}
    meta = {
        "tags": sorted(tags),
        "setup": {
            "host_os_uoa": host,
            "target_os_uoa": host,
            "target_os_bits": bits,
            "version": version,
            "version_split": split_version(version),
            **{f"deps_{key}": value for key, value in dependencies.items()},
        },
        "env": found["env"],
        "deps": spec["deps"],
        "customize": {**found["customize"], "full_path": found["full_path"], "version": version},
        "soft_uoa": spec["soft_uid"],
        "package_uoa": spec["package_uid"],
        "env_script": SCRIPT,
        "choices": spec["choices"],
        "ckexplore": {"approved": approved, "env_script_sha256": hashlib.sha256(script.encode()).hexdigest()},
    }
    entry = create_entry(workspace.local, "env", meta, uid=uid, name=spec["name"])
    write_text(entry / SCRIPT, script)
    return Environment(uid, tuple(meta["tags"]), meta, entry / SCRIPT)


def _check_names(spec: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Raise FailedError for a variable's name that a shell would read as something else."""
    for name in (*found["env"], _prefix(spec)):
        if not _VARIABLE_NAME.fullmatch(str(name)):
            raise FailedError(
                f"soft:{spec['soft_uoa']} sets a variable named {safe_line(str(name), 80)!r}; that is no name"
            )


def _prefix(spec: Mapping[str, Any]) -> str:
    given = spec["meta"].get("customize", {}).get("env_prefix")
    return str(given or "CK_ENV_" + re.sub(r"\W", "_", spec["soft_uoa"].upper()))


def shell_script(spec: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Write `env.sh` in CK's order: guard, dependencies, set-up of the soft entry, variables, mark."""
    prefix = _prefix(spec)
    lines = [
        "#! /bin/bash",
        f'if [ "$1" != "1" ]; then if [ "${prefix}_SET" == "1" ]; then return; fi; fi',
        f"# Soft UOA     = {spec['soft_uoa']} ({spec['soft_uid']})",
        f"# Host OS UOA  = {spec['host']['uoa']}",
        f"# Soft version = {found['version']}",
        "",
        *[f". {shlex.quote(value['script'])}" for value in spec["deps"].values()],
        found["bat"].rstrip("\n"),
        *[f"export {key}={_double_quoted(value)}" for key, value in sorted(found["env"].items())],
        f"export {prefix}_SET=1",
    ]
    return "\n".join(line for line in lines) + "\n"


def _double_quoted(value: str) -> str:
    """Quote a value for the shell; `$VARIABLE` in it stays a reference, as CK has it, and nothing else is expanded."""
    for sign in ("\\", '"', "`"):
        value = value.replace(sign, f"\\{sign}")
    return '"' + _NO_REFERENCE.sub(r"\\$", value) + '"'
