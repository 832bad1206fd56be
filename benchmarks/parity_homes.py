"""A home that is prepared once, so that an attempt can start from it as it was, and what is registered in it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from parity_attempts import Found

HERE = "home"


class PreparedHome:
    """The folder `home` below a folder, and beside it a copy of what it was after its preparation.

    Homes have absolute paths in them, so that only one at this place is good for anything.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / HERE
        self._prepared = folder / f"{HERE}-prepared"

    def prepare(self, preparation: Callable[[], None]) -> None:
        """Do the preparation, unless that has been done."""
        if not self._prepared.is_dir():
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(parents=True)
            preparation()
            shutil.copytree(self.path, self._prepared, symlinks=True)

    def renew(self) -> None:
        """Make it again what it was after its preparation."""
        shutil.rmtree(self.path)
        shutil.copytree(self._prepared, self.path, symlinks=True)


def environments(local: Path) -> Iterator[Found]:
    """Yield what is registered in a local repository of CK's format."""
    for file in sorted((local / "env").glob("*/.cm/meta.json")):
        meta = json.loads(file.read_text())
        customize = meta.get("customize", {})
        yield Found(meta.get("soft_uoa", ""), customize.get("full_path", ""), str(customize.get("version", "")))
