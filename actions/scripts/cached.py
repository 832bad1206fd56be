"""Results of scripts that a tool has cached in its home, and which of them meets what is asked for."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...store.errors import CkexploreError
from ...store.formats import format_named
from ...store.formats.shape_text import mapping, said
from ...store.formats.values import finite_number
from ...store.untrusted import safe_line
from .known import texts

_FOLDERS = {"cm": "repos/local/cache", "mlc": "local/cache"}
_OWN = {"cm": ("CM_REPOS", "~/CM"), "mlc": ("MLC_REPOS", "~/MLC/repos")}
_SCRIPT_TAGS = ("script-artifact-", "script-item-")
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Cached:
    """A cached result: of which script (its UID), with which tags; the variations among them begin with `_`."""

    uid: str
    script: str
    tags: frozenset[str]


def homes(format_name: str, ours: Path) -> tuple[Path, ...]:
    """Give the places where a tool keeps results: the home that we give it, and the user's own."""
    variable, usual = _OWN[format_name]
    return ours, Path(os.environ.get(variable) or os.path.expanduser(usual))


def cached_results(format_name: str, places: Sequence[Path]) -> list[Cached]:
    """Read the cached results in some homes; unfinished and expired ones count for nothing."""
    return [one for place in dict.fromkeys(places) for one in _in(format_name, place)]


def _in(format_name: str, home: Path) -> Iterator[Cached]:
    folder = home / _FOLDERS[format_name]
    try:
        names = sorted(os.listdir(folder))[:_MOST]
    except OSError:  # nothing was cached there
        return
    for name in names:
        try:
            meta = format_named(format_name).load_meta(folder, name)
        except CkexploreError:
            continue
        tags = frozenset(texts(meta.get("tags")))
        expires = finite_number(meta.get("cache_expiration"))
        if "tmp" not in tags and (expires is None or expires > time.time()):
            yield Cached(safe_line(said(meta.get("uid")) or name, 40), _script_of(meta, tags), tags)


def _script_of(meta: object, tags: frozenset[str]) -> str:
    for key in ("associated_script_artifact_uid", "associated_script_item_uid"):
        if uid := said(mapping(meta).get(key)):
            return uid
    return next((tag.removeprefix(prefix) for tag in tags for prefix in _SCRIPT_TAGS if tag.startswith(prefix)), "")


def meeting(results: Sequence[Cached], script: str, variations: Sequence[str], version: str) -> str:
    """Give the UID of a cached result of this script with these variations; empty if there is none."""
    wanted = {f"_{name}" for name in variations} | ({f"version-{version}"} if version else set())
    return next((one.uid for one in results if one.script == script and wanted <= one.tags), "")
