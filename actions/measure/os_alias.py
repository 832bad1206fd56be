"""The name of CK's `os` entry for this machine."""

import os
import sys


def os_alias() -> str:
    """Name the CK `os` entry of this machine, such as linux-64."""
    if sys.platform == "darwin":
        return "macos-64"
    return "linux-arm64" if os.uname().machine.lower() in {"aarch64", "arm64"} else "linux-64"
