"""Installing a package as CK does: its `custom.py` hooks, its script in a shell with its dependencies, its set-up."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...store.errors import FailedError, UnavailableError
from ...store.untrusted import safe_line
from ..how_to_get import how_to_get
from . import set_up as soft
from .loading import Hooks, call, load, of_system
from .set_up import Detected
from .shell import bash, exports, shown, sources, substituted

_HOOKS = ("pre_path", "post_deps", "setup", "post_setup")
_NO_NETWORK = re.compile(
    r"unable to resolve host|[Cc]ould not resolve host|Temporary failure in name resolution|Network is unreachable"
    r"|Name or service not known|failed: Connection (refused|timed out)|Couldn't connect to server"
    r"|NewConnectionError|Failed to establish a new connection"
)
_REQUIREMENT = re.compile(r"(?:satisfies the requirement|matching distribution found for) ([\w.=<>!~+-]+)")  # pip's
_MISSING = re.compile(r"([\w.+-]+): command not found$|No usable (\w+) in \$PATH")  # a shell's, autoconf's
_ERROR = re.compile(r"\b[Ee]rror\b|not found|cannot|can't|[Ff]ailed|No such file")


def install(spec: Mapping[str, Any]) -> Detected:
    """Install the package that `spec` describes (see `software.package_plan`) into its folder.

    Raises UnavailableError where there is no network, FailedError with the script's own reason.
    """
    package, folder = spec["package"], Path(spec["folder"])
    customs = [load(script, _HOOKS) for script in package["custom_scripts"]]
    customize, install_env = dict(package["customize"]), dict(package["install_env"])
    values = {
        **of_system(spec),
        "cfg": package["meta"],
        "self_cfg": {},
        "tags": list(package["tags"]),
        "env": dict(package["meta"].get("env", {})),
        "install_env": install_env,
        "new_env": install_env,
        "deps": spec["deps"],
        "customize": customize,
        "version": package["version"],
        "interactive": "",
        "out": "",
        "install_path": str(folder),
        "path": package["script_folder"],
        "path_original_package": package["folder"],
        "script_path": package["custom_folder"],
    }
    for name in ("pre_path", "post_deps", "setup"):
        _call_all(customs, name, values, install_env)
    if package["script"]:
        _run_script(spec, install_env)
    _call_all(customs, "post_setup", values, {})
    customize["install_env"] = install_env
    installed = {
        **spec,
        "install_env": install_env,
        "tags": [*spec["tags"], *values["tags"]],
        "meta": {**spec["meta"], "env": {**spec["meta"].get("env", {}), **values["env"]}},
    }
    hooks = load(spec["script"], soft.HOOKS)
    detected = soft.set_up(
        hooks,
        installed,
        _end_path(package, folder, install_env, spec["host"]["dict"]),
        package["version"],
        customize=customize,
        installed_to=str(folder),
    )
    _record(spec, detected)
    return detected


def _call_all(customs: list[Hooks], name: str, values: dict[str, Any], install_env: dict[str, Any]) -> None:
    """Call one hook of the borrowed and of the package's own script; what they set is added to the variables."""
    for hooks in customs:
        answer = call(hooks, name, values)
        added = answer.get("install_env")
        install_env |= added if isinstance(added, dict) else {}


def _run_script(spec: Mapping[str, Any], install_env: Mapping[str, Any]) -> None:
    package, folder = spec["package"], Path(spec["folder"])
    variables = {
        **install_env,
        "INSTALL_DIR": str(folder),
        "PACKAGE_DIR": package["script_folder"],
        "ORIGINAL_PACKAGE_DIR": package["folder"],
    }
    lines = [*exports(package["params"]), *sources(spec["deps"]), *exports(variables)]
    script = folder / ".ckexplore-install.sh"
    ended = shown(bash(script, [*lines, f". {shlex.quote(package['script'])}"]), folder)
    script.unlink(missing_ok=True)
    if ended.exit_code:
        raise _why(package["title"], install_env, ended.last)


def _why(title: str, install_env: Mapping[str, Any], output: str) -> Exception:
    """Say in one sentence why a script failed: there is no network, or what it said last of an error."""
    if _NO_NETWORK.search(output):
        parts = [str(install_env[name]) for name in ("PACKAGE_URL", "PACKAGE_NAME") if install_env.get(name)]
        requirement = _REQUIREMENT.search(output)
        wanted = safe_line("/".join(parts) or (requirement[1] if requirement else "something"))
        return UnavailableError(
            f"package:{title} has to fetch {wanted} and there is no network for it here; "
            "give a folder that holds it with --mirror=FOLDER"
        )
    lines = [line for line in (safe_line(line.strip(), 200) for line in output.splitlines()) if line]
    errors = [line for line in lines if _ERROR.search(line)]
    told = (errors or lines or ["it said nothing"])[-1]
    missing = next((found[1] or found[2] for line in lines if (found := _MISSING.search(line))), "")
    if missing:
        return UnavailableError(f"package:{title} needs {missing}, which isn't here: {how_to_get(missing)}")
    return FailedError(f"package:{title}: its installation failed: {told}")


def _end_path(
    package: Mapping[str, Any], folder: Path, install_env: Mapping[str, Any], system: Mapping[str, Any]
) -> str:
    """Give the file that an installation leaves: the first of those named that is there, else the first named."""
    named = {"home": os.path.expanduser("~"), "sep": "/", "abi": str(system.get("abi", ""))}
    named |= {"processor": str(system.get("processor", ""))}
    for prefix, key in (("file_ext_", "file_extensions"), ("host_file_ext_", "host_file_extensions")):
        extensions = system.get(key)
        named |= {f"{prefix}{kind}": str(one) for kind, one in (extensions or {}).items()}
    paths: list[str] = []
    for named_path in package["end_paths"]:
        text = named_path
        for name, value in install_env.items():
            text = text.replace(f"$<<{name}>>$", str(value))
        paths.append(os.path.join(folder, substituted(text, named)))
    return next((path for path in paths if os.path.exists(path)), paths[0] if paths else str(folder))


def _record(spec: Mapping[str, Any], detected: Detected) -> None:
    """Leave `ck-install.json` as CK does: a later detection finds by it what was installed here."""
    value = {
        "data_uoa": spec["soft_uid"],
        "soft_name": detected.name,
        "tags": ",".join([*detected.tags, *spec["extra_tags"]]),
        "customize": detected.customize,
        "env": detected.env,
        "env_data_uoa": spec["env_uid"],
        "package_uoa": spec["package_uid"],
        "full_path": detected.full_path,
        "full_path_install": spec["folder"],
        "deps": {key: {name: one[name] for name in ("uoa", "ver") if name in one} for key, one in spec["deps"].items()},
    }
    text = json.dumps(value, indent=2, sort_keys=True, default=str) + "\n"
    Path(spec["folder"], "ck-install.json").write_text(text, encoding="utf-8", errors="surrogateescape")
