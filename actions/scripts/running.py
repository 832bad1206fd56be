"""The plan that runs a script with its own tool, bound to every file of the scripts that can take part."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import join
from typing import Any

from ...store.errors import InvalidRequestError, RefusedError, UnavailableError
from ...store.formats import cm
from ...store.lookup import Location
from ...store.registry import Repository
from ...store.untrusted import safe_line
from ..containment import contained
from ..executed_files import MOST_FILES, executed_files, files_below
from ..plan import JOB_PATH, Plan, Stage
from ..request import Request, number
from ..trust.sandbox import software_at
from .known import Scripts
from .tool import TOOLS, Tool, find_tool, home_of
from .tree import Node
from .tree_lines import tree_lines

_HOST = (sys.executable, "-P", "-B", "-m", "ckexplore.actions.scripts.host")
_DESCRIPTIONS = {"cm": cm.LAYOUT.descriptions, "mlc": ("meta.yaml",)}
_OURS = {
    *("action", "after", "con", "detach", "dry-run", "dry_run", "expect", "now", "out", "output_limit", "quiet"),
    *("sandbox", "tags", "timeout", "variations", "yes"),
}

Links = dict[str, str]
"""What a home has of a repository: places below its root, and the files and folders that they lead to."""


def run_plan(
    request: Request, scripts: Scripts, root: Node, script: Location, used: Iterable[Location], asked: tuple[str, ...]
) -> Plan:
    """Plan a run. `used` are the scripts that can take part, `asked` the variations that the request names.

    Raises UnavailableError when the tool, or for CM its automation `script`, isn't there.
    """
    tool = TOOLS[scripts.format]
    program = find_tool(tool)
    taking_part = _taking_part(scripts, used)
    repositories, files = _links(scripts, script, taking_part)
    home = home_of(request.workspace, scripts.format, script.repository.uid)
    words = [program, "run", "script", _named(scripts.format, script)]
    words += [f"--tags={','.join(f'_{name}' for name in asked)}"] if asked else []
    words += [*_inputs(request.options), "--quiet", *(("--", *request.rest) if request.rest else ())]
    work = f"{JOB_PATH}/work"
    stage = Stage(
        title=f"run script:{script.title}",
        argv=_HOST,
        commands=(join(words), "which runs, as far as its metas tell:", *_told(root)),
        cwd=work,
        environment={tool.variable: str(home), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
        files=executed_files(files),
        whole_folders=tuple(place for links in repositories.values() for place in links.values() if _is_folder(place)),
        input={"format": scripts.format, "home": str(home), "repositories": repositories, "argv": words},
        timeout=number(request, "timeout", float(os.environ.get("CKEXPLORE_RUN_TIMEOUT", "86400"))),
        output_limit=int(number(request, "output_limit", 256) * 2**20),
        sandbox=contained(
            request,
            "run",
            reads=[*_all_places(repositories), *software_at(request.workspace, program)],
            writes=[str(home), work],
        ),
    )
    tags = ("run", script.title, *asked)
    return Plan(f"run script:{script.title}", script.cid, script.uid, tags, (stage,), _notes(tool, home))


def _named(format_name: str, script: Location) -> str:
    """Name a script to its tool; mlcflow takes what has a comma for tags."""
    return f"{script.alias},{script.uid}" if format_name == "cm" and script.alias else script.uid


def _told(root: Node) -> list[str]:
    """Give the tree's lines; what is cached isn't among them, or a second run would be another one to approve."""
    return [f"  {line}" for line in tree_lines(root, cached=False)]


def _notes(tool: Tool, home: Path) -> tuple[str, ...]:
    return (f"{tool.package} keeps what it caches in {safe_line(str(home))}",)


def _inputs(options: Mapping[str, Any]) -> list[str]:
    """Give what isn't for us as the tool takes it. Raises InvalidRequestError for what no word can say."""
    words: list[str] = []
    for name, value in options.items():
        if name in _OURS:
            continue
        pairs = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, Mapping) else {name: value}
        for key, one in pairs.items():
            text = ",".join(map(str, one)) if isinstance(one, list | tuple) else str(one)
            if isinstance(one, Mapping) or "\0" in key + text:
                raise InvalidRequestError(f"{safe_line(key, 80)} can't be given to the tool in one word")
            words.append(f"--{key}={text}")
    return words


def _taking_part(scripts: Scripts, used: Iterable[Location]) -> list[Location]:
    """Give the scripts that can be executed; where one runs others by its own code, all of its repository."""
    found = {one.folder: one for one in used}
    open_ended = {one.repository.uid for one in found.values() if scripts.runs_others(one)}
    if open_ended:
        found |= {one.folder: one for one in scripts.every.values() if one.repository.uid in open_ended}
    return sorted(found.values(), key=lambda one: one.folder)


def _links(scripts: Scripts, script: Location, taking_part: list[Location]) -> tuple[dict[str, Links], list[Path]]:
    """Give what the home has of each repository, and every file that can be executed. Raises CkexploreError."""
    repositories: dict[str, Links] = {}
    for one in taking_part:
        links = repositories.setdefault(_name(one.repository), _described(scripts.format, one.repository))
        links[os.path.relpath(one.folder, one.repository.root)] = one.folder
    if scripts.format == "cm":
        repository, place = _automation(scripts, script)
        links = repositories.setdefault(_name(repository), _described("cm", repository))
        links[place] = f"{repository.root}/{place}"
    files: list[Path] = []
    for place in _all_places(repositories):
        files += files_below(place) if _is_folder(place) else [Path(place)]
    if len(files) > MOST_FILES:
        raise RefusedError(
            f"{script.cid} has {len(files):,} files that could be executed with all that it needs, more than anybody "
            f"reads; at most {MOST_FILES:,} can be approved"
        )
    return repositories, files


def _name(repository: Repository) -> str:
    return f"{safe_line(repository.alias, 80).replace('/', '-').strip('.') or 'repository'}-{repository.uid}"


def _described(format_name: str, repository: Repository) -> Links:
    found = {name: f"{repository.root}/{name}" for name in _DESCRIPTIONS[format_name]}
    return {name: path for name, path in found.items() if os.path.isfile(path)}


def _automation(scripts: Scripts, script: Location) -> tuple[Repository, str]:
    """Find the code of CM's automation `script`: in the script's own repository, else in another one."""
    for repository in sorted(scripts.repositories, key=lambda one: one.uid != script.repository.uid):
        for base in cm.bases(repository.path):
            place = f"{base}/automation" if base else "automation"
            if os.path.isfile(f"{repository.root}/{place}/script/module.py"):
                return repository, place
    raise UnavailableError(
        f"{script.cid} is run by CM's automation `script`, which no known repository has; add the one that does: "
        "ckexplore add repo --url=https://github.com/mlcommons/cm4mlops"
    )


def _all_places(repositories: Mapping[str, Links]) -> list[str]:
    return [place for links in repositories.values() for place in links.values()]


def _is_folder(place: str) -> bool:
    return os.path.isdir(place)
