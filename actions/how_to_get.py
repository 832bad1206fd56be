"""How to get a program that is missing, in one clause; known for the programs that artifacts ask for most."""

_DEBIAN = {
    "gcc": "gcc",
    "g++": "g++",
    "clang": "clang",
    "python": "python3",
    "python3": "python3",
    "javac": "default-jdk",
    "java": "default-jre",
    "cmake": "cmake",
    "make": "make",
    "git": "git",
    "bash": "bash",
    "gfortran": "gfortran",
    "nvcc": "nvidia-cuda-toolkit",
    "bwrap": "bubblewrap",
}
_PYPI = {"onnxruntime": "onnxruntime", "torch": "torch", "numpy": "numpy"}


def how_to_get(name: str) -> str:
    """Say how to install the program or Python package behind a file name."""
    program = name.rsplit("/", 1)[-1]
    package = name.split("/", 1)[0]
    if program in _DEBIAN:
        return f"install it (Debian or Ubuntu: apt-get install {_DEBIAN[program]}), then try again"
    if package in _PYPI and package != name:
        return f"install it (python3 -m pip install {_PYPI[package]}), then try again"
    return "install it, or name its file with --full_path=/…"
