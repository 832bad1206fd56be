"""Whether content is our own: the sample repositories come approved, wherever their copies are."""

import hashlib
from pathlib import Path

from ...store.untrusted import read_bytes
from ...store.workspace import Workspace
from ..environments import approval_of_script
from ..plan import ExecutedFile, Plan
from ..program.builds import approval_of_build
from ..shipped_folder import SAMPLES

SHIPPED = "shipped"
"""How a plan was approved of which everything is our own."""

_LIMIT = 64 << 20
_DEEPEST = 8


def is_shipped(workspace: Workspace, plan: Plan) -> bool:
    """Tell whether every file that the plan executes has the content of one that comes with ckexplore."""
    return bool(plan.files) and all(is_shipped_file(workspace, file) for file in plan.files)


def is_shipped_file(workspace: Workspace, file: ExecutedFile) -> bool:
    """Tell whether one of our files has the same content and the same name within its repository.

    The `env.sh` of an environment counts as ours when a job that was ours registered it.
    """
    if SHIPPED in (approval_of_script(workspace, file.path, file.sha256), approval_of_build(workspace, file)):
        return True
    parts = Path(file.path).parts
    for length in range(2, min(len(parts), _DEEPEST)):
        candidate = SAMPLES.joinpath(*parts[-length:])
        if candidate.is_file() and hashlib.sha256(read_bytes(candidate, _LIMIT)).hexdigest() == file.sha256:
            return True
    return False
