"""Where a job ran and on what: the machine, the repositories' revisions, the environments, who approved it and how."""

import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...store.errors import CkexploreError
from ...store.registry import Repository, repositories
from ...store.untrusted import safe_value
from ...store.workspace import Workspace
from ..environments import environments
from ..measure import host
from ..plan import Plan
from ..trust.mounts import below

_UNKNOWN = host.UNKNOWN


def gather(workspace: Workspace, plan: Plan) -> dict[str, Any]:
    """Describe what a job that starts now runs on; what can't be told is "unknown"."""
    return safe_value(
        {
            "host": platform.node() or _UNKNOWN,
            "user": host.user(),
            "boot_id": _boot_id(),
            "platform": host.describe(),
            "repositories": [_revision(one) for one in _taking_part(workspace, plan)],
            "environment_additions": [dict(stage.environment) for stage in plan.stages],
            "sandbox": [stage.sandbox.profile for stage in plan.stages],
        }
    )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _UNKNOWN


def _taking_part(workspace: Workspace, plan: Plan) -> list[Repository]:
    """List the repositories that hold a file which the plan executes."""
    folders = {os.path.dirname(file.path) for file in plan.files}
    return [one for one in repositories(workspace) if any(below(folder, one.root) for folder in folders)]


def _revision(repository: Repository) -> dict[str, Any]:
    told = {"repo_uoa": repository.alias, "repo_uid": repository.uid, "path": repository.root}
    if repository.origin == "own":
        return told
    from ...store.revision import read_revision  # noqa: PLC0415  (dulwich, for what isn't ours)

    try:
        return told | asdict(read_revision(repository.path))
    except CkexploreError as error:
        return told | {"commit": _UNKNOWN, "why": str(error)}


def resolved(workspace: Workspace, plan: Plan) -> list[dict[str, Any]]:
    """Describe the environments that the stages use: complete when the stages that make them have run."""
    used = {uid for stage in plan.stages for uid in stage.sandbox.environments}
    found = [one for one in environments(workspace) if one.uid in used]
    return safe_value(
        [
            {"env_uid": one.uid, "version": one.version, "full_path": one.full_path, "tags": list(one.tags)}
            for one in found
        ]
    )
