"""The dependency resolver: for each dependency the environment that meets it, or the stages that would make one.

A dependency asks by tags. A registered, still usable environment is taken first (the highest version); then a `soft`
entry with these tags whose file is likely to be here; then a `package` whose tags and variations cover them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..store.cid import Cid
from ..store.errors import CkexploreError, UnavailableError
from ..store.formats import ck
from ..store.lookup import Location, locate
from ..store.registry import repositories
from ..store.untrusted import safe_line
from . import installation
from .dependency import Resolved
from .detection import is_on_path
from .environments import Environment, environments, script_of
from .how_to_get import how_to_get
from .plan import Stage
from .request import Request
from .versions import split_version, within

_DEEPEST = 8


def resolve(request: Request, deps: Any, needed_by: str, depth: int = 0) -> list[Resolved]:
    """Resolve dependencies in their `sort` order. Raises UnavailableError saying what would help."""
    if not isinstance(deps, dict):
        return []
    if depth > _DEEPEST:
        raise UnavailableError(f"{needed_by}: dependencies go deeper than {_DEEPEST} levels; do they go in a circle?")
    here = set(ck.tags_of(installation.host(request)["dict"]))
    wanted = [(str(key), value) for key, value in deps.items() if isinstance(value, dict) and _is_for(value, here)]
    wanted.sort(key=lambda pair: _order(pair[1]))
    return [_resolve_one(request, key, dependency, needed_by, depth) for key, dependency in wanted]


def _is_for(dependency: Mapping[str, Any], here: set[str]) -> bool:
    """Tell whether a dependency is for this system, by the tags of its CK `os` entry."""
    for name in ("only_for_host_os_tags", "only_for_target_os_tags"):
        tags = dependency.get(name)
        if isinstance(tags, list) and tags and not {str(tag) for tag in tags} & here:
            return False
    return True


def _order(dependency: Mapping[str, Any]) -> int:
    text = str(dependency.get("sort", "0"))
    return int(text) if text.lstrip("-").isdigit() else 0


def _resolve_one(request: Request, key: str, dependency: Mapping[str, Any], needed_by: str, depth: int) -> Resolved:
    name = safe_line(str(dependency.get("name") or key))
    force = dependency.get("force_env_init") == "yes" or "compiler" in str(dependency.get("tags", ""))
    chosen = request.group("deps").get(key)
    if chosen:
        for environment in environments(request.workspace):
            if environment.uid == chosen.rsplit(":", 1)[-1]:
                return _met(key, name, environment, force)
        raise UnavailableError(
            f"{needed_by}: no environment {safe_line(chosen)!r} for {key}; `ckexplore ls env` lists them"
        )
    tags = _tags(dependency) + tuple(_tags({"tags": request.group("dep_add_tags").get(key, "")}))
    fitting = [one for one in environments(request.workspace) if _fits(one, tags, dependency)]
    if fitting:
        best = max(fitting, key=lambda one: split_version(one.version))
        return _met(key, name, best, force)
    return _from_provider(request, key, name, tags, needed_by, depth, force)


def _tags(dependency: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in str(dependency.get("tags", "")).split(",") if tag.strip())


def _fits(environment: Environment, tags: tuple[str, ...], dependency: Mapping[str, Any]) -> bool:
    version = split_version(environment.version)
    bounds = [_bound(dependency.get(name)) for name in ("version_from", "version_to")]
    return set(tags) <= set(environment.tags) and environment.usable and within(version, *bounds)


def _bound(value: Any) -> list[int]:
    return [number for number in value if isinstance(number, int)] if isinstance(value, list) else []


def _met(key: str, name: str, environment: Environment, force: bool) -> Resolved:
    provider = f"local:env:{environment.uid}"
    script = str(environment.script)
    return Resolved(key, name, environment.uid, script, provider, environment.version, environment, force=force)


def _from_provider(
    request: Request, key: str, name: str, tags: tuple[str, ...], needed_by: str, depth: int, force: bool
) -> Resolved:
    """Find a soft entry or a package that would register a fitting environment, and plan it."""
    softs = [(one, meta) for one, meta in providers(request, "soft") if set(tags) <= set(ck.tags_of(meta))]
    softs = [(one, meta) for one, meta in softs if meta.get("auto_detect", "yes") != "no"]
    softs.sort(key=lambda pair: not is_on_path(pair[1]))
    packages = [
        (one, meta, chosen)
        for one, meta in providers(request, "package")
        if (chosen := _covers(meta, tags)) is not None
    ]
    promising = [pair for pair in softs if is_on_path(pair[1]) or not _looks_on_path_only(pair[1])]
    reasons: list[str] = []
    for location, meta in promising:
        try:
            uid, stages = plan_detection(request, location, meta, depth + 1)
        except CkexploreError as error:
            reasons.append(str(error))
            continue
        return _to_be_made(request, key, name, uid, stages, location.cid, force)
    for location, meta, variations in packages:
        try:
            uid, stages = plan_package(request, location, meta, variations, depth + 1)
        except CkexploreError as error:
            reasons.append(str(error))
            continue
        return _to_be_made(request, key, name, uid, stages, location.cid, force)
    raise UnavailableError(_nothing_provides(needed_by, name, key, tags, [meta for _, meta in softs], reasons))


def plan_detection(
    request: Request, location: Location, meta: Mapping[str, Any], depth: int = 0
) -> tuple[str, tuple[Stage, ...]]:
    """Plan the detection of a soft entry and of what it needs; give its environment's UID. Raises CkexploreError."""
    dependencies = resolve(request, meta.get("deps"), location.cid, depth)
    return installation.detection_stages(request, location, meta, dependencies)


def plan_package(
    request: Request, location: Location, meta: Mapping[str, Any], asked: Sequence[str], depth: int = 0
) -> tuple[str, tuple[Stage, ...]]:
    """Plan the installation of a package and of what it needs; give its environment's UID. Raises CkexploreError."""
    variations = installation.chosen_variations(location, meta, asked)
    soft = installation.soft_of_package(request, location, meta)
    dependencies = resolve(request, meta.get("deps"), location.cid, depth)
    return installation.package_stages(request, location, meta, variations, soft, dependencies)


def _to_be_made(
    request: Request, key: str, name: str, uid: str, stages: tuple[Stage, ...], provider: str, force: bool
) -> Resolved:
    script = str(script_of(request.workspace, uid))
    return Resolved(key, name, uid, script, provider, stages=stages, force=force)


def _looks_on_path_only(meta: Mapping[str, Any]) -> bool:
    """Tell whether a soft entry looks for a bare program name, so that one that isn't on the PATH isn't here."""
    name = _soft_file(meta)
    return bool(name) and "/" not in name


def _soft_file(meta: Mapping[str, Any]) -> str:
    customize = meta.get("customize")
    files = customize.get("soft_file") if isinstance(customize, dict) else None
    return str(files.get("linux", "")) if isinstance(files, dict) else ""


def _nothing_provides(
    needed_by: str,
    name: str,
    key: str,
    tags: tuple[str, ...],
    softs: list[Mapping[str, Any]],
    reasons: list[str],
) -> str:
    wanted = f"{needed_by} needs {name} (dependency {key}, tags {','.join(tags)})"
    missing = sorted({file for file in map(_soft_file, softs) if file})
    if missing:
        return f"{wanted}, and this machine has none of {', '.join(missing)}: {how_to_get(*missing)}"
    if reasons:
        return f"{wanted}: {reasons[0]}"
    return f"{wanted}, and no soft or package entry with these tags is known; add a repository that has one"


def _covers(meta: Mapping[str, Any], tags: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give the variations of a package that a query asks for; None when its tags and variations don't cover it."""
    own, variations = set(ck.tags_of(meta)), meta.get("variations")
    names = set(variations) if isinstance(variations, dict) else set()
    left = [tag for tag in tags if tag not in own]
    return tuple(left) if set(left) <= names else None


def providers(request: Request, module: str) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Yield every readable entry of a module with its meta, each UID once, in CK's lookup order."""
    seen: set[str] = set()
    for location in locate(request.workspace, repositories(request.workspace), Cid(module=module)):
        if location.uid in seen or location.repository.format != "ck":
            continue
        seen.add(location.uid)
        try:
            yield location, ck.entry_meta(location.path)
        except CkexploreError:  # a broken entry provides nothing; the table shows it
            continue
