"""The actions that every module has and that look at every meta: search, list_tags."""

from __future__ import annotations

from ..store.cid import Cid, has_wildcard
from ..store.errors import CkexploreError, InvalidRequestError
from ..store.quick import TYPE_CHECKING
from ..store.tagged import tagged
from .common import as_ck, checked_repositories, listed, own_meta
from .request import refuse_unknown_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..store.lookup import Location
    from .request import Request

__all__ = ["list_tags", "search"]

_FLAT = "search_flat_dict"
_BESIDE = {
    *("search_by_name", "search_dict", _FLAT, "add_info", "add_meta", "print_name", "name"),
    *("add_if_date", "add_if_date_before", "add_if_date_after"),
}
_OPTIONS = {
    *("tags", "search_string", "ignore_case", "bookmarked", "unique", "limit_size"),
    *("all", "print_full", "print_uid", "internal", "time_out", "ignore_update"),
    *_BESIDE,
}


def search(request: Request) -> dict[str, Any]:
    """Find artifacts by `--tags=a,b`, all of them, exactly; or by `--search_string=`, a value or pattern in the meta.

    A search string is compared with every single value, as CK does; with `--ignore_case` in any case of letters.
    Also by `--search_by_name=`, `--search_flat_dict.##KEY=`, a `search_dict`, `--add_if_date_before=` and `_after=`.
    `--bookmarked` keeps those with a bookmark of yours; `--unique` gives one of several copies.
    """
    refuse_unknown_options(request, {*_OPTIONS, *(key for key in request.options if key.startswith(f"{_FLAT}."))})
    if "tags" in request.options and (request.options["tags"] == "yes" or not request.words("tags")):
        raise InvalidRequestError("say which tags: --tags=onnx,vision; `ckexplore list_tags` lists them")
    found = _tagged(request)
    if request.options.get("search_string"):
        is_wanted = _comparison(request.text("search_string"), request.flag("ignore_case"))
        found = (one for one in found if any(map(is_wanted, _values(_meta(one[0])))))
    if request.flag("bookmarked"):
        bookmarked = _bookmarked(request)
        found = (one for one in found if one[0].key in bookmarked)
    if not _BESIDE.isdisjoint(key.partition(".")[0] for key in request.options):
        from .narrowing import narrowed  # noqa: PLC0415  (dates and flat keys, seldom asked)

        return listed(request, narrowed(request, found))
    return listed(request, [{**as_ck(location), "tags": list(tags)} for location, tags in found])


def list_tags(request: Request) -> dict[str, Any]:
    """List every tag with the number of artifacts that carry it."""
    counted: dict[str, int] = {}
    for _, tags in _tagged(request):
        for name in set(tags):
            counted[name] = counted.get(name, 0) + 1
    return {"tags": sorted(counted), "counts": dict(sorted(counted.items()))}


def _tagged(request: Request) -> Iterator[tuple[Location, tuple[str, ...]]]:
    return tagged(request.workspace, checked_repositories(request), request.cids or (Cid(),), request.words("tags"))


def _bookmarked(request: Request) -> set[str]:
    """Give the keys of what has a bookmark."""
    from ..store.annotations import annotations  # noqa: PLC0415

    return {key for key, one in annotations(request.workspace).items() if one.bookmarked}


def _comparison(text: str, ignoring_case: bool) -> Callable[[str], bool]:
    """Give what tells whether a value is the text, or fits it as a pattern."""
    from fnmatch import fnmatchcase  # noqa: PLC0415

    if ignoring_case:
        is_wanted = _comparison(text.lower(), False)
        return lambda value: is_wanted(value.lower())
    return (lambda value: fnmatchcase(value, text)) if has_wildcard(text) else text.__eq__


def _meta(location: Location) -> dict[str, Any]:
    try:
        return own_meta(location)
    except CkexploreError:  # nothing is found in it; the browser shows what is wrong with it
        return {}


def _values(meta: Any) -> Iterator[str]:
    """Yield every single value of a meta as text."""
    if isinstance(meta, dict | list):
        for part in meta.values() if isinstance(meta, dict) else meta:
            yield from _values(part)
    else:
        yield str(meta)
