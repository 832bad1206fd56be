"""Searches that the user saved under a name: entries `local:search:<name>` of the user's own repository.

local/search/<name>/.cm/meta.json   query (a filter line), scope (a branch of the tree), order (a column, or -column)
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from .cid import is_uid
from .closest import closest
from .errors import CkexploreError, InvalidRequestError, NotFoundError
from .formats import ck, ck_entries
from .own_entries import changing
from .untrusted import safe_line
from .workspace import Workspace

MODULE = "search"

_DESCRIPTION = "searches that the user saved"


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search under its name. All text is safe for a terminal; what a scope and an order are, the listing knows."""

    name: str
    query: str
    scope: str = ""
    order: str = ""


def saved_searches(workspace: Workspace) -> tuple[SavedSearch, ...]:
    """Give every saved search, by name. Entries that can't be read are left out: the catalog shows them as broken."""
    folder = workspace.local / MODULE
    found: list[SavedSearch] = []
    for alias, _, path in ck.entries(folder):
        with suppress(CkexploreError):
            meta = ck.own_meta(folder / path)
            found.append(checked(SavedSearch(alias, *(_text(meta, key) for key in ("query", "scope", "order")))))
    return tuple(sorted(found, key=lambda one: (one.name.lower(), one.name)))


def _text(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key, "")
    return value if isinstance(value, str) else ""


def saved_search(workspace: Workspace, name: str) -> SavedSearch:
    """Give one saved search. Raises NotFoundError with the closest names."""
    searches = saved_searches(workspace)
    for one in searches:
        if one.name == name:
            return one
    raise NotFoundError(f"no saved search {safe_line(name, 80)!r}" + closest(name, [one.name for one in searches]))


def save_search(
    workspace: Workspace, name: str, query: str, *, scope: str = "", order: str = "", replacing: bool = False
) -> SavedSearch:
    """Save a search, and return it as stored.

    Raises InvalidRequestError (a name that can't be one or that another search has, nothing to search for).
    """
    search = checked(SavedSearch(name, query, scope, order))
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        if not (replacing or _is_free(folder, search) or search in saved_searches(workspace)):
            raise InvalidRequestError(f"another search is saved as {name}; choose another name, or say --force")
        _write(workspace, search)
    return search


def rename_search(workspace: Workspace, name: str, new_name: str) -> SavedSearch:
    """Give a saved search another name; its UID stays. Raises NotFoundError, InvalidRequestError (name taken)."""
    renamed = checked(replace(saved_search(workspace, name), name=new_name))
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        ck_entries.rename_entry(folder / name, new_name)
        _write(workspace, renamed)
    return renamed


def remove_search(workspace: Workspace, name: str) -> None:
    """Delete a saved search. Raises NotFoundError with the closest names."""
    saved_search(workspace, name)
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        ck_entries.remove_entry(folder / name)


def merge(workspace: Workspace, theirs: SavedSearch) -> bool:
    """Add a search unless the same is there, under a name with a number when its name is taken; tell if it was added.

    Raises InvalidRequestError.
    """
    theirs = checked(theirs)
    candidates = (replace(theirs, name=f"{theirs.name} ({number})") for number in count(2))
    with changing(workspace, MODULE, _DESCRIPTION) as folder:
        present = saved_searches(workspace)
        named = next(one for one in chain((theirs,), candidates) if one in present or _is_free(folder, one))
        if named not in present:
            _write(workspace, checked(named))
    return named not in present


def _is_free(folder: Path, search: SavedSearch) -> bool:
    return not os.path.lexists(folder / search.name)


def checked(search: SavedSearch) -> SavedSearch:
    """Give a search with its texts made safe. Raises InvalidRequestError (a name that can't be one, no query)."""
    name = ck_entries.check_alias(search.name)
    if is_uid(name) or name != safe_line(name).strip():
        raise InvalidRequestError(f"{safe_line(name)!r} can't name a search; use letters, digits, spaces, '-' and '_'")
    query, scope, order = (safe_line(text.strip()) for text in (search.query, search.scope, search.order))
    if not query and not scope:
        raise InvalidRequestError(
            f"say what {name} searches for: ckexplore save search:{name} --query='tag:onnx -draft'"
        )
    return SavedSearch(name, query, scope, order)


def _write(workspace: Workspace, search: SavedSearch) -> None:
    meta = {"query": search.query, "scope": search.scope, "order": search.order}
    ck_entries.create_entry(workspace.local, MODULE, meta, alias=search.name)
