"""Actions of the module `platform`: what this machine is."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe this machine: system, processors, memory, accelerators, compilers. Nothing is asked or executed.

    `--platform_init_uoa=NAME` chooses the entry of `platform.init` with the scripts that set its frequencies.
    """
    return describe(request, ("cpu", "gpu", "npu", "platform", "memory", "compilers"))
