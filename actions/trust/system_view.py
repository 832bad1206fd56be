"""What every stage sees of the system, read-only: programs, libraries, a few settings, and a /proc, /dev and /tmp.

Of /etc, /sys, /var and /run only what programs need to start is shown: no passwords, keys, logs or sockets.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from .bubblewrap import identity
from .mounts import DEVICE, EMPTY, LINK, READ, Mount, Mounts, below

SYSTEM_FOLDERS = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/snap"),
    *("/nix/store", "/nix/var/nix/profiles", "/gnu/store", "/var/guix/profiles"),  # not the sockets of their daemons
    *("/run/current-system", "/run/opengl-driver", "/etc/static", "/var/lib/texmf"),
    "/home/linuxbrew/.linuxbrew",
)
"""The folders of programs and libraries that every stage sees."""

_SETTINGS = (
    # libraries, and which program a name stands for
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "glvnd", "OpenCL", "vulkan", "fonts", "papersize"),
    # certificates, without private keys
    *("ssl/certs", "ssl/openssl.cnf", "ssl/cert.pem", "ca-certificates", "ca-certificates.conf", "crypto-policies"),
    *("pki/ca-trust", "pki/tls/certs", "pki/tls/openssl.cnf", "pki/tls/cert.pem", "pki/java"),
    # which system, place and language
    *("os-release", "lsb-release", "debian_version", "redhat-release", "system-release", "arch-release"),
    *("localtime", "timezone", "locale.conf", "locale.alias", "default/locale", "mime.types", "magic"),
    # shells and languages
    *("bash.bashrc", "inputrc", "terminfo", "java", ".java", "maven", "perl", "python3", "R", "texmf", "julia"),
    # names and numbers
    *("host.conf", "gai.conf", "services", "protocols"),
)
_SETTINGS_OF_VERSIONS = re.compile(r"(java|jvm|python)-?\d.*|openmpi.*|mpich.*")
_HARDWARE = ("/sys/devices/system", "/sys/kernel/mm/transparent_hugepage")
_PROC_OF_ROOT = ("sys", "sysrq-trigger", "irq", "bus", "fs", "mtrr", "pressure", "acpi", "scsi", "asound", "driver")
_PRIVATE = ("/tmp", "/var/tmp", "/run")  # noqa: S108  (these are the places themselves)

_GPU_DEVICES = re.compile(r"nvidia.*|dri|kfd|dxg|accel")
_GPU_SYSTEM = ("/sys/devices", "/sys/dev/char", "/sys/bus/pci", "/sys/class/drm", "/sys/class/kfd", "/sys/class/accel")
_GPU_MODULES = ("nvidia", "nvidia_uvm", "amdgpu", "i915", "xe")


def system(*, fresh_proc: bool) -> Mounts:
    """Give the mounts that every profile has."""
    mounts: Mounts = {"/dev": Mount("--dev"), **{place: Mount(EMPTY) for place in _PRIVATE}}
    for place in SYSTEM_FOLDERS:
        _as_outside(mounts, place)
    for name in (*_SETTINGS, *_versioned_settings()):
        _show_if_there(mounts, f"/etc/{name}")
    for place in _HARDWARE:
        _show_if_there(mounts, place)
    mounts["/proc"] = Mount("--proc") if fresh_proc else Mount(READ)
    if fresh_proc:
        # Root owns these inside too, and the kernel asks nobody who writes there for privileges: core_pattern alone
        # would start a program outside.
        for name in _PROC_OF_ROOT:
            _show_if_there(mounts, f"/proc/{name}")
    return mounts


def is_of_system(path: str) -> bool:
    """Tell whether a path is in one of the folders of programs and libraries that every stage sees."""
    return any(below(path, folder) for folder in SYSTEM_FOLDERS)


def _versioned_settings() -> list[str]:
    return [name for name in os.listdir("/etc") if _SETTINGS_OF_VERSIONS.fullmatch(name)]


def _show_if_there(mounts: Mounts, place: str) -> None:
    if os.path.exists(place):
        mounts[place] = Mount(READ)


def _as_outside(mounts: Mounts, place: str) -> None:
    """Show a folder as the folder or link that it is; a link that leads elsewhere becomes a folder."""
    if Path(place).is_symlink() and os.path.realpath(place).startswith(("/usr/", "/nix/store/", "/gnu/store/")):
        mounts[place] = Mount(LINK, str(Path(place).readlink()))
    else:
        _show_if_there(mounts, place)


def graphics(mounts: Mounts) -> None:
    """Add the devices of graphics cards that this machine has, and what their drivers read."""
    for name in sorted(os.listdir("/dev")):
        if _GPU_DEVICES.fullmatch(name):
            mounts[f"/dev/{name}"] = Mount(DEVICE)
    for place in (*_GPU_SYSTEM, *(f"/sys/module/{name}" for name in _GPU_MODULES)):
        _show_if_there(mounts, place)


def names(mounts: Mounts, folder: str, environment: Mapping[str, str], *, online: bool) -> None:
    """Write into `folder` who the user is and which machines there are, and show these files in /etc.

    The real ones would tell the other users, and name services that can't be reached.
    """
    Path(folder).mkdir(exist_ok=True)
    for name, text in _name_files(environment, online=online).items():
        Path(f"{folder}/{name}").write_text(text, encoding="utf-8", errors="surrogateescape")
        mounts[f"/etc/{name}"] = Mount(READ, f"{folder}/{name}")
    if online:
        _show_if_there(mounts, "/etc/resolv.conf")  # where it is a link, bubblewrap shows the file that it leads to


def _name_files(environment: Mapping[str, str], *, online: bool) -> dict[str, str]:
    uid, gid = identity()
    given = environment.get("USER") or environment.get("LOGNAME") or ""
    user = given if re.fullmatch(r"[A-Za-z_][\w.-]{0,31}", given) else "user"
    home = environment.get("HOME", "")
    home = "/" if set(home) & set(":\n") or not home else home
    machines = "127.0.0.1 localhost sandbox\n::1 localhost\n"
    if online and os.path.exists("/etc/hosts"):
        machines += Path("/etc/hosts").read_text(encoding="utf-8", errors="replace")
    return {
        "passwd": f"{user}:x:{uid}:{gid}::{home}:/bin/sh\n"
        + ("" if uid == 65534 else "nobody:x:65534:65534::/:/bin/false\n"),
        "group": f"{user}:x:{gid}:\n" + ("" if gid == 65534 else "nogroup:x:65534:\n"),
        "hosts": machines,
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files" + (" dns\n" if online else "\n"),
    }
