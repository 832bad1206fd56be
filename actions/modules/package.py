"""Actions of the module `package`: install software, models and data sets."""

from typing import Any

from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location
from ..deps.inventory import Inventory
from ..deps.providers import installation_of, packages
from ..deps.query import Query, query_of, split_tags
from ..deps.resolver import Resolver
from ..deps.tree import tree_of
from ..plan import Plan
from ..request import Request
from ..software.stages import as_dict

__all__ = ["install", "reinstall"]


def install(request: Request) -> Plan:
    """Install a package: `install package:NAME --variations=a,b`, or by tags and variations with `--tags=`.

    `--mirror=FOLDER` takes from there what it would fetch, `--env.NAME=`, `--force_version=`, `--deps.KEY=UID`. What is
    installed already is made anew; when that fails, it stays as it was.
    """
    inventory = Inventory(request)
    location, meta, asked, version = _entry(inventory)
    version = request.text("force_version") or version
    _, stages, needs = installation_of(Resolver(inventory), location, meta, asked, version)
    tags = ("install", *ck.tags_of(meta), *asked)
    return Plan(f"install package:{location.title}", location.cid, location.uid, tags, stages, needs=tree_of(needs))


def reinstall(request: Request) -> Plan:
    """Install a package again: the same as `install`, by CK's name."""
    return install(request)


def _entry(inventory: Inventory) -> tuple[Location, dict[str, Any], list[str], str]:
    """Find the package, and the variations among the tags, as CK's search in variations does."""
    request = inventory.request
    asked, wanted = list(request.words("variations")), split_tags(request.text("tags"))
    if request.cid.artifact:
        location, meta = inventory.entry("package", request.cid.artifact, request.cid.repository)
        return location, meta, asked + [tag for tag in wanted if tag not in ck.tags_of(meta)], ""
    if not wanted:
        raise InvalidRequestError("say what to install: ckexplore install package:NAME, or --tags=model,onnx")
    for location, meta, version in packages(inventory, _query(request, wanted)):
        known = as_dict(meta.get("variations"))
        if all(name in known for name in asked):
            return location, meta, asked + [tag for tag in wanted if tag not in ck.tags_of(meta)], version
    raise NotFoundError(f"no package has the tags {','.join(wanted)}; `ckexplore list_tags package` lists them")


def _query(request: Request, wanted: list[str]) -> Query:
    names = ("or_tags", "no_tags", "version_from", "version_to")
    return query_of("package", {"tags": wanted, **{name: request.text(name) for name in names}}, ())
