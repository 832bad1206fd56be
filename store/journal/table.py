"""TinyDB's table on a journal: a change is one transaction, which stores only the documents that it touched."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.table import Document, Table

from .changes import TableChanges
from .documents import decode_document, encode_document
from .storage import JournalStorage

Fields = Mapping | Callable[[Any], None]


class JournalTable(Table):
    """A table whose storage is a JournalStorage.

    A document is decoded when it is looked at, so that changing one leaves the stored one alone. Every change happens
    under the journal's lock, on what all processes have stored: `update` with a function is an atomic
    read-modify-write.
    """

    def __init__(self, storage: JournalStorage, name: str, **options: Any) -> None:
        self._journal = storage
        self._cached_version = storage.version
        self._touched: _Touched | None = None
        super().__init__(storage, name, **options)

    # Reading

    def search(self, cond: QueryLike) -> list[Document]:
        """Give the documents that match; remembered results count until the journal changes."""
        if self._cached_version != self._journal.version:
            self._cached_version = self._journal.version
            self.clear_cache()
        return super().search(cond)

    def get(  # pyright: ignore[reportIncompatibleMethodOverride]  # one signature for TinyDB's overloads
        self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: list | None = None
    ) -> Any:
        """Give one document by condition or id, or those of several ids in the table's order."""
        if doc_id is not None or doc_ids is None:
            return super().get(cond, doc_id)  # pyright: ignore[reportArgumentType, reportCallIssue]
        wanted = {int(one) for one in doc_ids}
        documents = dict(self._journal.documents(self.name))
        return [self.document_class(decode_document(one), key) for key, one in documents.items() if key in wanted]

    # Changing

    def insert(self, document: Mapping) -> int:
        """Insert a document under the next free id, or its own. Raises ValueError when its own is in use."""
        with self._journal.transaction():
            return super().insert(document)

    def update(self, fields: Fields, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Change the fields of the documents that match, or of all, and give their ids."""
        with self._journal.transaction():
            return super().update(fields, doc_ids=self._matching(cond) if doc_ids is None else doc_ids)

    def update_multiple(self, updates: Iterable[tuple[Fields, QueryLike]]) -> list[int]:
        """Change the documents that match, by several pairs of fields and condition, and give an id for each change."""
        pairs = list(updates)
        updated: list[int] = []

        def updater(table: MutableMapping[int, dict[str, Any]]) -> None:
            for doc_id in self._matching(lambda document: any(cond(document) for _, cond in pairs)):
                for fields, cond in pairs:
                    if cond(table[doc_id]):
                        updated.append(doc_id)
                        _change(table[doc_id], fields)

        self._update_table(updater)
        return updated

    def upsert(self, document: Mapping, cond: QueryLike | None = None) -> list[int]:
        """Update the documents that match, or insert one, and give the ids."""
        with self._journal.transaction():
            return super().upsert(document, cond)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Remove the documents that match, and give their ids."""
        with self._journal.transaction():
            if cond is not None and doc_ids is None:
                doc_ids = self._matching(cond)
            return super().remove(cond, doc_ids)

    def _matching(self, cond: QueryLike | None) -> list[int]:
        documents = dict(self._journal.documents(self.name))
        return [key for key, one in documents.items() if cond is None or cond(decode_document(one))]

    def _get_next_id(self) -> int:
        taken = self._journal.documents(self.name) if self._touched is None else self._touched
        next_id = self._next_id
        if next_id is None:
            next_id = max(self._journal.documents(self.name), default=0) + 1
        while next_id in taken:  # by another process, or by a document that came with its id
            next_id += 1
        self._next_id = next_id + 1
        return next_id

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._journal.transaction():
            outer, self._touched = self._touched, _Touched(self._journal.documents(self.name))
            try:
                updater(self._touched)
                changes = self._touched.changes()
            finally:
                self._touched = outer
            if changes or self.name not in (self._journal.read() or {}):
                self._journal.append({self.name: changes})
        self.clear_cache()


def _change(document: dict[str, Any], fields: Fields) -> None:
    if callable(fields):
        fields(document)
    else:
        document.update(fields)


class _Touched(MutableMapping[int, dict[str, Any]]):
    """A table during one transaction: what is looked at is decoded, and what differs then is what is stored."""

    def __init__(self, stored: Mapping[int, bytes]) -> None:
        self._stored = stored
        self._documents: dict[int, dict[str, Any]] = {}
        self._deleted: set[int] = set()

    def __getitem__(self, doc_id: int) -> dict[str, Any]:
        if doc_id not in self._documents:
            if doc_id in self._deleted:
                raise KeyError(doc_id)
            self._documents[doc_id] = decode_document(self._stored[doc_id])
        return self._documents[doc_id]

    def __setitem__(self, doc_id: int, document: dict[str, Any]) -> None:
        self._documents[doc_id] = document

    def __delitem__(self, doc_id: int) -> None:
        if doc_id not in self:
            raise KeyError(doc_id)
        self._documents.pop(doc_id, None)
        if doc_id in self._stored:
            self._deleted.add(doc_id)

    def __contains__(self, doc_id: object) -> bool:
        return doc_id in self._documents or (doc_id in self._stored and doc_id not in self._deleted)

    def __iter__(self) -> Iterator[int]:
        kept = [doc_id for doc_id in self._stored if doc_id not in self._deleted]
        yield from kept
        yield from [doc_id for doc_id in self._documents if doc_id not in self._stored or doc_id in self._deleted]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Delete every document."""
        self._documents.clear()
        self._deleted.update(self._stored)

    def changes(self) -> TableChanges:
        """Give what differs from what is stored. Raises TypeError for what JSON doesn't know."""
        encoded = {doc_id: encode_document(document) for doc_id, document in self._documents.items()}
        puts = {
            doc_id: document
            for doc_id, document in encoded.items()
            if doc_id in self._deleted or self._stored.get(doc_id) != document
        }
        return TableChanges(puts, self._deleted)


class JournalDatabase(TinyDB):
    """TinyDB on a journal."""

    table_class = JournalTable
    default_storage_class = JournalStorage

    @property
    def storage(self) -> JournalStorage:
        """The journal."""
        return cast(JournalStorage, super().storage)

    def drop_table(self, name: str) -> None:
        """Drop a table, if there is one."""
        with self.storage.transaction():
            super().drop_table(name)


def open_database(path: Path | str) -> JournalDatabase:
    """Open the TinyDB database of a journal, or start one. Raises as JournalStorage does."""
    return JournalDatabase(path)
