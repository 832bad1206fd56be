"""A plan: everything that will be executed, as data that can be shown, hashed, approved, stored and run.

A plan is a list of stages. Each has its exact argv, folder and environment additions, and the files of a repository
that it executes, with their hashes. `$#job_path#$` stands for the folder of the job that the plan becomes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JOB_PATH = "$#job_path#$"


@dataclass(frozen=True, slots=True)
class ExecutedFile:
    """A file of a repository that a stage executes, and the hash of the content that was shown."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Finish:
    """What we do with the result of a stage, in our own code: the name of a step and its arguments."""

    step: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One process of a plan.

    `commands` is what a person reads: the commands that the argv leads to, one a line. `input` is written as JSON
    where the process finds it. `timeout` is in seconds.
    """

    title: str
    argv: tuple[str, ...]
    commands: tuple[str, ...]
    cwd: str = JOB_PATH
    environment: dict[str, str] = field(default_factory=dict)
    files: tuple[ExecutedFile, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    """Folders copied before the start: (from, to)."""
    input: dict[str, Any] | None = None
    timeout: float = 3600.0
    finish: Finish | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request will execute."""

    request: str
    cid: str
    uid: str
    tags: tuple[str, ...]
    stages: tuple[Stage, ...]
    notes: tuple[str, ...] = ()

    @property
    def approval(self) -> str:
        """The hash that an approval binds to: over all that is executed and every file's content."""
        return hashlib.sha256(b"ckexplore plan 1\0" + encode(self)).hexdigest()

    @property
    def files(self) -> tuple[ExecutedFile, ...]:
        """Every file of a repository that the plan executes, each once."""
        return tuple(dict.fromkeys(file for stage in self.stages for file in stage.files))


def encode(plan: Plan) -> bytes:
    """Write a plan as canonical JSON."""
    import msgspec  # noqa: PLC0415  (the command line lists actions without it)

    return msgspec.json.encode(plan, order="deterministic")


def decode(data: bytes) -> Plan:
    """Read a plan that we wrote."""
    import msgspec  # noqa: PLC0415

    return msgspec.json.decode(data, type=Plan)


def executed_files(paths: Iterable[Path]) -> tuple[ExecutedFile, ...]:
    """Hash files as they are now."""
    from ..store.untrusted import read_bytes  # noqa: PLC0415

    return tuple(ExecutedFile(str(path), hashlib.sha256(read_bytes(path, 64 << 20)).hexdigest()) for path in paths)


def changed_files(plan: Plan) -> list[str]:
    """List the files whose content is no longer what the plan was approved with."""
    from ..store.errors import CkexploreError  # noqa: PLC0415

    changed: list[str] = []
    for file in plan.files:
        try:
            now = executed_files([Path(file.path)])[0]
        except CkexploreError:
            changed.append(file.path)
            continue
        if now != file:
            changed.append(file.path)
    return changed
