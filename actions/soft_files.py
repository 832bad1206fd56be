"""Which file a soft entry looks for, where and how deep: what its meta says, in CK's words. Nothing is executed."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

_SYSTEM = ("/usr", "/opt")
_MACOS = ("/usr/local/Cellar",)
_GENERAL = {
    *("README.md", "README.txt", "README.TXT", "README", "setup.py", "Makefile", "lib", "bin", "include", "src"),
    *("*", "?", "*.xml", "*.json", "*.txt", "*.md", "*.py", "*.csv"),
}
"""Names that tell nothing: everything has such files, so they are looked for only where the user or CK put them."""


def file_name(customize: Mapping[str, Any], system: Mapping[str, Any]) -> str:
    """Name the file to look for on a system that a CK `os` meta describes; perhaps the end of a path; "" if none."""
    by_system = customize.get("soft_file")
    name = str(
        customize.get("soft_file_universal")
        or (by_system.get(str(system.get("ck_name") or "linux")) if isinstance(by_system, dict) else "")
        or ""
    )
    extensions = system.get("file_extensions")
    for kind, extension in extensions.items() if isinstance(extensions, dict) else ():
        name = name.replace(f"$#file_ext_{kind}#$", str(extension))
    return name.replace("$#sep#$", "/")


def is_general(name: str) -> bool:
    """Tell whether a file's name tells nothing of what it is."""
    return name in _GENERAL


def depth_of(customize: Mapping[str, Any], system: str) -> int:
    """Say how many levels below the first folders are looked into."""
    by_system = customize.get("limit_recursion_dir_search")
    given = customize.get("limit_recursion_dir_search_all")
    if given in (None, ""):
        given = by_system.get(system, 0) if isinstance(by_system, dict) else 0
    try:
        return max(0, int(given))
    except (TypeError, ValueError):
        return 0


def search_folders(customize: Mapping[str, Any], system: str, name: str, places: Mapping[str, Any]) -> list[str]:
    """List the folders to look in for a file called `name`, those that are there, each once.

    `places` has `tools` (where packages are installed), `search_dirs` (the user's own) and `soft_path` (the entry).
    """
    by_system = customize.get("extra_search_dirs")
    wanted = [*_texts(customize.get("extra_search_dirs_universal"))]
    wanted += _texts(by_system.get(system)) if isinstance(by_system, dict) else []
    if customize.get("detect_in_soft_dir_only") == "yes":
        wanted.append(str(places["soft_path"]))
    else:
        wanted += [] if is_general(name) else [*_SYSTEM, *(_MACOS if system == "macos" else ())]
        wanted += [str(places["tools"]), *places["search_dirs"]]
        wanted += [] if is_general(name) else [os.path.expanduser("~")]
        if customize.get("detect_in_soft_dir") == "yes":
            wanted.append(str(places["soft_path"]))
    named = (folder.replace("$#sep#$", "/") for folder in wanted if folder)
    return [folder for folder in dict.fromkeys(named) if os.path.isdir(folder)]


def _texts(value: Any) -> Iterable[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
