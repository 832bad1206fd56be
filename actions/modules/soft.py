"""Actions of the module `soft`: detect software that is on this machine."""

from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.registry import repositories
from ..deps import plan_detection, providers
from ..plan import Plan
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> Plan:
    """Find a piece of software and register it as an environment: `detect soft:compiler.gcc`, or by `--tags=`."""
    location, meta = _entry(request)
    _, stages = plan_detection(request, location, meta)
    tags = ("detect", *ck.tags_of(meta))
    return Plan(f"detect soft:{location.title}", location.cid, location.uid, tags, stages)


def _entry(request: Request) -> tuple[Location, dict[str, Any]]:
    if request.cid.artifact:
        cid = Cid(request.cid.repository, "soft", request.cid.artifact)
        location = locate_one(request.workspace, repositories(request.workspace), cid)
        return location, ck.entry_meta(location.path)
    wanted = set(request.words("tags"))
    if not wanted:
        raise InvalidRequestError("say what to detect: ckexplore detect soft:compiler.gcc, or --tags=compiler,gcc")
    for location, meta in providers(request, "soft"):
        if wanted <= set(ck.tags_of(meta)):
            return location, meta
    raise NotFoundError(f"no soft entry has the tags {','.join(sorted(wanted))}; `ckexplore list_tags soft` lists them")
