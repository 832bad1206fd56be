"""The calls of `ck.access` that hooks make of other modules, answered without the original's modules.

A census of public hooks gave these: what the operating system's module does for scripts, other entries' files and
functions, and numbers compared. Entries are those that the approved plan names; everything else is declined.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...store.untrusted import safe_line
from .. import ck_stand_in
from .candidates import search

Answer = dict[str, Any]
Entries = Sequence[Mapping[str, str]]
"""Entries of repositories that the plan names: `module`, `module_uid`, `alias`, `uid`, `path` of each."""


def answer(i: Mapping[str, Any], entries: Entries) -> Answer:
    """Answer one call, with CK's return codes: 16 for an entry that isn't offered, 1 for an action that isn't."""
    action, module = str(i.get("action", "")), str(i.get("module_uoa", ""))
    if (action, module) in _ANSWERS:
        return _ANSWERS[action, module](i)
    if action in ("find", "load"):
        return _found(i, entries, with_meta=action == "load")
    if action == "search":
        return _searched(i, entries)
    if (action, module) == ("run", "script"):
        return _run_script(i, entries)
    return {"return": 1, "error": f"{action} {module} is not offered to scripts here"}


# Other entries


def _entry(i: Mapping[str, Any], entries: Entries, module: str = "") -> Mapping[str, str] | None:
    module, name = module or str(i.get("module_uoa") or ""), str(i.get("data_uoa") or "")
    if i.get("cid"):
        *_, module, name = ["", *str(i["cid"]).split(":")]
    for one in entries:
        if name in (one["alias"], one["uid"]) and module in (one["module"], one["module_uid"]):
            return one
    return None


def _told(one: Mapping[str, str]) -> Answer:
    return {
        "return": 0,
        "path": one["path"],
        "data_uoa": one["alias"] or one["uid"],
        "data_alias": one["alias"],
        "data_uid": one["uid"],
        "module_uoa": one["module"],
        "module_uid": one["module_uid"],
    }


def _not_offered(i: Mapping[str, Any]) -> Answer:
    what = i.get("cid") or f"{i.get('module_uoa')}:{i.get('data_uoa')}"
    return {"return": 16, "error": f"{safe_line(str(what), 200)} isn't an entry that the plan names for this script"}


def _found(i: Mapping[str, Any], entries: Entries, *, with_meta: bool) -> Answer:
    one = _entry(i, entries)
    if one is None:
        return _not_offered(i)
    found = _told(one)
    if with_meta:
        loaded = ck_stand_in.load_json_file({"json_file": f"{one['path']}/.cm/meta.json"})
        found |= {"dict": loaded["dict"]} if not loaded["return"] else loaded
    return found


def _searched(i: Mapping[str, Any], entries: Entries) -> Answer:
    """List the entries of a module that have the tags, as far as the plan names them."""
    module, wanted = str(i.get("module_uoa") or ""), {tag for tag in str(i.get("tags") or "").split(",") if tag}
    name, found = str(i.get("data_uoa") or ""), list[Answer]()
    for one in entries:
        meta = ck_stand_in.load_json_file({"json_file": f"{one['path']}/.cm/meta.json"}).get("dict", {})
        is_meant = module in (one["module"], one["module_uid"]) and name in ("", "*", one["alias"], one["uid"])
        if is_meant and wanted <= set(meta.get("tags", ())):
            told = {key: value for key, value in _told(one).items() if key != "return"}
            found.append({**told, **({"meta": meta} if i.get("add_meta") == "yes" else {})})
    return {"return": 0, "lst": found}


def _run_script(i: Mapping[str, Any], entries: Entries) -> Answer:
    """Call a function of another entry's Python (`code`, `func`, `dict`)."""
    one = _entry(i, entries, str(i.get("script_module_uoa") or "script"))
    if one is None:
        return _not_offered({**i, "module_uoa": i.get("script_module_uoa") or "script"})
    meta = ck_stand_in.load_json_file({"json_file": f"{one['path']}/.cm/meta.json"}).get("dict", {})
    code = i.get("code") or meta.get("default_python_script_name")
    function = i.get("func") or meta.get("default_function_name")
    loaded = ck_stand_in.load_module_from_path({"path": one["path"], "module_code_name": str(code)})
    if loaded["return"]:
        return loaded
    loaded["code"].ck = ck_stand_in
    called = getattr(loaded["code"], str(function), None)
    if not callable(called):
        return {"return": 1, "error": f"function {function} not found in {one['path']}/{code}.py"}
    given = i.get("dict", {})
    given["ck_kernel"] = ck_stand_in
    found = called(given)
    if not isinstance(found, dict) or found.get("return", 0) > 0:
        told = found.get("error", "") if isinstance(found, dict) else "no dictionary"
        return {"return": 1, "error": f"script failed ({told})"}
    return {**found, "return_code": 0}


# The operating system's module


def _library_paths(i: Mapping[str, Any]) -> Answer:
    system = i.get("host_os_dict") or {}
    variables = (
        (system.get("env_ld_library_path") or "LD_LIBRARY_PATH", i.get("dynamic_lib_path", i.get("lib_path", ""))),
        (system.get("env_library_path") or "LIBRARY_PATH", i.get("static_lib_path", i.get("lib_path", ""))),
    )
    lines = [f'export {name}="{_joined(value)}":${name}\n' for name, value in variables if value]
    return {"return": 0, "script": "\n" + "".join(lines) + "\n" if lines else ""}


def _joined(value: Any) -> str:
    return ":".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _shell(i: Mapping[str, Any]) -> Answer:
    done = subprocess.run(
        ["bash", "-c", str(i.get("cmd", ""))], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    found: Answer = {"return": 0, "return_code": done.returncode}
    for name, data in (("stdout", done.stdout), ("stderr", done.stderr)):
        text = data.decode("utf-8", "replace")
        found |= {f"{name}_lst": text.split("\n")} if i.get("split_to_list") == "yes" else {name: text}
    return found


def _as_it_is(i: Mapping[str, Any]) -> Answer:
    """Give paths as they are: there is no Cygwin here."""
    return {"return": 0, "path": i.get("path", ""), "paths": i.get("paths", [])}


def _output_lines(i: Mapping[str, Any]) -> Answer:
    told = ck_stand_in.run_and_get_stdout({"cmd": i["cmd"]})
    return told if told["return"] else {"return": 0, "output_lines": told["stdout"].splitlines()}


def _host(i: Mapping[str, Any]) -> Answer:
    del i
    return {"return": 0, **ck_stand_in.work["host"]}


# Software, numbers


def _search_version(i: Mapping[str, Any]) -> Answer:
    """Find the version that Spack or a settings file recorded above a file."""
    path = str(i.get("path", ""))
    folder = os.path.dirname(path)
    places = [str(Path(path).with_suffix(".settings"))]
    while folder != os.path.dirname(folder):
        places.append(f"{folder}/.spack/spec.yaml")
        folder = os.path.dirname(folder)
    for place in places:
        if os.path.isfile(place):
            for line in Path(place).read_text(encoding="utf-8", errors="replace").splitlines():
                label, _, value = line.strip().lower().rpartition("version:")
                if value and not label:
                    return {"return": 0, "version": value.strip()}
    return {"return": 0, "version": ""}


def _files(i: Mapping[str, Any]) -> Answer:
    name = str(i.get("file_name") or i.get("pattern") or "*")
    depth = ck_stand_in.safe_int(i.get("recursion_level_max"), 0)
    found = search([str(i.get("path", ""))], name, depth, folders_too=i.get("can_be_dir") == "yes")
    return {"return": 0, "list": found}


def _first_choice(i: Mapping[str, Any]) -> Answer:
    """Choose the first of some entries by name, as CK does when nobody is asked."""
    choices = [one for one in i.get("choices") or [] if isinstance(one, Mapping)]
    if not choices:
        return {"return": 16, "error": "there is nothing to choose from"}
    first = choices[0] if i.get("skip_sort") == "yes" else min(choices, key=lambda one: str(one.get("data_uoa", "")))
    return {"return": 0, "choice": str(first.get("data_uid") or first.get("data_uoa") or "")}


def _numbers_compared(i: Mapping[str, Any]) -> Answer:
    """Compare two lists of numbers, in files or given, within `abs_threshold`."""
    lists: list[Any] = []
    for which in ("1", "2"):
        value = i.get(f"dict{which}")
        if i.get(f"file{which}"):
            try:
                value = json.loads(Path(i[f"file{which}"]).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                return {"return": 1, "error": f"problem reading json file={i[f'file{which}']} ({error})"}
        lists.append(value)
    first, second = lists
    if not isinstance(first, list) or not isinstance(second, list):
        return {"return": 1, "error": "only lists of numbers can be compared"}
    if len(first) != len(second):
        return {"return": 0, "failed": True, "fail_reason": f"{len(first)} numbers against {len(second)}"}
    limit = float(i.get("abs_threshold") or 0)
    wrong = [
        f"{at}) {one} vs {other}"
        for at, (one, other) in enumerate(zip(first, second, strict=True))
        if abs(one - other) > limit
    ]
    return {"return": 0, "failed": bool(wrong), "fail_reason": "; ".join(wrong[:5])}


_ANSWERS: dict[tuple[str, str], Callable[[Mapping[str, Any]], Answer]] = {
    ("lib_path_export_script", "os"): _library_paths,
    ("run_and_get_stdout", "os"): lambda i: ck_stand_in.run_and_get_stdout(dict(i)),
    ("shell", "os"): _shell,
    ("convert_to_cygwin_path", "os"): _as_it_is,
    ("convert_to_cygwin_paths", "os"): _as_it_is,
    ("capture_command_output", "misc"): _output_lines,
    ("detect", "platform.os"): _host,
    ("search_version", "soft"): _search_version,
    ("list_all_files", "soft"): _files,
    ("check_numerical", "program.output"): _numbers_compared,
    ("select_uoa", "choice"): _first_choice,
}
