"""A small stand-in for `ck.kernel`: the functions that repositories' own scripts call, under CK's names and codes.

A census of 1,031 public scripts found 14 functions in use, and of modules' own code some more: those of `ck_values` and
`ck_files`. Scripts run in a child process and get this module as `ck`; who asks the kernel gets the same functions.
"""

import importlib.util
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..store.uid import new_uid
from .ck_files import *  # noqa: F403  (one implementation, of which this is the door for scripts)
from .ck_files import wanted_files
from .ck_values import *  # noqa: F403

__all__ = [
    "err",
    "gen_tmp_file",
    "gen_uid",
    "list_all_files",
    "load_json_file",
    "load_module_from_path",
    "load_text_file",
    "out",
    "run_and_get_stdout",
    "safe_int",
    "save_json_to_file",
    "save_text_file",
]

cfg: dict[str, Any] = {"install_path": ""}
work: dict[str, Any] = {
    "dir_repos": "",
    "dir_work_repo": "",
    "repo_name_work": "local",
    "entries": (),  # of repositories, which the plan names for scripts
    "host": {},
}


def out(text: object) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def err(result: dict[str, Any]) -> None:
    """Print an error and end the process with its code, as CK does."""
    sys.stdout.write(f"CK error: {result.get('error', '')}!\n")
    sys.exit(int(result.get("return", 1)))


def inp(i: dict[str, Any]) -> dict[str, Any]:
    """Answer a question with nothing: nobody is asked here."""
    out(i.get("text", ""))
    return {"return": 0, "string": ""}


def safe_int(value: Any, default: int) -> int:
    """Read an integer, or give the default."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def gen_uid(_: dict[str, Any]) -> dict[str, Any]:
    """Draw a UID."""
    return {"return": 0, "data_uid": new_uid()}


def load_text_file(i: dict[str, Any]) -> dict[str, Any]:
    """Read `text_file`; with `split_to_list` "yes" its lines as `lst`, with `delete_after_read` it is removed.

    With `convert_to_dict` its lines `key:value` as `dict` (`str_split` parts them, `remove_quotes`).
    """
    path = Path(i["text_file"])
    try:
        data = path.read_bytes()
    except OSError as error:
        return {"return": 16, "error": f"problem opening text file={path} ({error})"}
    if i.get("delete_after_read") == "yes":
        path.unlink()
    if i.get("keep_as_bin") == "yes":
        return {"return": 0, "bin": data}
    text = data.decode(i.get("encoding") or "utf-8", "replace").replace("\r", "")
    result: dict[str, Any] = {"return": 0, "bin": data, "string": text}
    if "yes" in (i.get("split_to_list"), i.get("convert_to_dict")):
        result["lst"] = text.split("\n")
    if i.get("convert_to_dict") == "yes":
        quote = '"' if i.get("remove_quotes") == "yes" else ""
        pairs = (line.strip().partition(i.get("str_split") or ":") for line in result["lst"])
        result["dict"] = {
            key.strip(): value.strip().removeprefix(quote).removesuffix(quote)
            for key, sign, value in pairs
            if key and sign
        }
    return result


def save_text_file(i: dict[str, Any]) -> dict[str, Any]:
    """Write `string` to `text_file` (added to its end with `append` "yes")."""
    try:
        with Path(i["text_file"]).open("a" if i.get("append") == "yes" else "w", encoding="utf-8") as stream:
            stream.write(i.get("string", ""))
    except OSError as error:
        return {"return": 1, "error": f"problem writing text file={i['text_file']} ({error})"}
    return {"return": 0}


def load_json_file(i: dict[str, Any]) -> dict[str, Any]:
    """Read `json_file` as `dict`."""
    try:
        return {"return": 0, "dict": json.loads(Path(i["json_file"]).read_text(encoding="utf-8"))}
    except FileNotFoundError as error:
        return {"return": 16, "error": f"problem opening json file={i['json_file']} ({error})"}
    except (OSError, ValueError) as error:
        return {"return": 1, "error": f"problem reading json file={i['json_file']} ({error})"}


def save_json_to_file(i: dict[str, Any]) -> dict[str, Any]:
    """Write `dict` to `json_file`."""
    text = json.dumps(i.get("dict", {}), indent=2, sort_keys=i.get("sort_keys") == "yes") + "\n"
    return save_text_file({"text_file": i["json_file"], "string": text})


def gen_tmp_file(i: dict[str, Any]) -> dict[str, Any]:
    """Name a new temporary file (`prefix`, `suffix`, `remove_dir`)."""
    descriptor, name = tempfile.mkstemp(suffix=i.get("suffix", ""), prefix=i.get("prefix", ""))
    os.close(descriptor)
    return {"return": 0, "file_name": Path(name).name if i.get("remove_dir") == "yes" else name}


def run_and_get_stdout(i: dict[str, Any]) -> dict[str, Any]:
    """Run `cmd` (a text split at blanks, or a list) and give `return_code`, `stdout` and `stderr`."""
    command = i["cmd"]
    try:
        words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError) as error:
        return {"return": 1, "error": str(error)}
    return {"return": 0, "return_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def load_module_from_path(i: dict[str, Any]) -> dict[str, Any]:
    """Import `module_code_name`.py from the folder `path`, and give it as `code`."""
    path = Path(i["path"]) / f"{i['module_code_name']}.py"
    spec = importlib.util.spec_from_file_location(f"ck_{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        return {"return": 1, "error": f"can't find module code {path}"}
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    return {"return": 0, "code": code, "path": str(path)}


def list_all_files(i: dict[str, Any]) -> dict[str, Any]:
    """List the files below `path` (at most `limit`), their sizes by relative path; CK's own folders only with `all`.

    `file_name` and `pattern` choose among them, `ignore_names` leaves names out, `add_path` "yes" adds their folders.
    """
    found: dict[str, dict[str, Any]] = {}
    limit = safe_int(i.get("limit"), -1)
    for name, path in wanted_files(i):
        found[name] = {
            "size": path.stat().st_size,
            **({"path": str(path.parent)} if i.get("add_path") == "yes" else {}),
        }
        if 0 <= limit <= len(found):
            break
    return {"return": 0, "list": found, "sizes": found, "number": str(len(found))}


def access(i: dict[str, Any]) -> dict[str, Any]:
    """Answer the calls that scripts make of other modules; the others say that they aren't offered."""
    from .hooks.access import answer  # noqa: PLC0415  (it calls the functions here)

    return answer(i, work["entries"])
