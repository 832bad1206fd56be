"""Who may change entries of which repository, and how two processes that do so keep out of each other's way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .cid import MODULE_UIDS, Cid, is_uid
from .ck_modules import CK_MODULES
from .errors import CkexploreError, NotFoundError, RefusedError
from .formats import ck
from .formats.ck_changing import ModuleFolder, module_folder, refuse_links
from .lookup import Location, locate_one
from .registry import Repository, named
from .repos import prepare_home
from .uid import derived_uid
from .untrusted import safe_line
from .workspace import Workspace

_OWN_KIND = {"jobs": "what ckexplore records of its runs", "trust": "what you approved"}
_OWN_MODULES = {"approval", "job", "repo"}
_TOOLS = {"cm": "cm", "mlc": "mlc", "cmeta": "cx"}


def refuse_unwritable(repository: Repository, module: str = "") -> None:
    """Raise RefusedError unless entries of a repository are the user's to change: CK's format, and registered."""
    alias = repository.alias
    if repository.origin == "own" and alias in _OWN_KIND:
        raise RefusedError(f"{alias} is {_OWN_KIND[alias]}; nothing is changed there by hand")
    if module in _OWN_MODULES:
        raise RefusedError(
            f"entries of {module} are ckexplore's own; `ckexplore help {module}` lists what changes them"
        )
    if repository.format != "ck":
        tool = f"; change it with its own tool, {_TOOLS[repository.format]}" if repository.format in _TOOLS else ""
        raise RefusedError(f"{alias} is no CK repository (its format is {repository.format}), so it is only read{tool}")
    if repository.origin == "folder":
        raise RefusedError(
            f"{alias} is only browsed in this session, so nothing is changed there; "
            f"register it first: ckexplore add repo --path={safe_line(repository.root)}"
        )
    if repository.problem and repository.origin != "own":  # our own is made when it is first written
        raise RefusedError(repository.problem)


def module_of(location: Location) -> ModuleFolder:
    """Give the folder of an entry's module."""
    return module_folder(location.repository.path, location.module, location.module_uid)


def module_named(workspace: Workspace, known: Sequence[Repository], name: str, own: Sequence[str]) -> tuple[str, str]:
    """Give alias and UID of a module that entries may be added to: an entry of `module`, one that is in use, or ours.

    Raises NotFoundError.
    """
    try:
        found = locate_one(workspace, known, Cid(module="module", artifact=name))
    except NotFoundError:
        pass
    else:
        return found.alias, found.uid
    for repository in known:
        used = ck.look_up(repository.root, name) if repository.format == "ck" and not repository.problem else None
        if used and used[1]:
            return used[0], used[1]
    standard = {
        **CK_MODULES,
        **MODULE_UIDS,
        **{one: MODULE_UIDS.get(one) or CK_MODULES.get(one) or derived_uid("module", one) for one in own},
    }
    for alias, uid in standard.items():
        if name in (alias, uid):
            return alias, uid
    from .closest import closest  # noqa: PLC0415
    from .lookup import module_names  # noqa: PLC0415

    hint = closest(name, [*standard, *module_names(known)])
    if is_uid(name) or not hint:
        hint = f"; make it first: ckexplore add module:{safe_line(name)}"
    raise NotFoundError(f"can't find path to module {safe_line(name)!r}{hint}")


def target_repository(known: Sequence[Repository], name: str) -> Repository:
    """Give the repository that an entry is added to: the user's own, unless another is named. Raises NotFoundError."""
    return named(known, name or "local")


@contextmanager
def changing_entries(workspace: Workspace, repository: Repository, module: ModuleFolder) -> Iterator[None]:
    """Keep other processes of ours from changing a module's entries meanwhile.

    Raises CkexploreError, also for what the disk refuses inside the block.
    """
    from .journal.files import locked  # noqa: PLC0415  (TinyDB comes with it, which reading doesn't need)

    prepare_home(workspace)
    refuse_links(module)
    try:
        with locked(_lock_file(workspace, repository, module)):
            yield
    except OSError as error:
        where = safe_line(str(error.filename or module.folder))
        raise CkexploreError(f"{where}: can't be changed ({error.strerror or error})") from error


def _lock_file(workspace: Workspace, repository: Repository, module: ModuleFolder) -> Path:
    """Give the file that is locked: in the user's own repository where its other writers lock, else in our home.

    No file of ours is left in a repository that others share.
    """
    own = repository.origin == "own"
    folder = module.folder / ".cm" if own else Path(workspace.place("locks"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ("lock" if own else derived_uid("lock", str(module.folder)))
