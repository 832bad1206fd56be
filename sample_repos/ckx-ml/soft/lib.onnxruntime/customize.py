"""Finds a Python package without importing it; other entries for Python packages use this script too.

The package's name is the folder in the entry's `soft_file_universal`.
"""

import importlib.metadata
import json
import os
import re
import shlex
import subprocess
import sys

ASSIGNED_VERSION = re.compile(r"""^__version__\s*(?::\s*\w+\s*)?=\s*["']([^"']+)["']""", re.MULTILINE)


def import_path(interpreter):
    """The folders in which that interpreter looks for packages; none when it cannot be run."""
    question = [interpreter, "-c", "import json, sys; print(json.dumps(sys.path))"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=60, check=True)
        return [folder for folder in json.loads(answer.stdout) if folder]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        print(f"could not ask {interpreter} for its import path: {error}")
        return []


def resolved_interpreter(i):
    """The interpreter of the dependency `python`; the running one where the caller names none."""
    python = i.get("deps", {}).get("python", {})
    return python.get("dict", {}).get("env", {}).get("CK_ENV_COMPILER_PYTHON_FILE") or sys.executable


def dirs(i):
    """Looks where the interpreter itself would look, then where it was told to."""
    searched = [*import_path(resolved_interpreter(i)), *i.get("dirs", [])]
    return {"return": 0, "dirs": [folder for folder in dict.fromkeys(searched) if os.path.isdir(folder)]}


def limit(i):
    """Each file once, in the order in which the interpreter would find them."""
    return {"return": 0, "list": list(dict.fromkeys(i["list"])), "skip_sort": "yes"}


def installed_version(site, package):
    """What the installer wrote down, or an empty string."""
    for distribution in importlib.metadata.distributions(name=package, path=[site]):
        return distribution.version
    return ""


def assigned_version(folder):
    """What the package's own source says, or an empty string."""
    for name in ("__init__.py", "version.py", "_version.py"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as source:
                found = ASSIGNED_VERSION.search(source.read())
            if found:
                return found.group(1)
    return ""


def version_cmd(i):
    """Reads the version from files, so there is no command to run."""
    folder = os.path.dirname(i["full_path"])
    site, package = os.path.split(folder)
    version = installed_version(site, package) or assigned_version(folder)
    return {"return": 0, "cmd": "", "version": version}


def setup(i):
    """Puts the folder that holds the package onto Python's import path."""
    customize, env = i["customize"], i["env"]
    site = os.path.dirname(os.path.dirname(customize["full_path"]))
    prefix = customize["env_prefix"]
    env[prefix] = site
    # An empty part would mean the current folder, so the colon only stands between two parts.
    return {"return": 0, "bat": f"export PYTHONPATH={shlex.quote(site)}${{PYTHONPATH:+:$PYTHONPATH}}\n"}
