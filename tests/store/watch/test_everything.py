"""Nothing is missed: whatever happens on the disk, a catalog that looks only where it is told knows all of it."""

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .watching import Listener, Simulated, listed, wait_until, watching


class Chaos:
    """Random changes in two repositories and a folder outside of them, as many programs at once would make them."""

    def __init__(self, base: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.roots = base / "one", base / "two"
        self.outside = base / "outside"
        for folder in (*self.roots, self.outside):
            folder.mkdir()
        self._count = 0

    def step(self) -> None:
        """Change something; a change that isn't possible is none."""
        change = self.random.choice(CHANGES)
        try:
            change(self)
        except OSError:  # a folder moved below itself, a file where a folder was wanted
            return
        if self.random.random() < 0.08:
            time.sleep(self.random.choice((0.001, 0.02, 0.06)))

    def _name(self) -> str:
        self._count += 1
        return self.random.choice(("a", "b", ".cm", "meta.json", os.fsdecode(b"\xff\xe4"), f"n{self._count}", "x y\n"))

    def _folder(self, *, outside: bool = False) -> Path:
        """Choose a folder, the root included."""
        tops = (*self.roots, self.outside) if outside else self.roots
        folder = self.random.choice(tops)
        while self.random.random() < 0.7:
            inner = [Path(one.path) for one in os.scandir(folder) if one.is_dir(follow_symlinks=False)]
            if not inner:
                break
            folder = self.random.choice(inner)
        return folder

    def _anything(self, *, outside: bool = False) -> Path:
        entries = [Path(one.path) for one in os.scandir(self._folder(outside=outside))]
        return self.random.choice(entries) if entries else self.outside / "nothing"

    def write(self) -> None:
        """Save in place."""
        (self._folder() / self._name()).write_bytes(self.random.randbytes(self.random.randrange(9)))

    def save_by_rename(self) -> None:
        """Save as most programs do."""
        folder = self._folder()
        (folder / "new").write_bytes(self.random.randbytes(self.random.randrange(9)))
        (folder / "new").replace(folder / self._name())

    def make_tree(self) -> None:
        """Make folders with files at once."""
        folder = self._folder() / self._name()
        for depth in range(self.random.randrange(1, 5)):
            folder.mkdir()
            for number in range(self.random.randrange(3)):
                (folder / f"f{number}").write_bytes(b"new")
            folder /= f"d{depth}"

    def make_and_rename(self) -> None:
        """Make a folder and give it its name afterwards."""
        folder = self._folder()
        (folder / "fresh/deep").mkdir(parents=True)
        (folder / "fresh/deep/file").write_bytes(b"1")
        (folder / "fresh").rename(folder / self._name())
        (folder / "fresh").write_bytes(b"")

    def remove(self) -> None:
        """Remove a file, or a folder with all that is in it."""
        path = self._anything()
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

    def replace_folder(self) -> None:
        """Remove a folder and make another of the same name."""
        path = self._anything()
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            path.mkdir()
            (path / "again").write_bytes(b"2")

    def move(self) -> None:
        """Rename: in a repository, from one to the other, out of both, into one."""
        self._anything(outside=True).rename(self._folder(outside=True) / self._name())

    def swap(self) -> None:
        """Let two folders or files change their names."""
        one, other, between = self._anything(), self._anything(), self.outside / f"swap{self._count}"
        one.rename(between)
        other.rename(one)
        between.rename(other)

    def copy(self) -> None:
        """Copy a tree."""
        path, target = self._anything(outside=True), self._folder() / self._name()
        if path.is_dir() and path not in target.parents and sum(1 for _ in path.rglob("*")) < 40:
            shutil.copytree(path, target, symlinks=True)

    def link(self) -> None:
        """Make a symbolic link, which is never followed."""
        (self._folder() / self._name()).symlink_to(self._folder())


CHANGES: tuple[Callable[[Chaos], None], ...] = (
    *[Chaos.write] * 4,
    *[Chaos.save_by_rename] * 3,
    *[Chaos.make_tree] * 3,
    *[Chaos.move] * 3,
    *[Chaos.remove] * 2,
    Chaos.make_and_rename,
    Chaos.replace_folder,
    Chaos.swap,
    Chaos.copy,
    Chaos.link,
)


@pytest.mark.parametrize("seed", range(3))
def test_a_catalog_that_looks_only_where_it_is_told_misses_nothing(tmp_path: Path, seed: int) -> None:
    chaos, catalog = Chaos(tmp_path, seed), Simulated()
    listener = Listener(catalog.look)
    with watching(*chaos.roots, listener=listener):
        for _ in range(3):
            for _ in range(100):
                chaos.step()
            wanted = {root: listed(root) for root in chaos.roots}
            wait_until(lambda wanted=wanted: catalog.known == wanted, "all is known")
        assert not listener.wholes
