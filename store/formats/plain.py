"""Repositories without meta: README, scripts, data, results and recipes become artifacts with stable UIDs.

A first, simple reading by name and kind of file. The UID is derived from the repository and the path.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..artifact import Artifact, derived_uid, module_uid
from ..errors import UnreadableError
from ..untrusted import read_text, safe_line, storable

_DEPTH = 4
_FILES = 20_000
_SKIPPED = {"node_modules", "__pycache__", "vendor", "third_party", "venv", "site-packages", "build", "dist"}
_DATA_FOLDERS = {"data", "dataset", "datasets"}
_RESULT_FOLDERS = {"results", "result", "expected", "expected_results", "reference_results"}
_MODEL_SUFFIXES = {".onnx", ".pt", ".pth", ".tflite", ".h5", ".safetensors", ".gguf"}
_MANIFESTS = {
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "pyproject.toml",
    "setup.py",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "CMakeLists.txt",
}
_CONTAINERS = {"dockerfile", "containerfile", "apptainer.def", "singularity", "docker-compose.yml", "compose.yaml"}


def recognises(root: Path) -> bool:
    """Any folder can be read plainly."""
    return root.is_dir()


def scan(root: Path, known: Mapping[str, Artifact]) -> Iterator[Artifact]:
    """Yield the artifacts that file names give away, folders of data and results as one artifact each."""
    count = 0
    for folder, folders, files in os.walk(root):
        relative = "" if Path(folder) == root else str(Path(folder).relative_to(root))
        depth = relative.count("/") + 1 if relative else 0
        kept = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        folders[:] = kept if depth < _DEPTH else []
        kind = _folder_kind(Path(folder).name) if relative else ""
        if kind:
            folders[:] = []
            yield _artifact(root, relative, kind, f"{len(files)} files", known)
            continue
        for name in sorted(files):
            count += 1
            if count > _FILES:
                return
            path = f"{relative}/{name}" if relative else name
            module, tag = _file_kind(name, path)
            if module:
                yield _artifact(root, path, module, tag, known)


def _folder_kind(name: str) -> str:
    if name.lower() in _DATA_FOLDERS:
        return "dataset"
    return "result" if name.lower() in _RESULT_FOLDERS else ""


def _file_kind(name: str, path: str) -> tuple[str, str]:
    """Name the module (and one tag) that a file's name gives away; empty when it is just a file."""
    lower, suffix = name.lower(), Path(name).suffix.lower()
    if lower.startswith(("readme", "license", "licence", "copying", "citation")) or lower.endswith("appendix.md"):
        return "document", lower.split(".")[0]
    if lower in _CONTAINERS or lower.endswith(".def") or lower.startswith("dockerfile"):
        return "container", "docker" if "docker" in lower else "container"
    if name in _MANIFESTS or (lower.startswith("requirements") and suffix == ".txt"):
        return "software", "manifest"
    if lower in {"makefile", "gnumakefile"}:
        return "program", "make"
    if suffix == ".ipynb":
        return "program", "notebook"
    if suffix in _MODEL_SUFFIXES:
        return "model", suffix[1:]
    runs = suffix == ".sh" or (
        suffix == ".py" and ("/" not in path or path.split("/", maxsplit=1)[0] in {"scripts", "experiments"})
    )
    return ("program", "shell" if suffix == ".sh" else "python") if runs and lower != "__init__.py" else ("", "")


def _artifact(root: Path, path: str, module: str, tag: str, known: Mapping[str, Artifact]) -> Artifact:
    try:
        status = os.lstat(root / path)
        signature = (status.st_mtime_ns, status.st_size, status.st_ino)
    except OSError:
        signature = (0, 0, 0)
    seen = known.get(storable(path))
    if seen is not None and seen.signature == signature:
        return seen
    return Artifact(
        uid=derived_uid("plain", str(root), path),
        alias=safe_line(path.replace("/", ".")),
        module=module,
        module_uid=module_uid(module),
        path=storable(path),
        name=safe_line(path),
        tags=(tag,) if " " not in tag else (),
        description=_first_comment(root / path) if "." in tag or module == "program" else (tag if " " in tag else ""),
        format="plain",
        signature=signature,
    )


def _first_comment(path: Path) -> str:
    """Quote a script's first comment or docstring line."""
    if not path.is_file():
        return ""
    try:
        head = read_text(path, 1 << 20)[:4_000]
    except UnreadableError:
        return ""
    for line in head.split("\n")[:20]:
        text = line.strip()
        if text.startswith("#!") or not text:
            continue
        if text.startswith(("#", '"""')):
            return safe_line(text.strip('#" '), 300)
        return ""
    return ""
