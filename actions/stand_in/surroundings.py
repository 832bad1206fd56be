"""What a module sees: the workspace of its process, made of the registered repositories and of what it may add.

Its home is in the stage's own folder. There `local` holds what the module adds and changes; after it in the order of
lookup comes the user's own repository, as far as it is shown, and then the registered ones.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...store.formats import ck, ck_entries
from ...store.registry import INFO_CACHE, LOCAL_UID
from ...store.workspace import Workspace

HOME = "home"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The workspace in which a module asks; `own` is the user's own repository, `may_write` the module that it is.

    `inside` is what asks, as a person calls it: "an action of NAME", "a program".

    `repositories` is CK's cache of repositories: UID to {data_uid, data_uoa, data_alias, data_name, dict}.
    """

    workspace: Workspace
    own: Path
    may_write: str
    inside: str
    repositories: Mapping[str, Any]


def lay_out(place: Path, spec: Mapping[str, Any]) -> Surroundings:
    """Make the home in the stage's folder, and in a sandbox the alias files of the user's entries that are shown."""
    workspace, own = Workspace(place / HOME), Path(spec["local"])
    ck_entries.create_repository(workspace.local, "local", LOCAL_UID)
    known = [{"alias": "local", "uid": LOCAL_UID, "path": str(own)}, *spec["repositories"]]
    cache = {one["uid"]: _registered(one) for one in known}
    # Not sorted: repositories are looked up in this order.
    ck_entries.write_text(workspace.local / INFO_CACHE, json.dumps(cache))
    if spec["laid_out"]:  # the user's own repository is an empty folder there, which is gone afterwards
        for one in spec["own"]:
            _write_alias(own, one["module"], one["module_uid"])
            if one["alias"]:
                _write_alias(own / one["module"], one["alias"], one["uid"])
    return Surroundings(workspace, own, spec["may_write"], spec["inside"], cache)


def _registered(one: Mapping[str, str]) -> dict[str, Any]:
    alias, uid = one["alias"], one["uid"]
    details = {"path": one["path"], **ck.split_settings(one["path"])}
    return {"data_uid": uid, "data_uoa": alias, "data_alias": alias, "data_name": alias, "dict": details}


def _write_alias(folder: Path, alias: str, uid: str) -> None:
    ck_entries.write_text(folder / ".cm" / f"alias-a-{alias}", uid + "\n")
    ck_entries.write_text(folder / ".cm" / f"alias-u-{uid}", alias + "\n")
