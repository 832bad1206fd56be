"""The stages that make an environment: detection of a soft entry, installation of a package."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..store.cid import Cid
from ..store.errors import CkexploreError, InvalidRequestError, NotFoundError, RefusedError
from ..store.formats import ck
from ..store.lookup import Location, locate, locate_one
from ..store.registry import repositories
from ..store.untrusted import inside, safe_line
from .containment import contained
from .dependency import Resolved, all_stages, registered
from .environments import environment_uid, environments, scripts_of
from .executed_files import executed_files, files_below
from .measure.host import os_alias
from .plan import ExecutedFile, Finish, Stage
from .request import Request
from .trust.sandbox import software_at

DETECTION_TIME = 180.0
INSTALLATION_TIME = 3600.0
_HOST = (sys.executable, "-P", "-B", "-m", "ckexplore.actions.hook_host")  # -B: no bytecode into repositories


def detection_stages(
    request: Request, location: Location, meta: Mapping[str, Any], dependencies: Sequence[Resolved]
) -> tuple[str, tuple[Stage, ...]]:
    """Plan the detection of a soft entry; give the UID of the environment it will register, and the stages."""
    full_path = _absolute(request.text("full_path")) if request.cid.module in {"soft", location.module_uid} else ""
    uid = environment_uid(location.uid, full_path=full_path)
    spec = _spec(request, location, meta, dependencies, extra_tags=request.words("extra_tags"))
    script = _script(request, location, meta)
    spec |= {"script": str(script) if script else "", "full_path": full_path}
    what = full_path or _looked_for(meta)
    stage = Stage(
        title=f"detect soft:{location.title}",
        argv=(*_HOST, "detect"),
        commands=_detection_commands(meta, what, script),
        environment={"CK_DIRS": os.environ["CK_DIRS"]} if os.environ.get("CK_DIRS") else {},
        files=_executed(_folders(location, script), [*_of_host(request), *_sourced(request, dependencies)]),
        whole_folders=tuple(_folders(location, script)),
        input=spec,
        timeout=DETECTION_TIME,
        finish=Finish("register_environment", {"uid": uid}),
        sandbox=contained(
            request,
            "detect",
            reads=[*_folders(location, script), *_searched(request, full_path)],
            environments=[one.uid for one in dependencies],
        ),
    )
    return uid, (*all_stages(dependencies), stage)


def _of_host(request: Request) -> list[Path]:
    found = _host_entry(request)
    return [found[0].path / ck.META] if found else []


def _sourced(request: Request, dependencies: Sequence[Resolved]) -> list[Path]:
    return scripts_of(request.workspace, registered(dependencies))


def _executed(folders: Sequence[str], more: Sequence[Path] = ()) -> tuple[ExecutedFile, ...]:
    """Hash every file of some entries: the hooks and scripts there see, and may execute, all of it."""
    return executed_files([*(path for folder in folders for path in files_below(folder)), *more])


def _folders(location: Location, script: Path | None) -> list[str]:
    """List the folders of an entry and of the script that it uses."""
    return list(dict.fromkeys([str(location.path), *([str(script.parent)] if script else [])]))


def _searched(request: Request, full_path: str) -> Sequence[str]:
    """List what a detection looks into beside the system, the PATH and our tools."""
    if full_path:
        return software_at(request.workspace, full_path)
    return os.environ.get("CK_DIRS", "").split(os.pathsep)


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def _looked_for(meta: Mapping[str, Any]) -> str:
    customize = meta.get("customize")
    customize = customize if isinstance(customize, dict) else {}
    by_system = customize.get("soft_file")
    name = customize.get("soft_file_universal") or (by_system.get("linux") if isinstance(by_system, dict) else "")
    return safe_line(str(name or "a file").replace("$#sep#$", "/"), 120)


def _detection_commands(meta: Mapping[str, Any], what: str, script: Path | None) -> tuple[str, ...]:
    customize = meta.get("customize")
    by_system = customize.get("soft_version_cmd") if isinstance(customize, dict) else None
    words = str(by_system.get("linux", "")).split(">")[0].strip() if isinstance(by_system, dict) else ""
    lines = [f"look for {what} on the PATH, then in the folders that the entry names"]
    if words:
        lines.append(f"for each one found: FILE {safe_line(words, 200)}")
    if script:
        lines.append(f"hooks of {script.parent.name}/{script.name} (version, setup) in a process of their own")
    return tuple(lines)


def _spec(
    request: Request,
    location: Location,
    meta: Mapping[str, Any],
    dependencies: Sequence[Resolved],
    *,
    extra_tags: Sequence[str] = (),
    package_uid: str = "",
) -> dict[str, Any]:
    """Make what the hook host is told; see `detection.detect`."""
    return {
        "soft_uoa": location.title,
        "soft_uid": location.uid,
        "package_uid": package_uid,
        "name": safe_line(str(meta.get("soft_name") or location.title)),
        "meta": dict(meta),
        "tags": list(ck.tags_of(meta)),
        "extra_tags": list(extra_tags),
        "deps": {one.key: one.as_ck() for one in dependencies},
        "host": host(request),
        "tools": str(request.workspace.tools),
        "version_from": _version_bound(request, "version_from"),
        "version_to": _version_bound(request, "version_to"),
        "choices": {},
    }


def _host_entry(request: Request) -> tuple[Location, dict[str, Any]] | None:
    """Find the `os` entry of this machine, which any repository may have: hooks put texts of it into scripts."""
    cid = Cid(module="os", artifact=os_alias())
    for location in locate(request.workspace, repositories(request.workspace), cid):
        try:
            return location, ck.entry_meta(location.path)
        except CkexploreError:
            continue
    return None


def _version_bound(request: Request, name: str) -> list[int]:
    from .versions import split_version  # noqa: PLC0415

    return split_version(request.text(name)) if request.cid.module == "soft" else []


def host(request: Request) -> dict[str, Any]:
    """Describe this machine as CK's `os` entries do; by what we know ourselves where no repository has the entry."""
    alias = os_alias()
    found = _host_entry(request)
    if found is not None:
        location, meta = found
        return {"uoa": alias, "uid": location.uid, "dict": meta}
    name = "macos" if sys.platform == "darwin" else "linux"
    tags = ["linux", "standard"] if name == "linux" else ["macos"]
    known = {"bits": "64", "ck_name": name, "ck_name2": name, "script_ext": ".sh", "tags": tags}
    return {"uoa": alias, "uid": "", "dict": known}


def _script(request: Request, location: Location, meta: Mapping[str, Any]) -> Path | None:
    """Give the `customize.py` of a soft entry, its own or the one it borrows from another entry."""
    borrowed = meta.get("use_customize_script_from_another_entry")
    folder = location.path
    if isinstance(borrowed, dict):
        cid = Cid(module=str(borrowed.get("module_uoa") or "soft"), artifact=str(borrowed.get("data_uoa", "")))
        folder = locate_one(request.workspace, repositories(request.workspace), cid).path
    script = folder / "customize.py"
    return script if script.is_file() else None


def soft_of_package(request: Request, location: Location, meta: Mapping[str, Any]) -> tuple[Location, dict[str, Any]]:
    """Give the soft entry under which a package is registered. Raises CkexploreError."""
    name = str(meta.get("soft_uoa", ""))
    if not name:
        raise InvalidRequestError(f"{location.cid} names no soft entry (soft_uoa), so it can't be registered")
    try:
        soft = locate_one(request.workspace, repositories(request.workspace), Cid(module="soft", artifact=name))
    except NotFoundError as error:
        raise NotFoundError(
            f"{location.cid} is registered as soft:{safe_line(name)}, which isn't known: {error}"
        ) from error
    return soft, ck.entry_meta(soft.path)


def chosen_variations(location: Location, meta: Mapping[str, Any], asked: Sequence[str]) -> list[str]:
    """Add the variations that are on by default to those asked for, but for those that contradict them.

    Raises InvalidRequestError for unknown names and contradictions.
    """
    variations = meta.get("variations")
    known = variations if isinstance(variations, dict) else {}
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise InvalidRequestError(
            f"{location.cid} has no variation {safe_line(unknown[0])!r}; it has {', '.join(known)}"
        )
    chosen = list(dict.fromkeys(asked))
    values: dict[str, tuple[str, str]] = {}
    for name in chosen:
        for variable, value in _extra_env(known[name]).items():
            if variable in values and values[variable][0] != value:
                raise InvalidRequestError(f"variations {values[variable][1]} and {name} of {location.cid} contradict")
            values[variable] = (value, name)
    for name, variation in known.items():
        default = isinstance(variation, dict) and variation.get("on_by_default") == "yes"
        if default and name not in chosen and not set(_extra_env(variation)) & set(values):
            chosen.append(name)
            values |= {variable: (value, name) for variable, value in _extra_env(variation).items()}
    return chosen


def _extra_env(variation: Any) -> dict[str, str]:
    extra = variation.get("extra_env") if isinstance(variation, dict) else None
    return {str(key): str(value) for key, value in extra.items()} if isinstance(extra, dict) else {}


def package_stages(
    request: Request,
    location: Location,
    meta: Mapping[str, Any],
    variations: Sequence[str],
    soft: tuple[Location, Mapping[str, Any]],
    dependencies: Sequence[Resolved],
) -> tuple[str, tuple[Stage, ...]]:
    """Plan the installation of a package with its variations; give the environment's UID and the stages."""
    chosen = sorted(variations)
    customize = meta.get("customize")
    customize = customize if isinstance(customize, dict) else {}
    extra: dict[str, str] = {}
    for name in chosen:
        extra |= _extra_env(meta["variations"][name])
    install_env = {str(key): str(value) for key, value in dict(customize.get("install_env", {})).items()} | extra
    uid = environment_uid(soft[0].uid, location.uid, chosen)
    folder = request.workspace.tools / _folder_name(location, meta, str(customize.get("version", "")), chosen)
    _refuse_anothers(request, location, folder)
    install = _install_stage(request, location, meta, install_env, folder, dependencies)
    register = _register_stage(request, location, meta, chosen, soft, dependencies, folder, install_env, extra, uid)
    return uid, (*all_stages(dependencies), *install, register)


def _refuse_anothers(request: Request, location: Location, folder: Path) -> None:
    """Raise RefusedError when another package is installed there: its users would execute what this one writes."""
    for one in environments(request.workspace):
        if folder in Path(one.full_path).parents and one.meta.get("package_uoa") != location.uid:
            raise RefusedError(
                f"{location.cid} would be installed into {safe_line(str(folder))}, where another package is "
                f"(env:{one.uid}); remove that first: ckexplore rm env:{one.uid}"
            )


def _folder_name(location: Location, meta: Mapping[str, Any], version: str, variations: Sequence[str]) -> str:
    parts = [str(meta.get("suggested_path") or location.title), version, *variations]
    return safe_line("-".join(part for part in parts if part)).replace("/", "-")


def _install_stage(
    request: Request,
    location: Location,
    meta: Mapping[str, Any],
    install_env: Mapping[str, str],
    folder: Path,
    dependencies: Sequence[Resolved],
) -> tuple[Stage, ...]:
    name = str(meta.get("process_script", ""))
    if not name:
        return ()
    script = inside(location.path, f"{name}.sh")
    if not script.is_file():
        raise NotFoundError(f"{location.cid}: its process_script {safe_line(name)}.sh is not in its folder")
    variables = {
        **install_env,
        "INSTALL_DIR": str(folder),
        "PACKAGE_DIR": str(location.path),
        "ORIGINAL_PACKAGE_DIR": str(location.path),
        "CK_HOST_CPU_NUMBER_OF_PROCESSORS": str(os.cpu_count() or 1),
    }
    sources = [f". {shlex.quote(one.script)}" for one in dependencies]
    command = " && ".join([*sources, f"bash {shlex.quote(str(script))}"])
    stage = Stage(
        title=f"install package:{location.title}",
        argv=("bash", "-c", command),
        commands=(*sources, f"bash {script}"),
        cwd=str(folder),
        environment=variables,
        files=_executed([str(location.path)], _sourced(request, dependencies)),
        whole_folders=(str(location.path),),
        timeout=INSTALLATION_TIME,
        sandbox=contained(
            request,
            "install",
            reads=[str(location.path)],
            writes=[str(folder)],
            environments=[one.uid for one in dependencies],
        ),
    )
    return (stage,)


def _register_stage(
    request: Request,
    location: Location,
    meta: Mapping[str, Any],
    variations: Sequence[str],
    soft: tuple[Location, Mapping[str, Any]],
    dependencies: Sequence[Resolved],
    folder: Path,
    install_env: Mapping[str, str],
    extra: Mapping[str, str],
    uid: str,
) -> Stage:
    soft_location, soft_meta = soft
    script = _script(request, soft_location, soft_meta)
    customize = meta.get("customize")
    merged = {**dict(soft_meta.get("customize", {})), **(customize if isinstance(customize, dict) else {})}
    merged["install_env"] = dict(install_env)
    spec = _spec(
        request,
        soft_location,
        {**soft_meta, "customize": merged},
        dependencies,
        extra_tags=[*ck.tags_of(meta), *variations, *_extra_tags(meta, variations)],
        package_uid=location.uid,
    )
    spec |= {
        "name": safe_line(str(meta.get("name") or location.title)),
        "script": str(script) if script else "",
        "full_path": str(folder / _end_path(meta)),
        "version": safe_line(str(merged.get("version", "")), 80),
        "install_env": dict(install_env),
        "choices": dict(extra),
    }
    hook = (f"hook setup of {soft_location.title}/{script.name}, in a process of its own",) if script else ()
    return Stage(
        title=f"register package:{location.title}",
        argv=(*_HOST, "set_up"),
        commands=(f"look whether {spec['full_path']} is there", *hook),
        files=_executed([str(location.path), *_folders(soft_location, script)], _of_host(request)),
        whole_folders=(str(location.path), *_folders(soft_location, script)),
        input=spec,
        timeout=DETECTION_TIME,
        finish=Finish("register_environment", {"uid": uid}),
        sandbox=contained(
            request,
            "detect",
            reads=_folders(location, script),
            environments=[one.uid for one in dependencies],
        ),
    )


def _extra_tags(meta: Mapping[str, Any], variations: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in variations:
        extra = meta["variations"][name].get("extra_tags", [])
        found += extra if isinstance(extra, list) else str(extra).split(",")
    return [str(tag) for tag in found if tag]


def _end_path(meta: Mapping[str, Any]) -> str:
    """Give the file that an installation leaves, below its folder."""
    by_system = meta.get("end_full_path")
    by_system = by_system if isinstance(by_system, dict) else {}
    system = "macos" if sys.platform == "darwin" else "linux"
    path = meta.get("end_full_path_universal") or by_system.get(system) or by_system.get("linux") or "."
    return str(path[0] if isinstance(path, list) and path else path).replace("$#sep#$", "/")
