"""What the user wrote about artifacts: own tags (and later notes), kept in the user's own repository.

An annotation is an entry `local:annotation:<UID of the artifact>`; it belongs to the UID, so to every copy of it, and
it survives a deleted catalog.
"""

from collections.abc import Iterable

from .artifact import Artifact, is_uid
from .errors import CkexploreError, InvalidRequestError
from .formats import ck, ck_entries
from .repos import prepare_home
from .untrusted import safe_line
from .workspace import Workspace

MODULE = "annotation"


def own_tags(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """Map the UID of every artifact that the user tagged to its own tags."""
    folder = workspace.local / MODULE
    tags: dict[str, tuple[str, ...]] = {}
    if folder.is_dir():
        for _, uid, name in ck.entries(folder):
            try:
                tags[uid] = ck.tags_of({"tags": ck.load_meta(folder / name).get("own_tags", ())})
            except CkexploreError:  # shown as a broken artifact of its own
                continue
    return tags


def set_own_tags(workspace: Workspace, artifact: Artifact, tags: Iterable[str]) -> tuple[str, ...]:
    """Replace the user's tags of an artifact, and return them as stored. Raises InvalidRequestError."""
    if not is_uid(artifact.uid):
        raise InvalidRequestError(f"{artifact.cid} has no UID, so nothing can be attached to it")
    cleaned = tuple(dict.fromkeys(safe_line(tag.strip(), 120) for tag in tags if tag.strip()))
    prepare_home(workspace)
    entry = workspace.local / MODULE / artifact.uid
    if cleaned:
        meta = {"own_tags": list(cleaned), "artifact": artifact.cid, "module_uid": artifact.module_uid}
        ck_entries.create_entry(workspace.local, MODULE, meta, uid=artifact.uid, name=artifact.title)
    elif entry.is_dir():
        ck_entries.remove_entry(entry)
    return cleaned
