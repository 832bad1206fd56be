"""The functions of `ck.kernel` that work on values alone, under CK's names: dicts, flat keys, texts, UIDs, dates.

Scripts of repositories call them, so arguments and answers are CK's: a dict in, a dict with `return` out.
"""

import datetime
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

from ..store.cid import is_uid
from ..store.errors import CkexploreError
from ..store.untrusted import NESTING_LIMIT, parse_json

__all__ = [
    "compare_dicts",
    "compare_flat_dicts",
    "convert_ck_list_to_dict",
    "convert_iso_time",
    "convert_json_str_to_dict",
    "convert_str_key_to_int",
    "convert_str_tags_to_list",
    "dump_json",
    "dumps_json",
    "find_string_in_dict_or_list",
    "flatten_dict",
    "get_by_flat_key",
    "get_current_date_time",
    "get_from_dicts",
    "is_uid",
    "is_uoa",
    "lower_list",
    "merge_dicts",
    "parse_cid",
    "restore_flattened_dict",
    "safe_float",
    "safe_get_val_from_list",
    "set_by_flat_key",
    "type_long",
]

Answer = dict[str, Any]

type_long = int
_PART = re.compile(r"([#@])([^#@]*)")
_LONGEST_LIST = 1 << 20
_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d", "%Y-%m", "%Y")


def safe_float(i: Any, d: float) -> float:
    """Read a number, or give the default."""
    try:
        return float(i)
    except (TypeError, ValueError):
        return d


def safe_get_val_from_list(lst: list[Any], index: int, default_value: Any) -> Any:
    """Give a value of a list, or the default where the list is shorter."""
    return lst[index] if index < len(lst) else default_value


def convert_str_key_to_int(key: str) -> int:
    """Read an integer, or give 0."""
    try:
        return int(key)
    except (TypeError, ValueError):
        return 0


def convert_str_tags_to_list(i: Any) -> list[str]:
    """Give a comma-separated text as its parts; a list is given as it is."""
    return i if isinstance(i, list) else [part.strip() for part in str(i).split(",") if part.strip()]


def lower_list(lst: list[str]) -> list[str]:
    """Give texts in lower case."""
    return [text.lower() for text in lst]


def is_uoa(s: str) -> bool:
    """Tell whether a text can be an alias or a UID: it has none of CK's special signs."""
    return not set(s) & set("#^*?")


def get_from_dicts(dict1: Answer, key: str, default_value: Any, dict2: Answer | None, extra: str = "") -> Any:
    """Take a value out of `dict1` and put it into `dict2`; where it isn't there, give that of `dict2`."""
    if key not in dict1:
        return default_value if dict2 is None else dict2.get(extra + key, default_value)
    value = dict1.pop(key)
    if dict2 is not None:
        dict2[extra + key] = value
    return value


def merge_dicts(i: Answer) -> Answer:
    """Merge `dict2` into `dict1`, dicts key by key; lists are replaced, or joined with `append_lists` "yes"."""
    first, joining = i["dict1"], i.get("append_lists") == "yes"
    for key, value in i["dict2"].items():
        under = first.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            merge_dicts({"dict1": under, "dict2": value, "append_lists": i.get("append_lists", "")})
        elif isinstance(value, list):
            first[key] = [*(under if joining and isinstance(under, list) else []), *value]
        else:
            first[key] = value
    return {"return": 0, "dict1": first}


def compare_dicts(i: Answer) -> Answer:
    """Tell whether `dict1` holds everything that `dict2` holds; `ignore_case` "yes" is about texts."""
    return {"return": 0, "equal": _yes(_holds(i.get("dict1", {}), i.get("dict2", {}), i.get("ignore_case") == "yes"))}


def _holds(first: Any, second: Any, ignoring_case: bool) -> bool:
    if isinstance(second, dict):
        return isinstance(first, dict) and all(
            key in first and _holds(first[key], value, ignoring_case) for key, value in second.items()
        )
    if isinstance(second, list):
        return isinstance(first, list) and all(item in first for item in second)
    return _is_same(first, second, ignoring_case)


def _is_same(first: Any, second: Any, ignoring_case: bool) -> bool:
    if ignoring_case and isinstance(first, str) and isinstance(second, str):
        return first.lower() == second.lower()
    return first == second


def compare_flat_dicts(i: Answer) -> Answer:
    """Tell whether `dict1` and `dict2` have the same values, but for `keys_to_ignore`, which may be patterns."""
    first, second = i.get("dict1", {}), i.get("dict2", {})
    nothing = "" if i.get("space_as_none") == "yes" else None
    ignored = i.get("keys_to_ignore") or []
    keys = (key for key in {**first, **second} if not any(fnmatch(key, pattern) for pattern in ignored))
    case = i.get("ignore_case") == "yes"
    same = all(_is_same(first.get(key, nothing), second.get(key, nothing), case) for key in keys)
    return {"return": 0, "equal": _yes(same)}


def find_string_in_dict_or_list(i: Answer) -> Answer:
    """Tell whether a value in `dict`, however deep, is the `search_string` or fits it as a pattern."""
    text, case = str(i.get("search_string", "")), i.get("ignore_case") == "yes"
    text = text.lower() if case else text
    is_pattern = "*" in text or "?" in text
    values = (value.lower() if case else value for value in _values(i.get("dict", {})))
    return {"return": 0, "found": _yes(any(fnmatch(one, text) if is_pattern else one == text for one in values))}


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _values(one)
    else:
        yield str(value)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


# Flat keys: `#` before the key of a dict, `@` before the index of a list


def flatten_dict(i: Answer) -> Answer:
    """Give the single values of `dict` under flat keys; with `prune_keys` only those that are or fit one of them."""
    kept = i.get("prune_keys") or []
    flat = dict(_flattened(i["dict"], str(i.get("prefix") or "#")))
    return {"return": 0, "dict": {key: value for key, value in flat.items() if not kept or _fits(key, kept)}}


def _flattened(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        named = ((f"#{key}", one) for key, one in value.items()) if isinstance(value, dict) else ()
        numbered = ((f"@{index}", one) for index, one in enumerate(value)) if isinstance(value, list) else ()
        for name, one in (*named, *numbered):
            yield from _flattened(one, prefix + name)
    else:
        yield prefix, value


def _fits(key: str, patterns: list[str]) -> bool:
    return any(fnmatch(key, one) if "*" in one or "?" in one else key == one for one in patterns)


def _steps(key: str) -> list[str | int]:
    """Give a flat key as keys and indices. Raises ValueError."""
    parts = _PART.findall(key.removeprefix("#"))
    if len(parts) > NESTING_LIMIT:
        raise ValueError("the key is nested too deep")
    return [name if sign == "#" else int(name) for sign, name in parts]


def get_by_flat_key(i: Answer) -> Answer:
    """Give the `value` in `dict` that a flat `key` names; None where there is none."""
    value = i["dict"]
    try:
        for step in _steps(i["key"]):
            value = _value_at(value, step)
    except ValueError as error:
        return {"return": 1, "error": f"can't read the flat key {i['key']!r} ({error})"}
    return {"return": 0, "value": value}


def _value_at(place: Any, step: str | int) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    return place[step] if isinstance(place, list) and isinstance(step, int) and 0 <= step < len(place) else None


def set_by_flat_key(i: Answer) -> Answer:
    """Put a `value` into `dict` where a flat `key` says; dicts and lists on the way are made."""
    try:
        steps = _steps(i["key"])
        place: Any = i["dict"]
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            place = _at(place, step, i["value"] if following is None else _container(following), following is None)
    except (ValueError, TypeError) as error:
        return {"return": 1, "error": f"can't set the flat key {i['key']!r} ({error})"}
    return {"return": 0, "dict": i["dict"]}


def _container(step: str | int) -> dict[str, Any] | list[Any]:
    return {} if isinstance(step, str) else []


def _at(place: Any, step: str | int, value: Any, setting: bool) -> Any:
    """Give what is at a place of a dict or a list, or put it there. Raises TypeError for neither, ValueError."""
    if isinstance(step, int) and isinstance(place, list):
        if step > _LONGEST_LIST:
            raise ValueError(f"a list of {step} values")
        place += [type(value)() if isinstance(value, dict | list) else None for _ in range(step + 1 - len(place))]
        if setting:
            place[step] = value
        return place[step]
    if not isinstance(place, dict):
        raise TypeError(f"{step!r} is looked for in a {type(place).__name__}")
    if setting:
        place[step] = value
    return place.setdefault(step, value)


def restore_flattened_dict(i: Answer) -> Answer:
    """Give flat keys as the nested `dict`, or list, that they stand for."""
    flat = i["dict"]
    tree: Any = [] if next(iter(flat), "")[1:2] == "@" else {}
    for key, value in flat.items():
        done = set_by_flat_key({"dict": tree, "key": key, "value": value})
        if done["return"]:
            return done
    return {"return": 0, "dict": tree}


# Texts, CIDs, dates


def dump_json(i: Answer) -> Answer:
    """Write `dict` as the JSON text `string`; `skip_indent` and `sort_keys` "yes" as they say."""
    indent = None if i.get("skip_indent") == "yes" else 2
    try:
        text = json.dumps(i["dict"], indent=indent, ensure_ascii=False, sort_keys=i.get("sort_keys") == "yes")
    except (TypeError, ValueError) as error:
        return {"return": 1, "error": f"problem converting dict to json ({error})"}
    return {"return": 0, "string": text}


dumps_json = dump_json


def convert_json_str_to_dict(i: Answer) -> Answer:
    """Read the JSON text `str`, in which `'` stands for `"` unless `skip_quote_replacement` is "yes"."""
    text = i["str"]
    if i.get("skip_quote_replacement") != "yes":
        text = text.replace('"', '\\"').replace("'", '"')
    try:
        return {"return": 0, "dict": parse_json(text, "the text")}
    except CkexploreError as error:
        return {"return": 1, "error": f"problem converting text to json ({error})"}


def convert_ck_list_to_dict(i: list[str]) -> Answer:
    """Read the words of a command line as `ck_dict`."""
    from .grammar import request_of_words  # noqa: PLC0415  (scripts seldom ask)

    try:
        return {"return": 0, "ck_dict": {"cids": [], **request_of_words(i)}}
    except CkexploreError as error:
        return {"return": 1, "error": str(error)}


def parse_cid(i: Answer) -> Answer:
    """Read `cid` as `repo_uoa`, `module_uoa` and `data_uoa`; parts that are missing come from `cur_cid`."""
    here = i.get("cur_cid", {})
    text = i["cid"].strip()
    text = text[1:] if text.startswith(("#", "^")) else text
    parts = text.split(":")
    if len(parts) > 3 or (len(parts) == 1 and not here.get("module_uoa")):
        return {"return": 0} if i.get("ignore_error") == "yes" else {"return": 1, "error": "unknown CID format"}
    if len(parts) == 3:
        return {"return": 0, "repo_uoa": parts[0], "module_uoa": parts[1], "data_uoa": parts[2]}
    found = {"return": 0, "module_uoa": here.get("module_uoa", "") if len(parts) == 1 else parts[0]}
    if here.get("repo_uoa"):
        found["repo_uoa"] = here["repo_uoa"]
    return {**found, "data_uoa": parts[-1] if text else here.get("data_uoa", "")}


def convert_iso_time(i: Answer) -> Answer:
    """Read the ISO text `iso_datetime`, which may end after any of its parts, as the `datetime_obj`."""
    for form in _TIMES:
        try:
            return {"return": 0, "datetime_obj": datetime.datetime.strptime(i["iso_datetime"], form)}
        except ValueError:
            continue
    return {"return": 1, "error": f"can't parse ISO date time: {i['iso_datetime']}"}


def get_current_date_time(i: Answer) -> Answer:
    """Give the time as `iso_datetime`, and its parts as `array`."""
    del i
    now = datetime.datetime.now()
    parts = {"date_year": now.year, "date_month": now.month, "date_day": now.day}
    parts |= {"time_hour": now.hour, "time_minute": now.minute, "time_second": now.second}
    return {"return": 0, "array": parts, "iso_datetime": now.isoformat()}
