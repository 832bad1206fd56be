"""Telling what something needs before anything runs: for each dependency what meets it, what would, or why not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..trust.visible import visible

if TYPE_CHECKING:
    from ..plan import Need

_SIGNS = {"met": "✔", "planned": "+", "unmet": "✘"}
_FITTING_SHOWN = 4


def tell_needs(needs: "Sequence[Need]", *, short: bool = False) -> list[str]:
    """Give the lines of a dependency tree, each safe for a terminal; nothing where nothing is needed.

    `short` has one line for each, and leaves out what met dependencies need in turn.
    """
    told: set[tuple[str, str]] = set()
    lines = [line for one in needs for line in _need(one, 0, told, short=short)]
    return ["It needs:", *lines] if lines else []


def _need(need: "Need", depth: int, told: set[tuple[str, str]], *, short: bool) -> Iterator[str]:
    indent = "  " + "   " * depth
    head = f"{indent}{_SIGNS.get(need.state, '?')} {visible(need.key)}"
    what = (need.key, need.provider or need.problem)
    if what in told:
        if not short:
            yield f"{head}: as above"
        return
    told.add(what)
    named = visible(need.name)
    if short:
        yield f"{head}{f' ({named})' if need.name != need.key else ''}: {_state(need)}"
    else:
        yield f"{head}: {named} ({visible(need.tags)})"
        yield f"{indent}     {_state(need)}"
    yield from (f"{indent}     {line}" for line in _choices(need, short=short))
    if not short or need.state != "met":
        for one in need.needs:
            yield from _need(one, depth + 1, told, short=short)


def _state(need: "Need") -> str:
    if need.state == "unmet":
        return f"UNMET: {visible(need.problem)}"
    if need.state == "planned":
        return f"would be made by: {visible(need.provider)}"
    label, _, path = need.provider.partition(", ")
    return f"met: {', '.join(visible(part) for part in (label, need.version, path) if part)}"


def _choices(need: "Need", *, short: bool) -> Iterator[str]:
    """Tell how to take another of several environments that fit."""
    if need.choices <= 1:
        return
    yield f"{need.choices} environments fit; --deps.{visible(need.key)}=UID takes another"
    if short:
        return
    others = [one for one in need.fitting if one.uid != need.used]
    for one in others[:_FITTING_SHOWN]:
        yield f"   {visible(', '.join(part for part in (one.uid, one.version, one.full_path) if part))}"
    if len(others) > _FITTING_SHOWN:
        tags = f" --tags={visible(need.tags)}" if need.tags else ""
        yield f"   and {len(others) - _FITTING_SHOWN} more: ckexplore show env{tags}"


def tell_unmet(result: Mapping[str, Any], _width: int) -> list[str]:
    """Tell the answer that something can't go on: how many dependencies aren't met, and the tree with the reasons."""
    import msgspec  # noqa: PLC0415

    from ..plan import Need  # noqa: PLC0415

    count = len(result["unmet"])
    heading = "1 dependency isn't met" if count == 1 else f"{count} dependencies aren't met"
    return [
        f"{heading}, so nothing can be executed.",
        "",
        *tell_needs(msgspec.convert(result["needs"], tuple[Need, ...])),
    ]
