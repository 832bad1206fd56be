"""The functions of `ck.kernel` about files that few scripts call, under CK's names, and which files a listing has."""

import base64
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ..store.errors import CkexploreError
from ..store.removal import remove_tree
from ..store.walking import walk

__all__ = [
    "convert_file_to_upload_string",
    "convert_upload_string_to_file",
    "delete_directory",
    "load_yaml_file",
    "save_yaml_to_file",
    "substitute_str_in_file",
]

Answer = dict[str, Any]

_OF_TOOLS = {".cm", ".svn", ".git"}


def load_yaml_file(i: Answer) -> Answer:
    """Read `yaml_file` as `dict`."""
    from ..store.untrusted_yaml import load_yaml  # noqa: PLC0415  (PyYAML, seldom needed)

    if not os.path.exists(i["yaml_file"]):
        return {"return": 16, "error": f"problem opening yaml file={i['yaml_file']} (there is none)"}
    try:
        return {"return": 0, "dict": load_yaml(i["yaml_file"])}
    except CkexploreError as error:
        return {"return": 1, "error": f"problem reading yaml file ({error})"}


def save_yaml_to_file(i: Answer) -> Answer:
    """Write `dict` to `yaml_file`."""
    import yaml  # noqa: PLC0415

    try:
        Path(i["yaml_file"]).write_text(yaml.safe_dump(i.get("dict", {})), encoding="utf-8")
    except (OSError, yaml.YAMLError) as error:
        return {"return": 1, "error": f"problem writing yaml file={i['yaml_file']} ({error})"}
    return {"return": 0}


def substitute_str_in_file(i: Answer) -> Answer:
    """Put `string2` for `string1` in the file `filename`."""
    path = Path(i["filename"])
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        path.write_text(text.replace(i["string1"], i["string2"]), encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError as error:
        return {"return": 16, "error": f"problem opening text file={path} ({error})"}
    except OSError as error:
        return {"return": 1, "error": f"problem writing text file={path} ({error})"}
    return {"return": 0}


def delete_directory(i: Answer) -> Answer:
    """Delete the folder `path` with all that is in it, if it is there; no link is followed."""
    try:
        if os.path.isdir(i["path"]):
            remove_tree(i["path"])
    except OSError as error:
        return {"return": 1, "error": f"problem deleting {i['path']} ({error})"}
    return {"return": 0}


def convert_file_to_upload_string(i: Answer) -> Answer:
    """Give the file `filename` as the text `file_content_base64`."""
    try:
        data = Path(i["filename"]).read_bytes()
    except OSError as error:
        return {"return": 1, "error": f"error reading file {i['filename']} ({error})"}
    return {"return": 0, "file_content_base64": base64.urlsafe_b64encode(data).decode("ascii")}


def convert_upload_string_to_file(i: Answer) -> Answer:
    """Write the text `file_content_base64` as the file `filename`, which must not be there, or as a temporary one."""
    import tempfile  # noqa: PLC0415

    name = i.get("filename") or ""
    try:
        data = base64.urlsafe_b64decode(str(i["file_content_base64"]))
        if name:
            with Path(name).open("xb") as stream:
                stream.write(data)
        else:
            descriptor, name = tempfile.mkstemp(prefix="tmp-")
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
    except (OSError, ValueError) as error:
        return {"return": 1, "error": f"problem writing file={name} ({error})"}
    return {"return": 0, "filename": name, "filename_ext": Path(name).suffix}


def wanted_files(i: Answer) -> Iterator[tuple[str, Path]]:
    """Yield relative path and place of the files below `path` that a request of `list_all_files` wants."""
    root, ignored = i["path"], set(i.get("ignore_names", [])) | (set() if i.get("all") == "yes" else _OF_TOOLS)
    for folder, folders, names in walk(root):
        folders[:] = [name for name in folders if name not in ignored]
        for name in names:
            path = Path(folder, name)
            if name not in ignored and _is_wanted(name, i) and path.is_file():
                yield os.path.relpath(path, root), path


def _is_wanted(name: str, i: Answer) -> bool:
    return i.get("file_name") in (None, "", name) and fnmatch(name, i.get("pattern") or "*")
