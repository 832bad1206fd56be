"""What stands in a program's commands for what its author can't know: `$#name#$`, `$<<VARIABLE>>$`."""

from collections.abc import Mapping
from typing import Any

from .shell import references, substituted


def of_program(text: str, spec: Mapping[str, Any]) -> str:
    """Put paths of the program and of the entries that it takes files from where the meta names them."""
    for name, folder in spec["taken"].items():
        text = text.replace(f"$#ck_take_from_{{{name}}}#$", f"{folder}/")
    named = {
        "script_ext": str(spec["host"]["dict"].get("script_ext", ".sh")),
        "dir_sep": "/",
        "os_dir_separator": "/",
        "ck_host_os_sep": "/",
        "up_dir": "../",
        "previous_dir": "../",
        "src_path": f"{spec['source_folder']}/",
        "src_path_local": f"{spec['source_folder']}/",
        "env1": "$",
        "env2": "",
    }
    return references(substituted(text, named))


def of_data(text: str, spec: Mapping[str, Any]) -> str:
    """Put the data set's folder and files, and what its meta says of commands, where the program's meta names them."""
    dataset = spec["dataset"]
    if not dataset:
        return text
    files = [str(name) for name in dataset["files"]]
    named = {f"dataset_filename{f'_{number}' if number else ''}": name for number, name in enumerate(files)}
    named |= {"dataset_path": f"{dataset['path']}/", **dataset["named"]}
    return substituted(text, named)
