"""Whatever stands where a meta file should be: the index neither hangs nor dies, and says what is wrong with it."""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.store import repos
from ckexplore.store.artifact import Artifact
from ckexplore.store.catalog import Catalog
from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import format_named
from ckexplore.store.untrusted import from_storable
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL
from .making import make_entry

PATIENCE = 60.0


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def huge(path: Path) -> None:
    path.write_bytes(b'{"tags": ["x"], "uid": "1111111111111111"')
    os.truncate(path, 100 << 20)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def out_of_the_repository(path: Path) -> None:
    outside = path.parent / "outside.json"
    outside.write_text("{}")
    path.symlink_to(outside)


def without_permission(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "broken": write(b'{"tags": [\n'),
    "huge": huge,
    "deep": write(b"[" * 200_000),
    "deep-object": write(b'{"tags": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}"),
    "not-utf-8": write(b'{"tags": ["\xff\xfe"'),
    "a-list": write(b"[1, 2]"),
    "a-number": write(b"9" * 6_000),
    "nul": write(b"\0" * 100),
    "empty": write(b""),
    "fifo": os.mkfifo,
    "loop": loop,
    "link": out_of_the_repository,
    "folder": lambda path: path.mkdir(),
    "no-permission": without_permission,
}


def ck_entry(root: Path, name: str) -> Path:
    make_entry(root, "program", name, f"{len(name):016x}", {"tags": ["sound"]})
    return root / "program" / name / ".cm/meta.json"


def item(file: str, text: str) -> Callable[[Path, str], Path]:
    """Make what makes an item of the module `script` with this meta."""

    def make(root: Path, name: str) -> Path:
        folder = root / "script" / name
        folder.mkdir(parents=True)
        (folder / file).write_text(text.format(name=name, uid=f"{len(name):016x}"))
        return folder / file

    return make


NAMES = "alias: {name}\nuid: {uid}\nautomation_alias: script\ntags:\n- sound\n"
FORMATS: dict[str, tuple[str, str, Callable[[Path, str], Path]]] = {
    "ck": (".ckr.json", '{"data_alias": "r", "data_uid": "0123456789abcdef"}', ck_entry),
    "cm": ("cmr.yaml", "alias: r\nuid: 0123456789abcdef\n", item("_cm.yaml", NAMES)),
    "mlc": ("meta.yaml", "alias: r\nuid: 0123456789abcdef\n", item("meta.yaml", NAMES)),
    "cmeta": (
        "_cmr.yaml",
        "artifact: r,0123456789abcdef\n",
        item("_cmeta.yaml", "artifact: {uid}\ncategory: script,1111111111111111\ntags:\n- sound\n"),
    ),
}


def make_root(root: Path, kind: str) -> Path:
    root.mkdir()
    name, description, _ = FORMATS[kind]
    (root / name).write_text(description)
    return root


def indexed(workspace: Workspace, root: Path) -> list[Artifact]:
    """Index a repository; an index that hangs fails the test and not the whole suite."""
    found: list[Artifact] = []
    failed: list[BaseException] = []

    def index() -> None:
        try:
            found.extend(Catalog(workspace).artifacts(repos.register(workspace, root)))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=index, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the index hangs"
    if failed:
        raise failed[0]
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_meta_file_is_shown_with_its_reason_and_the_rest_is_indexed(
    workspace: Workspace, tmp_path: Path, kind: str, what: str
) -> None:
    if what == "no-permission" and os.geteuid() == 0:
        pytest.skip("the superuser may read every file")
    root = make_root(tmp_path / "r", kind)
    make = FORMATS[kind][2]
    for name in ("sound", "another"):
        make(root, name)
    meta = make(root, "victim")
    meta.unlink()
    HOSTILE[what](meta)
    assert format_named(kind).recognises(root)
    rows = {row.alias: row for row in indexed(workspace, root)}
    assert rows["sound"].tags == rows["another"].tags == ("sound",)
    assert not rows["sound"].problem
    victim = rows["victim"]
    assert victim.problem
    assert "victim" in victim.problem
    assert victim.problem.isprintable()
    # The details of a broken one neither hang nor die either.
    with contextlib.suppress(UnreadableError):
        format_named(kind).load_meta(root, from_storable(victim.path))


@pytest.mark.parametrize("kind", FORMATS)
def test_evil_text_of_a_repository_is_safe_in_every_row(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    root = make_root(tmp_path / "r", kind)
    meta = FORMATS[kind][2](root, "victim")
    value = {"alias": "victim", "uid": "1" * 16, "artifact": "1" * 16, "category": "script,1111111111111111"}
    meta.write_text(json.dumps({**value, "tags": [EVIL], "desc": EVIL, "name": EVIL, "description": EVIL}))
    for row in indexed(workspace, root):
        for text in (row.alias, row.name, row.description, row.problem, *row.tags):
            assert text.isprintable() or not text
