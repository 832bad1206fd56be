"""Small CM and mlcflow repositories with scripts, and stand-ins for their tools."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ckexplore.store import repos
from ckexplore.store.workspace import Workspace

AUTOMATION = "5b4e0237da074764"
# What CM's own automation does of a run, as far as these tests need it.
CM_AUTOMATION = """
import os
from cmind.automation import Automation

class CAutomation(Automation):
    def __init__(self, cmind, automation_file):
        super().__init__(cmind, __file__)

    def run(self, i):
        found = super().search({**i, "out": None})
        if found["return"] or not found["list"]:
            return {"return": 16, "error": "no script"}
        return {"return": os.system("sh " + found["list"][0].path + "/run.sh") and 1}
"""
_STAND_IN = """#!/bin/sh
# stands in for {calls}
echo "words: $*"
cat "${variable}/repos.json"
for root in "${variable}"/views/*; do (cd "$root" && echo && ls -d */* *.yaml); done
"""


def stand_in(folder: Path, program: str) -> Path:
    """Write a program that looks like a tool, and tells with which words and what home it was started."""
    calls, variable = {"cm": ("cmind.cli", "CM_REPOS"), "mlc": ("mlc.main", "MLC_REPOS")}[program]
    folder.mkdir(exist_ok=True)
    path = folder / program
    path.write_text(_STAND_IN.format(calls=calls, variable=variable))
    path.chmod(0o755)
    return path


class Scripts:
    """A repository of the format "cm" or "mlc" that is being made."""

    def __init__(self, workspace: Workspace, root: Path, format_name: str) -> None:
        self.workspace, self.root, self.format = workspace, root, format_name
        self._description, self._meta = ("cmr.yaml", "_cm.json") if format_name == "cm" else ("meta.yaml", "meta.json")
        (root / "script").mkdir(parents=True)
        alias, uid = root.name, format_name.encode().hex().ljust(16, "0")
        (root / self._description).write_text(f"alias: {alias}\nuid: '{uid}'\n")
        if format_name == "cm":
            self._entry("automation", "script", AUTOMATION, "bbeb15d8f0a944a4", {"tags": []})
            (root / "automation" / "script" / "module.py").write_text(CM_AUTOMATION)

    def script(self, alias: str, tags: str, files: Mapping[str, str] | None = None, **meta: Any) -> Path:
        """Write a script; its UID comes from its alias."""
        uid = alias.encode().hex()[:16].ljust(16, "0")
        folder = self._entry("script", alias, uid, AUTOMATION, {"tags": tags.split(","), **meta})
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        return folder

    def _entry(self, module: str, alias: str, uid: str, module_uid: str, meta: Mapping[str, Any]) -> Path:
        folder = self.root / module / alias
        folder.mkdir(parents=True)
        names = {"alias": alias, "uid": uid, "automation_alias": module, "automation_uid": module_uid}
        (folder / self._meta).write_text(json.dumps({**names, **meta}))
        return folder

    def register(self) -> None:
        """Make it known, if it isn't."""
        if not any(one.path == self.root for one in repos.repositories(self.workspace)):
            repos.register(self.workspace, self.root)
