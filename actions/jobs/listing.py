"""Jobs as they are listed: what each is about, where it is, how long it took."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...store.cid import MODULE_UIDS, Cid, matches
from ...store.errors import CkexploreError
from ...store.formats.ck import own_meta
from ...store.registry import JOBS_UID
from ...store.untrusted import safe_line
from ...store.workspace import Workspace
from ..report.units import duration
from .record import JobState, all_jobs, read_state


def described(folder: Path) -> dict[str, Any]:
    """Describe a job: `data_uid`, `request`, `state`, `exit_code`, `started`, `seconds`, `resources`, `error`, …

    Raises UnreadableError.
    """
    state, meta = read_state(folder), own_meta(folder)
    return {
        **_identity(folder),
        "request": safe_line(str(meta.get("request", ""))),
        "cid": safe_line(str(meta.get("cid", ""))),
        "state": state.state,
        "waits": state.waits,
        "exit_code": state.exit_code,
        "stage": state.title,
        "started": state.started,
        "seconds": round(seconds_of(state), 3),
        "resources": state.resources,
        "error": state.error,
        "results": state.results,
    }


def _identity(folder: Path) -> dict[str, str]:
    return {
        "repo_uoa": "jobs",
        "repo_uid": JOBS_UID,
        "module_uoa": "job",
        "module_uid": MODULE_UIDS["job"],
        "data_uoa": folder.name,
        "data_uid": folder.name,
        "path": str(folder),
    }


def listed_jobs(workspace: Workspace, cids: Sequence[Cid]) -> list[dict[str, Any]]:
    """List the jobs that some CIDs name, the oldest first, each with `shown`: its state, time and request."""
    wanted = [cid.artifact for cid in cids if cid.artifact] or ["*"]
    jobs = reversed(all_jobs(workspace))
    return [_listed(folder) for folder in jobs if any(matches(name, "", folder.name) for name in wanted)]


def _listed(folder: Path) -> dict[str, Any]:
    try:
        told = described(folder)
    except CkexploreError as error:
        return {**_identity(folder), "shown": f"broken: {error}"}
    state = "waits for input" if told["waits"] else told["state"]
    took = duration(told["seconds"]) if told["seconds"] else ""
    return {**told, "shown": f"{state:<10}{took:>12}  {told['request']}"}


def seconds_of(state: JobState) -> float:
    """Give the seconds that a job has run for; 0 for one that hasn't begun."""
    if not state.started:
        return 0.0
    return max(0.0, (state.ended or time.time()) - state.started)
