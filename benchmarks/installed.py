"""ckexplore as users have it: in the site-packages of an environment, not as an editable install of this folder.

An editable install imports more at every start than `ckexplore find` does.
"""

import atexit
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SCRIPT = "#!{python}\nimport sys\nfrom ckexplore.cli.main import main\nsys.exit(main())\n"


@cache
def our_program() -> str:
    """Make an environment that lasts as long as this process, and give the path of its `ckexplore`."""
    folder = Path(tempfile.mkdtemp(prefix="ckexplore-installed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "ckexplore").mkdir()
    for room in ("cli", "tui", "actions", "store", "sample_repos"):
        (packages / "ckexplore" / room).symlink_to(ROOT / room)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = folder / "bin" / "ckexplore"
    program.write_text(_SCRIPT.format(python=folder / "bin" / "python"))
    program.chmod(0o755)
    return str(program)


def its_python() -> str:
    """Give the Python of that environment."""
    return str(Path(our_program()).with_name("python"))
