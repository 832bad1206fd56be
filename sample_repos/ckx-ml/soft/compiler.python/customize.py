"""Finds Python 3 interpreters, first of all the one that runs this detection: its packages are the ones at hand."""

import os
import re
import sys

INTERPRETER_NAME = re.compile(r"python3(\.\d+)?")
VERSION = re.compile(r"Python (\d+(?:\.\d+)*)")


def name_length(path):
    return len(os.path.basename(path))


def is_interpreter(path):
    """False for the shims of pyenv too: which interpreter they start depends on the folder they are called in."""
    folder, name = os.path.split(path)
    return bool(INTERPRETER_NAME.fullmatch(name)) and os.path.basename(folder) != "shims" and os.access(path, os.X_OK)


def own_folder():
    return os.path.dirname(sys.executable)


def dirs(i):
    """Looks beside the running interpreter, then where the shell looks, then in the usual places."""
    searched = [own_folder(), *os.get_exec_path(), *i.get("dirs", [])]
    return {"return": 0, "dirs": [folder for folder in dict.fromkeys(searched) if os.path.isdir(folder)]}


def limit(i):
    """Keeps real interpreters, one name for each in a folder, the running one at the head of the list."""
    found = {}
    for path in i["list"]:
        if is_interpreter(path):
            # The link must stay a link: inside a virtual environment it is what leads to the packages.
            place = (os.path.realpath(os.path.dirname(path)), os.path.realpath(path))
            found[place] = min(found.get(place, path), path, key=name_length)
    ordered = sorted(found.values(), key=lambda path: os.path.dirname(path) != own_folder())
    return {"return": 0, "list": ordered, "skip_sort": "yes"}


def parse_version(i):
    """The version of `python3 --version`, as in: Python 3.11.7"""
    found = VERSION.search("\n".join(i["output"]))
    return {"return": 0, "version": found.group(1) if found else ""}


def setup(i):
    """Says where the interpreter is; programs call it as CK_ENV_COMPILER_PYTHON_FILE."""
    customize, env = i["customize"], i["env"]
    interpreter = customize["full_path"]
    folder, name = os.path.split(interpreter)
    prefix = customize["env_prefix"]
    env[prefix] = os.path.dirname(folder)
    env[prefix + "_BIN"] = folder
    env[prefix + "_FILE"] = interpreter
    env["CK_PYTHON_BIN"] = name
    env["CK_PYTHON_VER3"] = "YES"
    return {"return": 0, "bat": ""}
