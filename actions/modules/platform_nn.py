"""Actions of the module `platform.nn`: the neural network accelerator of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe the accelerator of neural networks, if there is one. Nothing is executed."""
    return describe(request, ("nn",))
