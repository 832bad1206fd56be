"""Which variations of a script are on: those asked for, their aliases and bases, and the defaults of their groups."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...store.errors import InvalidRequestError
from ...store.formats.shape_text import is_yes, listing, mapping, said
from .known import named_variation, variations_of

_MOST = 500


def chosen_variations(meta: Mapping[str, Any], asked: Sequence[str], defaults: Mapping[str, str]) -> tuple[str, ...]:
    """Give the variations that are on, those asked for first; an excluded one (`-x`) comes as no default.

    `defaults` are further defaults of groups, which go before the script's own. Raises InvalidRequestError for an
    unknown variation and for two of one group.
    """
    offered = variations_of(meta)
    excluded = {named_variation(one[1:], offered) for one in asked if one.startswith("-")}
    chosen = [one for one in asked if not one.startswith("-")]
    for one in (*chosen, *(one[1:] for one in asked if one.startswith("-"))):
        if not named_variation(one, offered):
            raise InvalidRequestError(f"no variation {one!r}; there are {', '.join(offered) or 'none'}")
    chosen += [alias for one in chosen if (alias := said(_variation(offered, one).get("alias"))) and alias in offered]
    single = said(meta.get("default_variation"))
    if not chosen and single in offered and single not in excluded:
        chosen.append(single)
    groups = _groups(offered)
    for source in (defaults, mapping(meta.get("default_variations"))):
        _add_defaults(chosen, source, groups, offered, excluded)
    _add_bases(chosen, groups, offered, excluded)
    _add_defaults(chosen, _defaults_of(offered), groups, offered, excluded)
    _add_bases(chosen, groups, offered, excluded)
    _refuse_two_of_a_group(chosen, groups, offered)
    return tuple(dict.fromkeys(chosen))


def _variation(offered: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return offered.get(named_variation(name, offered), {})


def _groups(offered: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for name, one in offered.items():
        if one.get("group"):
            groups.setdefault(said(one["group"]), set()).add(name)
    return groups


def _defaults_of(offered: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {
        said(one["group"]): name for name, one in offered.items() if one.get("group") and is_yes(one.get("default"))
    }


def _add_defaults(
    chosen: list[str],
    defaults: Mapping[str, Any],
    groups: Mapping[str, set[str]],
    offered: Mapping[str, Mapping[str, Any]],
    excluded: set[str],
) -> None:
    """Add the default of each group of which none is chosen."""
    for group, value in defaults.items():
        name, on = said(value), {named_variation(one, offered) for one in chosen}
        known = named_variation(name, offered)
        if known and known not in excluded and not on & {*groups.get(str(group), set()), known}:
            chosen.append(name)


def _add_bases(
    chosen: list[str],
    groups: Mapping[str, set[str]],
    offered: Mapping[str, Mapping[str, Any]],
    excluded: set[str],
) -> None:
    """Add what the chosen ones are based on, and the defaults that they name, until nothing more comes."""
    seen: set[str] = set()
    while waiting := [one for one in (*chosen, *combined(chosen, offered)) if one not in seen][:_MOST]:
        for one in waiting:
            seen.add(one)
            for base in map(said, listing(_variation(offered, one).get("base"))):
                if named_variation(base, offered) and base not in chosen:
                    chosen.insert(0, base)
            _add_defaults(
                chosen, mapping(_variation(offered, one).get("default_variations")), groups, offered, excluded
            )


def combined(chosen: Sequence[str], offered: Mapping[str, Any]) -> list[str]:
    """List the variations that stand for several others ("a,b") which are all on; those of more parts last."""
    on = {named_variation(one, offered) for one in chosen} | set(chosen)
    found = [name for name in offered if "," in name and all(part.strip() in on for part in name.split(","))]
    return sorted(found, key=lambda name: name.count(","))


def _refuse_two_of_a_group(
    chosen: Sequence[str], groups: Mapping[str, set[str]], offered: Mapping[str, Mapping[str, Any]]
) -> None:
    for group, names in groups.items():
        on = sorted(names & {named_variation(one, offered) for one in chosen})
        if len(on) > 1:
            raise InvalidRequestError(f"{' and '.join(on)} can't both be on: only one variation of the group {group}")


def inherited_variations(
    meta: Mapping[str, Any], chosen: Sequence[str], left_out: Sequence[str], tags: Sequence[str]
) -> list[str]:
    """Give the variations that a dependency takes over: none of the groups `left_out`, none that its tags exclude."""
    offered = variations_of(meta)
    excluded = {tag[2:] for tag in tags if tag.startswith(("-_", "_-"))}
    kept = [name for name in chosen if name not in excluded]
    return [name for name in kept if said(_variation(offered, name).get("group")) not in left_out]


def changes(meta: Mapping[str, Any], chosen: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield what each variation that is on changes, combined ones last; the value of `x.value` stands for its #."""
    offered = variations_of(meta)
    for name in (*chosen, *combined(chosen, offered)):
        known = named_variation(name, offered)
        value = _value_of(name, known, chosen)
        yield _with_value(offered[known], value) if value else offered[known]


def _value_of(name: str, known: str, chosen: Sequence[str]) -> str:
    """Give what stands for the # of a variation; for a combined one what is chosen of its first part that has one."""
    if known != name:
        return name.partition(".")[2]
    parts = [part.strip()[:-1] for part in name.split(",") if part.strip().endswith(".#")] if "," in name else []
    return next((one.removeprefix(part) for part in parts for one in chosen if one.startswith(part)), "")


def _with_value(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return value.replace("#", text)
    if isinstance(value, Mapping):
        return {key: _with_value(one, text) for key, one in value.items()}
    return [_with_value(one, text) for one in value] if isinstance(value, list) else value
