"""An entry's own Python (`customize.py`, `custom.py`, pre- and post-processing): imported, and its hooks called."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ...store.errors import FailedError
from ...store.untrusted import safe_line

Hooks = Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]

_REASON_LIMIT = 300


def load(script: str, names: Iterable[str]) -> Hooks:
    """Import a script and give those of its functions that have these names; none without a script.

    Raises FailedError when it can't be imported.
    """
    if not script:
        return {}
    from .. import ck_stand_in  # noqa: PLC0415  (where there is no script, nobody needs the kernel)

    path = Path(script)
    try:
        loaded = ck_stand_in.load_module_from_path({"path": str(path.parent), "module_code_name": path.stem})
    except (Exception, SystemExit) as error:
        raise FailedError(f"{_name(path)} can't be imported: {_told(error)}") from error
    if loaded["return"]:
        raise FailedError(f"{_name(path)} can't be imported: {safe_line(str(loaded['error']), _REASON_LIMIT)}")
    code = loaded["code"]
    code.ck = ck_stand_in  # CK puts its kernel there before it calls anything
    return {name: getattr(code, name) for name in names if callable(getattr(code, name, None))}


def of_system(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Give what every hook is told of the machine, which is host and target."""
    from .. import ck_stand_in  # noqa: PLC0415  (as above)

    host = spec["host"]
    return {
        "ck_kernel": ck_stand_in,
        "host_os_uoa": host["uoa"],
        "host_os_uid": host["uid"],
        "host_os_dict": host["dict"],
        "target_os_uoa": host["uoa"],
        "target_os_uid": host["uid"],
        "target_os_dict": host["dict"],
        "target_device_id": "",
        "features": spec.get("features", {}),
    }


def call(hooks: Hooks, name: str, values: dict[str, Any], *, accepted: tuple[int, ...] = ()) -> dict[str, Any]:
    """Call a hook if there is one, in the folder where it is called. An answer with an `accepted` code is none.

    Raises FailedError when it fails or answers with another error.
    """
    if name not in hooks:
        return {}
    folder = Path.cwd()
    try:
        answer = hooks[name](values)
    except (Exception, SystemExit) as error:
        raise FailedError(f"{_script_of(hooks, name)}: {name}() failed: {_told(error)}") from error
    finally:
        os.chdir(folder)
    if not isinstance(answer, dict):
        raise FailedError(f"{_script_of(hooks, name)}: {name}() gave no dictionary")
    code = answer.get("return", 0)
    if code in accepted:
        return {}
    if code:
        told = safe_line(str(answer.get("error", "no reason")), _REASON_LIMIT)
        raise FailedError(f"{_script_of(hooks, name)}: {name}() answered: {told}")
    return answer


def _script_of(hooks: Hooks, name: str) -> str:
    code = getattr(hooks[name], "__code__", None)
    return _name(Path(code.co_filename)) if code else "a script"


def _name(path: Path) -> str:
    return safe_line(f"{path.parent.name}/{path.name}", 200)


def _told(error: BaseException) -> str:
    """Tell an error of somebody's code in one line, with its place in that code."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    return safe_line(f"{type(error).__name__}: {error}", _REASON_LIMIT) + place
