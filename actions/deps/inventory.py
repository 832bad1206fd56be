"""What a plan is made from: the request, this machine, registered environments, and the entries that provide more.

Each is read when it is first needed, and once for a plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ...store.cid import Cid
from ...store.errors import CkexploreError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location, inherited, locate, locate_one
from ...store.registry import Repository, repositories
from ...store.untrusted import inside
from ..environments import Environment, environments
from ..request import Request
from ..software.host_os import HostOs, host_os

Entry = tuple[Location, dict[str, Any]]
"""An entry of a CK repository and its meta, with all that it inherits."""


class Inventory:
    """The surroundings of one plan."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.workspace = request.workspace
        self._entries: dict[str, list[Entry]] = {}

    @cached_property
    def repositories(self) -> list[Repository]:
        """Every known repository, in CK's lookup order."""
        return repositories(self.workspace)

    @cached_property
    def host(self) -> HostOs:
        """This machine."""
        return host_os(self.workspace, self.repositories)

    @cached_property
    def environments(self) -> list[Environment]:
        """Every registered environment."""
        return list(environments(self.workspace))

    def environment(self, uid: str) -> Environment | None:
        """Give a registered environment by its UID."""
        return next((one for one in self.environments if one.uid == uid), None)

    def entries(self, module: str) -> list[Entry]:
        """Give every readable entry of a module, each UID once, in CK's lookup order."""
        if module not in self._entries:
            self._entries[module] = list(self._read(module))
        return self._entries[module]

    def _read(self, module: str) -> Iterator[Entry]:
        seen: set[str] = set()
        for location in locate(self.workspace, self.repositories, Cid(module=module)):
            if location.uid in seen or location.repository.format != "ck":
                continue
            seen.add(location.uid)
            try:
                yield location, self.meta(location)
            except CkexploreError:  # a broken entry provides nothing; the table shows it
                continue

    def meta(self, location: Location) -> dict[str, Any]:
        """Read an entry's meta with all that it inherits. Raises UnreadableError."""
        return inherited(self.workspace, self.repositories, location, ck.own_meta(location.folder))

    def entry(self, module: str, name: str, repository: str = "") -> Entry:
        """Give one entry by alias or UID. Raises NotFoundError with the closest names, UnreadableError."""
        location = locate_one(self.workspace, self.repositories, Cid(repository, module, name))
        if location.repository.format != "ck":
            raise NotFoundError(f"{location.cid} isn't in a CK repository, so its meta doesn't say what to do with it")
        return location, self.meta(location)

    def borrowed(self, lender: Any, module: str, whom: str) -> Location | None:
        """Give the entry whose files another one uses by its meta (`{module_uoa, data_uoa}`); None when it uses none.

        Raises NotFoundError naming the borrower.
        """
        if not isinstance(lender, Mapping) or not lender.get("data_uoa"):
            return None
        cid = Cid(module=str(lender.get("module_uoa") or module), artifact=str(lender["data_uoa"]))
        try:
            return locate_one(self.workspace, self.repositories, cid)
        except NotFoundError as error:
            raise NotFoundError(f"{whom} uses files of {cid}, which isn't in any known repository: {error}") from error

    def script(self, folder: Path, name: str) -> str:
        """Give a Python file of an entry as text, "" when it isn't there. Raises RefusedError when it is elsewhere."""
        inside(folder, f"{name}.py")
        path = folder / f"{name}.py"
        return str(path) if path.is_file() else ""

    def scripts_of_host(self) -> Iterable[Path]:
        """Give the meta of the `os` entry: hooks put texts of it into scripts."""
        return [self.host.file] if self.host.file else []
