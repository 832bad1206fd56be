"""One file per CK module; the functions that `__all__` names are its actions."""
