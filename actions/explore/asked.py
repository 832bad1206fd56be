"""The objectives of a request: those that it names, else the program's or the experiment's, else the usual two."""

from collections.abc import Mapping
from typing import Any

from ...store.cid import Cid
from ...store.errors import CkexploreError, InvalidRequestError
from ...store.lookup import Location, locate
from ...store.registry import repositories
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..common import own_meta
from ..points.table import PointTable
from .objective import Objective, objectives

_USUAL = "latency:min,accuracy:max"
_NAMED = 16
_FIRST = 2  # of the objectives that a program names, as many as a sweep judges by


def asked_objectives(text: str, given: Mapping[str, str], table: PointTable) -> tuple[Objective, ...]:
    """Read the objectives in `text`; `given` says what a program's own names mean; its first two stand for no text.

    Raises InvalidRequestError, with the numbers that there are, where nothing says what is better.
    """
    if text or given:
        return named_objectives(text, given)
    usual = objectives(_USUAL)
    if all(_is_there(one, table) for one in usual):
        return usual
    numbers = [one.label for one in table.columns.values() if one.kind == "characteristic" and one.is_number]
    there = f"the points have {', '.join(numbers[:_NAMED])}" if numbers else "the points have no numbers"
    raise InvalidRequestError(f"say what to judge by: --objectives=NAME:min,NAME:max; {there}")


def named_objectives(text: str, given: Mapping[str, str], otherwise: str = "") -> tuple[Objective, ...]:
    """Read the objectives in `text`, else the first two `given`, else `otherwise`. Raises InvalidRequestError."""
    return objectives(text or ",".join(list(given)[:_FIRST]) or otherwise, given)


def _is_there(objective: Objective, table: PointTable) -> bool:
    try:
        return objective.column(table).is_number
    except CkexploreError:
        return False


def given_objectives(workspace: Workspace, experiment: Location) -> dict[str, str]:
    """Give the names of objectives that an experiment's meta explains, else those of the program that it measured."""
    try:
        meta = own_meta(experiment)
    except CkexploreError:  # the points are there all the same
        return {}
    if found := objectives_of_meta(meta):
        return found
    described = meta.get("meta")
    program = described.get("program_uoa") if isinstance(described, dict) else None
    if not isinstance(program, str) or not program:
        return {}
    place = next(iter(locate(workspace, repositories(workspace), Cid(module="program", artifact=program))), None)
    try:
        return objectives_of_meta(own_meta(place)) if place else {}
    except CkexploreError:
        return {}


def objectives_of_meta(meta: Mapping[str, Any]) -> dict[str, str]:
    """Give what a program's or experiment's meta says: `{"explore": {"objectives": {name: "characteristic:min"}}}`."""
    explore = meta.get("explore")
    listed = explore.get("objectives") if isinstance(explore, dict) else None
    if not isinstance(listed, dict):
        return {}
    return {safe_line(str(name), 80): safe_line(what, 500) for name, what in listed.items() if isinstance(what, str)}
