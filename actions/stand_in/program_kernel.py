"""CK's kernel in the process of a program that imports `ck.kernel`, and how it comes there."""

import json
import os
import site
import sys
from pathlib import Path

from .called_modules import CalledModules
from .kernel import make_kernel
from .surroundings import lay_out

_FOLDER = Path(__file__).with_name("for_programs")


def offer() -> None:
    """Make `import ck.kernel` find the stand-in in the Python processes that are started from here."""
    sites = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    known = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    os.environ |= {
        "PYTHONPATH": os.pathsep.join([str(_FOLDER), *known]),
        "CKEXPLORE_SITES": os.pathsep.join([f"{sys.version_info[0]}.{sys.version_info[1]}", *sites]),
        "CKEXPLORE_INTERPRETER": sys.executable,
    }


def stand_in() -> None:
    """Put the kernel in the place of the module `ck.kernel` of this process, for the stage that it is part of."""
    place = Path(os.environ["CKEXPLORE_STAGE"])
    spec = json.loads((place / "input.json").read_text(encoding="utf-8"))["kernel"]
    make_kernel(lay_out(place, spec), CalledModules([]))
