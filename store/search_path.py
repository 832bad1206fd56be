"""Where the programs are that we start ourselves: on the PATH, but never in the folder in which we happen to be.

An empty or relative folder on the PATH stands for wherever a process is, and ours are in repositories of strangers.
"""

import os


def search_path() -> str:
    """Give the PATH without its relative folders."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if os.path.isabs(folder))
