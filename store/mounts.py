"""On which kind of file system a folder is: of changes made elsewhere, a network file system tells nothing."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_NETWORK = frozenset({"afs", "cifs", "coda", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
_CLUSTER = frozenset({"acfs", "beegfs", "ceph", "dvs", "fhgfs", "gfs2", "glusterfs", "ocfs2"})
_PARALLEL = frozenset({"gpfs", "lustre", "orangefs", "panfs", "pvfs2", "wekafs"})
_FROM_THE_HOST = frozenset({"9p", "drvfs", "prl_fs", "vboxsf", "virtiofs", "vmhgfs", "wslfs"})
_REMOTE = _NETWORK | _CLUSTER | _PARALLEL | _FROM_THE_HOST
_OCTAL = re.compile(rb"\\([0-7]{3})")


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Give the type of the file system that holds a folder ("ext4"), empty where the system doesn't tell (macOS).

    The deepest mount point above the folder counts, and of several on one place the last. The format of the file
    is described in proc(5) under /proc/pid/mountinfo.
    """
    real = os.path.realpath(os.fsencode(folder))
    deepest, found = -1, ""
    for point, kind in _mounted(mounts):
        if len(point) >= deepest and (real == point or real.startswith(point.rstrip(b"/") + b"/")):
            deepest, found = len(point), kind
    return found


def is_remote(kind: str) -> bool:
    """Tell whether this type shows changes that the kernel isn't told of: network and FUSE file systems.

    `fuseblk` is a local disk read through FUSE (NTFS, exFAT): every change passes this kernel.
    """
    return kind in _REMOTE or kind == "fuse" or kind.startswith("fuse.")


def _mounted(mounts: Path) -> Iterator[tuple[bytes, str]]:
    """List mount points and types. A line: id parent device root POINT options [optional fields] - TYPE source …"""
    try:
        lines = mounts.read_bytes().split(b"\n")
    except OSError:  # not Linux, or no /proc: no type is known
        return
    for line in lines:
        before, separator, after = line.partition(b" - ")
        fields = before.split(b" ")
        if separator and len(fields) > 4:
            point = _OCTAL.sub(lambda digits: bytes([int(digits[1], 8) & 0xFF]), fields[4])
            yield point, after.split(b" ", 1)[0].decode("ascii", "replace")
