"""Actions of the module `platform.gpgpu`: the graphics processors that programs can compute on of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """List the graphics processors that a driver lets programs compute on; `--type=cuda` narrows."""
    return describe(request, ("gpgpu",))
