from ..actions.conftest import samples

__all__ = ["samples"]
