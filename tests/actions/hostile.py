"""A repository of a stranger, for tests: programs, soft entries and packages that do what they like."""

from pathlib import Path
from typing import Any

from ckexplore.actions import access
from ckexplore.actions.kernel import plan as plan_of
from ckexplore.actions.plan import Plan
from ckexplore.actions.request import request_from
from ckexplore.store import repos
from ckexplore.store.formats.ck_entries import create_entry, create_repository
from ckexplore.store.uid import derived_uid
from ckexplore.store.workspace import Workspace

Files = dict[str, str]


class Stranger:
    """A repository that is registered, and a person who approves whatever it wants, with exactly its content."""

    def __init__(self, workspace: Workspace, root: Path) -> None:
        self.workspace, self.root = workspace, root
        create_repository(root, root.name, derived_uid("repo", str(root)))
        repos.register(workspace, root)

    def entry(self, module: str, name: str, meta: dict[str, Any], files: Files | None = None) -> Path:
        """Make an entry with its files."""
        uid = derived_uid(str(self.root), module, name)
        entry = create_entry(self.root, module, {"tags": [], **meta}, alias=name, uid=uid, name=name)
        for path, text in (files or {}).items():
            (entry / path).parent.mkdir(parents=True, exist_ok=True)
            (entry / path).write_text(text)
        return entry

    def program(self, name: str, command: str, files: Files | None = None, **run_time: Any) -> Path:
        """Make a program whose only command, `x`, is a line of shell."""
        commands = {"x": {"run_time": {"run_cmd_main": command, **run_time}}}
        return self.entry("program", name, {"no_compile": "yes", "run_cmds": commands}, files)

    def plan(self, action: str, cid: str, **values: Any) -> Plan:
        """Plan a request, as the content is now."""
        return plan_of(request_from(self.workspace, {"action": action, "cid": cid, **values}))

    def approved(self, action: str, cid: str, **values: Any) -> dict[str, Any]:
        """Execute a request that somebody has read and approved as it is now."""
        known = self.plan(action, cid, **values).approval
        return access({"action": action, "cid": cid, "yes": True, "expect": known, **values}, self.workspace)

    def log(self) -> str:
        """Give what the last job wrote."""
        return str(access({"action": "log", "cid": "job:last"}, self.workspace)["log"])
