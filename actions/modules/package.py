"""Actions of the module `package`: install software, models and data sets."""

from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.registry import repositories
from ..deps import plan_package, providers
from ..plan import Plan
from ..request import Request

__all__ = ["install"]


def install(request: Request) -> Plan:
    """Install a package: `install package:NAME --variations=a,b`, or by tags and variations with `--tags=`."""
    location, meta, asked = _entry(request)
    _, stages = plan_package(request, location, meta, asked)
    tags = ("install", *ck.tags_of(meta), *asked)
    return Plan(f"install package:{location.title}", location.cid, location.uid, tags, stages)


def _entry(request: Request) -> tuple[Location, dict[str, Any], list[str]]:
    """Find the package, and the variations among the tags, as CK's search in variations does."""
    asked, wanted = list(request.words("variations")), request.words("tags")
    if request.cid.artifact:
        cid = Cid(request.cid.repository, "package", request.cid.artifact)
        location = locate_one(request.workspace, repositories(request.workspace), cid)
        meta = ck.entry_meta(location.path)
        return location, meta, asked + [tag for tag in wanted if tag not in ck.tags_of(meta)]
    if not wanted:
        raise InvalidRequestError("say what to install: ckexplore install package:NAME, or --tags=model,onnx")
    for location, meta in providers(request, "package"):
        variations, own = meta.get("variations"), set(ck.tags_of(meta))
        names = set(variations) if isinstance(variations, dict) else set()
        if set(wanted) <= own | names:
            return location, meta, asked + [tag for tag in wanted if tag not in own]
    raise NotFoundError(f"no package has the tags {','.join(wanted)}; `ckexplore list_tags package` lists them")
