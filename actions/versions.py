"""Versions as CK compares them: split at '.', '-' and '_', numbers as numbers, padded with zeros."""

import re
from collections.abc import Sequence


def split_version(version: str) -> list[int]:
    """Split a version into numbers; a part that is none counts as 0."""
    return [int(part) if part.isdigit() else 0 for part in re.split(r"[.\-_]", version)] if version else []


def at_least(version: Sequence[int], bound: Sequence[int]) -> bool:
    """Tell whether a version is at least `bound`; the shorter one is padded with zeros."""
    length = max(len(version), len(bound))
    return _padded(version, length) >= _padded(bound, length)


def _padded(version: Sequence[int], length: int) -> list[int]:
    return [*version, *[0] * (length - len(version))]


def within(version: Sequence[int], first: Sequence[int], last: Sequence[int]) -> bool:
    """Tell whether a version lies between two bounds, both inclusive; an empty bound is none."""
    return (not first or at_least(version, first)) and (not last or at_least(last, version))


def version_tags(version: str) -> list[str]:
    """Give CK's tags of a version: v1, v1.2, v1.2.3."""
    parts = [str(number) for number in split_version(version)]
    return [f"v{'.'.join(parts[:count])}" for count in range(1, len(parts) + 1)]
