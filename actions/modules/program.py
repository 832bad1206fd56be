"""Actions of the module `program`: compile and run a program of a repository, and record what it measured."""

import os
from typing import Any

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.registry import repositories
from ..dependency import all_stages
from ..deps import resolve
from ..plan import Plan
from ..program_run import Program, compile_stage, find_dataset, run_stage
from ..request import Request, number

__all__ = ["compile", "run"]


def run(request: Request) -> Plan:
    """Compile if need be, run one command (`--cmd_key=`), and record the measurements as an experiment point."""
    location, meta = _entry(request)
    command = _command(request, location, meta)
    program = _program(request, location, meta, command, with_run=True)
    stages = (*all_stages(program.dependencies), *compile_stage(program), run_stage(program))
    tags = ("run", location.title, command)
    return Plan(f"run program:{location.title} --cmd_key={command}", location.cid, location.uid, tags, stages)


def compile(request: Request) -> Plan:  # noqa: A001  (CK's name of the action)
    """Compile a program in a copy of its folder, without running it."""
    location, meta = _entry(request)
    if meta.get("no_compile") == "yes":
        raise InvalidRequestError(
            f"{location.cid} has nothing to compile; run it: ckexplore run program:{location.title}"
        )
    program = _program(request, location, meta, "", with_run=False)
    stages = (*all_stages(program.dependencies), *compile_stage(program))
    return Plan(f"compile program:{location.title}", location.cid, location.uid, ("compile", location.title), stages)


def _entry(request: Request) -> tuple[Location, dict[str, Any]]:
    if not request.cid.artifact:
        raise InvalidRequestError("say which program: ckexplore run program:NAME; `ckexplore ls program` lists them")
    cid = Cid(request.cid.repository, "program", request.cid.artifact)
    location = locate_one(request.workspace, repositories(request.workspace), cid)
    if location.repository.format != "ck":
        raise InvalidRequestError(
            f"{location.cid} comes from a repository without meta, so how to run it isn't known yet"
        )
    return location, ck.entry_meta(location.path)


def _command(request: Request, location: Location, meta: dict[str, Any]) -> str:
    """Choose the command: the one asked for, else the only one, else the first by its `sort`."""
    commands = meta.get("run_cmds")
    if not isinstance(commands, dict) or not commands:
        raise NotFoundError(f"{location.cid} has no run_cmds in its meta, so there is nothing to run")
    asked = request.text("cmd_key")
    if asked and asked not in commands:
        raise NotFoundError(f"{location.cid} has no command {asked!r}; it has {', '.join(commands)}")
    return asked or min(commands, key=lambda key: (_sort(commands[key]), key))


def _sort(command: Any) -> int:
    text = str(command.get("sort", "0")) if isinstance(command, dict) else "0"
    return int(text) if text.isdigit() else 0


def _program(request: Request, location: Location, meta: dict[str, Any], command: str, *, with_run: bool) -> Program:
    needed = dict(meta.get("compile_deps", {})) if meta.get("no_compile") != "yes" else {}
    if with_run:
        needed |= dict(meta.get("run_deps", {}))
    details = meta["run_cmds"][command] if with_run else {}
    return Program(
        request=request,
        location=location,
        meta=meta,
        command=command,
        details=details,
        dependencies=tuple(resolve(request, needed, location.cid)),
        dataset=find_dataset(request, location, details) if with_run else None,
        linked={name: _linked(request, str(cid)) for name, cid in dict(meta.get("ck_to_env", {})).items()},
        variables=request.group("env"),
        flags=request.text("flags") or "$CK_OPT_SPEED",
        repeat=request.text("repeat"),
        tags=request.words("tags"),
        rest=request.rest,
        timeout=number(request, "timeout", float(os.environ.get("CKEXPLORE_RUN_TIMEOUT", "86400"))),
        output_limit=int(number(request, "output_limit", 256) * 2**20),
    )


def _linked(request: Request, text: str) -> Location:
    module, _, artifact = text.rpartition(":")
    return locate_one(
        request.workspace, repositories(request.workspace), Cid(module=module or "program", artifact=artifact)
    )
