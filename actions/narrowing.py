"""What `search` asks of an entry beside its tags: its name, its date, values of its meta. CK's options and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..store.errors import CkexploreError, InvalidRequestError
from ..store.formats import ck
from ..store.lookup import inherited
from ..store.registry import repositories
from . import ck_values
from .common import as_ck, own_meta

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from ..store.lookup import Location
    from .request import Request

_FLAT = "search_flat_dict"
_DATES = ("add_if_date", "add_if_date_before", "add_if_date_after")


def narrowed(request: Request, found: Iterable[tuple[Location, tuple[str, ...]]]) -> list[dict[str, Any]]:
    """Give those that a request's name, dates and values fit, with `info` and `meta` where it asks for them.

    Raises InvalidRequestError. As in CK, what can't be read isn't found, and an entry without a date fits any.
    """
    return list(_narrowed(request, found))


def _narrowed(request: Request, found: Iterable[tuple[Location, tuple[str, ...]]]) -> Iterator[dict[str, Any]]:
    dates = {name: _date(request, name) for name in _DATES if request.text(name)}
    wanted, texts = _wanted_values(request)
    name, case = request.text("search_by_name"), "yes" if request.flag("ignore_case") else ""
    needs_info = bool(name or dates) or any(request.flag(one) for one in ("add_info", "print_name", "name"))
    for location, tags in found:
        try:
            info = ck.load_extra(location.folder, "info") if needs_info and location.repository.format == "ck" else {}
            meta = _whole_meta(request, location) if wanted or texts or request.flag("add_meta") else {}
        except CkexploreError:
            continue
        if name and not _is_named(info, name, case):
            continue
        if dates and not _is_of_date(info, dates):
            continue
        same = ck_values.compare_dicts({"dict1": meta, "dict2": wanted, "ignore_case": case})["equal"]
        if same != "yes" or not all(_has_text(meta, key, value, case) for key, value in texts.items()):
            continue
        more = {"info": info} if needs_info else {}
        yield {**as_ck(location), "tags": list(tags), **more, **({"meta": meta} if request.flag("add_meta") else {})}


def _date(request: Request, name: str) -> datetime:
    """Read a date option as CK does: ISO, with a blank for the `T`, as short as a year."""
    read = ck_values.convert_iso_time({"iso_datetime": request.text(name).strip().replace(" ", "T")})
    if read["return"]:
        raise InvalidRequestError(f"--{name}: {read['error']}; write it as 2026-12-31T23:59, or shorter")
    return read["datetime_obj"]


def _is_of_date(info: Mapping[str, Any], dates: Mapping[str, datetime]) -> bool:
    control = info.get("control")
    text = str(control.get("iso_datetime") or "") if isinstance(control, dict) else ""
    if not text:
        return True
    read = ck_values.convert_iso_time({"iso_datetime": text})
    if read["return"]:
        return False
    when = read["datetime_obj"]
    return (
        when <= dates.get("add_if_date_before", when)
        and when >= dates.get("add_if_date_after", when)
        and when == dates.get("add_if_date", when)
    )


def _is_named(info: Mapping[str, Any], name: str, case: str) -> bool:
    values = {"dict": {"name": info.get("data_name", "")}, "search_string": name, "ignore_case": case}
    return ck_values.find_string_in_dict_or_list(values)["found"] == "yes"


def _wanted_values(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the values that a meta must have: nested ones, and by flat keys the texts that a command line gives."""
    wanted = request.options.get("search_dict") or {}
    flat = request.options.get(_FLAT) or {}
    if not isinstance(wanted, dict) or not isinstance(flat, dict):
        raise InvalidRequestError(f'search_dict and {_FLAT} must be objects, such as @@@{{"search_dict": {{}}}}')
    restored = ck_values.restore_flattened_dict({"dict": flat})
    if restored["return"]:
        raise InvalidRequestError(restored["error"])
    prefix = f"{_FLAT}."
    typed = {key.removeprefix(prefix): str(value) for key, value in request.options.items() if key.startswith(prefix)}
    return {**wanted, **restored["dict"]}, typed


def _has_text(meta: dict[str, Any], key: str, text: str, case: str) -> bool:
    """Tell whether the value at a flat key reads as a text that was typed, which says nothing of its kind."""
    value = ck_values.get_by_flat_key({"dict": meta, "key": key}).get("value")
    if value is None:
        return False
    return str(value).lower() == text.lower() if case else str(value) == text


def _whole_meta(request: Request, location: Location) -> dict[str, Any]:
    own = own_meta(location)
    if location.repository.format != "ck":
        return own
    return inherited(request.workspace, repositories(request.workspace), location, own)
