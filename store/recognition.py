"""A folder read as a repository, or as the repositories that stand directly in it."""

import os
from pathlib import Path

from .cid import is_uid
from .errors import InvalidRequestError, NotFoundError
from .formats import format_named, recognise
from .registry import Repository
from .uid import derived_uid
from .untrusted import safe_line


def open_folder(folder: Path) -> list[Repository]:
    """Read a folder as one repository, or as the repositories that stand directly in it.

    Raises NotFoundError or InvalidRequestError.
    """
    root = Path(os.path.abspath(folder))
    if not root.exists():
        raise NotFoundError(f"{safe_line(str(folder))}: no such folder")
    if not root.is_dir():
        raise InvalidRequestError(f"{safe_line(str(folder))}: a file, not the folder of a repository")
    kind = recognise(root)
    if kind == "plain":
        kinds = {child: recognise(child) for child in sorted(root.iterdir()) if _is_folder(child)}
        if any(one != "plain" for one in kinds.values()):
            chosen = {child: one for child, one in kinds.items() if one != "plain" or (child / "README.md").exists()}
            return [described(child, one, "folder") for child, one in chosen.items()]
    return [described(root, kind, "folder")]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def described(root: Path, kind: str, origin: str) -> Repository:
    """Name a repository by its own description where it has one, else by its folder."""
    alias, uid = format_named(kind).identity(root)
    uid = uid.lower() if is_uid(uid) else derived_uid("repository", str(root))
    return Repository(safe_line(alias or root.name or "root", 120), uid, root, kind, origin)
