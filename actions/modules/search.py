"""Actions of the module `search`: searches saved under a name, for the browser's tree."""

from dataclasses import asdict
from typing import Any

from ...store import saved_searches
from ...store.errors import InvalidRequestError
from ..request import Request, refuse_unknown_options

__all__ = ["rename", "save", "show"]


def save(request: Request) -> dict[str, Any]:
    """Save a search: `save search:NAME --query='tag:onnx -draft'`; `--force` replaces another of that name."""
    refuse_unknown_options(request, {"query", "scope", "order", "force"})
    saved = saved_searches.save_search(
        request.workspace,
        _name(request),
        request.text("query"),
        scope=request.text("scope"),
        order=request.text("order"),
        replacing=request.flag("force"),
    )
    return asdict(saved)


def rename(request: Request) -> dict[str, Any]:
    """Give a saved search another name: `rename search:NAME --to=NEW`."""
    refuse_unknown_options(request, {"to"})
    if not request.text("to"):
        raise InvalidRequestError(f"say the new name: ckexplore rename search:{_name(request)} --to=NEW")
    return asdict(saved_searches.rename_search(request.workspace, _name(request), request.text("to")))


def show(request: Request) -> dict[str, Any]:
    """Show the saved searches, or one of them, with query, scope and order."""
    refuse_unknown_options(request, set())
    if request.cid.artifact in ("", "*"):
        found = saved_searches.saved_searches(request.workspace)
    else:
        found = (saved_searches.saved_search(request.workspace, request.cid.artifact),)
    return {"searches": [asdict(one) for one in found]}


def _name(request: Request) -> str:
    if not request.cid.artifact:
        raise InvalidRequestError(f"say the search's name: ckexplore {request.action} search:NAME")
    return request.cid.artifact
