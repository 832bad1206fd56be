"""A shell, or one command, in the environments that a person chose: their `env.sh` are sourced, as CK's `virtual` does.

The shell is the user's own, with this terminal and all rights. What it sources first is code of repositories, so it
needs an approval like any plan, unless an approved job wrote every script as it is now.
"""

import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..store.errors import InvalidRequestError, NotFoundError, UnavailableError
from ..store.search_path import search_path
from ..store.untrusted import safe_line, safe_text
from .env_selection import OPTIONS, name_of, selected
from .environments import Environment, approval_of_script, scripts_of
from .executed_files import changed_since, changes, executed_files
from .plan import Plan, Stage
from .request import Request, refuse_unknown_options
from .versions import split_version

_OPTIONS = {*OPTIONS, "uoa", "tag_groups", "shell_cmd", "verbose", "yes", "expect", "dry-run", "dry_run"}


def virtual(request: Request) -> dict[str, Any]:
    """Open a shell in the environments, or run `--shell_cmd` there, and give its exit code. Raises CkexploreError."""
    refuse_unknown_options(request, _OPTIONS)
    chosen = _chosen(request)
    command = request.text("shell_cmd")
    if request.text("shell_cmd") == "yes":
        raise InvalidRequestError("--shell_cmd needs a command, such as --shell_cmd='gcc --version'")
    plan = _plan(request, chosen, command)
    if request.flag("dry-run") or request.flag("dry_run"):
        from .trust import approval  # noqa: PLC0415

        return approval.dry_run(request.workspace, plan)
    _approve(request, plan)
    lines = plan.stages[0].commands[: len(chosen)]
    if request.flag("verbose"):
        request.console.output("".join(f"{line}\n" for line in lines).encode())
    if not command:
        names = ", ".join(f"{name_of(one) or one.uid} {safe_line(one.version, 80)}".strip() for one in chosen)
        request.console.output(f"a shell with {names}; `exit` leaves it\n".encode())
    code, output = _run(request, lines, command)
    told = {"environments": [one.uid for one in chosen], "exit_code": code, "output": safe_text(output)}
    return told | ({"return": code, "error": f"it ended with exit code {code}"} if code else {})


def _chosen(request: Request) -> list[Environment]:
    """Choose: all that are named, and of each group of tags all that fit, every piece of software once.

    Of several versions it is the highest. What fits best by CK's order comes last, so that nothing overrides it.
    """
    groups = _groups(request)
    named = bool(any(cid.artifact for cid in request.cids) or request.text("uoa"))
    if not groups and not named:
        raise InvalidRequestError(
            "say which: ckexplore virtual env --tags=compiler,gcc, or env:UID; `ckexplore show env` lists them"
        )
    found: dict[str, Environment] = {}
    for group in groups or [_with_tags(request, "")]:
        usable = [one for one in selected(group) if one.usable]
        if not usable:
            wanted = group.text("tags") or group.text("or_tags") or str(request.cid)
            raise NotFoundError(
                f"no usable environment fits {safe_line(wanted)}; `ckexplore detect soft --tags=…` or `install package "
                "--tags=…` makes one, `ckexplore show env` lists what there is"
            )
        highest: dict[str, Environment] = {}
        for one in usable:
            key = one.uid if named else f"{one.meta.get('soft_uoa') or one.uid} {one.meta.get('package_uoa', '')}"
            if key not in highest or split_version(one.version) > split_version(highest[key].version):
                highest[key] = one
        found |= {one.uid: one for one in reversed(highest.values())}
    return list(found.values())


def _groups(request: Request) -> list[Request]:
    """Make a request of each group: `--tags` with blanks or semicolons between groups, `--tag_groups` with blanks."""
    groups = [_with_tags(request, text) for text in request.text("tags").replace(";", " ").split()]
    if not groups and request.text("or_tags"):
        groups = [_with_tags(request, "")]
    return groups + [_with_tags(request, "", either) for either in request.text("tag_groups").split()]


def _with_tags(request: Request, tags: str, either: str | None = None) -> Request:
    """Give the same request with other tags."""
    options = {**request.options, "tags": tags} | ({} if either is None else {"or_tags": either})
    return Request(request.workspace, request.action, request.cids, options, request.rest, request.console)


def _plan(request: Request, chosen: Sequence[Environment], command: str) -> Plan:
    lines = [f". {shlex.quote(str(one.script))}" for one in chosen]
    first, words = chosen[0], " ".join(f"env:{one.uid}" for one in chosen)
    stage = Stage(
        title=f"virtual {words}",
        argv=("bash", "-c", "\n".join([*lines, command])) if command else ("bash", "-i"),
        commands=(*lines, command or "an interactive shell, in this terminal"),
        cwd=str(Path.cwd()),
        files=executed_files(scripts_of(request.workspace, [one.uid for one in chosen])),
    )
    return Plan(f"virtual {words}", f"local:env:{first.uid}", first.uid, ("virtual", "env"), (stage,))


def _approve(request: Request, plan: Plan) -> None:
    """Raise RefusedError unless approved jobs wrote every script, or somebody approves what they are now."""
    (stage,) = plan.stages
    workspace = request.workspace
    if not all(approval_of_script(workspace, file.path, file.sha256) for file in stage.files):
        from .trust import approval  # noqa: PLC0415

        approval.check(request, plan)
    if changed := changes(stage):
        raise changed_since(changed)


def _run(request: Request, lines: Sequence[str], command: str) -> tuple[int, str]:
    """Run the shell, and give its exit code and what it printed where nobody saw that."""
    bash = shutil.which("bash", path=search_path())
    if bash is None:
        raise UnavailableError("the scripts of environments are for bash, and there is none on the PATH")
    if command:
        return request.console.shell([bash, "-c", "\n".join([*lines, command])], interactive=False)
    with tempfile.TemporaryDirectory(prefix="ckexplore-") as folder:
        start = Path(folder) / "env.sh"
        start.write_text("\n".join(["[ -f ~/.bashrc ] && . ~/.bashrc", *lines, ""]), encoding="utf-8")
        return request.console.shell([bash, "--rcfile", str(start), "-i"], interactive=True)
