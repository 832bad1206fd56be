"""Whether a dependency of a script is met, as far as it can be told before the run: yes, no, or open until then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

_YES = {"yes", "on", "true", "1"}
_NO = {"no", "off", "false", "0"}


@dataclass(frozen=True, slots=True)
class Variables:
    """What is known of the variables at one place of a run.

    `open` are names and patterns of those that get their values while it runs; `fixed` ones keep theirs.
    """

    values: Mapping[str, str]
    open: tuple[str, ...] = ()
    fixed: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """Give a value: empty where there is none, None where only the run decides."""
        if name not in self.fixed and any(fnmatchcase(name, pattern) for pattern in self.open):
            return None
        value = self.values.get(name, "")
        return None if "<<<" in value else value

    def opened(self, patterns: Iterable[str]) -> "Variables":
        """Give the same with more variables that the run decides."""
        return replace(self, open=tuple(dict.fromkeys((*self.open, *patterns))))


def decide(dependency: Mapping[str, Any], variables: Variables) -> bool | None:
    """Tell whether a dependency is met: None when only the run decides."""
    answers = []
    if "enable_if_env" in dependency:
        answers.append(_all_hold(dependency["enable_if_env"], variables))
    if "enable_if_any_env" in dependency:
        answers.append(_any_holds(dependency["enable_if_any_env"], variables))
    if "skip_if_env" in dependency:
        answers.append(_not(_all_hold(dependency["skip_if_env"], variables)))
    if "skip_if_any_env" in dependency:
        answers.append(_not(_any_holds(dependency["skip_if_any_env"], variables)))
    return _all(answers)


def _all_hold(conditions: Any, variables: Variables) -> bool | None:
    if not isinstance(conditions, Mapping):
        return True
    return _all([_holds(variables.get(str(name)), accepted) for name, accepted in conditions.items()])


def _any_holds(conditions: Any, variables: Variables) -> bool | None:
    if not isinstance(conditions, Mapping):
        return False
    return _not(_all([_not(_holds(variables.get(str(name)), accepted)) for name, accepted in conditions.items()]))


def _holds(value: str | None, accepted: Any) -> bool | None:
    """Tell whether a variable has one of the accepted values; "yes" accepts all but what means no."""
    if value is None:
        return None
    wanted = {str(one).lower() for one in (accepted if isinstance(accepted, list) else [accepted])}
    has = value.lower().strip()
    if wanted & _YES:
        return bool(has) and has not in _NO
    if wanted & {*_NO, ""}:
        return not has or has in _NO
    return has in wanted


def _all(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    return False if False in known else None if None in known else True


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
