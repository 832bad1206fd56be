"""Actions of the module `platform.os`: the system of this machine."""

from typing import Any

from ..platform_description import describe
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe the operating system; `--platform_init_uoa=` remembers which scripts set its frequencies."""
    return describe(request, ())
