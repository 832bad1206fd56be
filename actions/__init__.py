"""What can be done with artifacts. `from ckexplore.actions import access` is the Python API."""

from ..store.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from .kernel import access

__all__ = ["access"]


def __getattr__(name: str) -> object:
    """Give `access` to who asks for it: the child processes of jobs, which are in here too, do without the kernel."""
    if name != "access":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .kernel import access  # noqa: PLC0415

    return access
