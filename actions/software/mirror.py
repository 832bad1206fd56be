"""What a package would fetch from the network, and taking it from a folder of the user's instead (`--mirror=FOLDER`).

The universal scripts of public repositories tell by variables what they fetch: an archive (PACKAGE_WGET, PACKAGE_URL,
PACKAGE_NAME) or a git repository (PACKAGE_GIT, PACKAGE_URL). Those of Python packages leave it to pip.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from ...store.errors import NotFoundError
from ...store.untrusted import safe_line
from ..deps.inventory import Inventory
from .package_meta import Package

_REMOTE = ("http://", "https://", "ftp://", "git://", "git@", "ssh://")


class Mirror(Struct, frozen=True):
    """`fetches` is what has to be fetched after all, "" for nothing; `variables` make the script use what is there.

    `file` is the archive that is copied to where the script would have put it, under the `name` that it has there.
    """

    fetches: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    name: str = ""
    repository: str = ""
    wheels: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """What a stage has to see of the mirror."""
        return tuple(filter(None, (self.file, self.repository, self.wheels)))

    def copies(self, folder: str) -> tuple[tuple[str, str], ...]:
        """Say what is copied before the script runs."""
        return ((self.file, f"{folder}/{self.name}"),) if self.file else ()


def from_mirror(inventory: Inventory, package: Package) -> Mirror:
    """Work out what a package fetches, and what of it is in the mirror. Raises NotFoundError when that hasn't it."""
    variables = package.install_env
    url, name = str(variables.get("PACKAGE_URL") or ""), str(variables.get("PACKAGE_NAME") or "")
    clones = str(variables.get("PACKAGE_GIT", "")).upper() == "YES"
    downloads = str(variables.get("PACKAGE_WGET", "")).upper() == "YES"
    folder = inventory.request.text("mirror") or os.environ.get("CKEXPLORE_MIRROR", "")
    if not (clones or downloads or url.startswith(_REMOTE)):
        return _for_pip(folder, is_asked=bool(inventory.request.text("mirror")))
    fetches = url if clones or not name else f"{url.rstrip('/')}/{name}"
    needs_network = Mirror(fetches if url.startswith(_REMOTE) else "")
    if not folder:
        return needs_network
    folder = os.path.abspath(os.path.expanduser(folder))
    wanted = _names(url, name, clones=clones)
    is_there = os.path.exists if clones else os.path.isfile
    found = next((path for one in wanted if is_there(path := os.path.join(folder, one))), "")
    if not found:
        if inventory.request.text("mirror"):
            raise NotFoundError(
                f"{package.location.cid}: {safe_line(folder)} has none of {', '.join(map(safe_line, wanted))}, "
                f"which would be fetched from {safe_line(url)}"
            )
        return needs_network
    if clones:
        return Mirror(variables={"PACKAGE_URL": found}, repository=found)
    in_place = name if _is_name(name) else os.path.basename(found)
    return Mirror(variables={"PACKAGE_WGET": "NO"}, file=found, name=in_place)


def _for_pip(folder: str, *, is_asked: bool) -> Mirror:
    """Let pip, which the scripts of Python packages call, look for wheels in a folder too; without network only there.

    Raises NotFoundError when the folder that was asked for isn't there.
    """
    folder = os.path.abspath(os.path.expanduser(folder)) if folder else ""
    if not folder or not os.path.isdir(folder):
        if is_asked:
            raise NotFoundError(f"--mirror={safe_line(folder)}: there is no such folder")
        return Mirror()
    if not any(name.endswith(".whl") for name in os.listdir(folder)):
        return Mirror()
    only = {} if network_is_there() else {"PIP_NO_INDEX": "1"}
    return Mirror(variables={"PIP_FIND_LINKS": Path(folder).as_uri(), **only}, wheels=folder)


def network_is_there() -> bool:
    """Tell whether this machine has a route to anywhere; True where that can't be told. Nothing is sent."""
    try:
        routes = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
        routes6 = Path("/proc/net/ipv6_route").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return True
    return bool(routes) or any(not line.rstrip().endswith(" lo") for line in routes6)


def _names(url: str, name: str, *, clones: bool) -> list[str]:
    """Give the names under which a mirror may have it, none that leads out of the mirror."""
    last = url.rstrip("/").rpartition("/")[2]
    bare = last.removesuffix(".git")
    return [one for one in dict.fromkeys((bare, f"{bare}.git") if clones else (name, last)) if _is_name(one)]


def _is_name(text: str) -> bool:
    return text not in ("", ".", "..", ".git") and "/" not in text and "\0" not in text
