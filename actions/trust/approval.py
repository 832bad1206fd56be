"""Whether a plan may be executed: its approval hash was named, a person confirmed it, or all of it is our own.

An approval binds to content: the hash covers the plan and every file that it executes, and the supervisor compares
the files again just before each stage.
"""

import hashlib
from importlib.resources import files
from pathlib import Path

from ...store.errors import RefusedError
from ...store.untrusted import read_bytes, safe_line
from ..plan import Plan
from ..request import Request


def check(request: Request, plan: Plan) -> None:
    """Return when the plan is approved. Raises RefusedError saying how to approve it.

    `--yes --expect=HASH` approves exactly one content, so that a script approves what somebody has read and not a name.
    """
    expected = request.text("expect")
    if expected and expected != plan.approval:
        raise RefusedError(
            f"the plan is not the one that was approved: its hash is {plan.approval}, not {safe_line(expected, 80)}; "
            "look at it again with --dry-run"
        )
    if (request.flag("yes") and expected) or is_shipped(plan) or request.console.confirm(plan):
        return
    raise RefusedError(
        f"not approved, so nothing was executed: {plan.request}. Look at it with --dry-run --out=json, "
        f"then say --yes --expect={plan.approval}"
    )


def is_shipped(plan: Plan) -> bool:
    """Tell whether every file that the plan executes has the content of one that comes with ckexplore."""
    root = Path(str(files("ckexplore.sample_repos")))
    return bool(plan.files) and all(_is_shipped(root, file.path, file.sha256) for file in plan.files)


def _is_shipped(root: Path, path: str, sha256: str) -> bool:
    parts = Path(path).parts
    for length in range(2, min(len(parts), 8)):
        candidate = root.joinpath(*parts[-length:])
        if candidate.is_file() and hashlib.sha256(read_bytes(candidate, 64 << 20)).hexdigest() == sha256:
            return True
    return False
