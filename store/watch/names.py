"""Which changed files and folders of a repository are worth another look, by their names alone."""

INDEX_LOCK = ".git/index.lock"

_GIT = ".git"
_GIT_FILES = frozenset({".git/HEAD", ".git/index", INDEX_LOCK})
_VERSION_CONTROL = frozenset({".bzr", ".hg", ".svn"})
_CACHES = frozenset({".cache", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"})
_TOOLS = frozenset({".direnv", ".eggs", ".gradle", ".idea", ".ipynb_checkpoints", ".terraform", ".vscode"})
_INSTALLED = frozenset({".nox", ".tox", ".venv", "node_modules", "site-packages"})
_UNREAD_FOLDERS = _VERSION_CONTROL | _CACHES | _TOOLS | _INSTALLED
_TEMPORARY_ENDS = ("~", ".swp", ".swo", ".swn", ".swx", ".kate-swp", "___jb_tmp___", "___jb_old___", ".tmp")
_TEMPORARY_STARTS = (".#", ".~lock.", ".goutputstream-", ".nfs")
_PROBE_OF_VIM = "4913"


def watched_folder(parent: str, name: str) -> bool:
    """Tell whether a format reads anything in the folder `name` of `parent` (relative to the root, which is "").

    Of the repository's own `.git` the folder itself is watched, for HEAD and the index.
    """
    if parent == _GIT or name in _UNREAD_FOLDERS:
        return False
    return name != _GIT or not parent


def watched_file(parent: str, name: str) -> bool:
    """Tell whether a change of the file `name` in `parent` matters: editors' and git's temporary files don't."""
    if parent == _GIT:
        return f"{_GIT}/{name}" in _GIT_FILES
    if name == _PROBE_OF_VIM or name.endswith(_TEMPORARY_ENDS) or name.startswith(_TEMPORARY_STARTS):
        return False
    return not (name.startswith("#") and name.endswith("#"))


def watched_path(path: str, *, folder: bool) -> bool:
    """Tell the same of a whole relative path, every folder on the way included."""
    *parents, name = path.split("/")
    above = ""
    for parent in parents:
        if not watched_folder(above, parent):
            return False
        above = joined(above, parent)
    return watched_folder(above, name) if folder else watched_file(above, name)


def joined(parent: str, name: str) -> str:
    """Join two parts of a path, either of which may be empty."""
    return f"{parent}/{name}" if parent and name else parent or name


def is_git(path: str) -> bool:
    """Tell whether this is git's own folder or one of its files."""
    return path == _GIT or path.startswith(".git/")
