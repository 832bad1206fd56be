"""The choice among registered environments for what a plan needs: the same as `--deps.KEY=UID`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .choose import Choice, ChooseScreen

if TYPE_CHECKING:
    from ...actions.plan import Need, Plan


@dataclass(frozen=True, slots=True)
class OtherOptions:
    """That the same is to be planned again with other options: chosen by name, and typed in a line."""

    chosen: dict[str, str]
    line: str = ""


def environment_choices(plan: "Plan") -> list[Choice]:
    """List the environments of dependencies that several fit, each as `KEY=UID`; none of a job's plan, which is fixed.

    All text is safe for a terminal.
    """
    if plan.replays:
        return []
    several = {need.key: need for need in _all(plan.needs) if len(need.fitting) > 1}
    return [
        Choice(
            f"{need.key}={one.uid}",
            "  ".join(part for part in (one.full_path or f"local:env:{one.uid}", used) if part),
            shown=f"{need.key}  {one.version}".rstrip(),
        )
        for need in several.values()
        for one in need.fitting
        for used in ["(in use)" if one.uid == need.used else ""]
    ]


def _all(needs: "tuple[Need, ...]") -> "Iterator[Need]":
    for one in needs:
        yield from _all(one.needs)
        yield one


def environments_screen(plan: "Plan") -> ChooseScreen:
    """Make the screen that asks for one of them."""
    title = "Which environment is to be used?"
    return ChooseScreen(
        title, environment_choices(plan), several=False, hint="more options, such as --dep_add_tags.KEY=…"
    )


def other_options(answer: tuple[list[str], str]) -> OtherOptions:
    """Give the options that an answer of that screen stands for."""
    (name,), line = answer
    key, _, uid = name.rpartition("=")
    return OtherOptions({f"deps.{key}": uid}, line)
