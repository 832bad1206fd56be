"""Actions of the module `kernel`: the variables that CK's modules read, such as `install_to_env`."""

from collections.abc import Mapping
from typing import Any

from ...store.errors import InvalidRequestError
from ...store.formats.ck_entries import create_entry
from ...store.own_entries import changing
from ...store.untrusted import safe_line, safe_value
from ..kernel_settings import kernel_settings
from ..request import Request, refuse_unknown_options

__all__ = ["set", "setup", "show"]

_PREFIX = "var."


def setup(request: Request) -> dict[str, Any]:
    """Set variables of the kernel: `setup kernel --var.install_to_env=yes`; without any, show all. Nothing is asked."""
    given = {key: value for key, value in request.options.items() if key.startswith(_PREFIX)}
    refuse_unknown_options(request, {"param", "var.NAME", *given})
    asked = [cid.module.removeprefix(_PREFIX) for cid in request.cids if cid.module.startswith(_PREFIX)]
    if not given:
        return _shown(kernel_settings(request.workspace), asked)
    with changing(request.workspace, "kernel"):
        settings = kernel_settings(request.workspace)
        before = {name: _get(settings, name) for name in (key.removeprefix(_PREFIX) for key in given)}
        for key, value in given.items():
            _put(settings, key.removeprefix(_PREFIX), value)
        entry = create_entry(request.workspace.local, "kernel", settings, alias="default")
    changed = {name: {"from": old, "to": _get(settings, name)} for name, old in before.items()}
    return {**_shown(settings, list(before)), "changed": safe_value(changed), "path": safe_line(str(entry))}


def set(request: Request) -> dict[str, Any]:  # noqa: A001  (CK's name of the action)
    """Do what `setup kernel` does; `set kernel var.install_to_env` shows one variable."""
    return setup(request)


def show(request: Request) -> dict[str, Any]:
    """Show every variable of the kernel: CK's defaults, and over them what you set."""
    refuse_unknown_options(request, frozenset())
    return _shown(kernel_settings(request.workspace), [])


def _shown(settings: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Give all variables, or those that are named; what isn't set is empty."""
    told = {name: _get(settings, name) for name in names} if names else dict(settings)
    return {"settings": safe_value(told)}


def _get(settings: Mapping[str, Any], name: str) -> Any:
    """Read a variable by CK's flat key: `#` goes into a dictionary."""
    found: Any = settings
    for part in _parts(name):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


def _put(settings: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = _parts(name)
    for part in outer:
        inner = settings.setdefault(part, {})
        if not isinstance(inner, dict):
            raise InvalidRequestError(f"the kernel's variable {safe_line(part, 80)} is a text, so nothing can be in it")
        settings = inner
    settings[last] = value


def _parts(name: str) -> list[str]:
    parts = name.removeprefix("##").split("#")
    if not all(parts):
        raise InvalidRequestError(f"{safe_line(name, 80)!r} names no variable; say --var.NAME=VALUE")
    return parts
