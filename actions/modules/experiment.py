"""Actions of the module `experiment`: the points that were measured."""

from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError
from ...store.formats import format_named
from ...store.formats.point import Point
from ...store.lookup import locate_one
from ...store.registry import repositories
from ..request import Request

__all__ = ["show"]


def show(request: Request) -> dict[str, Any]:
    """Show the points of an experiment: what was chosen and what was measured."""
    if not request.cid.artifact:
        raise InvalidRequestError(
            "say which experiment: ckexplore show experiment:NAME; `ckexplore ls experiment` lists them"
        )
    cid = Cid(request.cid.repository, "experiment", request.cid.artifact)
    location = locate_one(request.workspace, repositories(request.workspace), cid)
    root = location.repository.path
    found = format_named(location.repository.format).points(root, str(location.path.relative_to(root)))
    return {"experiment": location.cid, "points": [_shown(point) for point in found]}


def _shown(point: Point) -> dict[str, Any]:
    return {
        "point": point.uid,
        "choices": point.choices,
        "features": point.features,
        "characteristics": point.characteristics,
        "problem": point.problem,
    }
