"""Where things are in a tree of MLPerf inference results, and what shows that one of them changed.

    <division>/<submitter>/results/<system>/<model>/<scenario>/    a result
    <division>/<submitter>/systems/<system>.json                   what the system is

So it has been in every round since v0.5; only what a scenario's folder holds differs.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import CkexploreError, UnreadableError
from ..untrusted import inside, read_text
from .folder import NO_SIGNATURE, Signature
from .mlperf_loadgen import DETAIL, LOG_LIMIT, loadgen_round
from .mlperf_results import ACCURACY_FILES, LOG_FILES, RUN, SCENARIOS, kind_of, listing, runs_of

DIVISIONS = ("closed", "open", "network")
READMES = ("README.md", "README.MD", "readme.md")
_README_LIMIT = 1 << 20
_SYSTEMS_LOOKED_AT = 20
_ROUND = re.compile(r"\bInference\W{1,3}v(\d{1,2}\.\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class SystemPlace:
    """The place of a system's results: `folder` is `<division>/<submitter>/results`, `path` one level below."""

    division: str
    submitter: str
    system: str

    @property
    def folder(self) -> str:
        """The folder of the submitter's results."""
        return f"{self.division}/{self.submitter}/results"

    @property
    def path(self) -> str:
        """The folder of the system's results."""
        return f"{self.folder}/{self.system}"

    @property
    def description(self) -> str:
        """The file that describes the system."""
        return f"{self.division}/{self.submitter}/systems/{self.system}.json"


@dataclass(frozen=True, slots=True)
class ResultPlace:
    """The folder of one result, with the scenario as MLPerf writes it."""

    path: str
    model: str
    scenario: str


def system_place(path: str) -> SystemPlace | None:
    """Tell which system the results in a folder are of; None for any other folder."""
    parts = path.split("/")
    if len(parts) != 4 or parts[0] not in DIVISIONS or parts[2] != "results" or not (parts[1] and parts[3]):
        return None
    return SystemPlace(parts[0], parts[1], parts[3])


def submitters(root: Path, division: str) -> list[str]:
    """List the submitters of a division that have results. Raises UnreadableError."""
    if not is_folder_inside(root, division):
        return []
    return [name for name in listing(root, division)[0] if is_folder_inside(root, f"{division}/{name}/results")]


def systems(root: Path, folder: str) -> list[str]:
    """List the systems in a submitter's folder of results. Raises UnreadableError."""
    return [name for name in listing(root, folder)[0] if not name.startswith(".")]


def results(root: Path, system: str, problems: list[str]) -> Iterator[ResultPlace]:
    """List the results in a system's folder, model by model; what can't be listed is added to `problems`."""
    for model in _folders(root, system, problems):
        for folder in _folders(root, f"{system}/{model}", problems):
            if scenario := SCENARIOS.get(folder.lower()):
                yield ResultPlace(f"{system}/{model}/{folder}", model, scenario)


def _folders(root: Path, path: str, problems: list[str]) -> list[str]:
    try:
        return listing(root, path)[0]
    except UnreadableError as error:
        problems.append(str(error))
        return []


def is_folder_inside(root: Path, path: str) -> bool:
    """Tell whether this is a folder that lies in the root, whatever links lead there; what can't be told counts too."""
    try:
        return inside(root, path).is_dir()
    except PermissionError:  # whoever lists it learns why it can't be
        return True
    except (CkexploreError, OSError, RuntimeError):
        return False


def has_results(root: Path) -> bool:
    """Tell whether there is any result with a log; only the first systems of each division are looked at."""
    return any(_has_logs(root, division) for division in DIVISIONS)


def _has_logs(root: Path, division: str) -> bool:
    try:
        folders = (f"{division}/{submitter}/results" for submitter in submitters(root, division))
        paths = (f"{folder}/{system}" for folder in folders for system in systems(root, folder))
        return any(_first_log(root, path) for path in islice(paths, _SYSTEMS_LOOKED_AT))
    except UnreadableError:
        return False


def _first_log(root: Path, system: str, name: str = "") -> str:
    """Give the folder of the first run of a system, of those with a log of that name; empty if there is none."""
    for result in results(root, system, []):
        with suppress(UnreadableError):  # the point of the result says what can't be read
            for folder, files in runs_of(root, result.path):
                if not name or name in files:
                    return folder
    return ""


def round_of(root: Path, system: str) -> str:
    """Give the round of a tree, such as "v5.1": by its README, else by the LoadGen of the system's first result.

    Empty if neither tells.
    """
    for name in READMES:
        with suppress(UnreadableError):
            if found := _ROUND.search(read_text(root / name, _README_LIMIT)):
                return f"v{found[1]}"
    with suppress(UnreadableError):
        if folder := _first_log(root, system, DETAIL):
            return loadgen_round(read_text(root / folder / DETAIL, LOG_LIMIT))
    return ""


# Signatures


def signature_of(root: Path, place: SystemPlace) -> Signature:
    """Mix the signatures of all files that a system's artifact and results are made of; none of them is read."""
    mixed = _Mixed(root)
    for name in (*READMES, place.description):
        mixed.add_file(name)
    problems: list[str] = []
    for result in results(root, place.path, problems):
        mixed.add_result(result.path)
    return NO_SIGNATURE if problems else mixed.signature()


class _Mixed:
    """A signature over several files: the least thing that differs changes it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._hash = hashlib.blake2b(digest_size=16)
        self._size = 0

    def add_file(self, path: str) -> None:
        try:
            status = os.lstat(f"{self._root}/{path}")
        except OSError:
            return
        self._hash.update(os.fsencode(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\0{status.st_ino}\0"))
        self._size += status.st_size

    def add_result(self, path: str) -> None:
        self._hash.update(os.fsencode(path))
        for folder in self._names(path):
            kind = kind_of(folder)
            if kind == "accuracy":
                self._add_files(f"{path}/{folder}", ACCURACY_FILES)
            elif kind == "performance":
                self._add_performance(f"{path}/{folder}")

    def _add_performance(self, path: str) -> None:
        names = self._names(path)
        self._add_files(path, filter(LOG_FILES.__contains__, names))
        for run in filter(RUN.fullmatch, names):
            self._add_files(f"{path}/{run}", LOG_FILES)

    def _names(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(f"{self._root}/{path}"))
        except OSError:
            return []

    def _add_files(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self.add_file(f"{folder}/{name}")

    def signature(self) -> Signature:
        digest = self._hash.digest()
        return int.from_bytes(digest[:8]), self._size, int.from_bytes(digest[8:])
