"""Actions of the module `platform`: what this machine is, and how fit it is for measuring."""

from typing import Any

from ..platform_description import describe
from ..request import Request, refuse_unknown_options

__all__ = ["check", "detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe this machine: system, processors, memory, accelerators, compilers. Nothing is asked or executed.

    `--platform_init_uoa=NAME` chooses the entry of `platform.init` with the scripts that set its frequencies.
    """
    return describe(request, ("cpu", "gpu", "npu", "platform", "memory", "compilers"))


def check(request: Request) -> dict[str, Any]:
    """Tell how fit this machine is for measuring, and what would help: `check platform`. It takes about a second.

    Other processes, load, frequencies, heat, clock and more are read; a fixed piece of work is repeated in a fresh
    process of our own to see how steady it is.
    """
    from ..platform_fitness import fitness  # noqa: PLC0415  (what measures, which `detect` doesn't need)

    refuse_unknown_options(request, ())
    request.console.progress(None, "repeating a piece of work for a second")
    return fitness()
