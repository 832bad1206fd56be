"""CK's functions for dictionaries, flat keys (`##key#key@index`), numbers, times and JSON texts."""

import datetime
import fnmatch
import json
import re
from collections.abc import Mapping
from typing import Any

_PART = re.compile(r"([#@])([^#@]*)")
_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d", "%Y-%m", "%Y")

Answer = dict[str, Any]


def safe_float(value: Any, default: Any) -> Any:
    """Read a number, or give the default."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def convert_str_key_to_int(key: Any) -> int:
    """Read an integer, or give 0."""
    try:
        return int(key)
    except (TypeError, ValueError):
        return 0


def lower_list(texts: list[str]) -> list[str]:
    """Give texts in lower case."""
    return [text.lower() for text in texts]


def safe_get_val_from_list(values: list[Any], index: int, default: Any) -> Any:
    """Give an item, or the default where the list is shorter."""
    return values[index] if index < len(values) else default


def convert_str_tags_to_list(tags: Any) -> list[str]:
    """Give comma-separated tags as a list; a list as it is."""
    return tags if isinstance(tags, list) else [one.strip() for one in str(tags).split(",") if one.strip()]


def is_uoa(text: str) -> bool:
    """Tell whether a text can be a name: no wildcards in it."""
    return "*" not in text and "?" not in text


def get_from_dicts(dict1: dict, key: str, default_value: Any, dict2: dict | None, extra: str = "") -> Any:
    """Take a value out of `dict1` into `dict2`, else give that of `dict2`, else the default."""
    if key in dict1:
        value = dict1.pop(key)
        if dict2 is not None:
            dict2[extra + key] = value
        return value
    return default_value if dict2 is None else dict2.get(extra + key, default_value)


def merge_dicts(i: Answer) -> Answer:
    """Merge `dict2` into `dict1`, key by key; lists are replaced, or added to with `append_lists` "yes"."""
    into, append = i["dict1"], i.get("append_lists") == "yes"
    for key, value in i["dict2"].items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge_dicts({"dict1": into[key], "dict2": value, "append_lists": i.get("append_lists", "")})
        elif isinstance(value, list):
            into[key] = [*(into[key] if append and key in into else []), *value]
        else:
            into[key] = value
    return {"return": 0, "dict1": into}


def flatten_dict(i: Answer) -> Answer:
    """Give `dict` under flat keys that begin with `prefix`; with `prune_keys` only those that fit one of them."""
    wanted = i.get("prune_keys") or []
    flat: Answer = {}
    _flatten(i["dict"], str(i.get("prefix") or "#"), flat)
    kept = {key: value for key, value in flat.items() if not wanted or any(_fits(key, one) for one in wanted)}
    return {"return": 0, "dict": kept}


def _flatten(value: Any, key: str, flat: Answer) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _flatten(item, f"{key}#{name}", flat)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _flatten(item, f"{key}@{index}", flat)
    else:
        flat[key] = value


def _fits(key: str, pattern: str) -> bool:
    return fnmatch.fnmatch(key, pattern) if not is_uoa(pattern) else key == pattern


def _parts(key: str) -> list[str | int]:
    return [_index(name) if sign == "@" else name for sign, name in _PART.findall(key.removeprefix("#")) if name]


def _index(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def get_by_flat_key(i: Answer) -> Answer:
    """Give as `value` what `dict` has under the flat `key`; None where it has nothing."""
    value: Any = i["dict"]
    for part in _parts(i["key"]):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return {"return": 0, "value": None}
    return {"return": 0, "value": value}


def set_by_flat_key(i: Answer) -> Answer:
    """Put `value` into `dict` under the flat `key`, making what is missing on the way."""
    place, parts = i["dict"], _parts(i["key"])
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(part, int):
            while len(place) <= part:
                place.append([] if isinstance(following, int) else {})
        elif part not in place and following is not None:
            place[part] = [] if isinstance(following, int) else {}
        if following is None:
            place[part] = i["value"]
        else:
            place = place[part]
    return {"return": 0, "dict": i["dict"]}


def restore_flattened_dict(i: Answer) -> Answer:
    """Give flat keys as the nested `dict` that they stand for."""
    flat = i["dict"]
    restored: Any = [] if next(iter(flat), "")[1:2] == "@" else {}
    for key, value in flat.items():
        set_by_flat_key({"dict": restored, "key": key, "value": value})
    return {"return": 0, "dict": restored}


def compare_flat_dicts(i: Answer) -> Answer:
    """Tell whether two flat dictionaries are the same but for `keys_to_ignore`, which may be patterns."""
    first, second, ignored = i.get("dict1", {}), i.get("dict2", {}), i.get("keys_to_ignore") or []
    nothing = "" if i.get("space_as_none") == "yes" else None
    for key in {*first, *second}:
        if any(fnmatch.fnmatch(key, pattern) for pattern in ignored):
            continue
        one, other = first.get(key, nothing), second.get(key, nothing)
        if i.get("ignore_case") == "yes" and isinstance(one, str) and isinstance(other, str):
            one, other = one.lower(), other.lower()
        if one != other:
            return {"return": 0, "equal": "no"}
    return {"return": 0, "equal": "yes"}


def find_string_in_dict_or_list(i: Answer) -> Answer:
    """Tell whether any value in `dict` is `search_string`, or fits it as a pattern."""
    wanted, ignoring = str(i.get("search_string", "")), i.get("ignore_case") == "yes"
    flat: Answer = {}
    _flatten(i.get("dict", {}), "#", flat)
    texts = [str(value).lower() if ignoring else str(value) for value in flat.values()]
    wanted = wanted.lower() if ignoring else wanted
    return {"return": 0, "found": "yes" if any(_fits(text, wanted) for text in texts) else "no"}


def dumps_json(i: Answer) -> Answer:
    """Give `dict` as the `string` of its JSON (`skip_indent`, `sort_keys`)."""
    indent = None if i.get("skip_indent") == "yes" else 2
    try:
        text = json.dumps(i["dict"], indent=indent, ensure_ascii=False, sort_keys=i.get("sort_keys") == "yes")
    except (TypeError, ValueError) as error:
        return {"return": 1, "error": f"problem converting dict to json ({error})"}
    return {"return": 0, "string": text}


def convert_json_str_to_dict(i: Answer) -> Answer:
    """Read JSON, with ' for " unless `skip_quote_replacement` is "yes", as `dict`."""
    text = i["str"] if i.get("skip_quote_replacement") == "yes" else i["str"].replace('"', '\\"').replace("'", '"')
    try:
        return {"return": 0, "dict": json.loads(text)}
    except ValueError as error:
        return {"return": 1, "error": f"problem converting text to json ({error})"}


def convert_ck_list_to_dict(i: list[str]) -> Answer:
    """Read the words of a command line as `ck_dict`."""
    from ...store.errors import CkexploreError  # noqa: PLC0415
    from ..grammar import request_of_words  # noqa: PLC0415

    try:
        return {"return": 0, "ck_dict": {"cids": [], **request_of_words(i)}}
    except CkexploreError as error:
        return {"return": 1, "error": str(error)}


def convert_iso_time(i: Answer) -> Answer:
    """Read `iso_datetime`, of whatever precision, as `datetime_obj`."""
    for form in _TIMES:
        try:
            return {"return": 0, "datetime_obj": datetime.datetime.strptime(i["iso_datetime"], form)}
        except ValueError:
            continue
    return {"return": 1, "error": f"can't parse ISO date time: {i['iso_datetime']}"}


def get_current_date_time(_: Mapping[str, Any]) -> Answer:
    """Tell the time: its parts as `array`, and `iso_datetime`."""
    now = datetime.datetime.now()
    parts = {f"date_{name}": getattr(now, name) for name in ("year", "month", "day")}
    parts |= {f"time_{name}": getattr(now, name) for name in ("hour", "minute", "second")}
    return {"return": 0, "array": parts, "iso_datetime": now.isoformat()}
