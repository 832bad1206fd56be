"""Finding software on this machine as CK's `soft` does: candidate files, their versions, the best one, its set-up.

Runs in the child process of an approved job: the entry's own `customize.py` takes part through its hooks `dirs`,
`limit`, `version_cmd`, `parse_version` and `setup`. Candidates are executed only if they are executables of the
right name.
"""

import fnmatch
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..store.errors import CkexploreError, FailedError, NotFoundError, UnavailableError
from ..store.untrusted import safe_line
from . import ck_stand_in
from .how_to_get import how_to_get
from .versions import split_version, version_tags, within

_VERSION_PATTERN = re.compile(r"\d+(?:\.\d+)+")
_VERSION_TIME = 20.0  # seconds for one candidate to tell its version
_SEARCH_TIME = 60.0  # seconds for all folders
_DEPTH = 4
_MOST = 40
_OURS = Path(sys.executable).with_name("python3")

Hooks = Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be the software, and the version it told ("" when it tells none)."""

    path: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Detected:
    """What detection gives: the chosen file, and what `setup` made of it (CK's names)."""

    full_path: str
    version: str
    tags: list[str]
    env: dict[str, str]
    bat: str
    customize: dict[str, Any]
    candidates: list[dict[str, str]] = field(default_factory=list)


def load_hooks(script: str) -> Hooks:
    """Import an entry's `customize.py` and give its hooks. Raises FailedError when it can't be imported."""
    if not script:
        return {}
    path = Path(script)
    try:
        loaded = ck_stand_in.load_module_from_path({"path": str(path.parent), "module_code_name": path.stem})
    except Exception as error:
        raise FailedError(
            f"{path.parent.name}/{path.name} can't be imported: {type(error).__name__}: {error}"
        ) from error
    code = loaded["code"]
    code.ck = ck_stand_in  # CK puts its kernel there before it calls anything
    names = ("dirs", "limit", "version_cmd", "parse_version", "setup")
    return {name: getattr(code, name) for name in names if callable(getattr(code, name, None))}


def call(hooks: Hooks, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Call a hook if there is one. Raises FailedError when it fails or answers with an error."""
    if name not in hooks:
        return {}
    try:
        answer = hooks[name](values)
    except Exception as error:
        raise FailedError(f"customize.py: {name}() failed: {type(error).__name__}: {error}") from error
    if not isinstance(answer, dict) or answer.get("return", 0) > 0:
        told = answer.get("error", "no reason") if isinstance(answer, dict) else "not a dictionary"
        raise FailedError(f"customize.py: {name}() answered: {safe_line(str(told), 300)}")
    return answer


def detect(spec: Mapping[str, Any]) -> Detected:
    """Find the software that `spec` describes (see `modules/soft.py`). Raises NotFoundError or FailedError."""
    hooks = load_hooks(spec["script"])
    values = _hook_input(spec)
    name = _file_name(values["cfg"]["customize"])
    given = spec.get("full_path", "")
    if given and not Path(given).exists():
        raise NotFoundError(f"{safe_line(given)}: no such file")
    paths = [given] if given else list(_candidates(hooks, values, name, spec))
    limited = call(hooks, "limit", {**values, "list": paths})
    paths = [str(path) for path in limited.get("list", paths)][:_MOST]
    if not paths:
        raise UnavailableError(f"{spec['name']}: no file named {name or '(unnamed)'} found; {how_to_get(name)}")
    found = [_with_version(hooks, values, path) for path in paths]
    fitting = [one for one in found if within(split_version(one.version), spec["version_from"], spec["version_to"])]
    if not fitting:
        told = ", ".join(f"{one.path} ({one.version or 'version unknown'})" for one in found)
        raise UnavailableError(f"{spec['name']}: none has a version that fits: {told}")
    in_order = limited.get("skip_sort") == "yes"  # the entry knows better than the highest version
    best = fitting[0] if in_order else max(fitting, key=lambda one: (split_version(one.version), -found.index(one)))
    return set_up(spec, best.path, best.version, found)


def set_up(spec: Mapping[str, Any], full_path: str, version: str, found: list[Candidate] | None = None) -> Detected:
    """Let the entry's `setup` say what a file's users need in their environment. Raises FailedError."""
    hooks, values = load_hooks(spec["script"]), _hook_input(spec)
    values["customize"] |= {"full_path": full_path, "version": version, "version_split": split_version(version)}
    values |= {"version": version, "version_split": split_version(version), "interactive": ""}
    values["env"] |= spec.get("install_env", {})
    bat = str(call(hooks, "setup", values).get("bat", ""))
    tags = [*values["tags"], *version_tags(version)]
    return Detected(
        full_path=full_path,
        version=version,
        tags=list(dict.fromkeys(str(tag) for tag in tags)),
        env={str(key): str(value) for key, value in values["env"].items()},
        bat=bat,
        customize=values["customize"],
        candidates=[{"path": one.path, "version": one.version} for one in found or ()],
    )


def _hook_input(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Make the dictionary that every hook gets; `customize`, `env` and `tags` are there to be changed in place."""
    meta = dict(spec["meta"])
    meta.setdefault("customize", {})
    return {
        "ck_kernel": ck_stand_in,
        "soft_uoa": spec["soft_uoa"],
        "soft_name": spec["name"],
        "cfg": meta,
        "self_cfg": meta,
        "customize": dict(meta["customize"]),
        "env": dict(meta.get("env", {})),
        "tags": list(spec["tags"]),
        "deps": spec["deps"],
        "deps_copy": spec["deps"],
        "host_os_uoa": spec["host"]["uoa"],
        "host_os_uid": spec["host"]["uid"],
        "host_os_dict": spec["host"]["dict"],
        "target_os_uoa": spec["host"]["uoa"],
        "target_os_uid": spec["host"]["uid"],
        "target_os_dict": spec["host"]["dict"],
        "target_device_id": "",
        "features": {},
    }


def _file_name(customize: Mapping[str, Any]) -> str:
    """Name the file to look for on this system."""
    system = "macos" if sys.platform == "darwin" else "linux"
    by_system = customize.get("soft_file")
    by_system = by_system if isinstance(by_system, dict) else {}
    name = str(customize.get("soft_file_universal") or by_system.get(system) or by_system.get("linux") or "")
    dynamic = ".dylib" if sys.platform == "darwin" else ".so"
    endings = {"sep": "/", "file_ext_exe": "", "file_ext_dll": dynamic, "file_ext_lib": ".a"}
    for sign, text in endings.items():
        name = name.replace(f"$#{sign}#$", text)
    return name


def _candidates(hooks: Hooks, values: dict[str, Any], name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files of this name: on the PATH first; folders are searched only when it has none."""
    seen: set[str] = set()
    ours = [_OURS] if name.rstrip("*") in {"python", "python3"} and _OURS.exists() else []
    for path in (*ours, *_on_path(name)):
        place = str(path.parent.resolve() / path.name)  # /bin is /usr/bin on most systems
        if place not in seen:
            seen.add(place)
            yield str(path)
    if seen or not name:
        return
    folders = [folder for folder in os.environ.get("CK_DIRS", "").split(os.pathsep) if folder]
    folders += list(
        call(hooks, "dirs", {**values, "dirs": ["/usr", "/opt", spec["tools"]]}).get("dirs", ["/usr", "/opt"])
    )
    deadline = time.monotonic() + _SEARCH_TIME
    for folder in folders:
        for path in _below(Path(folder), name, deadline):
            real = str(path.resolve())
            if real not in seen:
                seen.add(real)
                yield str(path)


def _below(folder: Path, name: str, deadline: float) -> Iterator[Path]:
    """Yield the places below `folder`, not deeper than a few levels, where `name` (perhaps a relative path) exists."""
    start = str(folder).rstrip("/").count("/")
    for place, folders, _ in os.walk(folder):
        if time.monotonic() > deadline:
            return
        candidate = Path(place) / name
        if candidate.is_file():
            yield candidate
        folders[:] = [] if place.count("/") - start >= _DEPTH else sorted(folders)


def _with_version(hooks: Hooks, values: dict[str, Any], path: str) -> Candidate:
    """Ask one candidate for its version, by the hook's command or the meta's."""
    try:
        version = _version(hooks, {**values, "full_path": path})
    except CkexploreError as error:
        sys.stdout.write(f"  {safe_line(path)}: {error}\n")
        return Candidate(path)
    sys.stdout.write(f"  {safe_line(path)}: {version or 'version unknown'}\n")
    return Candidate(path, version)


def _version(hooks: Hooks, values: dict[str, Any]) -> str:
    told = call(hooks, "version_cmd", values)
    if told.get("version"):
        return safe_line(str(told["version"]), 80)
    command = str(told.get("cmd") or _meta_version_command(values))
    if not command:
        return ""
    output = _run(values["full_path"], command)
    parsed = call(hooks, "parse_version", {**values, "output": output})
    if "version" in parsed:
        return safe_line(str(parsed["version"]), 80)
    found = _VERSION_PATTERN.search(output[0] if output else "")
    return found[0] if found else ""


def _meta_version_command(values: Mapping[str, Any]) -> str:
    by_system = values["cfg"]["customize"].get("soft_version_cmd")
    by_system = by_system if isinstance(by_system, dict) else {}
    return str(by_system.get("macos" if sys.platform == "darwin" else "linux") or by_system.get("linux") or "")


def _run(path: str, command: str) -> list[str]:
    """Run `path` with the words of CK's version command (` --version > $#filename#$`), and give the lines it prints."""
    if not os.access(path, os.X_OK):
        return []
    words = [word for word in re.split(r"\d?>+&?", command)[0].replace("$#filename#$", "").split() if word]
    if words and words[0] in {path, f'"{path}"', "$#full_path#$"}:
        words = words[1:]
    try:
        done = subprocess.run(
            [path, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=_VERSION_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"did not tell its version within {_VERSION_TIME:.0f} s") from error
    except OSError as error:
        raise FailedError(f"can't be started ({error.strerror})") from error
    return done.stdout.decode("utf-8", "replace").splitlines()


def _on_path(name: str) -> Iterator[Path]:
    """Yield the executables on the PATH whose name fits; CK's file names may be patterns, such as `python3*`."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not folder or not name or "/" in name:
            continue
        try:
            names = fnmatch.filter(os.listdir(folder), name) if "*" in name else [name]
        except OSError:
            continue
        for path in (Path(folder) / one for one in sorted(names)):
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def is_on_path(meta: Mapping[str, Any]) -> bool:
    """Tell, without executing anything, whether a file that a soft entry looks for is on the PATH."""
    customize = meta.get("customize")
    name = _file_name(customize) if isinstance(customize, dict) else ""
    return next(_on_path(name), None) is not None
