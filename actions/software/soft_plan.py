"""The stage that detects a soft entry's software and registers it as an environment."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...store.errors import InvalidRequestError, UnavailableError
from ...store.formats import ck
from ...store.lookup import Location
from ...store.untrusted import safe_line
from ..containment import contained
from ..deps.dependency import Resolved, all_stages, environment_uids
from ..deps.inventory import Inventory
from ..deps.query import is_for
from ..environments import environment_uid
from ..kernel_settings import kernel_settings
from ..plan import Finish, Stage
from ..soft_files import file_name
from ..trust.sandbox import software_at
from ..versions import split_version
from .mentioned import mentioned
from .stages import as_dict, child, common_input, executed, folders_given, folders_of

DETECTION_TIME = 120.0  # seconds


def with_variations(meta: Mapping[str, Any], chosen: Sequence[str], cid: str) -> dict[str, Any]:
    """Put what variations of a soft entry set into its meta. Raises InvalidRequestError."""
    variations, customize = as_dict(meta.get("variations")), as_dict(meta.get("customize"))
    install_env = as_dict(customize.get("install_env"))
    for name in chosen:
        if name not in variations:
            raise InvalidRequestError(f"{cid} has no variation {safe_line(name)!r}; it has {', '.join(variations)}")
        customize |= as_dict(as_dict(variations[name]).get("extra_customize"))
        install_env |= as_dict(as_dict(variations[name]).get("extra_env"))
    return {**meta, "customize": customize | ({"install_env": install_env} if install_env else {})}


def script_of_soft(inventory: Inventory, location: Location, meta: Mapping[str, Any]) -> str:
    """Give the `customize.py` of a soft entry, its own or the one it borrows; "" without one. Raises NotFoundError."""
    lender = inventory.borrowed(meta.get("use_customize_script_from_another_entry"), "soft", location.cid)
    return inventory.script((lender or location).path, "customize")


def detection(
    inventory: Inventory,
    location: Location,
    meta: Mapping[str, Any],
    dependencies: Sequence[Resolved],
    *,
    bounds: tuple[Sequence[int], Sequence[int]] = ((), ()),
    variations: Sequence[str] = (),
    is_asked: bool = False,
) -> tuple[str, tuple[Stage, ...]]:
    """Plan a detection; give the UID of the environment that it registers, and the stages with those of its needs.

    `bounds` are the lowest and the highest version. `is_asked` says that the request is for it, and so are its options.
    Raises UnavailableError where the entry isn't for this system.
    """
    request = inventory.request
    customize = as_dict(meta.get("customize"))
    if not is_for(customize, inventory.host.meta, inventory.host.alias):
        raise UnavailableError(f"{location.cid} is for other systems than {inventory.host.alias}")
    meta = with_variations(meta, variations, location.cid)
    full_path = os.path.abspath(os.path.expanduser(request.text("full_path"))) if request.text("full_path") else ""
    full_path = full_path if is_asked else ""
    script = script_of_soft(inventory, location, meta)
    named = mentioned(inventory, [script])
    folders = folders_of([location, *named], [script])
    searched = searched_folders(inventory)
    limits = [".".join(map(str, bounds[0])), ".".join(map(str, bounds[1]))] if any(bounds) else []
    uid = environment_uid(location.uid, "", [*variations, *limits], full_path)
    settings = {name: str(value) for name, value in kernel_settings(inventory.workspace).items()}
    only = folders_given((request.text("search_dir") if is_asked else "") or settings.get("soft_search_dirs", ""))
    spec = {
        **common_input(inventory, dependencies, named),
        **soft_input(location, meta, script),
        "extra_tags": [*variations, *(request.words("extra_tags") if is_asked else ())],
        "package_uid": "",
        "version_from": list(bounds[0]),
        "version_to": list(bounds[1]),
        "full_path": full_path,
        "search_dir": only,
        "search_dirs": searched,
        "search_depth": (request.text("search_depth") if is_asked else "")
        or settings.get("force_soft_search_depth", ""),
        "force_version": request.text("force_version") if is_asked else "",
        "install_env": {**request.group("install_env"), **request.group("ienv")} if is_asked else {},
        "env": request.group("env") if is_asked else {},
        "choices": {},
    }
    stage = Stage(
        title=f"detect soft:{location.title}",
        argv=child("detect"),
        commands=_commands(customize, inventory.host.meta, full_path, script),
        files=executed(inventory, folders, dependencies),
        whole_folders=folders,
        input=spec,
        timeout=DETECTION_TIME,
        finish=Finish("register_environment", {"uid": uid}),
        sandbox=contained(
            request,
            "detect",
            reads=[*folders, *searched, *only, *_place_of(inventory, full_path)],
            environments=environment_uids(dependencies),
        ),
    )
    return uid, (*all_stages(dependencies), stage)


def asked_bounds(inventory: Inventory) -> tuple[list[int], list[int]]:
    """Give the lowest and the highest version that the user asks for."""
    request = inventory.request
    return split_version(request.text("version_from")), split_version(request.text("version_to"))


def soft_input(location: Location, meta: Mapping[str, Any], script: str) -> dict[str, Any]:
    """Give what the child is told of a soft entry."""
    return {
        "soft_uoa": location.title,
        "soft_uid": location.uid,
        "soft_path": str(location.path),
        "name": safe_line(str(meta.get("soft_name") or location.title)),
        "meta": dict(meta),
        "tags": list(ck.tags_of(meta)),
        "script": script,
    }


def searched_folders(inventory: Inventory) -> list[str]:
    """List the folders that the user names for software, beside those where CK looks."""
    request = inventory.request
    return list(
        dict.fromkeys([*folders_given(request.text("search_dirs")), *folders_given(os.environ.get("CK_DIRS", ""))])
    )


def _place_of(inventory: Inventory, full_path: str) -> Sequence[str]:
    return software_at(inventory.workspace, full_path) if full_path else ()


def _commands(customize: Mapping[str, Any], system: Mapping[str, Any], full_path: str, script: str) -> tuple[str, ...]:
    name = file_name(customize, system)
    what = full_path or safe_line(name or "a file", 120)
    by_system = as_dict(customize.get("soft_version_cmd"))
    words = str(by_system.get(str(system.get("ck_name", "linux")), "")).split(">")[0].strip()
    lines = (
        [f"look for {what} on the PATH and in the folders that the entry names"]
        if not full_path
        else [f"look at {what}"]
    )
    if words:
        lines.append(f"for each one found: FILE {safe_line(words, 200)}")
    if script:
        place = "/".join(Path(script).parts[-2:])
        lines.append(f"hooks of {place} (folders, version, set-up) in a process of their own")
    return tuple(lines)
