"""What of the registered repositories and of the user's own the Python code of a repository is shown, and told of."""

from collections.abc import Iterable, Sequence

from ..store.cid import Cid
from ..store.lookup import Location, locate
from ..store.registry import LOCAL_UID, Repository
from ..store.workspace import Workspace

MOST_OWN_ENTRIES = 200
"""Each is an option of the sandbox, for all of a kind isn't shown."""


def shown(known: Iterable[Repository]) -> list[Repository]:
    """Keep the registered CK repositories: not the user's own, and none that can't be read."""
    return [one for one in known if one.format == "ck" and one.origin != "own" and not one.problem]


def as_registered(repository: Repository) -> dict[str, str]:
    """Give what a stage's input tells of a repository."""
    return {"alias": repository.alias, "uid": repository.uid, "path": repository.root}


def own_entries(workspace: Workspace, known: Iterable[Repository], module: str) -> list[Location]:
    """List a module's entries in the user's own repository."""
    return list(locate(workspace, [one for one in known if one.uid == LOCAL_UID], Cid(module=module)))


def names_of_own(entries: Sequence[Location]) -> list[dict[str, str]]:
    """Give the names of the user's own entries among these: in a sandbox their alias files aren't there."""
    own = {one.folder: one for one in entries if one.repository.uid == LOCAL_UID}
    return [
        {"module": one.module, "module_uid": one.module_uid, "alias": one.alias, "uid": one.uid} for one in own.values()
    ]
