"""Actions of the module `platform.dsp`: the digital signal processor of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe the digital signal processor, if the kernel tells of one. Nothing is executed."""
    return describe(request, ("dsp",))
