"""At which commit the repositories of a plan are, remembered: the same files at the same commit are compared once.

`revisions/` in the home holds one small file for each commit and set of files.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ...store.errors import CkexploreError
from ...store.formats.ck_entries import write_json
from ...store.git_folder import find
from ...store.registry import Repository
from ...store.untrusted import load_json_object
from ...store.workspace import Workspace
from ..plan import ExecutedFile

UNKNOWN = "unknown"

_MOST = 500


def revision_of(workspace: Workspace, repository: Repository, files: Sequence[ExecutedFile]) -> dict[str, Any]:
    """Give what is known of a repository's commit, its branch, and which of these files aren't as that has them."""
    try:
        head = find(repository.root).head()
    except CkexploreError as error:
        return {"commit": UNKNOWN, "why": str(error)}
    named = "".join(f"{file.sha256} {file.path}\0" for file in files)
    key = hashlib.sha256(f"{head.commit}\0{repository.root}\0{named}".encode()).hexdigest()[:32]
    place = workspace.home / "revisions" / f"{key}.json"
    try:
        known = load_json_object(place)
    except CkexploreError:
        known = {}
    if known.get("commit") == head.commit:
        return {**known, "branch": head.branch}
    return _compared(workspace, repository, files, place.name)


def _compared(workspace: Workspace, repository: Repository, files: Sequence[ExecutedFile], name: str) -> dict[str, Any]:
    from ...store.revision import revision_of_files  # noqa: PLC0415  (dulwich)

    below = [os.path.relpath(file.place, repository.root) for file in files]
    told = asdict(revision_of_files(repository.path, below))
    folder = workspace.home / "revisions"
    if told["changed"] is not None:
        write_json(folder / name, told)
        for old in sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime)[:-_MOST]:
            old.unlink(missing_ok=True)
    return told
