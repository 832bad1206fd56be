"""Changing the user's own CK repository: prepared when it isn't there, one process at a time, refusals as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import CkexploreError
from .formats import ck, ck_entries
from .repos import prepare_home
from .uid import module_uid
from .untrusted import safe_line
from .workspace import Workspace


@contextmanager
def changing(workspace: Workspace, module: str, description: str = "") -> Iterator[Path]:
    """Give the folder of one of the user's own modules, for as long as nobody else changes its entries.

    A module that CK doesn't have is described, so that it is one for CK as well.

    Raises CkexploreError, also for what the disk refuses inside the block.
    """
    from .journal.files import locked  # noqa: PLC0415  (TinyDB comes with it, which reading doesn't need)

    folder = workspace.local / module
    prepare_home(workspace)
    if description:
        _ensure_described(workspace.local, module, description)
    try:
        (folder / ".cm").mkdir(parents=True, exist_ok=True)
        with locked(folder / ".cm/lock"):
            yield folder
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(folder))}: can't be changed ({error.strerror or error})") from error


def _ensure_described(root: Path, module: str, description: str) -> None:
    """Make the module an entry itself: the original CK asks the network for one that isn't."""
    if not ck.uid_of_alias(root / "module", module):
        ck_entries.create_entry(root, "module", {"desc": description}, alias=module, uid=module_uid(module))
