"""What a package's meta comes to with the variations and the version that were chosen: variables, names, folders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location
from ...store.untrusted import safe_line
from ..deps.dependency import Resolved
from ..deps.inventory import Inventory
from ..kernel_settings import kernel_settings
from .stages import as_dict

_PATH_TO = "$#path_to_cid="


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it will be installed.

    `install_env` are the variables of its script, `choices` those of them that its variations set, `tags` all that its
    environment gets.
    """

    location: Location
    meta: Mapping[str, Any]
    variations: tuple[str, ...]
    version: str
    customize: Mapping[str, Any]
    install_env: Mapping[str, Any]
    choices: Mapping[str, Any]
    tags: tuple[str, ...]


def chosen_variations(location: Location, meta: Mapping[str, Any], asked: Sequence[str]) -> list[str]:
    """Add the variations that are on by default to those asked for, but for those that contradict them.

    As in CK, a package of several variations of which none is asked for and not several are on by default is installed
    in the first one. Raises InvalidRequestError for unknown names and contradictions.
    """
    known = as_dict(meta.get("variations"))
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise InvalidRequestError(
            f"{location.cid} has no variation {safe_line(unknown[0])!r}; it has {', '.join(map(safe_line, known))}"
        )
    defaults = [name for name, one in known.items() if as_dict(one).get("on_by_default") == "yes"]
    chosen = list(dict.fromkeys(asked))
    if not chosen and not defaults and len(known) > 1:
        chosen = [next(iter(known))]
    values: dict[str, tuple[Any, str]] = {}
    for name in chosen:
        for variable, value in _settings(known[name]).items():
            if variable in values and values[variable][0] != value:
                raise InvalidRequestError(f"variations {values[variable][1]} and {name} of {location.cid} contradict")
            values[variable] = (value, name)
    for name in defaults:
        settings = _settings(known[name])
        if name not in chosen and not settings.keys() & values.keys():
            chosen.append(name)
            values |= {variable: (value, name) for variable, value in settings.items()}
    return chosen


def _settings(variation: Any) -> dict[str, Any]:
    """Give what a variation sets, variables of the script and of the meta under names that don't meet."""
    extra = as_dict(as_dict(variation).get("extra_customize"))
    return {**as_dict(as_dict(variation).get("extra_env")), **{f"customize {name}": one for name, one in extra.items()}}


def package_of(
    inventory: Inventory,
    location: Location,
    meta: Mapping[str, Any],
    asked: Sequence[str],
    version: str = "",
    *,
    is_asked: bool = True,
) -> Package:
    """Work out a package with the variations asked for and those that are on by default.

    `is_asked` says that it isn't only needed by another one, so that the options of a request for a package are for it.
    Raises InvalidRequestError, NotFoundError for an entry whose path a variable wants.
    """
    request = inventory.request
    is_asked = is_asked and request.cid.module in {"package", location.module_uid}
    variations = chosen_variations(location, meta, asked)
    known, customize = as_dict(meta.get("variations")), as_dict(meta.get("customize"))
    choices: dict[str, Any] = {}
    extra_tags: list[str] = []
    for name in variations:
        variation = as_dict(known[name])
        choices |= as_dict(variation.get("extra_env"))
        customize |= as_dict(variation.get("extra_customize"))
        more = variation.get("extra_tags", [])
        extra_tags += [name, *(more if isinstance(more, list) else str(more).split(","))]
    for name in ("package_name", "package_extra_name"):
        if name in meta:
            customize.setdefault(name, meta[name])
    variables = {**as_dict(customize.get("install_env")), **choices}
    variables |= as_dict(kernel_settings(inventory.workspace).get("install_env"))
    given = {**request.group("install_env"), **request.group("ienv")}
    variables |= {**given, **request.group("env")} if is_asked else {}
    version = str(version or customize.get("version") or variables.get("PACKAGE_VERSION") or "")
    variables |= {"PACKAGE_VERSION": version}
    customize = _resolved(customize, variables) | ({"version": version} if version else {})
    variables = {name: _path(inventory, value, location) for name, value in _resolved(variables, variables).items()}
    asked_tags = request.words("extra_tags") if is_asked else ()
    tags = [*ck.tags_of(meta), *extra_tags, *asked_tags]
    version_text = safe_line(version + str(customize.get("extra_version") or ""), 80)
    return Package(
        location=location,
        meta=meta,
        variations=tuple(variations),
        version=version_text,
        customize=customize,
        install_env=variables,
        choices=choices,
        tags=tuple(dict.fromkeys(str(tag).strip() for tag in tags if str(tag).strip())),
    )


def _resolved(values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Put variables where `$<<NAME>>$` stands in values whose name begins with `*`, and leave that off."""
    found = {name: value for name, value in values.items() if not name.startswith("*")}
    for name, value in values.items():
        if name.startswith("*"):
            text = str(value)
            for variable, replacement in variables.items():
                text = text.replace(f"$<<{variable}>>$", str(replacement))
            found[name[1:]] = text
    return found


def _path(inventory: Inventory, value: Any, location: Location) -> Any:
    """Put an entry's folder where a value has `$#path_to_cid=MODULE:ENTRY#$`."""
    text = str(value).replace("$#sep#$", "/")
    before, found, after = text.partition(_PATH_TO)
    if not found:
        return text if isinstance(value, str) else value
    cid, _, rest = after.partition("#$")
    module, _, name = cid.rpartition(":")
    try:
        entry, _ = inventory.entry(module.rpartition(":")[2] or "package", name)
    except NotFoundError as error:
        raise NotFoundError(f"{location.cid} wants the folder of {safe_line(cid)}: {error}") from error
    return f"{before}{entry.path}{rest}"


def folder_name(package: Package, dependencies: Sequence[Resolved], system: str) -> str:
    """Name the folder of an installation as CK does, but for versions of dependencies that aren't known yet."""
    customize, meta = package.customize, package.meta
    parts = [str(meta.get("suggested_path") or package.location.title)]
    if customize.get("no_ver_in_suggested_path") != "yes":
        parts.append(package.version.strip("-"))
    if customize.get("no_compiler_in_suggested_path") != "yes":
        parts += [_compiler(one) for one in dependencies if one.key in ("compiler", "support_compiler")][:1]
    for one in sorted(dependencies, key=lambda one: ck.order_of(one.meta)):
        if one.meta.get("add_to_path") == "yes":
            parts += [one.name.replace(" ", "-").lower(), one.version]
    parts += [str(customize.get("extra_suggested_path") or "").strip("-"), *sorted(package.variations)]
    if customize.get("no_os_in_suggested_path") != "yes":
        parts.append(system)
    name = safe_line("-".join(part for part in parts if part), 200).replace("/", "-").replace(" ", "-")
    return name.lstrip(".-") or package.location.uid  # neither `..` nor the name of a folder that is put aside


def _compiler(dependency: Resolved) -> str:
    """Name a compiler and its version; one that isn't registered yet by what will register it."""
    if dependency.environment is None:
        return dependency.provider.rpartition(":")[2].rpartition(".")[2]
    name = str(dependency.environment.customize.get("build_dir_name") or "compiler")
    return "-".join(filter(None, (name, dependency.version)))
