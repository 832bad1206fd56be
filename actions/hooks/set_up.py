"""What the users of a piece of software need in their environment, as CK's `soft` sets it up from one file of it."""

import copy
import os
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...store.errors import FailedError, NotFoundError
from ...store.untrusted import safe_line
from ..versions import split_version, version_tags
from .loading import Hooks, call, of_system
from .shell import sources
from .versions import Asked, git_revision, version_of

HOOKS = ("dirs", "limit", "version_cmd", "parse_version", "setup")


@dataclass(frozen=True, slots=True)
class Detected:
    """What an environment is registered from: the file, and what the entry's `setup` made of it (CK's names).

    `bat` is shell text of the hook, `candidates` are all files that were looked at, with their versions.
    """

    full_path: str
    version: str
    name: str
    tags: list[str]
    env: dict[str, str]
    bat: str
    customize: dict[str, Any]
    package_uid: str = ""
    installed_to: str = ""
    candidates: list[dict[str, str]] = field(default_factory=list)


def set_up(
    hooks: Hooks,
    spec: Mapping[str, Any],
    full_path: str,
    version: str = "",
    *,
    customize: Mapping[str, Any] | None = None,
    installed_to: str = "",
) -> Detected:
    """Let the entry's `setup` say what the users of a file need. `spec` is what `software.soft_plan` makes.

    `customize` is what an installation decided beside the meta. Raises NotFoundError, FailedError.
    """
    values = hook_input(spec)
    changed = values["customize"]
    changed |= customize or {}
    if spec.get("install_env"):
        changed["install_env"] = {**changed.get("install_env", {}), **spec["install_env"]}
    if full_path and changed.get("skip_file_check") != "yes" and not os.path.exists(full_path):
        raise NotFoundError(f"{safe_line(str(spec['name']))}: there is no {safe_line(full_path)}")
    version = str(spec.get("force_version") or _version(hooks, spec, values, full_path, version))
    if changed.get("use_git_revision") == "yes" and installed_to:
        changed["git_info"] = git_revision(os.path.join(installed_to, str(changed.get("git_src_dir", ""))))
        version = "-".join(filter(None, (version, changed["git_info"].get("revision", ""))))
    version += str(changed.get("extra_version") or "")
    split = split_version(version)
    changed |= {"full_path": full_path} if full_path else {}
    if version:
        changed |= {"version": version, "version_split": split}
    values |= {"version": version, "version_split": split, "interactive": ""}
    _standard_places(changed, "" if full_path else installed_to)
    bat = str(_set_up(hooks, values).get("bat", ""))
    prefix = changed.get("unsplit_version_to_tags_prefixed_with")
    tags = [*values["tags"], *version_tags(version), *([f"{prefix}{version}"] if prefix is not None else [])]
    name = str(changed.get("soft_name") or spec["name"]) + str(changed.get("soft_extra_name") or "")
    return Detected(
        full_path=full_path,
        version=version,
        name=safe_line(name),
        tags=list(dict.fromkeys(str(tag).strip() for tag in tags if str(tag).strip())),
        env={str(key): str(value) for key, value in values["env"].items()},
        bat=bat,
        customize=changed,
        package_uid=str(spec.get("package_uid", "")),
        installed_to=installed_to,
    )


def _set_up(hooks: Hooks, values: dict[str, Any]) -> dict[str, Any]:
    """Call `setup`; where it misses a header that is where Debian has those of one architecture, call it with that."""
    customize = values["customize"]
    header, architecture = str(customize.get("include_file") or ""), sysconfig.get_config_var("MULTIARCH") or ""
    kept = {name: copy.deepcopy(values[name]) for name in ("customize", "env", "tags")}
    elsewhere = f"{architecture}/{header}"
    try:
        return call(hooks, "setup", values)
    except FailedError:
        if not header or not architecture or not os.path.isfile(f"/usr/include/{elsewhere}"):
            raise
    for name, value in kept.items():
        values[name].clear()
        values[name].extend(value) if isinstance(value, list) else values[name].update(value)
    customize["include_file"] = elsewhere
    return call(hooks, "setup", values)


def _version(hooks: Hooks, spec: Mapping[str, Any], values: Mapping[str, Any], full_path: str, version: str) -> str:
    """Give the version that is known already, or ask the file, where the meta doesn't say that it has none."""
    customize = values["customize"]
    forced = customize.get("force_cmd_version_detection") == "yes"
    known = version or str(customize.get("version") or "")
    if (known and not forced) or not full_path or customize.get("skip_version") == "yes":
        return known
    command = "" if customize.get("soft_version_skip_add_target_file") == "yes" else version_command(customize, spec)
    asked = Asked(full_path, "", command, tuple(sources(spec["deps"])))
    return version_of(hooks, values, asked, "" if forced else spec["soft_uid"]) or known


def version_command(customize: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """Give the meta's command to ask for a version on this system."""
    by_system = customize.get("soft_version_cmd")
    return str(by_system.get(system_of(spec), "")) if isinstance(by_system, dict) else ""


def system_of(spec: Mapping[str, Any]) -> str:
    """Name this system as CK's metas do."""
    return str(spec["host"]["dict"].get("ck_name") or "linux")


def _standard_places(customize: dict[str, Any], installed_to: str) -> None:
    """Name the folders that an installation has beside no file of its own, as CK does; there `setup` finds them."""
    if not installed_to:
        return
    customize["path_install"] = installed_to
    if customize.get("skip_add_dirs") == "yes":
        return
    if customize.get("add_include_path") == "yes":
        customize.setdefault("path_include", f"{installed_to}/include")
    if customize.get("skip_add_to_bin") != "yes":
        customize["path_bin"] = installed_to + ("" if customize.get("skip_add_bin_ext") == "yes" else "/bin")
    if customize.get("skip_add_to_ld_path") != "yes" and not customize.get("path_lib"):
        names = [name for name in ("lib64", "lib32", "lib") if os.path.isdir(f"{installed_to}/{name}")]
        if names:
            customize["path_lib"] = f"{installed_to}/{names[0]}"


def hook_input(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Make the dictionary that every hook gets; `customize`, `env` and `tags` are there to be changed in place."""
    meta = dict(spec["meta"])
    meta.setdefault("customize", {})
    return {
        **of_system(spec),
        "soft_uoa": spec["soft_uoa"],
        "soft_name": spec["name"],
        "soft_entry_path": spec["soft_path"],
        "cfg": meta,
        "self_cfg": {},
        "customize": dict(meta["customize"]),
        "env": {**meta.get("env", {}), **spec.get("env", {})},
        "install_env": dict(spec.get("install_env", {})),
        "tags": list(spec["tags"]),
        "deps": spec["deps"],
        "deps_copy": spec["deps"],
        "interactive": "",
    }
