"""What no stage may see, whoever asks for it: a home as a whole, keys, settings, other jobs, approvals."""

import os
import pwd
from collections.abc import Iterable

from msgspec import Struct

from ...store.errors import RefusedError
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from .mounts import below

_KEYS = {
    *(".ssh", ".gnupg", ".aws", ".azure", ".config", ".kube", ".docker", ".netrc", ".pki", ".password-store"),
    *(".mozilla", ".thunderbird", ".git-credentials", ".npmrc", ".pypirc", "keyrings"),
}
_MANY_THINGS = (".local", ".local/share", ".cache", "Desktop", "Documents", "Downloads")
_OF_ALL_USERS = ("/", "/home", "/tmp", "/var", "/var/tmp", "/mnt", "/media", "/run/media", "/srv")  # noqa: S108
_OF_SYSTEM = ("/etc", "/proc", "/sys", "/dev", "/boot", "/run")
_DISKS = "/run/media"


class Boundaries(Struct, frozen=True):
    """`whole` may be seen in parts only (neither they nor what holds them), `closed` not at all.

    `local` is the user's own repository, of which single entries may be seen; of the `jobs` only what is in `job`.
    """

    whole: tuple[str, ...]
    closed: tuple[str, ...]
    homes: tuple[str, ...]
    local: tuple[str, ...]
    tools: tuple[str, ...]
    jobs: tuple[str, ...]
    job: tuple[str, ...]


def boundaries(workspace: Workspace, homes: Iterable[str], job: str = "") -> Boundaries:
    """Draw the boundaries for the stages of one job, or of none when a plan is made."""
    all_homes = _with_real([*homes])
    state = [str(workspace.home), *map(workspace.place, ("local", "repos", "jobs"))]
    parts = (f"{home.rstrip('/')}/{name}" for home in all_homes for name in _MANY_THINGS)
    return Boundaries(
        whole=(*_OF_ALL_USERS, *all_homes, *parts, *_with_real(state)),
        closed=(*_OF_SYSTEM, *_with_real([workspace.place("trust"), workspace.place("catalog")])),
        homes=all_homes,
        local=_with_real([workspace.place("local")]),
        tools=_with_real([workspace.place("tools")]),
        jobs=_with_real([workspace.place("jobs")]),
        job=_with_real([job]) if job else (),
    )


def _with_real(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for path in paths for text in (path, os.path.realpath(path))))


def real_homes(given: str = "") -> tuple[str, ...]:
    """Give the user's homes: one that is given, the one that our environment names, and the one of the account."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a number without an account, as in containers
        account = ""
    return tuple(home for home in dict.fromkeys((given, os.environ.get("HOME", ""), account)) if os.path.isabs(home))


def forbidden(limits: Boundaries, path: str) -> str:
    """Say why a file or folder may not be shown to a stage; empty when it may."""
    return next(filter(None, (_forbidden(limits, place) for place in _with_real([path]))), "")


def _forbidden(limits: Boundaries, place: str) -> str:
    folder = os.path.dirname(place)
    if folder == "/home" or any(below(whole, place) for whole in limits.whole):
        return "it is or holds a home, or holds all sorts of things"
    closed = any(below(place, one) for one in limits.closed) and not below(place, _DISKS)
    if closed or _KEYS.intersection(place.split("/")):
        return "that is where keys, settings or approvals are"
    if folder in limits.local:
        return "it holds all of the user's own artifacts of a kind"
    if any(below(place, jobs) for jobs in limits.jobs) and not any(is_in(place, job) for job in limits.job):
        return "it belongs to another job, or to the record of a job"
    return ""


def is_in(path: str, folder: str) -> bool:
    """Tell whether a path is in a folder, and not the folder itself."""
    return path != folder and below(path, folder)


def check(limits: Boundaries, path: str) -> None:
    """Raise RefusedError for a path that may not be shown, or that says more than one place."""
    if not os.path.isabs(path) or path.startswith("//") or os.path.normpath(path) != (path.rstrip("/") or "/"):
        raise RefusedError(f"{safe_line(path)}: a sandbox shows absolute paths without . and .. only")
    reason = forbidden(limits, path)
    if reason:
        raise RefusedError(f"{safe_line(path)}: can't be shown in a sandbox: {reason}")


def leads_elsewhere(root: str, path: str) -> bool:
    """Tell whether a path below `root` goes through a symbolic link there, such as an earlier stage may have left."""
    return os.path.realpath(path) != os.path.normpath(f"{os.path.realpath(root)}/{os.path.relpath(path, root)}")
