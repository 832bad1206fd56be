"""What a CM entry inherits by `_base`: "entry" of its own automation, or "automation::entry", of the same repository.

As cmind merges: dicts key by key, the lists of the entry behind those of its base, everything else replaced. cmind
looks for the base in every repository that it knows; one in another repository isn't found here.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import UnreadableError
from ..untrusted import safe_line
from .automation_entries import automation_folders, is_folder_within, joined
from .automation_layout import Name, split_name
from .cm import LAYOUT
from .yaml_meta import load_meta, read_fields

_BASES_LIMIT = 11


def inherited(root: Path, bases: list[str], path: str, meta: dict[str, Any]) -> dict[str, Any]:
    """Merge the meta of the entry at `path` over those of its bases. Raises UnreadableError if one isn't there."""
    parts = [meta]
    automation = _automation_of(meta)
    while wanted := str(parts[-1].get("_base") or "").strip():
        if len(parts) > _BASES_LIMIT:
            raise UnreadableError(f"{safe_line(path)}: inherits through more than {_BASES_LIMIT} base entries")
        named, separator, entry = wanted.partition("::")
        automation = split_name(named) if separator and named else automation
        found = _find(root, bases, automation, split_name(entry if separator and named else wanted))
        if found is None:
            raise UnreadableError(f"{safe_line(path)}: its _base {safe_line(wanted, 120)} isn't in this repository")
        parts.append(load_meta(f"{root}/{found}", LAYOUT.metas, merged=LAYOUT.merged))
        automation = _automation_of(parts[-1])
    whole: dict[str, Any] = {}
    for part in reversed(parts):
        whole = _merged(whole, {key: value for key, value in part.items() if key != "_base"})
    return whole


def _automation_of(meta: dict[str, Any]) -> Name:
    alias, uid = split_name(str(meta.get("automation_alias") or ""))
    return alias, str(meta.get("automation_uid") or uid).lower()


def _find(root: Path, bases: list[str], automation: Name, entry: Name) -> str | None:
    """Give the path of the first entry of these names; the folders named so are looked at first."""
    for path in chain(_usual_places(bases, automation, entry), _everywhere(root, bases)):
        if not is_folder_within(root, path):
            continue
        fields, _ = read_fields(f"{root}/{path}", LAYOUT.metas, merged=LAYOUT.merged)
        names, owner = LAYOUT.names(fields)
        if _fits(automation, owner) and _fits(entry, names):
            return path
    return None


def _usual_places(bases: list[str], automation: Name, entry: Name) -> Iterator[str]:
    folder, name = automation[0] or automation[1], entry[0] or entry[1]
    if "/" not in folder + name and not {folder, name} & {"", ".", ".."}:  # never out of the repository
        yield from (joined(base, f"{folder}/{name}") for base in bases)


def _everywhere(root: Path, bases: list[str]) -> Iterator[str]:
    for base in bases:
        for folder in automation_folders(root, base, LAYOUT):
            yield from (f"{folder.path}/{name}" for name in sorted(folder.names))


def _fits(wanted: Name, name: Name) -> bool:
    """Compare as cmind does: by UID when both have one, else by alias, in which the wanted one may have wildcards."""
    if wanted[1] and name[1]:
        return wanted[1].lower() == name[1].lower()
    return bool(wanted[0]) and fnmatchcase(name[0].lower(), wanted[0].lower())


def _merged(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        # Of two equal dicts cmind appends no lists.
        return (
            below
            if below == above
            else below | {key: _merged(below[key], value) if key in below else value for key, value in above.items()}
        )
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *above]
    return above
