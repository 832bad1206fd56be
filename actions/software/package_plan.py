"""The stage that installs a package and registers what it left as an environment."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...store.errors import InvalidRequestError, NotFoundError, RefusedError, UnavailableError
from ...store.untrusted import inside, safe_line
from ..containment import contained
from ..deps.dependency import Resolved, all_stages, environment_uids
from ..deps.inventory import Entry, Inventory
from ..deps.query import is_for
from ..environments import environment_uid
from ..plan import Finish, Sandbox, Stage
from .mentioned import mentioned
from .mirror import Mirror, from_mirror, network_is_there
from .package_meta import Package, folder_name
from .soft_plan import script_of_soft, soft_input
from .stages import as_dict, child, common_input, executed, folders_of

INSTALLATION_TIME = 7200.0  # seconds


def soft_of_package(inventory: Inventory, package: Package) -> Entry:
    """Give the soft entry under which a package is registered. Raises InvalidRequestError, NotFoundError."""
    location = package.location
    name = str(package.meta.get("soft_uoa") or package.customize.get("soft_uoa") or "")
    if not name:
        raise InvalidRequestError(f"{location.cid} names no soft entry (soft_uoa), so it can't be registered")
    try:
        return inventory.entry("soft", name)
    except NotFoundError as error:
        raise NotFoundError(
            f"{location.cid} is registered as soft:{safe_line(name)}, which isn't known: {error}"
        ) from error


def check_package(inventory: Inventory, package: Package) -> None:
    """Raise UnavailableError for a package that can't be installed here, by what its meta says."""
    location = package.location
    if not is_for(package.meta, inventory.host.meta, inventory.host.alias):
        raise UnavailableError(f"{location.cid} is for other systems than {inventory.host.alias}")
    if package.meta.get("problem") == "yes":
        raise UnavailableError(f"{location.cid} has a known problem: see {safe_line(str(location.path))}/problem.txt")


def installation(
    inventory: Inventory, package: Package, soft: Entry, dependencies: Sequence[Resolved]
) -> tuple[str, tuple[Stage, ...]]:
    """Plan an installation; give the UID of the environment that it registers, and the stages with those of its needs.

    Raises RefusedError where another package is installed, UnavailableError without network where one is needed,
    NotFoundError.
    """
    location, (soft_location, soft_meta) = package.location, soft
    folder = inventory.workspace.tools / folder_name(package, dependencies, inventory.host.alias)
    uid = environment_uid(
        soft_location.uid,
        location.uid,
        [*package.variations, package.version, *(uid for one in dependencies for uid in one.uids)],
    )
    _refuse_anothers(inventory, location.uid, location.cid, folder)
    scripts = _scripts(inventory, package)
    soft_script = script_of_soft(inventory, soft_location, soft_meta)
    named = mentioned(inventory, [*scripts.customs, soft_script])
    folders = folders_of(
        [location, soft_location, *named], [*scripts.customs, soft_script, *([scripts.shell] if scripts.shell else [])]
    )
    mirror = from_mirror(inventory, package)
    sandbox = contained(
        inventory.request,
        "install",
        reads=[*folders, *mirror.reads],
        writes=[str(folder)],
        environments=environment_uids(dependencies),
    )
    _refuse_without_network(package, mirror, sandbox)
    spec = {
        **common_input(inventory, dependencies, named),
        **soft_input(soft_location, _merged(soft_meta, package), soft_script),
        "name": _name(soft_meta, soft_location.title, package),
        "extra_tags": [],
        "package_uid": location.uid,
        "env_uid": uid,
        "folder": str(folder),
        "full_path": "",
        "install_env": {},
        "choices": dict(package.choices),
        "package": _package_input(inventory, package, scripts, mirror),
    }
    stage = Stage(
        title=f"install package:{location.title}",
        argv=child("install"),
        commands=_commands(dependencies, scripts, spec["package"]["end_paths"], folder, mirror),
        cwd=str(folder),
        files=executed(inventory, folders, dependencies, [Path(mirror.file)] if mirror.file else []),
        whole_folders=folders,
        fresh=(str(folder),),
        copies=mirror.copies(str(folder)),
        input=spec,
        timeout=INSTALLATION_TIME,
        finish=Finish("register_environment", {"uid": uid}),
        sandbox=sandbox,
    )
    return uid, (*all_stages(dependencies), stage)


@dataclass(frozen=True, slots=True)
class _Scripts:
    """The scripts of a package: its shell script ("" without one), and the Python files with its hooks."""

    shell: str
    customs: list[str]


def _package_input(inventory: Inventory, package: Package, scripts: _Scripts, mirror: Mirror) -> dict[str, Any]:
    """Give what the child is told of the package itself."""
    own = str(package.location.path)
    return {
        "title": package.location.title,
        "meta": dict(package.meta),
        "folder": own,
        "version": package.version,
        "customize": _customize(package),
        "tags": list(package.tags),
        "install_env": {**_of_machine(inventory), **package.install_env, **mirror.variables},
        "params": {**as_dict(package.meta.get("params")), **inventory.request.group("params")},
        "script": scripts.shell,
        "script_folder": str(Path(scripts.shell).parent) if scripts.shell else own,
        "custom_scripts": scripts.customs,
        "custom_folder": str(Path(scripts.customs[0]).parent) if scripts.customs else own,
        "end_paths": _end_paths(package.meta, inventory.host.meta),
    }


def _scripts(inventory: Inventory, package: Package) -> _Scripts:
    """Find a package's scripts, its own and those that it borrows. Raises NotFoundError."""
    location, meta = package.location, package.meta
    lender = inventory.borrowed(meta.get("use_scripts_from_another_entry"), "package", location.cid)
    before = inventory.borrowed(meta.get("use_preprocess_scripts_from_another_entry"), "package", location.cid)
    own = inventory.script(location.path, "custom")
    custom = before or lender
    borrowed = inventory.script(custom.path, "custom") if custom else ""
    customs = [borrowed] if borrowed and (before or not own) else []
    customs += [own] if own else []
    name = str(meta.get("process_script") or "")
    shell = ""
    if name:
        path = inside((lender or location).path, f"{name}.sh")
        if not path.is_file():
            raise NotFoundError(f"{location.cid}: its script {safe_line(name)}.sh is not in {(lender or location).cid}")
        shell = str(path)
    return _Scripts(shell, customs)


def _refuse_anothers(inventory: Inventory, uid: str, cid: str, folder: Path) -> None:
    """Raise RefusedError when another package is installed there: its users would execute what this one writes."""
    for one in inventory.environments:
        if folder in Path(one.full_path).parents and one.meta.get("package_uoa") != uid:
            raise RefusedError(
                f"{cid} would be installed into {safe_line(str(folder))}, where another package is "
                f"(env:{one.uid}); remove that first: ckexplore rm env:{one.uid}"
            )


def _refuse_without_network(package: Package, mirror: Mirror, sandbox: Sandbox) -> None:
    """Raise UnavailableError where the meta says that something has to be fetched, and it can't be."""
    if mirror.fetches and (sandbox.profile in ("offline", "gpu") or not network_is_there()):
        why = "there is no network here" if sandbox.profile not in ("offline", "gpu") else "the sandbox has no network"
        raise UnavailableError(
            f"{package.location.cid} has to fetch {safe_line(mirror.fetches)} and {why}; give a folder that holds it "
            "with --mirror=FOLDER"
        )


def _merged(soft_meta: Mapping[str, Any], package: Package) -> dict[str, Any]:
    return {**soft_meta, "customize": {**as_dict(soft_meta.get("customize")), **package.customize}}


def _customize(package: Package) -> dict[str, Any]:
    location = package.location
    return {**package.customize, "used_package_uoa": location.title, "used_package_uid": location.uid}


def _name(soft_meta: Mapping[str, Any], title: str, package: Package) -> str:
    name = str(package.customize.get("package_name") or soft_meta.get("soft_name") or package.meta.get("name") or title)
    return safe_line(name + str(package.customize.get("package_extra_name") or ""))


def _of_machine(inventory: Inventory) -> dict[str, str]:
    """Give the variables that CK sets for every script."""
    system = inventory.host.meta
    return {
        "CK_HOST_CPU_NUMBER_OF_PROCESSORS": str(os.cpu_count() or 1),
        "CK_TARGET_CPU_BITS": str(system.get("bits", "64")),
        "CK_HOST_OS_ID": str(system.get("ck_name2", "linux")),
        "CK_TARGET_OS_ID": str(system.get("ck_name2", "linux")),
        "CK_MD5SUM_CMD": str(system.get("md5sum", "md5sum")),
    }


def _end_paths(meta: Mapping[str, Any], system: Mapping[str, Any]) -> list[str]:
    """Give the files of which an installation leaves one, below its folder."""
    by_system = as_dict(meta.get("end_full_path"))
    names = (
        ("macos", str(system.get("ck_name2", "linux")))
        if system.get("macos") == "yes"
        else (str(system.get("ck_name2", "linux")),)
    )
    found = meta.get("end_full_path_universal") or next((by_system[name] for name in names if name in by_system), [])
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


def _commands(
    dependencies: Sequence[Resolved], scripts: _Scripts, end_paths: Sequence[str], folder: Path, mirror: Mirror
) -> tuple[str, ...]:
    lines = [f"take {source} instead of fetching it" for source in mirror.reads if source != mirror.wheels]
    lines += [f"let pip take wheels from {mirror.wheels} too"] if mirror.wheels else []
    lines += [f"hooks of {'/'.join(Path(script).parts[-2:])} in a process of their own" for script in scripts.customs]
    if scripts.shell:
        lines += [f". env.sh of {one.name} ({one.provider})" for one in dependencies]
        lines.append(f". {scripts.shell}")
    return (*lines, f"look whether {safe_line(str(folder / (end_paths[0] if end_paths else '.')))} is there")
