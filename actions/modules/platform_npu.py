"""Actions of the module `platform.npu`: the neural network accelerators of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """List the accelerators of neural networks. Nothing is executed."""
    return describe(request, ("npu",))
