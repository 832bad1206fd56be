"""Whatever is in a folder, it can be removed, and nothing beside it is."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ckexplore.store.removal import remove_tree


def test_folders_without_end_are_removed(tmp_path: Path) -> None:
    aim = tmp_path / "aim"
    aim.mkdir()
    make = "import os\nfor name in ['.removed-1', *['d' * 9] * 3_000]:\n    os.mkdir(name)\n    os.chdir(name)\n"
    subprocess.run([sys.executable, "-c", make], cwd=aim, check=True)
    (aim / "file").write_text("x")
    remove_tree(aim)
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept, aim = tmp_path / "kept", tmp_path / "aim"
    kept.mkdir()
    (kept / "file").write_text("x")
    (aim / "inner").mkdir(parents=True)
    (aim / "link").symlink_to(kept)
    (aim / "inner/link").symlink_to(kept / "file")
    os.mkfifo(aim / "fifo")
    remove_tree(aim)
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "file"]
    (tmp_path / "link").symlink_to(kept)
    with pytest.raises(OSError, match="irectory"):
        remove_tree(tmp_path / "link")
    assert (kept / "file").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can change what it can't open")
def test_folders_that_deny_their_owner_are_removed() -> None:
    with tempfile.TemporaryDirectory() as above:  # not pytest's, which is closed to another user
        aim = Path(above, "aim")
        (aim / "a/b").mkdir(parents=True)
        (aim / "a/b/c").write_text("x")
        for path in (Path(above), aim, *aim.rglob("*")):
            if os.getuid() == 0:
                os.chown(path, 65534, 65534)
        code = (
            "import os\nfrom pathlib import Path\nfrom ckexplore.store.removal import remove_tree\n"
            "if os.getuid() == 0:\n    os.setgroups([])\n    os.setgid(65534)\n    os.setuid(65534)\n"
            f"aim = Path({str(aim)!r})\n"
            "(aim / 'a/b').chmod(0)\n(aim / 'a').chmod(0)\naim.chmod(0o500)\nremove_tree(aim)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert not aim.exists()
