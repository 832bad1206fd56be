"""What a format's original tool passes over in silence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drift:
    """One place where the files of a repository disagree; `path` is relative to it. Both are safe to print."""

    path: str
    what: str
