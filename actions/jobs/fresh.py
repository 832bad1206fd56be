"""Folders that a stage makes anew: empty when it begins, as they were before when it fails, nothing half-made."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ...store.errors import FailedError
from ...store.removal import remove_tree
from ...store.untrusted import safe_line

_ASIDE = ".{}.before"


@contextmanager
def fresh_folders(folders: Iterable[str]) -> Iterator[None]:
    """Put folders aside while a block runs; back when it fails, away when it ends well.

    A folder that was put aside by one that never ended counts as it was then. Raises FailedError.
    """
    with ExitStack() as stack:
        for folder in folders:
            stack.enter_context(_fresh(Path(folder)))
        yield


@contextmanager
def _fresh(folder: Path) -> Iterator[None]:
    aside = folder.with_name(_ASIDE.format(folder.name))
    try:
        if os.path.lexists(aside):  # what stands in its place is half-made
            _remove(folder)
        elif os.path.lexists(folder):
            folder.rename(aside)
    except OSError as error:
        raise FailedError(f"{safe_line(str(folder))} can't be put aside ({error.strerror})") from error
    try:
        yield
    except BaseException:
        _remove(folder)
        if os.path.lexists(aside):
            aside.rename(folder)
        raise
    _remove(aside)


def _remove(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif os.path.lexists(folder):
        remove_tree(folder)
