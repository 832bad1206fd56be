"""What can be done with artifacts. `from ckexplore.actions import access` is the Python API."""

from .kernel import access

__all__ = ["access"]
