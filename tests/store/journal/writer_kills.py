"""Writers that are killed at every step and at random moments; run as a program of its own, so that it may fork.

A writer does numbered operations, and tells each one's number on a pipe when it is stored. Whoever killed it opens the
files and finds them as they were after the last operation that was told, or after the one behind it.
"""

import itertools
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ckexplore.store.journal import JournalStorage, TableChanges

from .journaling import contents

Tables = dict[str, dict[int, bytes]]

KINDS = 8
"""So many operations, one behind the other, are one of each kind."""


def operation(number: int) -> tuple[str, dict[str, TableChanges]]:
    """Give the way of storing and the changes of an operation, each time the same."""
    choose = random.Random(number)
    kind = number % KINDS
    progress = TableChanges({1: b'{"number":%d}' % number})
    some = {choose.randrange(40): b'{"n":%d}' % number for _ in range(choose.randrange(1, 4))}
    big = {choose.randrange(40): b'{"n":%d,"big":"%b"}' % (number, b"x" * choose.randrange(9_000))}
    gone = {choose.randrange(40) for _ in range(5)}
    if kind == 3:
        return "append", {"a": TableChanges(big, gone), "b": TableChanges(some), "progress": progress}
    if kind == 4:
        return "compact", {"progress": progress}
    if kind == 5:
        return "replace_tables", {"a": TableChanges(some), "c": TableChanges(some), "progress": progress}
    if kind == 6:
        return "write", {"b": TableChanges(some), "progress": progress}
    return "append", {"abc"[kind % 3]: TableChanges(some, gone), "progress": progress}


def do(storage: JournalStorage, number: int) -> None:
    """Do an operation on the journal."""
    way, changes = operation(number)
    if way == "replace_tables":
        storage.replace_tables({name: iter(table.puts.items()) for name, table in changes.items()})
    elif way == "write":
        documents = {name: {key: {"raw": key} for key in table.puts} for name, table in changes.items()}
        documents["progress"] = {1: {"number": number}}
        storage.write(documents)
    elif way == "compact":
        storage.append(changes)
        storage.compact()
    else:
        storage.append(changes)


def expect(tables: Tables, number: int) -> Tables:
    """Give what the tables are after an operation."""
    way, changes = operation(number)
    if way == "write":
        written = {name: {key: b'{"raw":%d}' % key for key in table.puts} for name, table in changes.items()}
        return {**written, "progress": dict(changes["progress"].puts)}
    after = {name: dict(table) for name, table in tables.items()}
    for name, change in changes.items():
        if way == "replace_tables":
            after[name] = {}
        change.apply(after.setdefault(name, {}))
    return after


def number_of(tables: Tables) -> int:
    return int(tables["progress"][1].rpartition(b":")[2][:-1]) if tables else -1


def write(path: Path, numbers: Iterable[int], told: int | None = None) -> None:
    """Do operations, and tell each one's number when it is done."""
    storage = JournalStorage(path)
    for number in numbers:
        do(storage, number)
        if told is not None:
            os.write(told, b"%d\n" % number)


def die_at(step: int, *, half_way: bool) -> None:
    """Kill this process at the n-th call that changes a file; of what is written then, half is written."""
    steps = itertools.count()

    def dying(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **options: Any) -> Any:
            if next(steps) == step:
                if half_way and name == "pwrite":
                    descriptor, content, offset = arguments
                    real(descriptor, content[: len(content) // 2], offset)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in ("open", "pwrite", "ftruncate", "fsync", "fdatasync", "replace", "unlink"):
        setattr(os, name, dying(name))


def forked(child: Callable[[int], None]) -> tuple[int, int]:
    """Run a function in a child, with the end of a pipe that it tells on; give its id and the other end."""
    here, there = os.pipe()
    pid = os.fork()
    if pid:
        os.close(there)
        return pid, here
    os.close(here)
    try:
        child(there)
    except BaseException as error:
        sys.stderr.write(f"the writer failed: {error!r}\n")
        os._exit(1)
    os._exit(0)


def end_of(pid: int, told: int) -> tuple[int, int]:
    """Wait for a child, and give how it ended and the last number that it told."""
    with open(told, "rb") as stream:
        numbers = stream.read().split()
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -signal.SIGKILL}, "the writer failed by itself"
    return status, int(numbers[-1]) if numbers else -1


def check(path: Path, told: int, states: Callable[[int], Tables]) -> int:
    """Compare what is found with what was told, and give the number of the operation that was last."""
    found = JournalStorage(path)
    number = number_of(contents(found))
    assert number in {told, told + 1}, f"{told} was told, {number} is there"
    assert contents(found) == states(number), f"after {number}, something is torn"
    assert not found.problem, found.problem
    return number


def die_at_every_step(folder: Path, half_way: bool) -> None:
    os.fsync = os.fdatasync = lambda descriptor: None  # only matters when the power fails
    states: dict[int, Tables] = {-1: {}}
    for number in range(3 * KINDS + 1):
        states[number] = expect(states[number - 1], number)
    first = 0 if half_way else KINDS  # from no file at all, or behind all kinds of operations
    for step in itertools.count():
        path = folder / f"{half_way}-{step}.json"
        write(path, range(first))
        beside = JournalStorage(path)

        def child(told: int, path: Path = path, step: int = step) -> None:
            die_at(step, half_way=half_way)
            write(path, range(first, first + KINDS + 1), told)

        status, told = end_of(*forked(child))
        number = check(path, max(told, first - 1), states.__getitem__)
        beside.refresh()
        assert contents(beside) == states[number]
        write(path, range(number + 1, number + 1 + KINDS))
        check(path, number + KINDS, states.__getitem__)
        assert not list(folder.glob("*.tmp")), "what a killed writer left is still there"
        if status == 0:
            assert step > 50, "it can't have gone through all kinds of operations"
            return


def die_at_random(folder: Path, kills: int) -> None:
    path = folder / "random.json"
    states: dict[int, Tables] = {-1: {}}
    number = -1
    beside = JournalStorage(path)
    mirror: Tables = {}
    for kill in range(kills):
        pid, told = forked(lambda told, first=number + 1: write(path, itertools.count(first), told))
        select.select([told], [], [])  # until it has stored something
        time.sleep(random.random() * 0.06)
        os.kill(pid, signal.SIGKILL)
        _, last = end_of(pid, told)
        for one in range(number + 1, max(last, number) + 2):
            states[one] = expect(states[one - 1], one)
        number = check(path, max(last, number), states.__getitem__)
        states = {number: states[number]}
        for name, change in beside.refresh().items():
            change.apply(mirror.setdefault(name, {}))
        kept = {name: table for name, table in states[number].items() if table}
        assert {name: table for name, table in mirror.items() if table} == kept, f"kill {kill}: a reader saw otherwise"
    assert number >= kills, "the writers were killed before they wrote"


if __name__ == "__main__":
    command, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if command == "steps":
        die_at_every_step(folder, bool(count))
    else:
        die_at_random(folder, count)
