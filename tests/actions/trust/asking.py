"""A person who answers questions about plans, and plans to ask about."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ckexplore.actions.console import Console
from ckexplore.actions.kernel import plan as plan_of
from ckexplore.actions.plan import Plan, Sandbox
from ckexplore.actions.request import Request, request_from
from ckexplore.actions.trust.question import Question
from ckexplore.actions.trust.repository_trust import Survey
from ckexplore.store.workspace import Workspace


class Person(Console):
    """Gives one answer to every question, and remembers what was asked."""

    def __init__(self, answer: Any = "cancel") -> None:
        self.answer = answer
        self.asked: list[Question] = []
        self.surveys: list[Survey] = []

    def confirm(self, question: Question) -> Any:
        self.asked.append(question)
        return self.answer

    def confirm_trust(self, survey: Survey) -> bool:
        self.surveys.append(survey)
        return self.answer == "trust"


def request_of(workspace: Workspace, console: Console | None = None, **values: Any) -> Request:
    return request_from(workspace, {"action": "detect", "cid": "soft:compiler.gcc", **values}, console)


def sandboxed(plan: Plan, profile: str = "offline") -> Plan:
    """The plan with one profile for all its stages."""
    return replace(plan, stages=tuple(replace(stage, sandbox=Sandbox(profile)) for stage in plan.stages))


def a_plan(workspace: Workspace, profile: str = "offline", **values: Any) -> Plan:
    """The plan of a detection, as it is now."""
    return sandboxed(plan_of(request_of(workspace, **values)), profile)


def script_of(samples: Path) -> Path:
    return samples / "soft/compiler.gcc/customize.py"


def change(samples: Path, text: str = "\n# changed\n") -> None:
    """Change a file that the detection executes, so that it is no longer our own."""
    script = script_of(samples)
    script.write_text(script.read_text() + text)
