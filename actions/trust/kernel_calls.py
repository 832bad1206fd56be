"""What no stage may ask of the kernel, as a program for seccomp(2): what namespaces don't keep apart.

Keyrings belong to a session, whichever namespace asks: a stage would read its user's keys. Sockets of some families
reach the machine that this one is a guest of (AF_VSOCK), without any network. io_uring opens sockets unseen.
"""

import errno
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data, of a little-endian machine
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_ABI_X32 = 0x40000000
_FAMILIES = (1, 2, 10, 16, 17)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET: each network namespace has its own
_IO_URING_SETUP = 425


class _Architecture(Struct, frozen=True):
    """The kernel's numbers: add_key, request_key and keyctl; socket; and the older call that stands for it, or 0."""

    audit: int
    keys: tuple[int, int, int]
    socket: int
    socketcall: int = 0
    x32: bool = False


_X86 = (
    _Architecture(0xC000003E, (248, 249, 250), 41, x32=True),
    _Architecture(0x40000003, (286, 287, 288), 359, 102),
)
_ARM = (
    _Architecture(0xC00000B7, (217, 218, 219), 198),
    _Architecture(0x40000028, (309, 310, 311), 281),
)
_MACHINES = {"x86_64": _X86, "aarch64": _ARM}


def program(*, offline: bool, machine: str = "") -> bytes:
    """Give the program for this machine; none for one whose numbers aren't known here."""
    known = _MACHINES.get(machine or os.uname().machine, ())
    if not known:
        return b""
    words = [_word(_LOAD, _ARCHITECTURE)]
    for one in known:
        block = _block(one, offline)
        words += [_word(_EQUAL, one.audit, 0, len(block)), *block]
    return b"".join([*words, _failing(errno.ENOSYS)])


def _block(one: _Architecture, offline: bool) -> list[bytes]:
    refused = [*one.keys, *((_IO_URING_SETUP,) if offline else ()), *((one.socketcall,) if offline else ())]
    words = [_word(_LOAD, _NUMBER)]
    if one.x32:
        words += [_word(_AT_LEAST, _ABI_X32, 0, 1), _failing(errno.ENOSYS)]
    for number in filter(None, refused):
        words += [_word(_EQUAL, number, 0, 1), _failing(errno.ENOSYS)]
    if offline:
        families = [part for family in _FAMILIES for part in (_word(_EQUAL, family, 0, 1), _word(_RETURN, _ALLOW))]
        families = [_word(_LOAD, _FIRST_ARGUMENT), *families, _failing(errno.EAFNOSUPPORT)]
        words += [_word(_EQUAL, one.socket, 0, len(families)), *families]
    return [*words, _word(_RETURN, _ALLOW)]


def _failing(number: int) -> bytes:
    return _word(_RETURN, _FAIL | number)


def _word(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


@contextmanager
def as_file(data: bytes) -> Iterator[int]:
    """Give the descriptor of a file that has no name, from which bubblewrap can read a program."""
    descriptor = os.memfd_create("calls")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
