"""What changes in a journal's tables: applied, merged, told apart, and as the payload of a record.

    "artifacts"                           a table
    -7                                    a document that is gone
    +12 {"alias": "resnet50"}             a document as it is now

Puts and deletes are absolute: to do them once more changes nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Tables = dict[str, dict[int, bytes]]
"""Documents by table and id, each encoded as JSON in one line."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What changes in one table: first documents go, then documents come or are replaced."""

    puts: Mapping[int, bytes] = field(default_factory=dict)
    deletes: Collection[int] = ()

    def __bool__(self) -> bool:
        return bool(self.puts or self.deletes)

    def apply(self, table: dict[int, bytes]) -> None:
        """Change a table."""
        for doc_id in self.deletes:
            table.pop(doc_id, None)
        table.update(self.puts)


class News:
    """What changed in one table, added up as it comes."""

    def __init__(self) -> None:
        self._puts: dict[int, bytes] = {}
        self._deletes: set[int] = set()

    def add(self, changes: TableChanges) -> None:
        """Take in what happened next."""
        for doc_id in changes.deletes:
            self._puts.pop(doc_id, None)
        self._deletes.update(changes.deletes)
        self._puts.update(changes.puts)
        self._deletes.difference_update(changes.puts)

    def forget(self, doc_ids: Iterable[int]) -> None:
        """Leave out some documents."""
        for doc_id in doc_ids:
            self._puts.pop(doc_id, None)
            self._deletes.discard(doc_id)

    def changes(self) -> TableChanges:
        """Give it all as one."""
        return TableChanges(self._puts, self._deletes)


def difference(before: Tables, after: Tables, names: Iterable[str]) -> dict[str, TableChanges]:
    """Give what turns some tables as they were into what they are."""
    changes: dict[str, TableChanges] = {}
    for name in names:
        old, new = before.get(name, {}), after.get(name, {})
        puts = {doc_id: document for doc_id, document in new.items() if old.get(doc_id) != document}
        changes[name] = TableChanges(puts, old.keys() - new.keys())
    return {name: table for name, table in changes.items() if table}


def line(before: bytes, doc_id: int, between: bytes, document: bytes) -> bytes:
    """Give the line of a document. Raises ValueError when the document isn't one line."""
    if b"\n" in document:
        raise ValueError(f"document {doc_id} is more than one line")
    return b"%b%d%b%b\n" % (before, doc_id, between, document)


def encode_changes(changes: Mapping[str, TableChanges]) -> bytes:
    """Encode a transaction. Raises ValueError."""
    lines: list[bytes] = []
    for name, table in changes.items():
        lines.append(b"%b\n" % json.dumps(name).encode())
        lines += [b"-%d\n" % doc_id for doc_id in table.deletes]
        lines += [line(b"+", doc_id, b" ", document) for doc_id, document in table.puts.items()]
    return b"".join(lines)


def decode_changes(payload: bytes) -> dict[str, TableChanges]:
    """Decode a transaction. Raises ValueError."""
    changes: dict[str, TableChanges] = {}
    puts: dict[int, bytes] = {}
    deletes: list[int] = []
    for one in payload.split(b"\n")[:-1]:
        if one.startswith(b"+"):
            doc_id, _, document = one[1:].partition(b" ")
            puts[int(doc_id)] = document
        elif one.startswith(b"-"):
            deletes.append(int(one[1:]))
        else:
            puts, deletes = {}, []
            changes[json.loads(one)] = TableChanges(puts, deletes)
    return changes
