"""What a stage's child process is told, for tests that call its functions in the test's own process."""

from typing import Any

HOST: dict[str, Any] = {"uoa": "linux-64", "uid": "", "dict": {"ck_name": "linux", "file_extensions": {"exe": ".out"}}}


def program_spec(run_time: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Give what a compilation and a run are told, of a program in the folder where we are."""
    spec: dict[str, Any] = {
        "title": "p",
        "meta": {},
        "host": HOST,
        "deps": {},
        "above": "",
        "source_folder": ".",
        "target": "a.out",
        "taken": {},
        "extra_env": "",
        "features": {},
        "command": "x",
        "details": {"run_time": run_time or {}},
        "variables": {},
        "dataset": None,
        "repeat": "",
        "skip_calibration": False,
        "calibration_time": 0.2,
        "calibration_max": 8,
        "affinity": "",
        "substitutes": {},
        "before_command": "",
        "after_command": "",
        "params": {},
        "rest": [],
        "scripts": {},
        "called_as_hooks": False,
        "recorded": [],
        "skip_output_validation": False,
        "flags": "",
        "lflags": "",
        "optimize": "speed",
        "compile_type": "dynamic",
        "compiler_vars": {},
        "compile_variables": {},
        "preprocess": None,
    }
    return spec | changes


def soft_spec(**changes: Any) -> dict[str, Any]:
    """Give what a detection is told."""
    spec: dict[str, Any] = {
        "host": HOST,
        "deps": {},
        "tools": "/nowhere",
        "soft_uoa": "s",
        "soft_uid": "5" * 16,
        "soft_path": "/nowhere",
        "name": "S",
        "meta": {"customize": {}},
        "tags": ["s"],
        "script": "",
        "extra_tags": [],
        "package_uid": "",
        "version_from": [],
        "version_to": [],
        "full_path": "",
        "search_dir": [],
        "search_dirs": [],
        "search_depth": "",
        "force_version": "",
        "install_env": {},
        "choices": {},
    }
    return spec | changes
