"""Actions of the module `env`: what has been detected and installed, and shells in it."""

import os
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError, InvalidRequestError, NotFoundError, UnavailableError
from ...store.untrusted import read_text, safe_line, safe_text, safe_value
from .. import env_removal
from ..env_selection import OPTIONS, name_of, selected, setup_of, system_of
from ..environments import Environment
from ..plan import Plan
from ..request import Request, refuse_unknown_options
from ..versions import split_version

__all__ = ["cat", "clean", "locate", "refresh", "rm", "set", "show", "virtual"]

_EXECUTING = {"sandbox", "dry-run", "dry_run", "yes", "expect", "detach", "after", "now"}


def show(request: Request) -> dict[str, Any]:
    """Show the registered environments: system, name, version, place, tags; `--tags=` and `--no_tags=` narrow.

    Also `--or_tags='a;b,c'`, `--version=`, `--name=` (with wildcards), `--target_os=`, `--target_bits=`.
    """
    refuse_unknown_options(request, {*OPTIONS, "uoa"})
    found = selected(request)
    return {
        "env": [safe_value(_shown(request, one)) for one in found],
        "view": [safe_value(_viewed(request, one)) for one in found],
    }


def _shown(request: Request, one: Environment) -> dict[str, Any]:
    return {
        "data_uid": one.uid,
        "data_name": name_of(one),
        "target_os_uoa": system_of(request, one),
        "tbits": setup_of(one, "target_os_bits"),
        "version": one.version,
        "full_path": one.full_path,
        "usable": one.usable,
        "stale": one.stale,
        "tags": list(one.tags),
    }


def _viewed(request: Request, one: Environment) -> dict[str, Any]:
    """Give an environment as CK's `view` has it."""
    from ...store.registry import LOCAL_UID  # noqa: PLC0415

    return {
        "data_uid": one.uid,
        "repo_uid": LOCAL_UID,
        "tags": ",".join(one.tags),
        "host_os_uoa": setup_of(one, "host_os_uoa"),  # as it is noted, unlike the target
        "target_os_uoa": system_of(request, one) or "Any",
        "tbits": setup_of(one, "target_os_bits"),
        "version": one.version,
        "version_split": split_version(one.version),
        "data_name": name_of(one),
    }


def _required(request: Request) -> list[Environment]:
    """Give what a request means. Raises NotFoundError when that is nothing."""
    found = selected(request)
    if not found:
        raise NotFoundError("no registered environment fits; `ckexplore show env` lists them")
    return found


def _refuse_all(request: Request) -> None:
    """Raise InvalidRequestError when nothing says which environments are meant."""
    if not any(request.text(name) for name in (*OPTIONS, "uoa")) and not request.cid.artifact:
        raise InvalidRequestError(f"say which: ckexplore {request.action} env:UID, env:* or --tags=…")


def locate(request: Request) -> dict[str, Any]:
    """Tell where the software of environments is: the folder of an installation, else the file that was detected."""
    refuse_unknown_options(request, {*OPTIONS, "uoa"})
    places = {one.uid: safe_line(_place(request, one)) for one in _required(request)}
    return {"install_locations": places}


def _place(request: Request, one: Environment) -> str:
    location = one.meta.get("install_location")
    folder = env_removal.installed_folder(request.workspace, one)
    return str(location or folder or one.full_path)


def cat(request: Request) -> dict[str, Any]:
    """Print the `env.sh` of environments: `cat env:UID`, or by `--tags=`."""
    refuse_unknown_options(request, {*OPTIONS, "uoa"})
    _refuse_all(request)
    return {"scripts": [_script(one) for one in _required(request)]}


def _script(one: Environment) -> dict[str, Any]:
    return {
        "data_uid": one.uid,
        "data_name": name_of(one),
        "version": safe_line(one.version, 80),
        "tags": ",".join(one.tags),
        "path": safe_line(str(one.script)),
        "text": safe_text(read_text(one.script)),
    }


def rm(request: Request) -> dict[str, Any]:
    """Delete environments, and what packages installed for them (`--keep` leaves that): `rm env:UID --force`.

    Software that was only detected stays where it is.
    """
    refuse_unknown_options(request, {*OPTIONS, "uoa", "keep", "force", "f"})
    _refuse_all(request)
    found = _required(request)
    folders = [] if request.flag("keep") else env_removal.folders_of(request.workspace, found)
    if not (request.flag("force") or request.flag("f")):
        env_removal.refuse_unforced(found, folders)
    needed_by = env_removal.dependents(request.workspace, found)
    for one in found:
        env_removal.remove(one)
    for folder in folders:
        env_removal.remove_installed(folder)
    return {
        "removed": [f"local:env:{one.uid}" for one in found],
        "folders": [safe_line(str(folder)) for folder in folders],
        "needed_by": needed_by,
    }


def clean(request: Request) -> dict[str, Any]:
    """Do what `rm env` does: delete environments and what packages installed for them."""
    return rm(request)


def refresh(request: Request) -> Plan | dict[str, Any]:
    """Check that the software of environments is still there and tells the same version; what has changed is marked."""
    from ..env_refresh import refresh as plan_refresh  # noqa: PLC0415

    refuse_unknown_options(request, {*OPTIONS, "uoa", *_EXECUTING})
    return plan_refresh(request, selected(request))


def virtual(request: Request) -> dict[str, Any]:
    """Open a shell with environments set up: `virtual env --tags=compiler,gcc`; `--shell_cmd='…'` runs one command.

    Several groups of tags, with blanks or semicolons between, or several CIDs, set up several.
    """
    from ..env_shell import virtual as open_shell  # noqa: PLC0415

    return open_shell(request)


def set(request: Request) -> dict[str, Any] | Plan:  # noqa: A001  (CK's name of the action)
    """Give the line that sets up the best environment with `--tags=`; one that isn't there is detected or installed."""
    refuse_unknown_options(request, {*OPTIONS, "uoa", "host_os", *_EXECUTING})
    _refuse_all(request)
    found = [one for one in selected(request) if one.usable]
    if not found:
        return _made(request)
    best = max(found, key=lambda one: split_version(one.version))
    return {
        "env_uoa": best.uid,
        "bat": f". {_quoted(best.script)}\n",
        "env": safe_value(dict(best.meta.get("env") or {})),
        "lst": [one.uid for one in found],
        "dict": dict(best.meta),
        "detected_version": safe_line(best.version, 80),
    }


def _quoted(path: Path) -> str:
    from shlex import quote  # noqa: PLC0415

    return quote(os.fspath(path))


def _made(request: Request) -> Plan:
    """Plan the detection or installation of what has the tags. Raises CkexploreError."""
    from ..deps.dependency import all_stages, problems  # noqa: PLC0415
    from ..deps.inventory import Inventory  # noqa: PLC0415
    from ..deps.resolver import Resolver  # noqa: PLC0415
    from ..deps.tree import tree_of  # noqa: PLC0415

    asked = {name: request.text(name) for name in ("tags", "or_tags", "no_tags") if request.text(name)}
    if not request.text("tags"):
        raise CkexploreError("no usable environment fits, and only --tags=… says what to detect or install")
    needs = Resolver(Inventory(request)).resolve({"env": asked}, "set env")
    if wrong := problems(needs):
        raise UnavailableError(wrong[0])
    tags, (one,) = ("set", "env", *request.words("tags")), needs
    text = f"set env --tags={request.text('tags')}"
    return Plan(text, one.provider, one.uids[0], tags, all_stages([one]), needs=tree_of(needs))
