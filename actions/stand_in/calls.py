"""`ck.access` inside a module: reading actions, other modules whose files were approved, and its own entries' changes.

What is executed elsewhere as a job of its own (detection, installation, compilation, runs) isn't started in here: the
answer says which command to give first.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ...store.cid import MODULE_UIDS
from ...store.errors import CkexploreError, InvalidRequestError, RefusedError
from ...store.formats import ck
from ...store.registry import repositories
from ...store.untrusted import safe_line
from .. import ck_stand_in, kernel
from ..declared_actions import module_entry
from ..report import listing
from ..request import request_from
from .called_modules import CalledModules
from .surroundings import Surroundings
from .writing import Writing, refused

Answer = dict[str, Any]

READING = {
    **{"find": "find", "load": "load", "info": "info", "search": "search", "list_tags": "list_tags", "cid": "info"},
    **{"ls": "ls", "list": "ls", "list_data": "ls", "list_data2": "ls", "search2": "search"},
}
"""CK's actions that only look, and ours that answer them."""

_OPTIONS = {"tags", "search_string", "ignore_case"}
_OF_THE_MACHINE = {("platform", "detect")}  # answered without executing anything
_OF_SCRIPTS = {("os", "lib_path_export_script"), ("os", "run_and_get_stdout")}
_ALIASES = {uid: alias for alias, uid in MODULE_UIDS.items()}


class Calls:
    """Answers the calls of one process."""

    def __init__(self, surroundings: Surroundings, modules: CalledModules) -> None:
        self._surroundings = surroundings
        self._modules = modules
        self._writing = Writing(surroundings, modules)

    def access(self, i: Any) -> Answer:
        """Answer a call as CK's `access` does; errors of the called function come through, as in CK."""
        if not isinstance(i, dict) or not i.get("action"):
            return {"return": 1, "error": "access needs a dictionary with an action"}
        action, module = str(i["action"]), _module_of(i)
        called = self._modules.find(module)
        name = _ALIASES.get(module, called.names[0] if called else module)
        try:
            if (name, action) in _OF_SCRIPTS:
                return ck_stand_in.access({**i, "module_uoa": name})
            if (name, action) in _OF_THE_MACHINE:
                return self._answered({"action": action, "cid": name})
            if action not in READING and _is_ours(action, name):
                return {"return": 1, "error": self._first(action, name, i)}
            function = called.function(action) if called and i.get("common_func") != "yes" else ""
            if called and function and (action in called.cfg.get("actions", {}) or action not in _common()):
                return called.call(function, i)
            return self._common(action, i)
        except CkexploreError as error:
            return refused(error)

    def _first(self, action: str, module: str, i: Mapping[str, Any]) -> str:
        """Say which command to give first."""
        what = f"{module}:{safe_line(str(i['data_uoa']), 80)}" if i.get("data_uoa") else module
        tags = i.get("tags")
        tags = f" --tags={safe_line(tags if isinstance(tags, str) else ','.join(map(str, tags)), 200)}" if tags else ""
        return (
            f"{action} {what} isn't done inside {self._surroundings.inside}, which was approved without it; give it "
            f"first, as a command of its own: ckexplore {action} {what}{tags}"
        )

    def _common(self, action: str, i: Answer) -> Answer:
        if action in READING:
            return self._read(READING[action], i)
        own: dict[str, Callable[[Answer], Answer]] = {"add": self._writing.add, "update": self._writing.update}
        if action in own:
            return own[action](i)
        raise InvalidRequestError(self._not_offered(action, _module_of(i)))

    def _not_offered(self, action: str, module: str) -> str:
        """Say why a call can't be answered; UIDs are told by the name of their module, if it is known."""
        workspace, called = self._surroundings.workspace, self._modules.find(module)
        entry = module_entry(workspace, repositories(workspace), module)
        name = safe_line(entry.location.title if entry else module, 80)
        what = f"{safe_line(action, 80)} {name}".strip()
        if called or not module:
            return f"{what} isn't offered inside {self._surroundings.inside}"
        return (
            f"{what} isn't offered inside {self._surroundings.inside}: {name} is none of the modules that were "
            "approved with it (those in its meta's module_deps)"
        )

    def _read(self, action: str, i: Answer) -> Answer:
        """Let the same code look that answers the command line, and add what CK adds on demand."""
        request = {name: i[name] for name in ("cid", "repo_uoa", "module_uoa", "data_uoa") if i.get(name)}
        if action in ("search", "ls", "list_tags"):
            request |= {name: i[name] for name in _OPTIONS if i.get(name)}
        if action in ("search", "ls") and not request.get("tags") and "search_string" in request:
            action = "search"
        answer = self._answered({"action": action, **request})
        if "lst" in answer:
            answer["lst"] = list(self._wanted(answer["lst"], i))
        if i.get("out") == "con":
            ck_stand_in.out("\n".join(listing.tell(action, answer)))
        return answer

    def _answered(self, values: Answer) -> Answer:
        """Answer by the code of the command line. Raises CkexploreError, also for what would be executed."""
        answer = kernel.prepare(request_from(self._surroundings.workspace, values))
        if not isinstance(answer, dict):
            raise RefusedError(
                f"{values['action']} would execute something, which isn't done inside {self._surroundings.inside}"
            )
        return {"return": 0, **answer}

    def _wanted(self, found: list[Answer], i: Answer) -> list[Answer]:
        """Keep what fits `search_dict`, of an entry that was changed only the change; add what `add_meta` asks for."""
        kept: list[Answer] = []
        seen: set[tuple[str, str, str]] = set()
        for one in found:
            key = (one["repo_uid"], one["module_uid"], one["data_uid"])
            if key in seen:
                continue
            seen.add(key)
            wanted = i.get("search_dict")
            meta = _meta(one["path"]) if wanted or i.get("add_meta") == "yes" else {}
            if wanted and ck_stand_in.compare_dicts({"dict1": meta, "dict2": wanted})["equal"] != "yes":
                continue
            more = {"meta": meta} if i.get("add_meta") == "yes" else {}
            if i.get("add_info") == "yes":
                more["info"] = ck.load_extra(one["path"], "info")
            kept.append({**one, **more})
            if 0 < ck_stand_in.safe_int(i.get("limit_size"), 0) <= len(kept):
                break
        return kept


def _module_of(i: Mapping[str, Any]) -> str:
    if i.get("module_uoa"):
        return str(i["module_uoa"])
    parts = str(i.get("cid") or "").split(":")
    return parts[-2] if len(parts) > 1 else parts[0]


def _meta(path: str) -> Answer:
    try:
        return ck.entry_meta(path)
    except CkexploreError:  # as in a search: nothing is found in it
        return {}


def _common() -> set[str]:
    return {*READING, "add", "update"}


def _is_ours(action: str, module: str) -> bool:
    """Tell whether ckexplore itself carries this action out, of a module that has its place in every home."""
    file = kernel.module_file(module)
    own = kernel.actions_of(module) if file else {}
    return action in own and action not in kernel.actions_of("")
