"""TinyDB on a journal: a change costs one appended record, and a kill at any moment loses nothing that was stored."""

from .changes import TableChanges
from .storage import JournalStorage
from .table import JournalTable, open_database

__all__ = ["JournalStorage", "JournalTable", "TableChanges", "open_database"]
