"""Telling what became of looking for several pieces of software: found, missing, failed, each as a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from .cells import cell_width, clean, padded
from .table import text_table
from .units import duration

Result = Mapping[str, Any]
_MISSING = 16  # the exit code for what isn't there, as in CK
_NARROWEST = 20


class Outcome(Struct, frozen=True):
    """What was found, (software, version, path) each, and what is missing or failed, (software, reason) each."""

    found: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Count them in a line."""
        return f"{len(self.found)} found, {len(self.missing)} missing, {len(self.failed)} failed"


def is_several(results: Result) -> bool:
    """Tell whether a detection's results are those of several entries."""
    return bool(results.get("not_met")) or len(results.get("environments", ())) > 1


def outcome_of(results: Result) -> Outcome:
    """Sort a detection's results; what couldn't be planned is in its `notes` and counts as missing."""
    found = [(_name(one["title"]), one.get("version", ""), one["full_path"]) for one in results.get("environments", ())]
    missing = [_noted(str(note)) for note in results.get("notes", ())]
    failed: list[tuple[str, str]] = []
    for one in results.get("not_met", ()):
        (missing if one.get("exit_code") == _MISSING else failed).append((_name(one["title"]), _line(one["reason"])))
    return Outcome(tuple(sorted(found)), tuple(sorted(missing)), tuple(sorted(failed)))


def _name(title: str) -> str:
    return title.removeprefix("detect soft:").removeprefix("install ")


def _noted(note: str) -> tuple[str, str]:
    title, _, reason = note.partition(": ")
    return _name(title), _line(reason)


def _line(text: str) -> str:
    return " ".join(text.split())


def tell_outcome(results: Result, width: int) -> list[str]:
    """Give the tables, what was found first and the counts last."""
    outcome = outcome_of(results)
    lines: list[str] = []
    if outcome.found:
        lines += [
            "",
            f"found ({len(outcome.found)})",
            *text_table(("software", "version", "path"), outcome.found, width=width),
        ]
    for word, rows in (("missing", outcome.missing), ("failed", outcome.failed)):
        if rows:
            lines += ["", f"{word} ({len(rows)})", *_with_reasons(rows, width)]
    return [*lines, "", str(outcome)]


def _with_reasons(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Give two columns, the second one whole: what helps stands at the end of a reason."""
    from textwrap import wrap  # noqa: PLC0415

    first = min(max(cell_width(clean(name)) for name, _ in rows), width // 2)
    yield f"{'─' * first}  {'─' * max(1, width - first - 2)}"
    for name, reason in rows:
        parts = wrap(clean(reason), max(_NARROWEST, width - first - 2), break_on_hyphens=False) or [""]
        yield f"{padded(clean(name), first)}  {parts[0]}".rstrip()
        yield from (f"{' ' * first}  {part}" for part in parts[1:])


def _detected(result: Result, width: int) -> list[str]:
    if is_several(result) or "environment" not in result:
        *lines, counts = tell_outcome(result, width)
        return [*lines, f"{counts} (job:{result['job']}, {duration(result['seconds'])})"]
    return registered(result, width)


def registered(result: Result, _width: int) -> list[str]:
    """Tell the environment that was registered last, which is what was asked for."""
    version = f" {result['version']}" if result.get("version") else ""
    return ["", f"registered {result['environment']}: {result['full_path']}{version}"]


TELLERS: dict[str, Callable[[Result, int], Sequence[str]]] = {
    "detect soft": _detected,
    "install package": registered,
    "reinstall package": registered,
}
"""What tells each of these actions."""
