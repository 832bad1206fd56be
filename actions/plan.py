"""A plan: everything that will be executed, as data that can be shown, hashed, approved, stored and run.

A plan is a list of stages. Each has its exact argv, folder and environment additions, and the files of a repository
that it executes, with their hashes. `$#job_path#$` stands for the folder of the job that the plan becomes.
"""

import hashlib
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from .explore.axis import Space

JOB_PATH = "$#job_path#$"
NOT_COPIED = (".cm", "tmp")
"""Folders of an entry that its private copy leaves out."""


class ExecutedFile(Struct, frozen=True):
    """A file of a repository that a stage can execute, and the hash of the content that was shown.

    Of a symbolic link the hash is of where it leads, after "link:".
    """

    path: str
    """As text that can be stored: a byte that isn't UTF-8 stands as a private-use character."""
    sha256: str

    @property
    def place(self) -> Path:
        """Where it is."""
        from ..store.untrusted import from_storable  # noqa: PLC0415

        return Path(from_storable(self.path))


class Sandbox(Struct, frozen=True):
    """What a stage may reach: the profile ("offline", "net", "gpu" or "none"), and what it sees beside the system.

    `reads` are files and folders that it sees read-only, `writes` folders that it may change; all absolute, perhaps
    below `$#job_path#$`. `environments` are UIDs of env entries whose scripts and software it reads.
    """

    profile: str = "none"
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


class Finish(Struct, frozen=True):
    """What we do with the result of a stage, in our own code: the name of a step and its arguments."""

    step: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Stage(Struct, frozen=True):
    """One process of a plan.

    `commands` is what a person reads: the commands that the argv leads to, one a line. `input` is written as JSON
    where the process finds it. `timeout` is in seconds, `output_limit` in bytes of the log that are kept.
    """

    title: str
    argv: tuple[str, ...]
    commands: tuple[str, ...]
    cwd: str = JOB_PATH
    environment: dict[str, str] = field(default_factory=dict)
    files: tuple[ExecutedFile, ...] = ()
    whole_folders: tuple[str, ...] = ()
    """Folders of which `files` has every file, but what isn't copied of those that are: one more voids the approval."""
    copies: tuple[tuple[str, str], ...] = ()
    """Folders, and single files, copied before the start: (from, to)."""
    entire: tuple[str, ...] = ()
    """Those of the copied folders of which nothing is left out."""
    input: dict[str, Any] | None = None
    timeout: float = 3600.0
    output_limit: int = 256 << 20
    finish: Finish | None = None
    sandbox: Sandbox = Sandbox()
    unless: tuple[str, ...] = ()
    """UIDs of environments: the stage is left out when one of them was registered by a stage before."""
    optional: bool = False
    """Whether the job goes on when the stage fails: there is another way, or the others don't need it."""
    fresh: tuple[str, ...] = ()
    """Folders that are empty when the stage begins, and as they were before when it fails."""


class Fitting(Struct, frozen=True):
    """A registered environment that fits a dependency; all text is safe for a terminal."""

    uid: str
    version: str
    full_path: str


class Need(Struct, frozen=True):
    """One dependency as a person reads it: what meets it, or would, or why nothing does; and its own dependencies.

    `state` is "met", "planned" or "unmet". `provider` is a CID, or several of which the first that works is taken.
    `fitting` are the registered environments that fit, where there are several, `choices` says how many. What is needed
    a second time in a tree has its own `needs` only the first time.
    """

    key: str
    name: str
    tags: str
    state: str
    provider: str = ""
    version: str = ""
    problem: str = ""
    choices: int = 0
    fitting: tuple[Fitting, ...] = ()
    needs: tuple["Need", ...] = ()

    @property
    def used(self) -> str:
        """The UID of the environment that meets it; empty when none does yet."""
        return self.provider.partition(",")[0].removeprefix("local:env:") if self.state == "met" else ""


class Variant(Struct, frozen=True):
    """What is executed for some values of a design space: numbers of stages, -1 for none; or why it can't be."""

    values: dict[str, str]
    compile: int = -1
    run: int = -1
    problem: str = ""


class Sweep(Struct, frozen=True):
    """What is measured again and again, in fresh processes, for configurations of a design space.

    `variants` are for the values of the axes that make other stages; the other axes only set variables and flags in
    them. The stages before `first` prepare all of it and are executed once.
    """

    space: Space
    variants: tuple[Variant, ...]
    first: int
    objectives: tuple[str, ...] = ()
    """Each as `name=formula:min`, or `name:max`."""
    sampler: str = "exhaustive"
    seed: int = 0
    points: int = 0
    """The most configurations that are measured; 0 for all."""
    budget: float = 0.0
    """Seconds after which nothing more is begun; 0 for no limit."""
    fewest_blocks: int = 3
    most_blocks: int = 3
    width: float = 0.05
    """The width of the first objective's interval, as a share of it, that is narrow enough to stop."""
    together: int = 64
    """Configurations whose blocks are interleaved."""
    again: bool = False
    """Whether what was measured before is measured again."""
    retry: bool = False
    """Whether what failed before is tried again."""
    against: dict[str, list[float]] = {}
    """What an earlier point measured, in each repetition, by the names of columns: this replays it."""
    tolerance: float = 0.05
    """By how much, as a share, a replayed value may differ and still count as reproduced."""


class Plan(Struct, frozen=True):
    """What a request will execute."""

    request: str
    cid: str
    uid: str
    tags: tuple[str, ...]
    stages: tuple[Stage, ...]
    notes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    """The dependency tree: what meets each dependency or would. What is executed says the stages, so it isn't in the
    hash: another environment that fits as well voids no approval."""
    replays: str = ""
    """The UID of the job whose plan this is; it changes nothing of what is executed, so it isn't in the hash."""
    sweep: Sweep | None = None

    @property
    def steps(self) -> int:
        """How many steps a person sees: the stages, a sweep being one."""
        return len(self.stages) if self.sweep is None else self.sweep.first + 1

    @property
    def approval(self) -> str:
        """The hash that an approval binds to: over all that is executed and every file's content."""
        return hashlib.sha256(b"ckexplore plan 5\0" + encode(replace(self, replays="", needs=()))).hexdigest()

    @property
    def files(self) -> tuple[ExecutedFile, ...]:
        """Every file of a repository that the plan executes, each once."""
        return tuple(dict.fromkeys(file for stage in self.stages for file in stage.files))


def encode(plan: Plan) -> bytes:
    """Write a plan as canonical JSON."""
    import msgspec  # noqa: PLC0415  (the command line lists actions without it)

    from ..store.errors import RefusedError  # noqa: PLC0415

    try:
        return msgspec.json.encode(plan, order="deterministic")
    except UnicodeEncodeError as error:
        raise RefusedError(
            f"{plan.request!a} has names in it that aren't UTF-8, so what it executes can't be written down"
        ) from error


def decode(data: bytes) -> Plan:
    """Read a plan that we wrote. Raises UnreadableError."""
    import msgspec  # noqa: PLC0415

    from ..store.errors import UnreadableError  # noqa: PLC0415

    try:
        return msgspec.json.decode(data, type=Plan)
    except msgspec.DecodeError as error:
        raise UnreadableError(f"its plan can't be read ({error}); ask for the action again") from error
