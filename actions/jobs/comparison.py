"""What differs between a job and the one that it replays: its end, its numbers, its output, what it ran on."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats.ck import own_meta
from ...store.untrusted import load_json_object, safe_text
from .output import log_tail
from .record import PROVENANCE, read_state

_COMPARED_BYTES = 256 << 10
_LINES = 40
_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")
_FOUND_AGAIN = {"point", "point_file", "job"}  # names of what a run leaves, new each time
_ALWAYS_ANOTHER = {"boot_id"}


def differences(folder: Path) -> dict[str, Any]:
    """Compare a job with the one it replays: `replays`, `differences` and `output_difference`; {} if it replays none.

    Each difference is {"what", "before", "now"}, for numbers with their "ratio".
    """
    before = str(own_meta(folder).get("replays", ""))
    if not before:
        return {}
    earlier = folder.with_name(before)
    try:
        found = [*_ends(earlier, folder), *_conditions(earlier, folder)]
    except (CkexploreError, FileNotFoundError):
        return {"replays": before, "differences": [], "output_difference": ["(the earlier job is gone)"]}
    return {"replays": before, "differences": found, "output_difference": _output(earlier, folder)}


def _ends(before: Path, now: Path) -> Iterator[dict[str, Any]]:
    first, second = read_state(before), read_state(now)
    yield from _differing({"state": first.state}, {"state": second.state}, "")
    yield from _differing({"exit code": first.exit_code}, {"exit code": second.exit_code}, "")
    yield from _differing(_named(first.resources, "stages"), _named(second.resources, "stages"), "used ")
    yield from _differing(_named(first.results), _named(second.results), "")


def _conditions(before: Path, now: Path) -> Iterator[dict[str, Any]]:
    first, second = (load_json_object(one / PROVENANCE, 16 << 20) for one in (before, now))
    leave_out = (*_ALWAYS_ANOTHER, "environment_additions")
    yield from _differing(_named(first, *leave_out), _named(second, *leave_out), "")


def _named(values: Mapping[str, Any], *leave_out: str) -> dict[str, Any]:
    """Give every single value of nested ones by its path; lists of dictionaries by their positions."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key in _FOUND_AGAIN or key in leave_out:
            continue
        if isinstance(value, Mapping):
            found |= {f"{key}.{name}": one for name, one in _named(value).items()}
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for number, one in enumerate(value):
                found |= {f"{key}.{number}.{name}": inner for name, inner in _named(one).items()}
        else:
            found[key] = value
    return found


def _differing(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys((*before, *now)):
        first, second = before.get(name), now.get(name)
        if first != second:
            told = {"what": f"{prefix}{name}", "before": first, "now": second}
            yield told | _ratio(first, second)


def _ratio(first: Any, second: Any) -> dict[str, float]:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (first, second))
    return {"ratio": round(second / first, 4)} if numbers and first else {}


def _output(before: Path, now: Path) -> list[str]:
    """Give the lines of the output that differ, as a short unified diff, safe for a terminal."""
    first, second = (_lines(one) for one in (before, now))
    import difflib  # noqa: PLC0415  (only of a replay)

    found = list(difflib.unified_diff(first, second, before.name, now.name, lineterm="", n=0))
    more = len(found) - _LINES
    return found[:_LINES] + ([f"… {more} more lines differ"] if more > 0 else [])


def _lines(folder: Path) -> list[str]:
    text = log_tail(folder, _COMPARED_BYTES).decode("utf-8", "replace").replace(folder.name, "JOB")
    return safe_text(_COLOUR.sub("", text)).splitlines()
