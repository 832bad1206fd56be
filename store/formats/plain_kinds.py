"""What the names of files and folders give away, in repositories without meta: the module that each belongs to."""

from typing import NamedTuple


class Kind(NamedTuple):
    """The module of a file or folder, and one tag that says more."""

    module: str
    tag: str = ""


_LEFT_OUT = {"node_modules", "__pycache__", "vendor", "third_party", "venv", "site-packages", "build", "dist"}
_FOLDERS = {
    **dict.fromkeys(("data", "dataset", "datasets"), Kind("dataset", "folder")),
    **dict.fromkeys(
        ("results", "result", "expected", "expected_results", "reference_results"), Kind("result", "folder")
    ),
}
_DOCUMENTS = ("readme", "license", "licence", "copying", "citation")
_MODELS = {"onnx", "pt", "pth", "tflite", "h5", "safetensors", "gguf"}
_MANIFESTS = {
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "pyproject.toml",
    "setup.py",
    "package.json",
    "cargo.toml",
    "go.mod",
    "pom.xml",
    "cmakelists.txt",
}
_CONTAINERS = {"containerfile", "apptainer.def", "singularity", "compose.yaml", "compose.yml"}
_MAKEFILES = {"makefile", "gnumakefile"}
_PROGRAMS = {"sh": "shell", "py": "python", "ipynb": "notebook"}
_FOLDERS_OF_SCRIPTS = {"scripts", "experiments"}


def is_left_out(folder: str) -> bool:
    """Tell whether a folder is hidden (git's own is), made by tools, or holds what others wrote."""
    return folder.startswith(".") or folder in _LEFT_OUT


def folder_kind(name: str) -> Kind | None:
    """Tell what a folder is as a whole; None for one whose files are looked at."""
    return _FOLDERS.get(name.lower())


def file_kind(path: str) -> Kind | None:
    """Tell what a file is by its path in the repository; None for just a file."""
    lower = path.rpartition("/")[2].lower()
    suffix = lower.rpartition(".")[2] if "." in lower else ""
    if lower.startswith("."):
        return None
    if lower.startswith(_DOCUMENTS) or lower.endswith("appendix.md"):
        return Kind("document", next((start for start in _DOCUMENTS if lower.startswith(start)), "appendix"))
    if lower in _CONTAINERS or suffix == "def" or lower.startswith(("dockerfile", "docker-compose.")):
        return Kind("container", "docker" if "docker" in lower else "container")
    if lower in _MANIFESTS or (lower.startswith("requirements") and suffix == "txt"):
        return Kind("software", "manifest")
    if suffix in _MODELS:
        return Kind("model", suffix)
    tag = "make" if lower in _MAKEFILES else _PROGRAMS.get(suffix)
    if tag == "python" and (lower == "__init__.py" or not _is_to_run(path)):
        return None
    return Kind("program", tag) if tag else None


def _is_to_run(path: str) -> bool:
    """Tell a Python file that is run from one that is rather a part of a package, deeper in the tree."""
    first, slash, _ = path.partition("/")
    return not slash or first in _FOLDERS_OF_SCRIPTS
