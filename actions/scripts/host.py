"""The process that an approved run of a script starts: it makes the tool's home ready, and becomes the tool.

    python -m ckexplore.actions.scripts.host

Reads `input.json` in the folder `$CKEXPLORE_STAGE`. The home keeps what the tool caches; of repositories it has folders
of links, to the scripts that were approved and to nothing else. One run at a time has a home: the lock is held by the
tool itself until it ends.
"""

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LOCAL = {"alias": "local", "name": "local", "uid": "9a3280b14a4285c9"}
_INDEXES = ("index.json", "index_*.json", "modified_times.json")


def main() -> None:
    """Prepare the home, then become the tool."""
    spec = json.loads(Path(os.environ["CKEXPLORE_STAGE"], "input.json").read_text(encoding="utf-8"))
    home = Path(spec["home"])
    home.mkdir(parents=True, exist_ok=True)
    _lock(home / "lock")
    prepare(home, spec)
    os.execv(spec["argv"][0], spec["argv"])  # noqa: S606  (the approved words; no shell)


def _lock(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.set_inheritable(descriptor, True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write("waits for another run of a script of this repository\n")
        sys.stdout.flush()
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def prepare(home: Path, spec: Mapping[str, Any]) -> None:
    """Make folders of links in the place of those of the last run, and name them to the tool.

    What a former run left in their place is removed, never followed.
    """
    views = home / "views"
    _remove(views)
    for name, links in spec["repositories"].items():
        for place, target in links.items():
            link = views / name / place
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
    for pattern in _INDEXES:  # what the tool has indexed was another run's
        for path in home.glob(pattern):
            _remove(path)
    roots = [str(views / name) for name in spec["repositories"]]
    if spec["format"] == "mlc":  # it makes its local repository together with this list, and not otherwise
        roots.insert(0, str(_local(home)))
    _write(home / "repos.json", json.dumps(roots))


def _local(home: Path) -> Path:
    local = home / "local"
    (local / "cache").mkdir(parents=True, exist_ok=True)
    _write(local / "meta.yaml", json.dumps(_LOCAL))  # JSON is YAML
    return local


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
