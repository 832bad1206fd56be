"""The `ck` of a module's process: CK's names, each with the function here that answers for it."""

import io
import sys
from types import ModuleType
from typing import Any

from ...store.errors import FailedError
from .. import ck_files, ck_stand_in, ck_values
from . import files
from .called_modules import CalledModules
from .calls import Calls
from .entries import Entries
from .settings import VERSION, settings
from .surroundings import Surroundings

Answer = dict[str, Any]

_MOST_QUESTIONS = 1000  # unanswered; a program that asks on for ever is ended
_OF_SCRIPTS = (
    *("out", "err", "safe_int", "gen_uid", "load_text_file", "save_text_file", "load_json_file", "save_json_to_file"),
    *("list_all_files", *ck_values.__all__, *ck_files.__all__),
)


def make_kernel(surroundings: Surroundings, modules: CalledModules) -> ModuleType:
    """Make the module that is `ck` in modules, and what `import ck.kernel` gives them."""
    made = ModuleType("ck.kernel", "CK's kernel, as ckexplore stands in for it.")
    entries, calls, asking = Entries(surroundings), Calls(surroundings, modules), _Questions()
    names: Answer = {name: getattr(ck_stand_in, name) for name in _OF_SCRIPTS}
    names |= {name: getattr(files, name) for name in files.__all__}
    names |= {name: getattr(entries, name) for name in dir(entries) if not name.startswith("_")}
    names |= {
        "__version__": VERSION,
        "cfg": settings(),
        "work": _work(surroundings),
        "string_io": io.StringIO,
        "access": calls.access,
        "perform_action": calls.access,
        "inp": asking.ask,
        "select": asking.select,
        "select_uoa": asking.select_uoa,
        "check_writing": lambda _: {"return": 0},
        "version": lambda _: {"return": 0, "version": VERSION.split("."), "version_str": VERSION},
        "get_version": lambda _: {"return": 0, "version": VERSION.split("."), "version_str": VERSION},
        "check_version": lambda _: {"return": 0, "ok": "yes", "current_version": VERSION},
        "load_module_from_path": _Importing(modules).load,
        "prepare_special_info_about_entry": lambda _: {
            "return": 0,
            "dict": {"engine": "CK", "version": VERSION.split("."), **_time()},
        },
    }
    for action in ("search", "load", "find", "list_data", "info", "cid", "add", "update"):
        names[action] = _named(calls, action)
    vars(made).update(names)
    package = ModuleType("ck")
    vars(package).update({"kernel": made, "__path__": []})
    sys.modules.update({"ck": package, "ck.kernel": made})
    return made


def _named(calls: Calls, action: str) -> Any:
    return lambda i: calls.access({**i, "action": action, "common_func": "yes"})


def _time() -> Answer:
    return {"iso_datetime": ck_values.get_current_date_time({})["iso_datetime"]}


def _work(surroundings: Surroundings) -> Answer:
    local = str(surroundings.workspace.local)
    return {
        "env_root": "",
        "dir_default_repo": "",
        "dir_local_repo": local,
        "dir_work_repo": local,
        "dir_repos": str(surroundings.workspace.home),
        "repo_name_work": "local",
        "repo_uid_work": "9a3280b14a4285c9",
        "cached_module_by_path": {},
        "cached_module_by_path_last_modification": {},
    }


class _Questions:
    """Answers every question with nothing, as Enter does: nobody is asked here."""

    def __init__(self) -> None:
        self._asked = 0

    def ask(self, i: Answer) -> Answer:
        """Answer with an empty `string`. Raises FailedError for a program that asks on and on."""
        self._asked += 1
        if self._asked > _MOST_QUESTIONS:
            raise FailedError(f"it asks on and on, and nobody is there to answer: {i.get('text', '')}")
        return ck_stand_in.inp(i)

    def select(self, i: Answer) -> Answer:
        """Choose the first key of `dict`, by `sort`."""
        choices = i["dict"]
        ordered = list(choices)
        if i.get("skip_sort") != "yes":
            ordered.sort(key=lambda key: ck_values.safe_float(choices[key].get("sort"), 0))
        if not ordered or i.get("error_if_empty") == "yes":
            return {"return": 1, "error": "selection is empty"}
        return {"return": 0, "string": ordered[0]}

    def select_uoa(self, i: Answer) -> Answer:
        """Choose the first of the entries in `choices`, by name."""
        found = i.get("choices", [])
        ordered = found if i.get("skip_sort") == "yes" else sorted(found, key=lambda one: one["data_uoa"])
        if not ordered or i.get("skip_enter") == "yes":
            return {"return": 1, "error": "number is not recognized"}
        return {"return": 0, "choice": ordered[0]["data_uid"]}


class _Importing:
    """`load_module_from_path`: a module's file once, with its `cfg`; any other file beside it anew."""

    def __init__(self, modules: CalledModules) -> None:
        self._modules = modules

    def load(self, i: Answer) -> Answer:
        """Import `module_code_name`.py from `path`, and give it as `code`."""
        known = self._modules.of_path(f"{i['path']}/{i['module_code_name']}.py")
        if known is not None:
            return {"return": 0, "code": known.code(), "path": known.file}
        loaded = ck_stand_in.load_module_from_path(i)
        if not loaded["return"]:
            loaded["code"].ck = self._modules.kernel
            if isinstance(i.get("cfg"), dict):
                loaded["code"].cfg = i["cfg"]
        return loaded
