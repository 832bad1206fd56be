"""What comes back from work in threads: data, never services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:  # the first paint needs none of these
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..actions.browsing import Details
    from ..actions.jobs.record import JobState
    from ..actions.plan import Plan
    from ..actions.report.figures import Figure
    from ..actions.request import Request
    from ..actions.scripts.tree_lines import TreeLine
    from ..actions.trust.approval import Approved
    from ..actions.trust.question import Question
    from ..actions.trust.repository_trust import Survey
    from ..store.annotations import Annotation
    from ..store.artifact import Artifact
    from ..store.live_catalog import LiveCatalog, Progress, Touched
    from ..store.saved_searches import SavedSearch
    from ..store.search import thread
    from ..store.search.thread import Answer


@dataclass
class CatalogOpened(Message):
    """The catalog can be asked."""

    catalog: LiveCatalog


@dataclass
class Answered(Message):
    """The rows of a view."""

    answer: Answer

    def can_replace(self, message: Message) -> bool:
        """Tell that only the newest answer is of interest."""
        return isinstance(message, Answered)


@dataclass
class Counted(Message):
    """What the rows of an answer have, for the tree."""

    counted: thread.Counted

    def can_replace(self, message: Message) -> bool:
        """Tell that only the newest counts are of interest."""
        return isinstance(message, Counted)


@dataclass
class CatalogMoved(Message):
    """How far the reading of the catalog is, and what isn't as it should be."""

    progress: Progress


@dataclass
class FilesChanged(Message):
    """Files of a repository changed."""

    touched: Touched


@dataclass
class AnnotationsRead(Message):
    """What the user wrote about artifacts, by their keys, and the saved searches."""

    annotations: Mapping[str, Annotation]
    searches: Sequence[SavedSearch]


@dataclass
class TreeRead(Message):
    """The lines of what a script needs, with all that that needs."""

    key: str
    lines: Sequence[TreeLine]


@dataclass
class DetailsRead(Message):
    """The details of the artifact under the cursor, and the figure of an experiment."""

    details: Details
    figure: Figure | None
    points: tuple[tuple[str, ...], list[tuple[str, ...]]]


@dataclass
class Planned(Message):
    """What a request would execute; to be confirmed where there is a `question`. `approved` says how it has been.

    `values` are the request's, to ask for the same again with another option.
    """

    plan: Plan
    approved: Approved | None
    question: Question | None
    values: Mapping[str, Any]


@dataclass
class Unmet(Message):
    """That something can't be executed since a dependency isn't met: the tree with the reasons, as lines."""

    title: str
    lines: list[str]


@dataclass
class Surveyed(Message):
    """What trusting a repository would mean; to be confirmed."""

    survey: Survey


@dataclass
class Progressed(Message):
    """How far something is that takes a while, in a few words; empty when it is over."""

    text: str


@dataclass
class FileRead(Message):
    """A file of an artifact, to be shown."""

    name: str
    text: str


@dataclass
class ChoicesRead(Message):
    """What can be chosen for an artifact: (name, explanation, on by default) each."""

    artifact: Artifact
    choices: list[tuple[str, str, bool]]


@dataclass
class Told(Message):
    """The answer to a request that executes nothing, as lines."""

    request: Request
    lines: list[str]


@dataclass
class Changed(Message):
    """Something was stored: the catalog is to be looked at again, perhaps only the user's own repositories."""

    note: str = ""
    own_only: bool = False


@dataclass
class JobStarted(Message):
    """A job has its folder; `show` says that it is what the user is waiting for."""

    folder: Path
    title: str
    show: bool


@dataclass
class JobOutput(Message):
    """What a job wrote since the last message; raw."""

    folder: Path
    data: bytes


@dataclass
class JobTold(Message):
    """Events of a job since the last message."""

    folder: Path
    events: list[dict[str, Any]]


@dataclass
class JobMoved(Message):
    """A job's state; sent when it changes and about once a second.

    At the end with the reason why it failed, or a summary for its log where several came of it.
    """

    folder: Path
    state: JobState
    reason: str = ""
    summary: str = ""


@dataclass
class Failed(Message):
    """Something didn't work, in one sentence."""

    text: str
