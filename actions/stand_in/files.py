"""CK's functions for files and commands that only modules call: temporary names, archives, a time limit."""

import platform
import stat
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ...store.untrusted import inside
from .. import ck_stand_in

__all__ = [
    "eout",
    "gen_tmp_file",
    "get_os_ck",
    "rm_read_only",
    "run_and_get_stdout",
    "system_with_timeout",
    "unzip_file",
]

Answer = dict[str, Any]

_TIMED_OUT = 8  # CK's code


def gen_tmp_file(i: Answer) -> Answer:
    """Name a temporary file that isn't there (`prefix`, `suffix`, `remove_dir`), as CK does."""
    with tempfile.NamedTemporaryFile(prefix=i.get("prefix", ""), suffix=i.get("suffix", "")) as made:
        name = made.name
    return {"return": 0, "file_name": Path(name).name if i.get("remove_dir") == "yes" else name}


def unzip_file(i: Answer) -> Answer:
    """Unpack `archive_file` into `path`; `skipped` are files that are there (`overwrite` "yes" replaces them)."""
    root, skipped = Path(i.get("path") or "."), list[str]()
    with zipfile.ZipFile(i["archive_file"]) as archive:
        for one in archive.infolist():
            target = inside(root, one.filename)
            if one.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif target.exists() and i.get("overwrite") != "yes":
                skipped.append(one.filename)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    if i.get("delete_after_unzip") == "yes":
        Path(i["archive_file"]).unlink()
    return {"return": 0, "skipped": skipped}


def rm_read_only(function: Any, path: str, _: Any) -> None:
    """Delete what is read-only: what CK hands to `shutil.rmtree` for its errors."""
    Path(path).chmod(stat.S_IWRITE)
    function(path)


def get_os_ck(i: Answer) -> Answer:
    """Tell `platform`, `bits` and `python_bits`."""
    bits = str(8 * struct.calcsize("P"))
    name = "win" if platform.system() == "Windows" else "linux"
    return {"return": 0, "platform": name, "bits": str(i.get("bits") or bits), "python_bits": bits}


def system_with_timeout(i: Answer) -> Answer:
    """Let a shell execute `cmd`, at most `timeout` seconds, and give its `return_code`."""
    limit = float(i["timeout"]) if i.get("timeout") else None
    try:
        done = subprocess.run(["/bin/sh", "-c", i["cmd"]], check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"return": _TIMED_OUT, "error": "process timed out and had been terminated"}
    return {"return": 0, "return_code": done.returncode}


def run_and_get_stdout(i: Answer) -> Answer:
    """Run `cmd` (with `shell` "yes" as a line of shell) and give `return_code`, `stdout` and `stderr`."""
    command = i["cmd"]
    if i.get("shell") == "yes":
        command = ["/bin/sh", "-c", command if isinstance(command, str) else " ".join(command)]
    return ck_stand_in.run_and_get_stdout({**i, "cmd": command})


def eout(text: object) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{text}\n")
