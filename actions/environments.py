"""CK environments: `env` entries in the user's local repository, each with the `env.sh` that its users source.

An environment says where a piece of software is and what its users need to find in their shell. Its UID is derived
from what was asked for, so that a plan can name the `env.sh` before the detection that writes it has run.
"""

import hashlib
import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..store.errors import CkexploreError, FailedError, NotFoundError
from ..store.formats import ck
from ..store.formats.ck_entries import create_entry, write_text
from ..store.repos import prepare_home
from ..store.uid import derived_uid
from ..store.untrusted import safe_line
from ..store.workspace import Workspace
from .quoting import double_quoted, unquoted
from .versions import split_version

SCRIPT = "env.sh"
ANY_OF = "ckexplore_any_of"
"""Under this name a stage's dependency has the UIDs of the environments of which the first one registered is meant."""

_VARIABLE_NAME = re.compile(r"[A-Za-z_]\w*")


class Environment(Struct, frozen=True):
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
    def soft(self) -> str:
        """The name of the soft entry that it is of, "" in an old one."""
        return str(self.meta.get("data_name") or self.meta.get("soft_alias") or "")

    @property
    def stale(self) -> str:
        """Why it is no longer what was registered, as `refresh env` found; empty when it is."""
        told = self.meta.get("ckexplore")
        return safe_line(str(told.get("stale", ""))) if isinstance(told, dict) else ""

    @property
    def usable(self) -> bool:
        """Whether what it stands for is still there, and is the file that it was when it was registered."""
        if self.stale or not self.script.is_file():
            return False
        if not self.full_path or self.customize.get("skip_file_check") == "yes":
            return True
        told = self.meta.get("ckexplore")
        recorded = told.get("file") if isinstance(told, dict) else None
        return os.path.exists(self.full_path) and (not recorded or recorded == signature(self.full_path))


def signature(path: str) -> list[int]:
    """Tell a file's size and time of change (ns): another version of a program has others. Of a folder nothing."""
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns] if stat.S_ISREG(status.st_mode) else []


def environments(workspace: Workspace) -> Iterator[Environment]:
    """Read every registered environment; broken entries are left out here (the table shows them)."""
    folder = workspace.local / "env"
    if not folder.is_dir():
        return
    for _, uid, name in ck.entries(folder):
        try:
            meta = ck.own_meta(folder / name)
        except CkexploreError:
            continue
        yield Environment(uid, ck.tags_of(meta), meta, folder / name / SCRIPT)


def registered_of(workspace: Workspace, uids: Iterable[str]) -> tuple[str, ...]:
    """Give those of some UIDs that environments have."""
    return tuple(uid for uid in uids if script_of(workspace, uid).is_file())


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
    """Write an `env` entry as CK does, and its `env.sh`, from what our child process gave for a soft entry.

    `spec` is the stage's input with its dependencies put in. `approved` says how the job that gave it was approved:
    who sources the script executes what that job wrote.
    """
    prefix = _prefix(spec, found)
    _check_names(spec, [*found["env"], prefix])
    prepare_home(workspace)
    alias, identity = spec["host"]["uoa"], spec["host"]["uid"] or spec["host"]["uoa"]
    version, script = str(found["version"]), env_script(prefix, spec, found)
    bits = str(spec["host"]["dict"].get("bits", "64"))
    tags = {*found["tags"], *spec["extra_tags"], f"host-os-{alias}", f"target-os-{alias}", f"{bits}bits"}
    told = {"approved": approved, "env_script_sha256": hashlib.sha256(script.encode()).hexdigest()}
    meta = {
        "tags": sorted(tags),
        "setup": {
            "host_os_uoa": identity,
            "target_os_uoa": identity,
            "target_os_bits": bits,
            "version": version,
            "version_split": split_version(version),
            **{f"deps_{key}": value["uoa"] for key, value in spec["deps"].items()},
        },
        "env": found["env"],
        "deps": {key: _remembered(value) for key, value in spec["deps"].items()},
        "customize": {**found["customize"], "full_path": found["full_path"], "version": version},
        "soft_uoa": spec["soft_uid"],
        "soft_alias": spec["soft_uoa"],
        "env_script": SCRIPT,
        "install_location": found["installed_to"],
        "choices": spec["choices"],
        "ckexplore": {**told, "file": signature(found["full_path"])},
    }
    package = found["package_uid"] or spec["package_uid"]
    if package:
        meta["package_uoa"] = package
    entry = create_entry(workspace.local, "env", meta, uid=uid, name=found["name"] or spec["name"])
    write_text(entry / SCRIPT, script)
    return Environment(uid, tuple(meta["tags"]), meta, entry / SCRIPT)


def _remembered(dependency: Mapping[str, Any]) -> dict[str, Any]:
    """Give a dependency as an environment keeps it: with the meta of what met it, but not that of what this needs."""
    meta = dependency.get("dict")
    meta = dict(meta) if isinstance(meta, Mapping) else {}
    needs = meta.get("deps")
    if isinstance(needs, Mapping):
        meta["deps"] = {
            key: {name: one for name, one in value.items() if name not in ("dict", "cus")}
            for key, value in needs.items()
            if isinstance(value, Mapping)
        }
    return {**dependency, "dict": meta}


def _check_names(spec: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise FailedError for a variable's name that a shell would read as something else."""
    for name in names:
        if not _VARIABLE_NAME.fullmatch(str(name)):
            raise FailedError(
                f"soft:{spec['soft_uoa']} sets a variable named {safe_line(str(name), 80)!r}; that is no name"
            )


def _prefix(spec: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    given = found["customize"].get("env_prefix") or spec["meta"].get("customize", {}).get("env_prefix")
    return str(given or "CK_ENV_" + re.sub(r"\W", "_", spec["soft_uoa"].upper()))


def env_script(prefix: str, spec: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Write `env.sh` in CK's order: guard, dependencies, places, set-up of the soft entry, variables, paths, mark."""
    customize, version = found["customize"], str(found["version"])
    needs = sorted(spec["deps"].values(), key=ck.order_of)
    places = ((prefix, "path_install"), (f"{prefix}_BIN", "path_bin"), (f"{prefix}_LIB", "path_lib"))
    places = (*places, (f"{prefix}_INCLUDE", "path_include"))
    skipped = {"path_install"} if customize.get("skip_path") == "yes" else set[str]()
    skipped |= {"path_bin"} if customize.get("skip_add_to_bin") == "yes" else set()
    skipped |= {"path_bin", "path_lib", "path_include"} if customize.get("skip_add_dirs") == "yes" else set()
    lines = [
        "#! /bin/bash",
        f'if [ "$1" != "1" ]; then if [ "${prefix}_SET" == "1" ]; then return; fi; fi',
        f"# Soft UOA           = {_comment(spec['soft_uoa'])} ({spec['soft_uid']})",
        f"# Host OS UOA        = {_comment(spec['host']['uoa'])}",
        f"# Tool version       = {_comment(version)}",
        "",
        *[f". {shlex.quote(value['script'])}" for value in needs if value.get("skip_from_bat") != "yes"],
        *[
            f"export {name}={double_quoted(str(customize[key]))}"
            for name, key in places
            if customize.get(key) and key not in skipped
        ],
        found["bat"].rstrip("\n"),
        *[f"export {key}={double_quoted(unquoted(value))}" for key, value in sorted(found["env"].items())],
        *_search_paths(prefix, customize),
        f"export {prefix}_SET=1",
    ]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return safe_line(str(text), 200)


def _search_paths(prefix: str, customize: Mapping[str, Any]) -> list[str]:
    """Give the lines that put an installation's folders before the others where programs and libraries are sought."""
    has_dirs, installed = customize.get("skip_dirs") != "yes", bool(customize.get("path_install"))
    lines: list[str] = []
    wants_bin = not {customize.get("skip_add_to_path"), customize.get("skip_add_to_bin")} & {"yes"}
    if customize.get("path_bin") and (customize.get("add_to_path") == "yes" or (wants_bin and has_dirs and installed)):
        lines.append(f"export PATH=${prefix}_BIN:$PATH")
    if customize.get("path_lib") and installed and has_dirs and customize.get("skip_add_to_ld_path") != "yes":
        lines += [f"export {name}=${prefix}_LIB:${name}" for name in ("LIBRARY_PATH", "LD_LIBRARY_PATH")]
    return lines


# Dependencies of a stage's input


def met(workspace: Workspace, deps: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Put into a stage's dependencies what is known of the environments that meet them, as CK's scripts get it.

    Raises NotFoundError where none of those that a dependency names is registered.
    """
    known = {one.uid: one for one in environments(workspace)} if deps else {}
    found: dict[str, dict[str, Any]] = {}
    for key, value in deps.items():
        uids = [uid for uid in value[ANY_OF] if uid in known]
        if not uids:
            name = safe_line(str(value.get("name") or key))
            raise NotFoundError(
                f"{name} (dependency {safe_line(str(key))}) isn't registered, so what needs it can't go on"
            )
        found[str(key)] = _as_ck(known[uids[0]], {name: one for name, one in value.items() if name != ANY_OF})
    return found


def _as_ck(environment: Environment, dependency: Mapping[str, Any]) -> dict[str, Any]:
    script = str(environment.script)
    package = environment.meta.get("package_uoa") or environment.customize.get("used_package_uid") or ""
    return {
        **dependency,
        "uoa": environment.uid,
        "ver": environment.version,
        "detected_ver": environment.version,
        "num_entries": 1,
        "build_dir_name": str(environment.customize.get("build_dir_name") or ""),
        "package_uoa": package,
        "script": script,
        "bat": f". {script}\n",
        "cus": dict(environment.customize),
        "dict": dict(environment.meta),
    }
