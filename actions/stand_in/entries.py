"""CK's functions for repositories and the places of entries, as far as they only look."""

import os
from typing import Any

from ...store.cid import Cid
from ...store.cid import parse_cid as cid_of
from ...store.errors import CkexploreError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.registry import repositories
from .surroundings import Surroundings

Answer = dict[str, Any]


class Entries:
    """The functions, for one module's surroundings."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.cache_repo_info: dict[str, Any] = dict(surroundings.repositories)
        self.cache_repo_uoa = {one["data_alias"]: uid for uid, one in self.cache_repo_info.items()}

    def reload_repo_cache(self, _: Answer) -> Answer:
        """Do nothing: what is registered doesn't change while a module runs."""
        return {"return": 0}

    def load_repo_info_from_cache(self, i: Answer) -> Answer:
        """Give what is registered of the repository `repo_uoa`."""
        name = i["repo_uoa"]
        found = self.cache_repo_info.get(str(self.cache_repo_uoa.get(name, name)))
        if found is None:
            return {"return": 1, "error": f'repository "{name}" was not found in the cache'}
        return {"return": 0, **found}

    def find_path_to_repo(self, i: Answer) -> Answer:
        """Give `path`, `repo_uoa`, `repo_uid` and `repo_alias` of a repository."""
        found = self.load_repo_info_from_cache({"repo_uoa": i.get("repo_uoa") or "local"})
        return found if found["return"] else self._as_repository(found)

    def _as_repository(self, found: Answer) -> Answer:
        alias, uid, details = found["data_alias"], found["data_uid"], found["dict"]
        names = {"repo_uoa": alias, "repo_uid": uid, "repo_alias": alias}
        return {"return": 0, "path": details["path"], **names, "dict": details, "repo_dict": details}

    def find_repo_by_path(self, i: Answer) -> Answer:
        """Give the repository whose folder is `path`."""
        wanted = os.path.realpath(i["path"])
        for one in self.cache_repo_info.values():
            if os.path.realpath(one["dict"]["path"]) == wanted:
                return self._as_repository(one)
        return {"return": 16, "error": f"repository not found in the path {i['path']}"}

    def find_path_to_data(self, i: Answer) -> Answer:
        """Give the places and names of the entry `module_uoa`:`data_uoa`."""
        cid = Cid(i.get("repo_uoa", ""), i["module_uoa"], i["data_uoa"])
        try:
            found = locate_one(self._surroundings.workspace, repositories(self._surroundings.workspace), cid)
        except CkexploreError as error:
            return {"return": error.code, "error": str(error)}
        return {"return": 0, **_places(found)}

    def find_path_to_entry(self, i: Answer) -> Answer:
        """Give `path` and names of the entry `data_uoa` in the folder `path` of a module, or of a repository."""
        found = ck.look_up(i["path"], i["data_uoa"], int(i.get("split_dirs") or 0))
        if found is None:
            return {"return": 16, "error": f"can't find path to entry {i['data_uoa']} in {i['path']}"}
        alias, uid, path = found
        names = {"data_uoa": alias or uid, "data_uid": uid, "data_alias": alias}
        return {"return": 0, "path": f"{i['path']}/{path}", **names}

    def parse_cid(self, i: Answer) -> Answer:
        """Read `cid`; after `#` what is missing comes from `cur_cid`."""
        text, here = str(i["cid"]), i.get("cur_cid") or {}
        parts = ("repo_uoa", "module_uoa", "data_uoa")
        if text in ("#", "^"):
            return {"return": 0, **{name: here.get(name, "") for name in parts}}
        plain = text[1:] if text.startswith(("#", "^")) else text
        try:
            cid = cid_of(plain)
        except CkexploreError as error:
            return {"return": 0 if i.get("ignore_error") == "yes" else 1, "error": str(error)}
        if ":" not in plain:
            if not here.get("module_uoa"):
                ignored = i.get("ignore_error") == "yes"
                return {"return": 0} if ignored else {"return": 1, "error": "unknown CID format"}
            cid = Cid(here.get("repo_uoa", ""), here["module_uoa"], plain)
        values = dict(zip(parts, (cid.repository or here.get("repo_uoa", ""), cid.module, cid.artifact), strict=True))
        return {"return": 0, **{name: value for name, value in values.items() if value}}

    def detect_cid_in_current_path(self, i: Answer) -> Answer:
        """Tell which entry, or which module or repository, the folder `path` (or the current one) is in."""
        place = os.path.realpath(i.get("path") or ".")
        for one in self.cache_repo_info.values():
            root = os.path.realpath(one["dict"]["path"])
            if place != root and not place.startswith(f"{root}/"):
                continue
            found = self._as_repository(one)
            below = os.path.relpath(place, root).split("/")
            folder, kinds = root, ("module", "data")
            for name, kind in zip([part for part in below if part != "."], kinds, strict=False):
                entry = ck.look_up(folder, name)
                if entry is None:
                    break
                folder = f"{folder}/{entry[2]}"
                found |= {f"{kind}_uoa": entry[0] or entry[1], f"{kind}_uid": entry[1], f"{kind}_alias": entry[0]}
            return found
        return {"return": 16, "error": "repository is not detected in the current path"}


def _places(found: Location) -> Answer:
    module = os.path.dirname(found.folder)
    return {
        "path": found.folder,
        "path_module": module,
        "path_repo": found.repository.root,
        "repo_uoa": found.repository.alias,
        "repo_uid": found.repository.uid,
        "repo_alias": found.repository.alias,
        "module_uoa": found.module,
        "module_uid": found.module_uid,
        "module_alias": found.module,
        "uoa": found.title,
        "uid": found.uid,
        "alias": found.alias,
    }
