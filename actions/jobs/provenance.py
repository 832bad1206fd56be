"""Where a job ran and on what: the machine, the repositories' revisions, the environments, who approved it and how."""

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...store.registry import Repository, repositories
from ...store.untrusted import safe_value
from ...store.workspace import Workspace
from ..environments import environments
from ..measure import host
from ..plan import ExecutedFile, Plan
from ..trust.mounts import below
from .revisions import revision_of

_UNKNOWN = host.UNKNOWN


def gather(workspace: Workspace, plan: Plan) -> dict[str, Any]:
    """Describe what a job that starts now runs on; what can't be told is "unknown"."""
    return safe_value(
        {
            "host": platform.node() or _UNKNOWN,
            "user": host.user(),
            "boot_id": _boot_id(),
            "platform": host.describe(),
            "repositories": [_revision(workspace, one, files) for one, files in _taking_part(workspace, plan)],
            "environment_additions": [dict(stage.environment) for stage in plan.stages],
            "sandbox": [stage.sandbox.profile for stage in plan.stages],
        }
    )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _UNKNOWN


def _taking_part(workspace: Workspace, plan: Plan) -> list[tuple[Repository, list[ExecutedFile]]]:
    """List the repositories that hold a file which the plan executes, each with those files."""
    held = ((one, [file for file in plan.files if below(file.path, one.root)]) for one in repositories(workspace))
    return [(one, files) for one, files in held if files]


def _revision(workspace: Workspace, repository: Repository, files: Sequence[ExecutedFile]) -> dict[str, Any]:
    """Tell at which commit a repository is, and whether the plan's files are as that has them."""
    told = {"repo_uoa": repository.alias, "repo_uid": repository.uid, "path": repository.root}
    if repository.origin == "own":
        return told
    if not any(os.path.lexists(f"{folder}/.git") for folder in (repository.root, *_above(repository.root))):
        return told | {"commit": _UNKNOWN, "why": "no git"}
    return told | revision_of(workspace, repository, files)


def _above(path: str) -> Iterator[str]:
    while (parent := os.path.dirname(path)) != path:
        path = parent
        yield path


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
