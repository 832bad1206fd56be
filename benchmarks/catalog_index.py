"""Reading repositories: from nothing, from a cold disk, again without changes, and the memory that it takes."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree
from threading import Event
from time import perf_counter, sleep
from typing import Any, TypeVar

import msgspec
from catalog_figures import Figure, Line, NotMeasured, interleaved
from catalog_setting import Setting, environment_of, home_of, in_fresh_process, memory, program
from installed import our_program

from ckexplore.store import repos
from ckexplore.store.catalog import Catalog
from ckexplore.store.live_catalog import LiveCatalog, Progress, Telling
from ckexplore.store.search.index import Part, SearchIndex
from ckexplore.store.workspace import Workspace

Result = TypeVar("Result")

ROUNDS = 5
_GIT_ARTIFACTS = 5_000  # what is copied into a git repository
_DROP = Path("/proc/sys/vm/drop_caches")
_BLOCK = 1 << 16  # bytes; a larger buffer costs more to get than most files to read
_GLOBS = ("meta.json", "info.json", "alias-a-*")


def lines(setting: Setting) -> Iterator[Line]:
    """Measure everything about reading."""
    roots = setting.ck_repositories()
    yield from _cold_index(roots)
    yield from _cold_disk(roots)
    yield from _rescan(setting)


# From nothing


@dataclass(frozen=True, slots=True)
class _Indexed:
    seconds: float
    rows: int
    before: int  # bytes resident before, after, and at the most
    after: int
    peak: int


def _cold_index(roots: list[Path]) -> Iterator[Line]:
    ours, floors = interleaved(
        ROUNDS, lambda: _in_new_home(roots, _index_and_search), lambda: in_fresh_process(floor, list(map(str, roots)))
    )
    least = min(ours, key=lambda one: one.seconds)
    name = f"index {least.rows:,} artifacts, stored and searchable"
    yield Figure(name, least.seconds, "list, read, decode the same files", min(floors)[0], 1.8, as_ratio=True)
    live = min(_in_new_home(roots, _index_live) for _ in range(ROUNDS))
    yield Figure(
        "  as the browser does it, prepared and counted", live, "list, read, decode the same files", min(floors)[0]
    )
    grown = [(one.after - one.before, one.peak - one.before) for one in ours]
    after, peak = min(grown)
    yield Figure("  memory: the most, without the bare process", peak, "kept afterwards", after, 1.25, True, "B")
    yield from _beside_ck(roots)


def _in_new_home(roots: list[Path], work: Callable[..., Result], **options: object) -> Result:
    with home_of(roots) as workspace:
        return in_fresh_process(work, str(workspace.home), **options)


def _index_live(home: str) -> float:
    looked = Event()

    def told(one: Telling) -> None:
        if isinstance(one, Progress) and one.looked:
            looked.set()

    started = perf_counter()
    catalog = LiveCatalog(Workspace(home), told, watching=False)
    looked.wait()
    while catalog.settled is None:
        sleep(0.002)
    seconds = perf_counter() - started
    catalog.close()
    return seconds


def _index_and_search(home: str, *, cold: bool = False) -> _Indexed:
    workspace = Workspace(home)
    known = repos.repositories(workspace)
    if cold:
        _drop_caches()
    before = memory()
    started = perf_counter()
    catalog = Catalog(workspace)
    for repository in known:
        catalog.shelf(repository).rescan()
    shelves = [catalog.shelf(repository) for repository in known]
    found = SearchIndex(Part(shelf.repository, dict(shelf.rows), rank) for rank, shelf in enumerate(shelves))
    found.search("resnet50")
    seconds = perf_counter() - started
    return _Indexed(seconds, len(found), before, memory(), memory("VmHWM"))


def _beside_ck(roots: list[Path]) -> Iterator[Line]:
    ck = program("ck")
    name = "  as a command: ckexplore search '*:*', nothing stored"
    if ck is None:
        yield NotMeasured(name, "no ck here (pip install ck==2.6.4 in an environment of its own)")
        return
    with home_of(roots) as workspace:
        environment = environment_of(workspace)

        def ours() -> float:
            rmtree(workspace.catalog, ignore_errors=True)
            return _command_seconds([our_program(), "search", "*:*"], environment)

        times = interleaved(3, ours, lambda: _command_seconds([ck, "search", "*:*"], environment))
    yield Figure(name, min(times[0]), "ck search '*:*'", min(times[1]), 1.0, as_ratio=True)


def _command_seconds(command: list[str], environment: dict[str, str]) -> float:
    started = perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return perf_counter() - started


# The floor


class _Meta(msgspec.Struct):
    tags: Any = ()
    desc: Any = ""
    description: Any = ""
    title: Any = ""
    comment: Any = ""


class _Info(msgspec.Struct):
    data_name: Any = ""
    backup_data_uid: Any = ""


def floor(roots: list[str]) -> tuple[float, int]:
    """List the three levels, read and decode every entry's three files, and give (seconds, entries)."""
    meta, info = msgspec.json.Decoder(_Meta), msgspec.json.Decoder(_Info)
    kept: list[tuple[_Meta, _Info | None, bytes]] = []
    started = perf_counter()
    for folder, alias in _entries(roots):
        found = _bytes(f"{folder}/{alias}/.cm/meta.json")
        if found:
            named = _bytes(f"{folder}/{alias}/.cm/info.json")
            uid = _bytes(f"{folder}/.cm/alias-a-{alias}")
            try:
                kept.append((meta.decode(found), info.decode(named) if named else None, uid))
            except ValueError:  # ours shows it as broken
                continue
    return perf_counter() - started, len(kept)


def _entries(roots: list[str]) -> Iterator[tuple[str, str]]:
    for root in roots:
        for module in _folders(root):
            for alias in _folders(f"{root}/{module}"):
                yield f"{root}/{module}", alias


def _folders(folder: str) -> list[str]:
    with os.scandir(folder) as listed:
        return [one.name for one in listed if one.name[0] != "." and one.is_dir(follow_symlinks=False)]


def _bytes(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    data = os.read(descriptor, _BLOCK)
    while data and len(data) % _BLOCK == 0 and (more := os.read(descriptor, _BLOCK)):
        data += more
    os.close(descriptor)
    return data


# From a cold disk


def _cold_disk(roots: list[Path]) -> Iterator[Line]:
    name, ripgrep = "  with nothing in the disk cache", program("rg")
    if not os.access(_DROP, os.W_OK):
        yield NotMeasured(name, "only root can empty the disk cache")
        return
    if ripgrep is None:
        yield NotMeasured(name, "no rg here to read the same files")
        return
    ours, theirs = interleaved(
        3, lambda: _in_new_home(roots, _index_and_search, cold=True), lambda: _rg_seconds(ripgrep, roots)
    )
    least = min(one.seconds for one in ours)
    yield Figure(name, least, "rg reading the same files", min(theirs), 1.0, as_ratio=True)


def _drop_caches() -> None:
    os.sync()
    _DROP.write_text("3\n")


def _rg_seconds(ripgrep: str, roots: list[Path]) -> float:
    globs = [option for glob in _GLOBS for option in ("--glob", glob)]
    _drop_caches()
    return _command_seconds(
        [ripgrep, "--no-ignore", "--hidden", "--count", *globs, "", *map(str, roots)], dict(os.environ)
    )


# Again, with nothing changed


def _rescan(setting: Setting) -> Iterator[Line]:
    roots = setting.made()
    name = f"look again at {setting.artifacts:,} artifacts, nothing changed"
    with home_of(roots, indexed=True) as workspace:
        ours, floors = in_fresh_process(_rescan_seconds, str(workspace.home), list(map(str, roots)))
    yield Figure(name, ours, "os.stat of every meta file", floors, 1.5, as_ratio=True)
    yield from _beside_git(setting)


def _rescan_seconds(home: str, roots: list[str]) -> tuple[float, float]:
    workspace = Workspace(home)
    catalog = Catalog(workspace)
    shelves = [catalog.shelf(repository) for repository in repos.repositories(workspace)]
    metas = [f"{folder}/{alias}/.cm/meta.json" for folder, alias in _entries(roots)]

    def rescan() -> float:
        started = perf_counter()
        changes = [shelf.rescan() for shelf in shelves]
        seconds = perf_counter() - started
        assert not any(changes)
        return seconds

    def stat() -> float:
        started = perf_counter()
        for path in metas:
            os.stat(path)
        return perf_counter() - started

    rescan()
    ours, floors = interleaved(7, rescan, stat)
    return min(ours), min(floors)


def _beside_git(setting: Setting) -> Iterator[Line]:
    count = min(setting.artifacts, _GIT_ARTIFACTS)
    name = f"  the same of {count:,}"
    git = program("git")
    if git is None:
        yield NotMeasured(name, "no git here")
        return
    copies = _git_copies(git, setting, count)
    with home_of(copies, indexed=True) as workspace:
        environment = environment_of(workspace)

        def status() -> float:
            return sum(_command_seconds([git, "-C", str(copy), "status"], environment) for copy in copies)

        status()  # brings git's own index up to date
        theirs: list[float] = []
        ours: list[float] = []
        for _ in range(3):
            ours.append(in_fresh_process(_rescan_seconds, str(workspace.home), list(map(str, copies)))[0])
            theirs.append(status())
    yield Figure(name, min(ours), "git status", min(theirs), 0.5, as_ratio=True)


def _git_copies(git: str, setting: Setting, count: int) -> list[Path]:
    """Give copies of some repositories that are under git; they stay for the next run."""
    copies: list[Path] = []
    for root in setting.made(count):
        copy = setting.trees / "under-git" / root.name
        if not (copy / ".git" / "index").exists():
            with suppress(FileNotFoundError):
                rmtree(copy)
            copytree(root, copy)
            for words in ("init --quiet", "add .", "-c user.name=b -c user.email=b@b commit --quiet -m all"):
                subprocess.run([git, "-C", str(copy), *words.split()], check=True)
        copies.append(copy)
    return copies
