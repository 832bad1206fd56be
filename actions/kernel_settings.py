"""The variables of CK's kernel (`setup kernel --var.NAME=VALUE`), where CK keeps them: in `local:kernel:default`."""

from __future__ import annotations

import os

from ..store.quick import TYPE_CHECKING
from ..store.untrusted import load_json_object

if TYPE_CHECKING:
    from typing import Any

    from ..store.workspace import Workspace

ENTRY = "kernel/default"
_DEFAULTS: dict[str, Any] = {
    "allowed_action_names": "^[A-Za-z0-9_-]*$",
    "allowed_entry_names": "^[A-Za-z0-9_@.' -]*$",
    "debug": "",
    "install_to_env": "",
    "package_channel": "",
}


def kernel_settings(workspace: Workspace) -> dict[str, Any]:
    """Give every variable: CK's defaults, and over them what the user set. Raises UnreadableError.

    The ones that detection and installation ask for are `install_to_env` ("yes": packages into their env entry),
    `soft_search_dirs` (folders to search instead of the usual ones), `force_soft_search_depth`, `package_channel`
    and `install_env` (variables for every installation).
    """
    return {**_DEFAULTS, **stored_settings(workspace)}


def stored_settings(workspace: Workspace) -> dict[str, Any]:
    """Give what the user set. Raises UnreadableError."""
    path = f"{workspace.place('local')}/{ENTRY}/.cm/meta.json"
    return load_json_object(path) if os.path.exists(path) else {}
