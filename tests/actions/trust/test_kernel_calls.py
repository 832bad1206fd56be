"""Namespaces keep a stage from networks and processes, and a filter of kernel calls from what they don't cover."""

import ctypes
import errno
import platform
import sys

import pytest

from ckexplore.actions.trust.kernel_calls import program

from ...conftest import require
from .box import Box, box

__all__ = ("box",)

_KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}.get(platform.machine(), (0, 0))
_SEARCH = (
    "import ctypes, os; call = ctypes.CDLL(None, use_errno=True).syscall;"
    "found = call({keyctl}, 10, -3, b'user', b'ckexplore-test', 0);"
    "print('found' if found > 0 else os.strerror(ctypes.get_errno()))"
)


@pytest.fixture(autouse=True)
def _filter(box: Box) -> None:
    if not box.available.filters:
        pytest.skip(box.available.reason)


def _keep_a_key() -> None:
    """Join a session keyring of our own, and put a key into it."""
    call, (add_key, keyctl) = ctypes.CDLL(None, use_errno=True).syscall, _KEYCTL
    call(keyctl, 1, None)
    call(add_key, b"user", b"ckexplore-test", b"secret", 6, -3)


@pytest.mark.parametrize("profile", ["offline", "net"])
def test_the_keys_of_the_session_are_not_found(box: Box, profile: str) -> None:
    box.before = _keep_a_key
    script = _SEARCH.format(keyctl=_KEYCTL[1])
    if box.run(sys.executable, "-c", script, profile="none", writes=()).stdout != "found\n":
        pytest.skip("there are no keyrings here")
    assert box.run(sys.executable, "-c", script, profile=profile).stdout == "Function not implemented\n"


def test_without_network_no_socket_of_a_family_that_has_no_namespaces_is_made(box: Box) -> None:
    script = (
        "import ctypes, errno, socket\n"
        "for family in (1, 2, 10, 16, 40, 38, 31):\n"
        "    try:\n"
        "        socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_STREAM).close()\n"
        "        print(family, 'made')\n"
        "    except OSError as error:\n"
        "        print(family, errno.errorcode[error.errno])\n"
        "print(ctypes.CDLL(None, use_errno=True).syscall(425, 1, None), errno.errorcode[ctypes.get_errno()])\n"
    )
    told = box.run(sys.executable, "-c", script).stdout.splitlines()
    assert {"1 made", "2 made", "16 made", "40 EAFNOSUPPORT", "38 EAFNOSUPPORT", "31 EAFNOSUPPORT"} <= set(told)
    assert told[-1] == "-1 ENOSYS"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other ways into the kernel are of x86")
def test_the_other_ways_into_the_kernel_are_closed_as_well(box: Box) -> None:
    require("gcc")
    (box.copy / "x.c").write_text(
        "#include <stdio.h>\n#include <unistd.h>\n#include <sys/syscall.h>\n#include <errno.h>\n"
        "static long old(long number, long first) { long got;\n"
        '    __asm__ volatile("int $0x80" : "=a"(got) : "a"(number), "b"(first), "c"(1), "d"(0) : "memory");\n'
        "    return got; }\n"
        'int main(void) { printf("%ld %ld %ld %ld ", old(359, 40), old(102, 1), old(288, 10), old(20, 0) > 0);\n'
        '    printf("%ld\\n", syscall(0x40000000 + 250, 10) < 0 ? (long)errno : 0L); }\n'
    )
    told = box.run("bash", "-c", f"cd {box.copy} && gcc x.c -o x && ./x").stdout.split()
    numbers = [-errno.EAFNOSUPPORT, -errno.ENOSYS, -errno.ENOSYS, 1, errno.ENOSYS]
    if told[3] == "0":
        pytest.skip("this kernel runs no 32-bit programs")
    assert told == list(map(str, numbers))


def test_a_machine_whose_numbers_are_not_known_has_no_filter() -> None:
    assert program(offline=True, machine="riscv64") == b""
    assert len(program(offline=True, machine="aarch64")) % 8 == 0
    assert len(program(offline=False, machine="x86_64")) < len(program(offline=True, machine="x86_64"))
