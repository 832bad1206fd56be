"""The functions of `ck.kernel` about repositories and who sits here, for scripts that import our kernel as `ck`.

They are about the home of the environment, `$CKEXPLORE_HOME`.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from ..store.cid import Cid
from ..store.errors import CkexploreError
from ..store.registry import Repository, find, read_cache, repositories
from ..store.workspace import workspace_from_environment
from . import kernel
from .current_folder import cid_of_folder
from .grammar import request_of_words

__all__ = [
    "add",
    "cfg",
    "check_writing",
    "convert_ck_list_to_dict",
    "detect_cid_in_current_path",
    "eout",
    "find_path_to_repo",
    "find_repo_by_path",
    "get_os_ck",
    "inp",
    "jerr",
    "list_data",
    "load",
    "load_repo_info_from_cache",
    "perform_action",
    "reload_repo_cache",
    "rm",
    "search",
    "select",
    "select_uoa",
    "update",
    "work",
]

Answer = dict[str, Any]

cfg: dict[str, Any] = {
    "module_name": "module",
    "repo_name_default": "default",
    "repo_name_local": "local",
    "repo_file": ".ckr.json",
    "subdir_ck_ext": ".cm",
    "file_meta": "meta.json",
    "special_directories": [".cm", ".svn", ".git"],
}


class _Work(dict[str, Any]):
    """CK's `work`: where the home has what; asked when it is read, since the environment may change."""

    def __missing__(self, key: str) -> str:
        workspace = workspace_from_environment()
        places = {"dir_repos": str(workspace.home), "repo_name_work": "local"}
        places |= {name: str(workspace.local) for name in ("dir_local_repo", "dir_work_repo", "dir_default_repo")}
        return places[key]


work = _Work()


def _action(name: str) -> Callable[[Answer], Answer]:
    def ask(i: Answer) -> Answer:
        return kernel.access({**i, "action": name})

    ask.__name__, ask.__doc__ = name, f"Answer the action `{name}`, as `access` does."
    return ask


add, load, list_data, rm, search, update = map(_action, ("add", "load", "ls", "rm", "search", "update"))


def perform_action(i: Answer) -> Answer:
    """Answer an action, as `access` does."""
    return kernel.access(i)


def convert_ck_list_to_dict(i: list[str]) -> Answer:
    """Read the words of a command as `ck_dict`."""
    try:
        return {"return": 0, "ck_dict": {"cids": [], **request_of_words(i)}}
    except CkexploreError as error:
        return {"return": error.code, "error": str(error)}


def load_repo_info_from_cache(i: Answer) -> Answer:
    """Tell what the registry has of `repo_uoa`: names, UID, and path and more in `dict`."""
    try:
        found = find(workspace_from_environment(), i["repo_uoa"])
    except CkexploreError as error:
        return {"return": 16, "error": str(error)}
    return {"return": 0, **_names(found, "data"), "data_name": found.alias, "dict": _details(found)}


def _details(repository: Repository) -> Answer:
    entry = read_cache(workspace_from_environment()).get(repository.uid, {})
    return {"path": repository.root, **entry.get("dict", {})}


def _names(repository: Repository, what: str) -> Answer:
    names = {"uoa": repository.alias, "uid": repository.uid, "alias": repository.alias}
    return {f"{what}_{name}": value for name, value in names.items()}


def find_path_to_repo(i: Answer) -> Answer:
    """Tell where `repo_uoa` is; without one, where the user's own repository is."""
    try:
        found = find(workspace_from_environment(), i.get("repo_uoa") or "local")
    except CkexploreError as error:
        return {"return": 1, "error": str(error)}
    return {"return": 0, "path": found.root, **_names(found, "repo"), "dict": _details(found)}


def find_repo_by_path(i: Answer) -> Answer:
    """Tell which repository is at `path`."""
    place = os.path.normpath(i["path"])
    for one in repositories(workspace_from_environment()):
        if one.root == place:
            return {"return": 0, **_names(one, "repo"), "repo_dict": _details(one)}
    return {"return": 16, "error": "repository not found in this path"}


def detect_cid_in_current_path(i: Answer) -> Answer:
    """Tell what `path`, or the current folder, is in: names of the repository, and of module and entry if there are."""
    workspace = workspace_from_environment()
    try:
        here = cid_of_folder(workspace, i.get("path") or "")
    except CkexploreError as error:
        return {"return": 16, "error": str(error)}
    answer = {"return": 0, **_names(find(workspace, here.repository), "repo")}
    if not here.module:
        return answer
    found = kernel.access({"action": "path", "cid": str(Cid(here.repository, here.module, here.artifact))})
    parts = ("module", "data") if here.artifact else ("module",)
    names = [f"{part}_{name}" for part in parts for name in ("uoa", "uid", "alias")]
    return {**answer, **{name: found[name] for name in names if name in found}}


def check_writing(i: Answer) -> Answer:
    """Allow writing: what may not be written is refused where it would be."""
    del i
    return {"return": 0, "repo_dict": {}}


def reload_repo_cache(i: Answer) -> Answer:
    """Do nothing: the registry is read whenever it is asked."""
    del i
    return {"return": 0}


def get_os_ck(i: Answer) -> Answer:
    """Tell the `platform` ("linux", on macOS too, as CK has it) and the `bits`, of the system and of Python."""
    bits = "64" if sys.maxsize > 1 << 32 else "32"
    return {"return": 0, "platform": "linux", "bits": str(i.get("bits") or bits), "python_bits": bits}


# Who sits here


def eout(s: object) -> None:
    """Print a line to standard error."""
    sys.stderr.write(f"{s}\n")


def jerr(r: Answer) -> None:
    """Print an error and raise KeyboardInterrupt, which ends a notebook's cell."""
    sys.stdout.write(f"Error: {r['error']}\n")
    raise KeyboardInterrupt


def inp(i: Answer) -> Answer:
    """Ask for a line, `string`; where nobody sits it is empty."""
    sys.stdout.write(str(i.get("text", "")))
    sys.stdout.flush()
    if not sys.stdin.isatty():
        sys.stdout.write("\n")
        return {"return": 0, "string": ""}
    return {"return": 0, "string": sys.stdin.readline().rstrip("\n")}


def select(i: Answer) -> Answer:
    """Ask for one of the keys of `dict`, whose values have a `name` and a number `sort`; nothing typed: the first."""
    choices, keys = i["dict"], list(i["dict"])
    if i.get("skip_sort") != "yes":
        keys.sort(key=lambda key: choices[key].get("sort", 0))
    if i.get("title"):
        sys.stdout.write(f"{i['title']}\n\n")
    number = _asked([str(choices[key].get("name", "")) for key in keys], "Make your selection (or press Enter for 0): ")
    if number == "" and i.get("error_if_empty") == "yes":
        return {"return": 1, "error": "selection is empty"}
    if not _is_index(number or "0", keys):
        return {"return": 1, "error": "selection is not recognized"}
    return {"return": 0, "string": keys[int(number or "0")]}


def select_uoa(i: Answer) -> Answer:
    """Ask for one of the entries `choices`, as `search` gives them, and give its UID as `choice`."""
    entries = list(i.get("choices", []))
    if i.get("skip_sort") != "yes":
        entries.sort(key=lambda one: one["data_uoa"])
    default = "" if i.get("skip_enter") == "yes" else "0"
    told = [f"{one['data_uoa']} ({one['data_uid']})" for one in entries]
    number = _asked(told, f"Select UOA{' (or press Enter for 0)' if default else ''}: ") or default
    if not _is_index(number, entries):
        return {"return": 1, "error": "number is not recognized"}
    return {"return": 0, "choice": entries[int(number)]["data_uid"]}


def _asked(told: list[str], text: str) -> str:
    sys.stdout.write("".join(f"{number}) {line}\n" for number, line in enumerate(told)) + "\n")
    return inp({"text": text})["string"].strip()


def _is_index(text: str, values: list[Any]) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < len(values)
