"""Actions of the module `approval`: what has been approved for good, and whether it still holds."""

from typing import Any

from ...store.errors import CkexploreError, NotFoundError
from ...store.untrusted import safe_line
from ..request import Request, refuse_unknown_options
from ..trust import approvals
from ..trust.approvals import Approval

__all__ = ["show"]


def show(request: Request) -> dict[str, Any]:
    """Show what you approved for good, and what of it has changed: `show approval`, or one of them with its files.

    `ckexplore rm approval:NAME --force` revokes one at once.
    """
    refuse_unknown_options(request, set())
    known = approvals.known(request.workspace)
    wanted = request.cid.artifact
    if wanted in ("", "*"):
        return {"approvals": [_shown(one) for one in known.approvals], "problems": list(known.problems)}
    found = [one for one in known.approvals if wanted in (one.folder.name, one.uid)]
    if not found:
        raise NotFoundError(f"no approval {safe_line(wanted)!r} counts; `ckexplore show approval` lists them")
    return {"approvals": [{**_shown(found[0]), "files": _files(found[0])}], "problems": list(known.problems)}


def _shown(one: Approval) -> dict[str, Any]:
    return {
        "data_uoa": one.folder.name,
        "data_uid": one.uid,
        "kind": one.kind,
        "request": safe_line(one.request),
        "cid": safe_line(one.cid),
        "approval": one.approval,
        "sandbox": one.sandbox,
        "when": one.when,
        "host": one.host,
        "user": one.user,
    }


def _files(one: Approval) -> list[dict[str, str]]:
    """List the files of an approval, each with whether it is still as it was approved."""
    from ..executed_files import changed_files  # noqa: PLC0415
    from ..plan import ExecutedFile  # noqa: PLC0415

    root = f"{one.root}/" if one.root else ""
    try:
        files = one.files()
    except CkexploreError as error:
        return [{"path": "", "sha256": "", "state": str(error)}]
    listed = [ExecutedFile(root + path, sha256) for path, sha256 in files.items()]
    changed = set(changed_files(listed))
    return [
        {
            "path": safe_line(file.path),
            "sha256": file.sha256,
            "state": "changed" if file.path in changed else "as approved",
        }
        for file in listed
    ]
