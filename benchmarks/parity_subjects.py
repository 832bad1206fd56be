"""What is tried: every entry of a module in the given repositories, each UID once, as CK would look it up."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One entry of `soft` or `program`."""

    module: str
    uid: str
    alias: str
    repository: str
    folder: Path

    @property
    def cid(self) -> str:
        """What both command lines call it; by the UID, because some names are given twice."""
        return f"{self.module}:{self.uid}"

    def meta(self) -> dict[str, Any]:
        return json.loads((self.folder / ".cm" / "meta.json").read_text())


def repository_info(root: Path) -> dict[str, Any]:
    """Give what a repository says of itself: `data_alias`, `data_uid`, `dict`."""
    return json.loads((root / ".ckr.json").read_text())


def subjects(roots: Sequence[Path], module: str) -> list[Subject]:
    """Give the entries of a module, sorted by name; of those with the same UID the one in the first repository."""
    found: dict[str, Subject] = {}
    for root in roots:
        repository = repository_info(root)["data_alias"]
        for meta in sorted((root / module).glob("*/.cm/meta.json")):
            folder = meta.parent.parent
            uid_file = root / module / ".cm" / f"alias-a-{folder.name}"
            uid = uid_file.read_text().strip() if uid_file.exists() else folder.name
            found.setdefault(uid, Subject(module, uid, folder.name, repository, folder))
    return sorted(found.values(), key=lambda subject: (subject.alias, subject.uid))
