"""Actions of the module `script`: what a script of CM or mlcflow needs and offers, and running it with its own tool."""

from collections.abc import Mapping
from typing import Any

from ...store.errors import InvalidRequestError
from ...store.formats.shape_text import listing, mapping, said
from ...store.lookup import Location
from ...store.untrusted import safe_line
from ..plan import Plan
from ..request import Request
from ..scripts.cached import cached_results, homes
from ..scripts.effective import as_text
from ..scripts.known import Asked, Scripts, find_script, texts
from ..scripts.tool import home_of
from ..scripts.tree import Node, Tree
from ..scripts.tree_lines import tree_lines

__all__ = ["run", "show"]


def run(request: Request) -> Plan:
    """Run a script of CM or mlcflow with its own tool: `run script:NAME --variations=a,b --INPUT=VALUE`, or --tags=."""
    from ..scripts.running import run_plan  # noqa: PLC0415  (approval and the sandbox, which `show` doesn't need)

    scripts, found, asked = _found(request)
    tree = Tree(scripts)
    root = _root(request, tree, found, asked)
    if root.problem:
        raise InvalidRequestError(f"{found[0].cid}: {root.problem}")
    return run_plan(request, scripts, root, found[0], tree.used.values(), asked.variations)


def show(request: Request) -> dict[str, Any]:
    """Show what a script of CM or mlcflow needs, as a tree, and its variations, inputs and what it hands on.

    `show script:NAME --variations=a,b`, or `--tags=get,python3,_conda`; `--env.X=` and inputs decide conditions.
    """
    scripts, found, asked = _found(request)
    script = found[0]
    places = homes(scripts.format, home_of(request.workspace, scripts.format, script.repository.uid))
    root = _root(request, Tree(scripts, cached_results(scripts.format, places)), found, asked)
    return {
        "script": script.cid,
        **described(scripts, script),
        "on": list(root.variations),
        "problem": root.problem,
        "needs": [str(line) for line in tree_lines(root)],
        "tree": as_values(root),
    }


def _found(request: Request) -> tuple[Scripts, list[Location], Asked]:
    tags = [*request.words("tags"), *(f"_{name.removeprefix('_')}" for name in request.words("variations"))]
    if request.cid.artifact.startswith("_") or "," in request.cid.artifact:
        raise InvalidRequestError("say tags as --tags=detect,os and variations as --variations=a,b")
    return find_script(request.workspace, request.cid, ",".join(tags))


def _root(request: Request, tree: Tree, found: list[Location], asked: Asked) -> Node:
    """Make the tree with the variables, inputs and updates of dependencies that a request gives."""
    inputs = mapping(tree.scripts.meta(found[0]).get("input_mapping"))
    given = {str(inputs[name]): as_text(value) for name, value in request.options.items() if name in inputs}
    updates: dict[str, dict[str, Any]] = {}
    for group in ("adr", "ad"):
        for key, value in request.group(group).items():
            name, _, what = key.rpartition(".")
            updates.setdefault(name, {})[what] = value
    return tree.root(found, asked, request.text("version"), given | request.group("env"), updates)


def described(scripts: Scripts, script: Location) -> dict[str, Any]:
    """Give what a script offers, whatever is chosen of it. Raises UnreadableError."""
    from ...store.formats.cm_shape import shape_of  # noqa: PLC0415

    meta = scripts.meta(script)
    shape = shape_of(meta)
    return {
        "format": scripts.format,
        "path": script.folder,
        "variations": [
            {"name": one.name, "group": one.group, "default": one.default, "sets": one.sets} for one in shape.variations
        ],
        "versions": list(shape.versions),
        "default_version": shape.default_version,
        "inputs": [_input(str(name), said(variable), meta) for name, variable in _inputs(meta).items()],
        "variables": {str(name): as_text(value) for name, value in mapping(meta.get("default_env")).items()},
        "hands_on": list(texts(meta.get("new_env_keys"))),
    }


def _inputs(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Give the inputs and the variables that they set; of those that are only described, no variable."""
    return {**dict.fromkeys(mapping(meta.get("input_description")), ""), **mapping(meta.get("input_mapping"))}


def _input(name: str, variable: str, meta: Mapping[str, Any]) -> dict[str, str]:
    about = mapping(meta.get("input_description")).get(name)
    about = about if isinstance(about, Mapping) else {"desc": about}
    default = about.get("default") or mapping(meta.get("default_env")).get(variable)
    return {
        "name": safe_line(name, 80),
        "variable": safe_line(variable, 80),
        "text": safe_line(said(about.get("desc")), 200),
        "default": safe_line(said(default), 80),
        "choices": ", ".join(map(said, listing(about.get("choices")))),
    }


def as_values(root: Node) -> list[dict[str, Any]]:
    """Give a tree as a list of what can be written as JSON, each with its depth."""
    names = ("tags", "state", "name", "phase", "when", "script", "uid", "version", "cached", "problem")
    listed = ("variations", "others", "notes")
    return [
        {
            "depth": depth,
            **{name: getattr(node, name) for name in names},
            **{name: list(getattr(node, name)) for name in listed},
        }
        for depth, node in root.walk()
    ]
