"""A CK program as it will be compiled and run: its entry, command, dependencies, data set, and what was asked for."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from ...store.cid import Cid
from ...store.errors import InvalidRequestError, NotFoundError
from ...store.formats import ck
from ...store.lookup import Location, locate_one
from ...store.untrusted import first_bytes, inside, safe_line
from ...store.walking import walk
from ..deps.dependency import Resolved
from ..deps.inventory import Inventory
from ..deps.query import split_tags
from ..executed_files import files_below
from ..plan import JOB_PATH
from ..request import Request
from ..software.stages import as_dict

_TAKE_FROM = "$#ck_take_from_{"
_COPIED_FILES, _COPIED_BYTES = 500, 16 << 20


class Dataset(Struct, frozen=True):
    """A data set, and its files with the chosen one first.

    A `private` one is small enough to be copied for the job: some programs write their output beside their input.
    """

    location: Location
    meta: Mapping[str, Any]
    files: tuple[str, ...]
    private: bool = False

    @property
    def folder(self) -> str:
        """Where a program finds it: its private copy, or the entry itself."""
        return f"{JOB_PATH}/dataset/{self.location.path.name}" if self.private else str(self.location.path)


class Program(Struct, frozen=True):
    """A program as it will be compiled and run.

    `sources` is the entry whose files are used, its own or the one that `base_uoa` names. `linked` are entries whose
    folders variables name, `taken` those that files are taken from.
    """

    inventory: Inventory
    location: Location
    meta: Mapping[str, Any]
    sources: Location
    command: str
    details: Mapping[str, Any]
    compile_needs: tuple[Resolved, ...]
    run_needs: tuple[Resolved, ...]
    dataset: Dataset | None
    linked: Mapping[str, Location]
    taken: Mapping[str, Location]

    @property
    def request(self) -> Request:
        """What was asked for."""
        return self.inventory.request

    @property
    def needs(self) -> tuple[Resolved, ...]:
        """All dependencies, those to compile first; a key that both have is the run's."""
        by_key = {one.key: one for one in (*self.compile_needs, *self.run_needs)}
        return tuple(sorted(by_key.values(), key=lambda one: ck.order_of(one.meta)))

    @property
    def folder(self) -> str:
        """The private copy of the program's files, in the job's folder."""
        return f"{JOB_PATH}/copy/{self.sources.path.name}"

    @property
    def run_folder(self) -> str:
        """Where it is compiled and run: CK's `tmp` in the program's folder, or that itself."""
        return f"{self.folder}/tmp" if self.above else self.folder  # noqa: S108  (not the system's)

    @property
    def above(self) -> str:
        """The way from there to the program's files."""
        in_tmp = self.request.text("process_in_tmp") or str(self.meta.get("process_in_tmp", "yes"))
        return "../" if in_tmp.lower() == "yes" else ""

    @property
    def compiled(self) -> bool:
        """Whether it has to be compiled."""
        return self.meta.get("no_compile") != "yes"

    @property
    def target(self) -> str:
        """The name of the compiled file, "" for a program that has none."""
        if self.meta.get("no_target_file") == "yes":
            return ""
        name = safe_line(str(self.meta.get("target_file") or "a"), 100).replace("/", "_")
        if self.meta.get("skip_bin_ext") == "yes":
            return name
        extensions = as_dict(self.inventory.host.meta.get("file_extensions"))
        return name + str(extensions.get("exe", ".out"))

    @property
    def run_time(self) -> Mapping[str, Any]:
        """The part of the command's meta that says how to run it."""
        return as_dict(self.details.get("run_time"))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of a run: the program's, the command's, the data set's, and those asked for."""
        found = {**as_dict(self.meta.get("run_vars")), **as_dict(self.details.get("run_vars"))}
        if self.dataset:
            found["CK_DATASET_PATH"] = f"{self.dataset.folder}/"
            if self.dataset.files:
                found["CK_DATASET_FILENAME"] = self.dataset.files[0]
        found |= {name: str(location.path) for name, location in self.linked.items()}
        return found | given_variables(self.request, self.details)


def given_variables(request: Request, command: Mapping[str, Any]) -> dict[str, str]:
    """Give the variables that a user sets for a run: options that the command maps to one, and `--env.NAME=`.

    `input_mapping` in the command's meta is CM's: `{"scenario": "CK_LOADGEN_SCENARIO"}` lets `--scenario=` set it.
    """
    mapping = as_dict(command.get("input_mapping"))
    mapped = {str(name): request.text(option) for option, name in mapping.items() if option in request.options}
    return mapped | request.group("env")


def program_entry(inventory: Inventory) -> tuple[Location, dict[str, Any]]:
    """Find the program that a request names. Raises InvalidRequestError, NotFoundError."""
    request = inventory.request
    if not request.cid.artifact:
        wanted = set(split_tags(request.text("program_tags")))
        found = [one for one in inventory.entries("program") if wanted and wanted <= set(ck.tags_of(one[1]))]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(location.title for location, _ in found[:5])
            raise InvalidRequestError(f"{len(found)} programs have these tags ({names}); say which: program:NAME")
        raise InvalidRequestError("say which program: ckexplore run program:NAME; `ckexplore ls program` lists them")
    cid = Cid(request.cid.repository, "program", request.cid.artifact)
    location = locate_one(inventory.workspace, inventory.repositories, cid)
    if location.repository.format != "ck":
        raise InvalidRequestError(
            f"{location.cid} comes from a repository without meta, so how to run it isn't known yet"
        )
    return location, inventory.meta(location)


def sources_of(inventory: Inventory, location: Location, meta: Mapping[str, Any]) -> Location:
    """Give the entry whose files a program uses: its own, or the one that it is based on. Raises NotFoundError."""
    base = str(meta.get("base_uoa") or "")
    if not base:
        return location
    try:
        return inventory.entry("program", base)[0]
    except NotFoundError as error:
        raise NotFoundError(f"{location.cid} is based on program:{safe_line(base)}: {error}") from error


def choose_command(request: Request, location: Location, meta: Mapping[str, Any], needs: tuple[Resolved, ...]) -> str:
    """Choose the command: the one asked for, else the first by its `sort` that goes with the dependencies.

    Raises NotFoundError.
    """
    commands = as_dict(meta.get("run_cmds"))
    if not commands:
        raise NotFoundError(f"{location.cid} has no run_cmds in its meta, so there is nothing to run")
    asked = request.text("cmd_key")
    if asked and asked not in commands:
        raise NotFoundError(
            f"{location.cid} has no command {safe_line(asked)!r}; it has {', '.join(map(safe_line, commands))}"
        )
    if asked:
        return asked
    going = [key for key, one in commands.items() if _goes_with(as_dict(one), needs)]
    if not going:
        raise NotFoundError(f"{location.cid} has no command for what meets its dependencies; name one with --cmd_key=")
    return min(going, key=lambda key: (ck.order_of(as_dict(commands[key])), key))


def _goes_with(command: Mapping[str, Any], needs: tuple[Resolved, ...]) -> bool:
    """Tell whether a command is for the dependencies' tags, as far as they are registered."""
    tags = [set(one.environment.tags) for one in needs if one.environment is not None]

    def some_has(groups: Any) -> bool:
        return any(set(map(str, group)) <= one for group in groups if group for one in tags)

    skipped, wanted = command.get("skip_if_deps_tags") or [], command.get("add_only_if_deps_tags") or []
    return not some_has(skipped) and (not wanted or not tags or some_has(wanted))


def run_dependencies(meta: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Give what is needed to run one command: the program's dependencies, as the command changes them, and its own."""
    details = as_dict(as_dict(meta.get("run_cmds")).get(command))
    wanted = {**as_dict(meta.get("run_deps")), **as_dict(details.get("run_deps"))}
    for key, changes in as_dict(details.get("update_deps")).items():
        if isinstance(wanted.get(key), dict) and isinstance(changes, dict):
            added = {name: changes[name] for name in ("tags", "no_tags") if changes.get(name)}
            joined = {name: ",".join(filter(None, (wanted[key].get(name), tags))) for name, tags in added.items()}
            wanted[key] = {**wanted[key], **joined}
    return {key: one for key, one in wanted.items() if _is_for_command(one, command)}


def _is_for_command(dependency: Any, command: str) -> bool:
    only = dependency.get("only_for_cmd") if isinstance(dependency, dict) else None
    return not only or command in only


def find_dataset(inventory: Inventory, location: Location, command: Mapping[str, Any]) -> Dataset | None:
    """Find the data set of a command: `--dataset_uoa=`, else the first with its tags. Raises NotFoundError."""
    request = inventory.request
    asked, wanted = request.text("dataset_uoa"), command.get("dataset_tags")
    if not wanted and not asked:
        return None
    tags = {*split_tags(wanted), *(split_tags(request.text("extra_dataset_tags")) if wanted else ())}
    for found, meta in inventory.entries("dataset"):
        if asked in (found.alias, found.uid) if asked else tags <= set(ck.tags_of(meta)):
            return Dataset(found, meta, _files_of(request, found, meta), private=_is_small(found.path))
    what = f"named {safe_line(asked)!r}" if asked else f"with the tags {', '.join(sorted(tags))}"
    raise NotFoundError(f"{location.cid} needs a dataset {what}, and no known repository has one")


def _files_of(request: Request, location: Location, meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Give a data set's files, the one asked for with `--dataset_file=` first. Raises NotFoundError."""
    listed = meta.get("dataset_files")
    files = [str(name) for name in listed] if isinstance(listed, list) else []
    asked = request.text("dataset_file")
    if asked and asked not in files:
        raise NotFoundError(
            f"{location.cid} has no file {safe_line(asked)!r}; it has {', '.join(map(safe_line, files))}"
        )
    for name in files:
        inside(location.path, name)
    return tuple(dict.fromkeys([*([asked] if asked else []), *files]))


def _is_small(folder: Path) -> bool:
    """Tell whether a data set can be copied for every job: a few files, none a link, which may lead anywhere."""
    count = size = 0
    for place, folders, names in walk(folder):
        if any(os.path.islink(os.path.join(place, name)) for name in folders):
            return False
        for name in names:
            status = os.lstat(os.path.join(place, name))
            count, size = count + 1, size + status.st_size
            if not stat.S_ISREG(status.st_mode) or count > _COPIED_FILES or size > _COPIED_BYTES:
                return False
    return True


def linked_entries(inventory: Inventory, meta: Mapping[str, Any]) -> dict[str, Location]:
    """Find the entries whose folders variables name (`ck_to_env`). Raises NotFoundError."""
    found: dict[str, Location] = {}
    for name, text in as_dict(meta.get("ck_to_env")).items():
        module, _, artifact = str(text).rpartition(":")
        cid = Cid(module=module.rpartition(":")[2] or "program", artifact=artifact)
        found[name] = locate_one(inventory.workspace, inventory.repositories, cid)
    return found


def taken_entries(inventory: Inventory, *metas: Mapping[str, Any]) -> dict[str, Location]:
    """Find the entries that a meta takes files from (`$#ck_take_from_{CID}#$`). Raises NotFoundError."""
    found: dict[str, Location] = {}
    for text in (text for meta in metas for text in _texts(meta)):
        _, sign, rest = text.partition(_TAKE_FROM)
        while sign:
            name, _, rest = rest.partition("}#$")
            module, _, artifact = name.rpartition(":")
            cid = Cid(module=module.rpartition(":")[2] or "program", artifact=artifact)
            found[name] = locate_one(inventory.workspace, inventory.repositories, cid)
            _, sign, rest = rest.partition(_TAKE_FROM)
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a meta."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def files_of_dataset(dataset: Dataset) -> Iterator[Path]:
    """Yield the meta of a data set, whose file names are words of the command, and what of it belongs to the plan.

    That is all of one that is copied. Of another it is what is made to be executed, by name and first bytes: a mode
    tells nothing on disks that know none, and the rest may be more than can be hashed.
    """
    folder = dataset.location.path
    yield folder / ck.META
    if dataset.private:
        yield from files_below(folder)
        return
    from ..trust.executable_files import is_executable  # noqa: PLC0415  (many patterns, seldom needed)

    for place, folders, names in walk(folder):
        folders.sort()
        for path in (Path(place, name) for name in sorted(names)):
            if is_executable(str(path.relative_to(folder)), 0, first_bytes(path, 4)):
                yield path
