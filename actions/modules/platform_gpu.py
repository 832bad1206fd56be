"""Actions of the module `platform.gpu`: the graphics processor of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe the graphics processor, by what the kernel knows of it. Nothing is executed."""
    return describe(request, ("gpu",))
