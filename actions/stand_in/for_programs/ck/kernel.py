"""What `import ck.kernel` gives a program's Python code: the kernel that modules get, in the program's own process.

The program's Python may be any, and need not have CKexplore: the folders that have it are told by the process that
started the program. Raises ImportError in a Python of another version.
"""

import importlib.util
import os
import site
import sys

_wanted, *_folders = os.environ["CKEXPLORE_SITES"].split(os.pathsep)
_version = "%d.%d" % sys.version_info[:2]  # noqa: UP031  (this line may be read by any Python)
if _version != _wanted:
    raise ImportError(
        "ck.kernel is there for Python "
        + _wanted
        + ", on which CKexplore runs, and this is Python "
        + _version
        + "; choose that one: ckexplore detect soft:compiler.python --full_path="
        + os.environ["CKEXPLORE_INTERPRETER"]
    )
for _folder in _folders if importlib.util.find_spec("ckexplore") is None else ():
    site.addsitedir(_folder)

from ckexplore.actions.stand_in.program_kernel import stand_in  # noqa: E402

stand_in()
