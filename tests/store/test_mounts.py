"""On which kind of file system a folder is."""

import os
from pathlib import Path

import pytest

from ckexplore.store.mounts import MOUNTS, file_system, is_remote

TABLE = rb"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / {base} rw,nosuid shared:7 master:1 - xfs /dev/vdb rw
24 23 0:40 / {base}/shared rw - nfs4 server:/export rw,addr=10.0.0.1
25 23 0:41 / {base}/with\040blank\134 rw propagate_from:2 - fuse.sshfs me@there:/ rw
26 23 0:42 / {base}/twice rw - ext4 /dev/vdc rw
27 23 0:43 / {base}/twice rw - tmpfs tmpfs rw
28 24 0:44 / {base}/shared/local rw - ext4 /dev/vdd rw
a line that is none
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_bytes(TABLE.replace(b"{base}", os.fsencode(tmp_path)))
    return path


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("here", "xfs"),
        ("shared", "nfs4"),
        ("shared/deep/inside", "nfs4"),
        ("sharedbutnot", "xfs"),
        ("shared/local/x", "ext4"),
        ("with blank\\/x", "fuse.sshfs"),
        ("twice/x", "tmpfs"),
        ("../../../../../..", "ext4"),
    ],
)
def test_the_deepest_and_latest_mount_counts(tmp_path: Path, table: Path, folder: str, kind: str) -> None:
    assert file_system(tmp_path / folder, table) == kind


def test_a_link_counts_where_it_leads(tmp_path: Path, table: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shared")
    assert file_system(tmp_path / "link", table) == "nfs4"


def test_without_a_table_of_mounts_no_type_is_known(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "absent") == ""


def test_the_real_table_knows_proc() -> None:
    if not MOUNTS.exists():
        pytest.skip("no /proc/self/mountinfo on this system")
    assert file_system(Path("/proc/self")) == "proc"


def test_network_and_fuse_file_systems_are_remote_and_local_ones_are_not() -> None:
    remote = ["nfs", "nfs4", "cifs", "smb3", "lustre", "9p", "fuse", "fuse.sshfs", "virtiofs", "ceph", "gpfs", "afs"]
    local = ["", "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "apfs"]
    assert all(map(is_remote, remote))
    assert not any(map(is_remote, local))
