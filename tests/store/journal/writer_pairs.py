"""Several processes that write to one journal at once, and one that reads; run as a program, so that it may fork."""

import os
import sys
from functools import partial
from pathlib import Path

from ckexplore.store.journal import JournalStorage, TableChanges
from ckexplore.store.journal.table import open_database

from .journaling import contents
from .writer_kills import Tables, end_of, forked


def count(path: Path, rounds: int, name: str, _: int) -> None:
    """Add one to a document that all share, insert own ones, and compact at times."""
    database = open_database(path)
    for number in range(rounds):
        database.table("shared").update(lambda document: document.update(n=document["n"] + 1), doc_ids=[1])
        database.table("inserted").insert({"by": name, "number": number})
        if number % 20 == 7:
            database.storage.compact()


def store(path: Path, rounds: int, name: str, _: int) -> None:
    """Store rows in an own table: one by one, deleting the one before, and all of it anew at times."""
    storage = JournalStorage(path)
    for number in range(rounds):
        storage.append({name: TableChanges({number: b'{"n":%d}' % number}, [number - 1])})
        if number % 20 == 13:
            storage.replace_tables({name: [(number, b'{"n":%d}' % number)]})


def main(folder: Path, rounds: int) -> None:
    path = folder / "journal.json"
    open_database(path).table("shared").insert({"n": 0})
    reader = JournalStorage(path)
    mirror: Tables = contents(reader)
    writers = [partial(count, path, rounds, "first"), partial(count, path, rounds, "second")]
    writers += [partial(store, path, rounds, "third"), partial(store, path, rounds, "fourth")]
    running = [forked(writer) for writer in writers]
    while running:
        if os.waitid(os.P_PID, running[-1][0], os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
            status, _ = end_of(*running.pop())
            assert status == 0, "a writer failed"
        for name, change in reader.refresh().items():
            change.apply(mirror.setdefault(name, {}))
    found = open_database(path)
    assert found.table("shared").all() == [{"n": 2 * rounds}], f"updates are lost: {found.table('shared').all()}"
    inserted = sorted((one["by"], one["number"]) for one in found.table("inserted"))
    assert inserted == [(name, number) for name in ("first", "second") for number in range(rounds)]
    for name in ("third", "fourth"):
        assert dict(found.storage.documents(name)) == {rounds - 1: b'{"n":%d}' % (rounds - 1)}
    assert mirror == contents(reader) == contents(JournalStorage(path)), "the reader saw something else"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
