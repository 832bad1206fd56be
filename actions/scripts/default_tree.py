"""The tree of a script with nothing but its defaults, as the browser shows it."""

from collections.abc import Callable

from ...store.artifact import Artifact
from ...store.errors import CkexploreError
from ...store.workspace import Workspace
from .cached import cached_results, homes
from .known import FORMATS, MODULE, Asked, Scripts
from .tool import home_of
from .tree import Tree
from .tree_lines import TreeLine, tree_lines


def default_tree(workspace: Workspace, artifact: Artifact, stopped: Callable[[], bool]) -> list[TreeLine]:
    """Give the lines of a script's tree; none for other artifacts, for one that needs nothing, and when `stopped`."""
    if artifact.module != MODULE or artifact.format not in FORMATS or stopped():
        return []
    scripts = Scripts(workspace, artifact.format)
    script = scripts.every.get(artifact.uid)
    if script is None:
        return []
    places = homes(artifact.format, home_of(workspace, artifact.format, script.repository.uid))
    tree = Tree(scripts, cached_results(artifact.format, places), stopped)
    try:
        lines = list(tree_lines(tree.root([script], Asked(()), "", {}, {})))
    except CkexploreError:  # stopped, or it can't be read, and the details tell why
        return []
    return lines if len(lines) > 1 else []
