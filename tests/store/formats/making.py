"""Small repositories of CM, mlcflow and cMeta on disk, for tests."""

import json
import os
from pathlib import Path
from typing import Any

from ckexplore.store.artifact import Artifact
from ckexplore.store.formats.format import Format

SCRIPT = "5b4e0237da074764"


def write(path: Path, content: dict[str, Any] | str | bytes) -> Path:
    """Write a meta file: JSON for a dict, which is YAML as well, raw text or bytes otherwise. Gives the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def script(alias: str, uid: str, **more: Any) -> dict[str, Any]:
    """Give the meta of a script as CM and mlcflow have it."""
    return {"alias": alias, "uid": uid, "automation_alias": "script", "automation_uid": SCRIPT, **more}


def artifacts(format_: Format, root: Path) -> dict[str, Artifact]:
    """Read every artifact of a repository, by path."""
    return {artifact.path: artifact for folder in format_.folders(root) for artifact in format_.read(root, folder)}


def signatures(format_: Format, root: Path) -> dict[str, Any]:
    """Give the signature of every entry, by path."""
    return {
        f"{folder.path}/{name}": signature
        for folder in format_.folders(root)
        for name, signature in zip(folder.names, folder.signatures, strict=True)
    }


def write_hostile(folder: Path, meta: str) -> set[str]:
    """Make entries whose meta nobody can read: a FIFO, links, bytes, too much, too deep. Gives their names."""
    broken: dict[str, bytes] = {
        "bytes": b"alias: \xff\xfe\n",
        "conflict": b"<<<<<<< HEAD\nalias: a\n=======\n",
        "deep": b"alias: " + b"[" * 100_000,
        "huge": b"# " + b"x" * (5 << 20),
        "list": b"[1, 2]",
        "nul": b"alias: \x00\n",
        "unclosed": b'{"alias": "a"',
    }
    for name, content in broken.items():
        write(folder / name / meta, content)
    for name in ("fifo", "loop", "outside", "dangling", "folder"):
        (folder / name).mkdir()
    os.mkfifo(folder / "fifo" / meta)
    (folder / "loop" / meta).symlink_to(meta)
    (folder / "outside" / meta).symlink_to("/etc/passwd")
    (folder / "dangling" / meta).symlink_to("nowhere")
    (folder / "folder" / meta).mkdir()
    return {*broken, "fifo", "loop", "outside", "dangling", "folder"}
