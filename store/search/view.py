"""What is asked for: a filter, a branch of the tree, an order."""

from dataclasses import dataclass

ORDERS = ("artifact", "module", "repository", "tags")
"""By what rows can be put in order."""


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: a filter line, a repository and a module (empty: all), an order (empty: the listing's).

    With `only`, nothing but the artifacts with these keys.
    """

    query: str = ""
    repository: str = ""
    module: str = ""
    only: frozenset[str] | None = None
    order: str = ""
    descending: bool = False
