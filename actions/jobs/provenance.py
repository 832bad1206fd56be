"""Where a job ran and on what: the machine, the repositories' revisions, the environments, who approved it and how."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...store.registry import Repository, repositories
from ...store.untrusted import safe_value
from ...store.workspace import Workspace
from ..environments import environments
from ..measure import host
from ..plan import Plan
from ..trust.mounts import below

_UNKNOWN = host.UNKNOWN
_COMPARED = 512 << 20  # bytes
_PATIENCE = 5.0  # seconds


def gather(workspace: Workspace, plan: Plan) -> dict[str, Any]:
    """Describe what a job that starts now runs on; what can't be told is "unknown"."""
    return safe_value(
        {
            "host": platform.node() or _UNKNOWN,
            "user": host.user(),
            "boot_id": _boot_id(),
            "platform": host.describe(),
            "repositories": [_revision(one, files) for one, files in _taking_part(workspace, plan)],
            "environment_additions": [dict(stage.environment) for stage in plan.stages],
            "sandbox": [stage.sandbox.profile for stage in plan.stages],
        }
    )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _UNKNOWN


def _taking_part(workspace: Workspace, plan: Plan) -> list[tuple[Repository, list[str]]]:
    """List the repositories that hold a file which the plan executes or takes as data, each with those files."""
    files = [*(str(file.place) for file in plan.files), *_data_of(plan)]
    held = ((one, [file for file in files if below(file, one.root)]) for one in repositories(workspace))
    return [(one, inside) for one, inside in held if inside]


def _data_of(plan: Plan) -> Iterator[str]:
    """Yield the file of a data set that a program takes first; of one that is copied the plan has all files."""
    for stage in plan.stages:
        dataset = (stage.input or {}).get("dataset")
        if isinstance(dataset, dict) and not dataset.get("private"):
            yield from (os.path.join(dataset["path"], name) for name in dataset["files"][:1])


def _revision(repository: Repository, files: Sequence[str]) -> dict[str, Any]:
    """Tell at which commit a repository is, and whether these files are as that has them."""
    told = {"repo_uoa": repository.alias, "repo_uid": repository.uid, "path": repository.root}
    if repository.origin == "own":
        return told
    root = repository.path
    if not any(os.path.lexists(folder / ".git") for folder in (root, *root.parents)):
        return told | {"commit": _UNKNOWN, "why": "no git"}
    from ...store.revision import Limits, revision_of_files  # noqa: PLC0415  (dulwich, for what isn't ours)

    inside = [os.path.relpath(file, root) for file in files]
    return told | asdict(revision_of_files(root, inside, Limits(_COMPARED, _PATIENCE)))


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
