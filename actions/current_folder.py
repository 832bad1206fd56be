"""What the current folder is, as a CID: of which repository, in which module's folder, in which artifact's."""

from __future__ import annotations

import os

from ..store.cid import Cid
from ..store.errors import NotFoundError
from ..store.formats import ck
from ..store.quick import TYPE_CHECKING
from ..store.registry import Repository, repositories
from ..store.untrusted import safe_line

if TYPE_CHECKING:
    from ..store.workspace import Workspace


def cid_of_folder(workspace: Workspace, folder: str = "") -> Cid:
    """Tell what a folder, the current one unless another is named, is in: as much of a CID as there is.

    Raises NotFoundError outside of all repositories.
    """
    place = os.path.realpath(folder or ".")
    found: tuple[Repository, str] | None = None
    for repository in repositories(workspace):
        root = os.path.realpath(repository.root)
        if (place == root or place.startswith(f"{root}/")) and (found is None or len(root) > len(found[1])):
            found = repository, root
    if found is None:
        raise NotFoundError(
            f"{safe_line(place)} is in no registered repository; name what you mean, such as soft:compiler.gcc, "
            "or register the repository: ckexplore add repo --path=DIR"
        )
    repository, root = found
    below = place[len(root) + 1 :]
    if repository.format != "ck":
        return _catalogued(workspace, repository, place) if below else Cid(repository.alias)
    return _of_ck(repository, below.split("/"))


def _of_ck(repository: Repository, names: list[str]) -> Cid:
    module = ck.look_up(repository.root, names[0]) if names[0] else None
    if module is None:
        return Cid(repository.alias)
    alias, uid, path = module
    split = ck.split_of(ck.split_numbers(repository.root), alias, uid)
    name = next(iter(names[2 if split else 1 :]), "")
    entry = ck.look_up(f"{repository.root}/{path}", name, split) if name else None
    return Cid(repository.alias, alias or uid, (entry[0] or entry[1]) if entry else "")


def _catalogued(workspace: Workspace, repository: Repository, place: str) -> Cid:
    from ..store.lookup import locate  # noqa: PLC0415

    holding = [
        one
        for one in locate(workspace, [repository], Cid())
        if place == (folder := os.path.realpath(one.folder)) or place.startswith(f"{folder}/")
    ]
    if not holding:
        return Cid(repository.alias)
    inner = max(holding, key=lambda one: len(one.folder))
    return Cid(repository.alias, inner.module, inner.alias or inner.uid)
