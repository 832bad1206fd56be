"""Clone and pull through one hardened git: no hooks, templates, submodules, LFS or prompts; allow-listed transports.

git is only ever started in folders that it made for us, and whose settings it wrote: a foreign tree's `.git/config`
can execute commands. GitPython is imported when the first clone or pull begins.
"""

import contextlib
import fcntl
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import CkexploreError, InvalidRequestError, RefusedError
from .git_process import TRANSPORTS, GitFailedError, Progress, run
from .removal import remove_tree
from .untrusted import read_text, safe_line

__all__ = ["Progress", "check_url", "clone", "pull"]

_USER = r"(?:[\w%][\w.%+~-]*@)?"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|\w[\w.-]*)"
_PATH = r"[^\s\"\\#;?\x00-\x1f\x7f]+"
_ADDRESS = re.compile(rf"(?:{'|'.join(TRANSPORTS)})://{_USER}{_HOST}(?::[0-9]+)?/{_PATH}")
_SSH_ADDRESS = re.compile(rf"(?!.*::){_USER}{_HOST}:(?!-){_PATH}")
_PASSWORD = re.compile(r"\w+://[^/@]*:[^/@]*@")

_SCRATCH = ".clone-"
_STALE = 3600  # seconds

_SECTION = re.compile(r'\[(?:core|extensions|remote "origin"|branch "[^"\\\n]+")\]')
_SETTING = re.compile(
    r"\t(?:(?:repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode"
    r"|objectformat|refstorage) = \w+|remote = origin|fetch = \+refs/heads/\*:refs/remotes/origin/\*"
    r"|merge = refs/heads/[^\s\"\\#;]+|url = (?P<url>[^\s\"\\#;]+))"
)


def check_url(url: str) -> str:
    """Return `url` if its transport is allowed and no part of it can be taken for an option.

    Raises InvalidRequestError; also for an address with a password, which lists and records would show.
    """
    if _PASSWORD.match(url):
        raise InvalidRequestError("an address with a password would be kept and shown; put the password into ~/.netrc")
    if _ADDRESS.fullmatch(url) or ("://" not in url and _SSH_ADDRESS.fullmatch(url)):
        return url
    raise InvalidRequestError(
        f"{safe_line(url)!r} is not an address that is cloned here; use {', '.join(TRANSPORTS)} "
        "(a folder on this machine is added with --path)"
    )


def clone(url: str, target: Path, progress: Progress) -> None:
    """Clone `url` into the new folder `target`; nothing is left behind when it fails or is cancelled.

    What `progress` raises cancels, as Ctrl-C does. Submodules aren't fetched, and files in LFS stay pointers.
    Raises InvalidRequestError, UnavailableError (no git) or CkexploreError with git's last words.
    """
    check_url(url)
    _refuse_present(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target.parent)
        with _scratch(target.parent) as (folder, lock):
            words = ["clone", "--progress", "--no-recurse-submodules", "--template=", "--", url, "tree"]
            run(words, folder, progress, held=(lock,))
            _refuse_present(target)
            (folder / "tree").rename(target)
    except GitFailedError as error:
        raise CkexploreError(f"cloning {safe_line(url)} failed: {error}") from error
    except OSError as error:
        raise CkexploreError(f"{safe_line(str(target))}: can't be made ({error.strerror})") from error


def _refuse_present(target: Path) -> None:
    if os.path.lexists(target):
        raise InvalidRequestError(f"{safe_line(str(target))} exists already; choose another name")


@contextlib.contextmanager
def _scratch(parent: Path) -> Iterator[tuple[Path, int]]:
    """Make a folder that is locked for as long as we or a git of ours lives, and that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=parent))
    try:
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder, lock
        finally:
            os.close(lock)
    finally:
        remove_tree(folder)


def _remove_stale(parent: Path) -> None:
    """Remove what clones left that were killed before they could clean up."""
    for one in parent.glob(f"{_SCRATCH}*"):
        status = one.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_mtime < time.time() - _STALE and not _is_locked(one / "lock"):
            with contextlib.suppress(OSError):  # another clone may be doing the same
                remove_tree(one)


def _is_locked(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def pull(folder: Path, progress: Progress) -> bool:
    """Fast-forward a clone that we made, and tell whether anything changed.

    What `progress` raises cancels, as Ctrl-C does: the clone stays at its revision. Once the new files are being
    written this is finished first, so that the clone is never between two revisions.
    Raises RefusedError (settings that git didn't write when it cloned), UnavailableError or CkexploreError.
    """
    _check_settings(folder)
    name = safe_line(folder.name)
    place = {"GIT_DIR": str(folder / ".git"), "GIT_WORK_TREE": str(folder)}
    before = _head(folder)
    try:
        _fetch(folder, progress, place)
        progress(None, "checking out")
        words = ["merge", "--ff-only", "--no-autostash", "--no-stat", "--progress", "@{upstream}"]
        _to_its_end(lambda told: run(words, folder, told, environment=place), progress)
    except GitFailedError as error:
        raise CkexploreError(f"pulling {name} failed: {error}") from error
    return _head(folder) != before


def _fetch(folder: Path, progress: Progress, place: dict[str, str]) -> None:
    try:
        run(["fetch", "--progress", "--no-recurse-submodules", "origin"], folder, progress, environment=place)
    except BaseException:
        for part in (folder / ".git/objects").glob("*/tmp_*"):  # git leaves what it had received so far
            part.unlink(missing_ok=True)
        raise


def _to_its_end(step: Callable[[Progress], None], progress: Progress) -> None:
    """Do a step that mustn't be cut short: Ctrl-C, and what `progress` raises, is raised when it is done."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (only a pull needs it)

    raised: list[Exception] = []

    def told(share: float | None, text: str) -> None:
        if not raised:
            try:
                progress(share, text)
            except Exception as error:
                raised.append(error)

    with ThreadPoolExecutor(1) as beside:  # whose end waits for the step, whatever happens here
        beside.submit(step, told).result()
    if raised:
        raise raised[0]


def _head(folder: Path) -> str:
    from .git_folder import find  # noqa: PLC0415  (dulwich)

    return find(folder).head().commit


def _check_settings(folder: Path) -> None:
    """Refuse a clone whose settings aren't those that git writes: others may execute commands. Raises RefusedError."""
    settings = folder / ".git"
    if settings.is_symlink() or not settings.is_dir() or os.path.lexists(settings / "commondir"):
        raise RefusedError(f"{safe_line(str(folder))}: not a clone that ckexplore made; pull it there yourself")
    for line in filter(None, read_text(settings / "config").split("\n")):  # nothing else ends a line for git
        setting = _SETTING.fullmatch(line)
        if not (setting or _SECTION.fullmatch(line)):
            raise RefusedError(
                f"{safe_line(str(settings / 'config'))}: the line {safe_line(line.strip(), 80)!r} isn't from the "
                "clone, and git isn't run with settings of others (they can execute commands): pull it there yourself"
            )
        if setting and setting["url"]:
            check_url(setting["url"])
