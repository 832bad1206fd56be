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
_PYPI = {
    "onnxruntime": "onnxruntime",
    "torch": "torch",
    "numpy": "numpy",
    "onnx": "onnx",
    "mlcommons_loadgen": "mlcommons-loadgen",
}
_EXTRAS = {"onnx": "quantize", "mlcommons-loadgen": "mlperf"}
"""Packages that ckexplore itself can be installed with."""


def how_to_get(*names: str) -> str:
    """Say how to install one of the programs or Python packages behind these file names."""
    programs = [name.rsplit("/", 1)[-1].rstrip("*") for name in names]
    known = [_DEBIAN[program] for program in programs if program in _DEBIAN]
    if known:
        one = "one of them" if len(names) > 1 else "it"
        return f"install {one} (Debian or Ubuntu: apt-get install {' or '.join(known)}), then try again"
    packages = [_PYPI[folder] for name in names if (folder := name.split("/", 1)[0]) in _PYPI and folder != name]
    if packages:
        extra = _EXTRAS.get(packages[0])
        with_us = f", or 'ckexplore[{extra}]'" if extra else ""
        return f"install it (python3 -m pip install {packages[0]}{with_us}), then try again"
    return "install it, or name its file with --full_path=/…"
