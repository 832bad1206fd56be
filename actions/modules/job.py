"""Actions of the module `job`: look at what a detached run wrote, and end it."""

from typing import Any

from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_text
from ..jobs import record
from ..request import Request

__all__ = ["cancel", "log"]

_LOG_LIMIT = 4 << 20


def log(request: Request) -> dict[str, Any]:
    """Show what a job wrote and how it ended: `log job:UID`."""
    folder = record.find(request.workspace, _uid(request))
    state = record.read_state(folder)
    data = (folder / record.OUTPUT).read_bytes()[-_LOG_LIMIT:] if (folder / record.OUTPUT).exists() else b""
    text = safe_text(data.decode("utf-8", "replace"))
    return {"state": state.state, "exit_code": state.exit_code, "error_of_job": state.error, "log": text}


def cancel(request: Request) -> dict[str, Any]:
    """End a running job with all its processes: `cancel job:UID`."""
    state = record.cancel(record.find(request.workspace, _uid(request)))
    return {"state": state.state, "exit_code": state.exit_code}


def _uid(request: Request) -> str:
    if not request.cid.artifact:
        raise InvalidRequestError(f"say which job: ckexplore {request.action} job:UID; `ckexplore ls job` lists them")
    return request.cid.artifact
