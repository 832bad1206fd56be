"""Telling what is trusted: a survey of a repository, and the approvals there are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..trust.passage_kinds import DELETES, DOWNLOADS, KINDS, OTHER_RIGHTS, OUTSIDE, RUNS_TEXT
from ..trust.visible import visible
from .table import text_table

Result = Mapping[str, Any]
_SHOWN = 40
_GRAVE = (RUNS_TEXT, OTHER_RIGHTS, OUTSIDE, DELETES, DOWNLOADS)


def tell_survey(values: Result) -> list[str]:
    """Give the lines that tell what would be trusted; `values` as `repository_trust.as_values` gives them."""
    lines = [
        f"{visible(values['repo_uoa'])} ({values['repo_uid']}) at {visible(values['path'])}",
        f"     revision: {visible(values['revision'])}",
        f"     {values['files']:,} files, {values['bytes']:,} bytes, all of whose content is recorded",
        f"     {values['executable']:,} of them can be executed: code, scripts, build files, meta with commands",
    ]
    counted = [f"{count:,} {KINDS[kind]}" for kind, count in sorted(values["passages"].items())]
    lines.append(f"     marked passages: {'; '.join(counted) or 'none'}")
    marked = sorted(values["marked"], key=lambda one: _GRAVE.index(one["kind"]))
    lines += [
        f"       ! {visible(one['path'], 200)}:{one['line']} {KINDS[one['kind']]}: {visible(one['text'], 160)}"
        for one in marked[:_SHOWN]
    ]
    if len(marked) > _SHOWN:
        lines.append(f"       ! … and {len(marked) - _SHOWN:,} more; --dry-run --out=json has them all")
    lines += [f"     {visible(remark)}" for remark in values["remarks"]]
    return [*lines, _covered(values["sandbox"]), f"approval: {values['approval']}"]


def _covered(sandbox: str) -> str:
    if sandbox == "none":
        return "     covers every plan of these files, ALSO WITHOUT A SANDBOX"
    return f"     covers plans of these files in the sandbox {sandbox} or a stronger one; never without one"


def _surveyed(result: Result, _width: int) -> list[str]:
    lines = tell_survey(result)
    if not result["trusted"]:
        return [*lines, "", f"Nothing is trusted yet: --yes --expect={result['approval']} would do it."]
    return [*lines, "", f"trusted; revoke it with: ckexplore rm approval:{result['approval_uoa']} --force"]


def _approvals(result: Result, width: int) -> list[str]:
    """Tell the approvals as a table; of a single one all it covers."""
    found = result["approvals"]
    lines = [f"! {visible(problem)}" for problem in result["problems"]]
    if not found:
        return [*lines, "nothing is approved for good; the question before an execution offers a(lways)"]
    if len(found) == 1 and "files" in found[0]:
        one = found[0]
        names = ("kind", "request", "approval", "data_uid", "sandbox", "when", "host", "user")
        lines += [f"{name.replace('data_uid', 'UID'):<10}{visible(one[name])}" for name in names]
        return [
            *lines,
            "",
            *(f"{file['sha256'][:12]}  {file['state']:<13}{visible(file['path'])}" for file in one["files"]),
        ]
    rows = [(one["data_uoa"], one["kind"], one["sandbox"], one["when"][:16], one["user"]) for one in found]
    return [*lines, *text_table(("name", "kind", "sandbox", "when", "user"), rows, width=width)]


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {"trust repo": _surveyed, "show approval": _approvals}
