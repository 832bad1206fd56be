"""What a module adds and changes: entries of its own, kept in the stage's folder until its process has ended.

The user's own repository is written by our own code afterwards (`actions/taken_entries.py`).
"""

import shutil
from pathlib import Path
from typing import Any

from ...store.cid import Cid, is_uid
from ...store.errors import CkexploreError, NotFoundError, RefusedError
from ...store.formats import ck, ck_entries
from ...store.lookup import Location, locate_one
from ...store.registry import LOCAL_UID, repositories
from ..ck_values import merge_dicts
from .called_modules import CalledModules
from .surroundings import Surroundings

Answer = dict[str, Any]


class Writing:
    """`add` and `update` for one module's surroundings."""

    def __init__(self, surroundings: Surroundings, modules: CalledModules) -> None:
        self._surroundings = surroundings
        self._modules = modules

    def add(self, i: Answer) -> Answer:
        """Add an entry: `data_uoa` or none, `dict`, `data_name`, with `update` "yes" also over one that is there."""
        return self._write(i, updating=i.get("update") == "yes")

    def update(self, i: Answer) -> Answer:
        """Merge `dict` into the meta of an entry, or put it there with `substitute` "yes"; a new one is added."""
        return self._write(i, updating=True)

    def _write(self, i: Answer, *, updating: bool) -> Answer:
        alias, uid = self._own_module(i)
        name = str(i.get("data_uoa") or "")
        existing = self._existing(alias, name) if name else None
        if existing is not None and not updating:
            return {"return": 16, "error": f"entry {alias}:{name} already exists ({existing.folder})"}
        meta: Answer = dict(i.get("dict") or {})
        if existing is not None and i.get("substitute") != "yes":
            meta = merge_dicts({"dict1": ck.own_meta(existing.folder), "dict2": meta})["dict1"]
        entry = self._written(alias, uid, name, existing, meta, i)
        found = locate_one(
            self._surroundings.workspace, repositories(self._surroundings.workspace), Cid("local", alias, entry.name)
        )
        names = {"data_uoa": found.title, "data_uid": found.uid, "data_alias": found.alias}
        return {
            "return": 0,
            **names,
            "module_uoa": alias,
            "module_uid": uid,
            "repo_uoa": "local",
            "repo_uid": LOCAL_UID,
            "path": str(entry),
            "dict": meta,
        }

    def _own_module(self, i: Answer) -> tuple[str, str]:
        """Give alias and UID of the module that may write. Raises RefusedError for another, or another repository."""
        own, asked = self._surroundings.may_write, str(i.get("module_uoa") or "")
        names = self._modules.first().names if own else ("", "")
        if not own or asked not in names:
            known = self._modules.find(asked)
            asked = known.names[0] if known else asked
            whose = f"only entries of {own} are" if own else "nothing is"
            raise RefusedError(
                f"{i.get('action')} {asked}: inside {self._surroundings.inside} {whose} added or changed"
            )
        if str(i.get("repo_uoa") or "local") not in ("local", LOCAL_UID):
            raise RefusedError(
                f"{i.get('action')} {asked}: an action adds and changes entries in the user's own repository (local) "
                f"and not in {i['repo_uoa']}"
            )
        return names

    def _existing(self, module: str, name: str) -> Location | None:
        try:
            known = repositories(self._surroundings.workspace)
            return locate_one(self._surroundings.workspace, known, Cid("local", module, name))
        except NotFoundError:
            return None

    def _written(
        self, module: str, module_uid: str, name: str, existing: Location | None, meta: Answer, i: Answer
    ) -> Path:
        root = self._surroundings.workspace.local
        ck_entries.write_text(root / ".cm" / f"alias-a-{module}", module_uid + "\n")
        ck_entries.write_text(root / ".cm" / f"alias-u-{module_uid}", module + "\n")
        alias = existing.alias if existing else "" if is_uid(name) else name
        uid = existing.uid if existing else name if is_uid(name) else str(i.get("data_uid") or "")
        if existing is not None and root not in existing.path.parents:  # its other files belong to it
            shutil.copytree(existing.folder, root / module / existing.path.name, symlinks=True)
        return ck_entries.create_entry(root, module, meta, alias=alias, uid=uid, name=str(i.get("data_name") or ""))


def refused(error: CkexploreError) -> Answer:
    """Give an error as CK's answer."""
    return {"return": error.code, "error": str(error)}
