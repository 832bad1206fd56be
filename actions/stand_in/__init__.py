"""What stands in for CK's kernel in the child process in which a module of a repository runs."""
