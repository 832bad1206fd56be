"""Search as you type over every row: the index, the query language, and the thread that answers.

What asks (a view, a query) costs nothing to import; `index` and `thread` are imported by those who answer.
"""

from .query import Term, parse_query
from .view import ORDERS, View

__all__ = ["ORDERS", "Term", "View", "parse_query"]
