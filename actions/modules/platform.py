"""Actions of the module `platform`: what this machine is."""

from typing import Any

from ..measure import host
from ..request import Request

__all__ = ["detect"]


def detect(request: Request) -> dict[str, Any]:
    """Describe this machine: operating system, processor, memory. Nothing is asked and nothing executed."""
    del request
    return {"features": host.describe()}
