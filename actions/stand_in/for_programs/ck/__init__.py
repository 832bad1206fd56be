"""CK's package, as the Python code of a program imports it; its kernel is CKexplore's."""
