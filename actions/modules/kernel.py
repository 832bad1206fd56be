"""Actions of the module `kernel`: settings under CK's names, as its container recipes make them."""

from typing import Any

from ...store.errors import InvalidRequestError
from ...store.formats import ck
from ...store.lookup import locate
from ..request import Request, refuse_unknown_options

__all__ = ["set", "setup"]


def setup(request: Request) -> dict[str, Any]:
    """Keep settings in `local:kernel:default`, as CK does: `setup kernel --var.install_to_env=yes`; without, show them.

    Nothing is asked. `ckexplore rm kernel:default` forgets them all.
    """
    variables = {key.removeprefix("var."): value for key, value in request.options.items() if key.startswith("var.")}
    refuse_unknown_options(request, {f"var.{name}" for name in variables} | {"param"})
    from ...store.cid import Cid  # noqa: PLC0415
    from ...store.registry import repositories  # noqa: PLC0415
    from ..changing import update  # noqa: PLC0415

    place = Cid("local", "kernel", "default")
    if any(not name for name in variables):
        raise InvalidRequestError("a setting needs a name: ckexplore setup kernel --var.install_to_env=yes")
    if variables:
        changed = Request(request.workspace, "update", (place,), {"dict": variables}, console=request.console)
        return {"settings": update(changed)["dict"]}
    found = next(iter(locate(request.workspace, repositories(request.workspace), place)), None)
    return {"settings": ck.own_meta(found.folder) if found else {}}


set = setup  # noqa: A001  (CK's other name for it)
