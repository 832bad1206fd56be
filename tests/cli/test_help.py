"""The help of modules that repositories have."""

from ckexplore.actions import access
from ckexplore.cli.help import help_text
from ckexplore.store.workspace import Workspace


def test_the_help_of_a_module_lists_its_actions(workspace: Workspace) -> None:
    access({"action": "add", "cid": "module:octomizer"}, workspace)
    assert "add_action module:octomizer" in help_text(["octomizer"])
    access({"action": "add_action", "cid": "octomizer", "func": "tune", "desc": "tunes it"}, workspace)
    for word in ("octomizer", "module:octomizer"):
        assert help_text([word]) == "Actions of local:module:octomizer\n  tune  tunes it\n"
