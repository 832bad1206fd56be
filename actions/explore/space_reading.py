"""Reading a design space: from `--choices.NAME=…`, from a program's meta, and from CK's `choices_desc`.

Values are written `1,2,4`, `16..256:16` (every 16), `16..256*2` (doubling), or as a list in JSON; with `;` between
values that have commas in them.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...store.closest import closest
from ...store.errors import InvalidRequestError
from ...store.untrusted import safe_line
from ..points.expression import parse
from ..request import Request
from ..software.stages import as_dict
from .axis import VALUE, Axis, Space
from .space import Allowed

_MOST_VALUES = 10_000
_LONGEST_VALUE = 500
_OPTIONS = ("cmd_key", "dataset_uoa", "dataset_file", "compiler_tags", "speed", "size", "static", "affinity")
_GROUPS = ("deps", "dep_add_tags", "params", "compiler_vars")
_FLAGS = ("flags", "compiler_flags", "base_opt")
_RANGE = re.compile(r"(-?[\d.]+(?:e-?\d+)?)\.\.(-?[\d.]+(?:e-?\d+)?)(?:([:*])([\d.]+(?:e-?\d+)?))?", re.IGNORECASE)


def space_of(request: Request, meta: Mapping[str, Any]) -> Space:
    """Read the space of a request: its `--choices.…` and `--flag_subsets=`, or else all that the meta describes.

    Raises InvalidRequestError for what can't be read, what the program doesn't know, and constraints nothing meets.
    """
    described = {**_of_ck(as_dict(meta.get("choices_desc"))), **as_dict(meta.get("design_space"))}
    axes = [_axis(name, value, described, meta) for name, value in _choices(request)]
    axes += [
        Axis(flag, ("no", "yes"), "flags", "", flag)
        for flag in values_of("flag_subsets", request.options.get("flag_subsets"))
    ]
    if not axes:
        axes = [_described_axis(name, as_dict(one)) for name, one in described.items()]
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        raise InvalidRequestError(f"{safe_line(max(names, key=names.count), 80)} is chosen twice")
    # The program's own constraints count as far as they are about what is chosen.
    own = [text for text in _texts(meta.get("constraints")) if set(parse(text).names) <= set(names)]
    space = Space(tuple(axes), (*own, *_texts(request.options.get("constraints"))))
    Allowed(space).check()
    return space


def _choices(request: Request) -> Iterator[tuple[str, Any]]:
    """Yield each axis that was asked for by its name, with what was written of its values."""
    nested = request.options.get("choices")
    for name, value in nested.items() if isinstance(nested, Mapping) else ():
        yield _plain(str(name)), value
    for key, value in request.options.items():
        if key.startswith("choices."):
            yield _plain(key.removeprefix("choices.")), value


def _plain(name: str) -> str:
    """Write CK's flat key `##env#N` as `env.N`."""
    return name.lstrip("#").replace("#", ".")


def _texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [str(value)] if value else []


# Axes


def _axis(name: str, value: Any, described: Mapping[str, Any], meta: Mapping[str, Any]) -> Axis:
    given = () if value in ("", "yes", None, True) else values_of(name, value)
    if name in described:
        own = _described_axis(name, as_dict(described[name]))
        return Axis(name, given or own.values, own.kind, own.target, own.template)
    if not given:
        raise InvalidRequestError(
            f"--choices.{safe_line(name, 80)} has no values; write --choices.{safe_line(name, 80)}=1,2,4"
        )
    kind, target = _meaning(name, meta)
    return Axis(name, given, kind, target)


def _meaning(name: str, meta: Mapping[str, Any]) -> tuple[Any, str]:
    """Say what a name that the program's design space doesn't have sets. Raises InvalidRequestError."""
    group, dot, rest = name.partition(".")
    variables = _variables(meta)
    dependencies = {**as_dict(meta.get("compile_deps")), **as_dict(meta.get("run_deps")), **as_dict(meta.get("deps"))}
    if group == "env" and dot:
        return "env", rest
    if (group in _FLAGS and not dot) or (group == "compiler_flags" and dot):
        return "flags", ""
    if name in _OPTIONS or (group in _GROUPS and dot):
        return "option", name
    if name in variables:
        return "env", name
    if name in dependencies:
        return "option", f"dep_add_tags.{name}"
    known = [*as_dict(meta.get("design_space")), *variables, *dependencies, *_OPTIONS, "flags"]
    hint = closest(name, known) or f"; it has {', '.join(known[:12])}"
    raise InvalidRequestError(
        f"the program has no choice {safe_line(name, 80)!r}{hint}; "
        f"a variable that its meta doesn't name is --choices.env.{safe_line(name, 80)}="
    )


def _variables(meta: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(as_dict(meta.get("run_vars")))
    for command in as_dict(meta.get("run_cmds")).values():
        found |= as_dict(as_dict(command).get("run_vars"))
    return found


def _described_axis(name: str, described: Mapping[str, Any]) -> Axis:
    """Read an axis of a program's meta: its values, and `env`, `dep_add_tags` with `tag`, `flags` or `option`."""
    values = values_of(name, described.get("values"))
    if not values:
        raise InvalidRequestError(f"the program's design space has no values for {safe_line(name, 80)}")
    if described.get("env"):
        return Axis(name, values, "env", str(described["env"]), str(described.get("value") or VALUE))
    if described.get("dep_add_tags"):
        target = f"dep_add_tags.{described['dep_add_tags']}"
        return Axis(name, values, "option", target, str(described.get("tag") or VALUE))
    if described.get("flags"):
        return Axis(name, values, "flags", "", str(described["flags"]))
    if described.get("option"):
        return Axis(name, values, "option", str(described["option"]))
    raise InvalidRequestError(
        f"the program's design space doesn't say what {safe_line(name, 80)} sets: env, dep_add_tags, flags or option"
    )


def _of_ck(described: Mapping[str, Any]) -> dict[str, Any]:
    """Read CK's `choices_desc`: of a key like `##env#N` or `##compiler_flags#unroll` the values that it may have."""
    found: dict[str, Any] = {}
    for key, one in described.items():
        name, told = _plain(str(key)), as_dict(one)
        group, _, rest = name.partition(".")
        values = told.get("choice") or _explored(told)
        is_variable = group == "env" and bool(rest)
        if not values or not (is_variable or group == "compiler_flags"):
            continue
        found[name] = {"values": values, **({"env": rest} if group == "env" else {"flags": VALUE})}
    return found


def _explored(told: Mapping[str, Any]) -> str:
    start, stop = told.get("explore_start"), told.get("explore_stop")
    return f"{start}..{stop}:{told.get('explore_step') or 1}" if start is not None and stop is not None else ""


# Values


def values_of(name: str, value: Any) -> tuple[str, ...]:
    """Read the values of an axis, each once. Raises InvalidRequestError."""
    if value is None or value == "":
        return ()
    if isinstance(value, list | tuple):
        parts = [str(one) for one in value]
    elif isinstance(value, Mapping):
        parts = list(_range(name, f"{value.get('start')}..{value.get('stop')}:{value.get('step') or 1}"))
    else:
        text = str(value)
        parts = [part for piece in text.split(";" if ";" in text else ",") for part in _range(name, piece.strip())]
    values = tuple(dict.fromkeys(part for part in parts if part))
    if len(values) > _MOST_VALUES or any(len(one) > _LONGEST_VALUE for one in values):
        raise InvalidRequestError(
            f"{safe_line(name, 80)} has too many values, or too long ones (at most {_MOST_VALUES:,})"
        )
    return values


def _range(name: str, text: str) -> Iterator[str]:
    """Give the values of `16..256:16` or `16..256*2`; of anything else itself. Raises InvalidRequestError."""
    match = _RANGE.fullmatch(text)
    if match is None:
        yield text
        return
    value, stop, step = (Decimal(match[1]), Decimal(match[2]), Decimal(match[4] or "1"))
    doubles = match[3] == "*"
    if (step <= 1 or value <= 0) if doubles else step <= 0:
        raise InvalidRequestError(f"{safe_line(name, 80)}: {safe_line(text, 80)!r} never ends")
    count = 0
    while value <= stop:
        yield format(value.normalize(), "f") if value == value.to_integral_value() else str(value)
        value = value * step if doubles else value + step
        count += 1
        if count > _MOST_VALUES:
            raise InvalidRequestError(
                f"{safe_line(name, 80)}: {safe_line(text, 80)!r} has more than {_MOST_VALUES:,} values"
            )
