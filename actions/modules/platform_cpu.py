"""Actions of the module `platform.cpu`: the processors of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe the processors: name, features, frequencies, each logical one. Nothing is executed."""
    return describe(request, ("cpu",))
