"""Search as you type over every row: the index, the query language, and the thread that answers."""

from .index import ORDERS, Part, SearchCancelledError, SearchIndex, View
from .query import Term, parse_query
from .thread import Answer, Counted, SearchFailed, SearchThread

__all__ = [
    "ORDERS",
    "Answer",
    "Counted",
    "Part",
    "SearchCancelledError",
    "SearchFailed",
    "SearchIndex",
    "SearchThread",
    "Term",
    "View",
    "parse_query",
]
