"""The tree of a script's dependencies, as far as metas tell it: nothing of a repository is executed for it.

What a script's own code decides is open until the run, and so is what depends on it.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from platform import machine
from typing import Any, Literal

from ...store.errors import CancelledError, CkexploreError
from ...store.formats.cm_shape import shape_of
from ...store.formats.shape_text import mapping, said
from ...store.lookup import Location
from ...store.untrusted import safe_line
from .cached import Cached, meeting
from .conditions import Variables, decide
from .effective import PHASES, Effective, as_text, effective, known_to
from .known import Asked, Scripts, read_tags, texts
from .variations import inherited_variations

DEEPEST = 30
MOST_NODES = 3_000
_PREFIXES = {"cm": "CM", "mlc": "MLC"}
_VALUE = re.compile(r"<<<(.*?)>>>")
# What the tools take out of the variables before they hand them to a dependency; with the prefix of the tool.
_LOCAL = (
    *("VERSION", "VERSION_MIN", "VERSION_MAX", "VERSION_MAX_USABLE", "DETECTED_VERSION", "INPUT", "OUTPUT"),
    *(
        "OUTBASENAME",
        "OUTDIRNAME",
        "SEARCH_FOLDER_PATH",
        "NAME",
        "RENEW_CACHE_ENTRY",
        "EXTRA_CACHE_TAGS",
        "TMP_*",
        "GIT_*",
    ),
)

State = Literal["runs", "open", "skipped", "again", "circle", "missing", "too deep"]


@dataclass(frozen=True, slots=True)
class Node:
    """One script of a tree, and why it is there. All text is safe for a terminal.

    `state` says whether it runs: "open" is decided by the run, "again" stands above with all below it, "missing" is met
    by no known script, "circle" would need itself. `others` meet it as well; `cached` is the UID of a result that does
    already; `notes` say what is open about it.
    """

    tags: str
    state: State
    name: str = ""
    phase: str = ""
    when: str = ""
    script: str = ""
    uid: str = ""
    folder: str = ""
    variations: tuple[str, ...] = ()
    version: str = ""
    others: tuple[str, ...] = ()
    cached: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    below: tuple["Node", ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """Yield this node and all below it, each with its depth, in the order in which they are met."""
        yield depth, self
        for one in self.below:
            yield from one.walk(depth + 1)


@dataclass
class Tree:
    """Makes the tree of one script. What was expanded once isn't again."""

    scripts: Scripts
    results: Sequence[Cached] = ()
    stopped: Callable[[], bool] = lambda: False
    """Whether nobody wants the tree any more."""
    used: dict[str, Location] = field(default_factory=dict)
    """The scripts that can be executed, by their folder."""
    _expanded: set[object] = field(default_factory=set)
    _count: int = 0

    def root(
        self,
        found: Sequence[Location],
        asked: Asked,
        version: str,
        given: Mapping[str, str],
        updates: Mapping[str, Any],
    ) -> Node:
        """Make the whole tree. `given` are variables that the user sets, `updates` what the user says by `adr.NAME`.

        Raises CancelledError when it has been `stopped`.
        """
        values = {**self._of_this_machine(), **given}
        variables = Variables(values, (), frozenset(values))
        wanted = {"tags": ",".join((*asked.tags, *(f"_{one}" for one in asked.variations))), "version": version}
        return self._node(found, asked, wanted, "", True, variables, dict(updates), ())

    def _of_this_machine(self) -> dict[str, str]:
        """Give what every script of the tools asks about first, and what is the same before and in the run."""
        prefix = _PREFIXES[self.scripts.format]
        system = "macos" if sys.platform == "darwin" else "linux"
        bits = "64" if sys.maxsize > 1 << 32 else "32"
        known = {"HOST_OS_TYPE": system, "HOST_OS_BITS": bits, "HOST_PLATFORM_FLAVOR": machine()}
        return {f"{prefix}_{name}": value for name, value in known.items()}

    def _node(
        self,
        found: Sequence[Location],
        asked: Asked,
        dependency: Mapping[str, Any],
        phase: str,
        met: bool | None,
        variables: Variables,
        updates: dict[str, Any],
        path: tuple[object, ...],
    ) -> Node:
        self._count += 1
        if self.stopped():
            raise CancelledError("the tree is no longer wanted")
        shown = shape_of({phase or "deps": [dependency]}).dependencies[0]
        words: dict[str, Any] = {
            "tags": safe_line(said(dependency.get("tags")), 200),
            "name": shown.key,
            "phase": shown.phase,
        }
        words["when"] = shown.when
        if not found:
            return Node(**words, state="missing", problem="no known script has these tags and variations")
        script = found[0]
        version = said(dependency.get("version"))
        try:
            meta = self.scripts.meta(script)
        except CkexploreError as error:
            return Node(**words, state="missing", script=script.cid, problem=str(error))
        one = effective(meta, asked.variations, version, variables, updates)
        identity = (script.uid, one.variations, version)
        details: dict[str, Any] = {
            **words,
            "script": script.cid,
            "uid": script.uid,
            "folder": safe_line(script.folder),
            "variations": tuple(safe_line(name) for name in one.variations),
            "version": shown.versions or safe_line(one.version),
            "others": tuple(other.cid for other in found[1:]),
            "cached": meeting(self.results, script.uid, one.variations, version),
            "problem": one.problem,
        }
        if met is False:
            return Node(**details, state="skipped")
        self.used.setdefault(script.folder, script)
        if identity in path:
            return Node(**details, state="circle")
        if len(path) >= DEEPEST or self._count > MOST_NODES:
            return Node(**details, state="too deep")
        known = known_to(one, variables)
        decided = [(place, needed, decide(needed, known)) for place, needed in one.needed()]
        key = (identity, repr(decided), repr(sorted(one.updates.items())))
        if key in self._expanded:
            return Node(**details, state="again")
        self._expanded.add(key)
        below = tuple(self._below(script, one, known, (*path, identity)))
        state: State = "runs" if met else "open"
        return Node(**details, state=state, notes=self._notes(script), below=below)

    def _notes(self, script: Location) -> tuple[str, ...]:
        if self.scripts.runs_others(script):
            return ("its customize.py runs other scripts, which only the run decides",)
        return ()

    def _below(self, script: Location, one: Effective, known: Variables, path: tuple[object, ...]) -> Iterator[Node]:
        """Yield what a script needs. Each dependency that runs opens the variables that it produces."""
        sets = self.scripts.sets(script)
        for phase in PHASES:
            if phase != "deps":  # the script's own code has run by now
                known = known.opened(sets)
            for dependency in one.dependencies.get(phase, ()):
                met = decide(dependency, known)
                wanted, is_open = _wanted(dependency, known, self.scripts.meta(script), one.variations)
                asked = read_tags(wanted["tags"])
                if not asked.tags:
                    continue
                found = self.scripts.matching(asked)
                node = self._node(
                    found, asked, wanted, phase, met, self._handed_on(known, one, wanted), one.updates, path
                )
                yield _with_note(node, "more tags come at the run") if is_open else node
                if met is not False and found:
                    known = known.opened(self._produced(found[0]))

    def _produced(self, script: Location) -> list[str]:
        try:
            meta = self.scripts.meta(script)
        except CkexploreError:
            return []
        layers = [meta, *(mapping(one) for one in mapping(meta.get("variations")).values())]
        return [key.lstrip("+") for layer in layers for key in texts(layer.get("new_env_keys"))]

    def _handed_on(self, known: Variables, one: Effective, dependency: Mapping[str, Any]) -> Variables:
        """Give the variables that a dependency gets: all but local ones, and those that are set for it."""
        prefix = _PREFIXES[self.scripts.format]
        local = [*(f"{prefix}_{name}" for name in _LOCAL), *one.local]
        kept = {
            name: value
            for name, value in known.values.items()
            if name in known.fixed or not any(fnmatchcase(name, pattern) for pattern in local)
        }
        own = {str(name): as_text(value) for name, value in mapping(dependency.get("env")).items()}
        return Variables({**kept, **own}, tuple(name for name in known.open if name not in own), known.fixed)


def _wanted(
    dependency: Mapping[str, Any], known: Variables, meta: Mapping[str, Any], variations: Sequence[str]
) -> tuple[dict[str, Any], bool]:
    """Give a dependency with the tags that variables add, and whether the run may add more."""
    own = mapping(dependency.get("env"))
    tags, is_open = [said(dependency.get("tags"))], False
    for prefix, names in (
        *((str(prefix), texts(names)) for prefix, names in _pairs(dependency.get("update_tags_from_env_with_prefix"))),
        ("", texts(dependency.get("update_tags_from_env"))),
    ):
        for name in names:
            value = as_text(own[name]) if own.get(name) else known.get(name)
            is_open = is_open or value is None
            tags += [f"{prefix}{value}"] if value and "<<<" not in value else []
    for tag, condition in _pairs(dependency.get("update_tags_if_env")):
        met = decide(condition, known) if isinstance(condition, Mapping) else False
        is_open = is_open or met is None
        tags += [str(tag)] if met else []
    if dependency.get("inherit_variation_tags"):
        left_out = texts(dependency.get("skip_inherit_variation_groups"))
        tags += [f"_{name}" for name in inherited_variations(meta, variations, left_out, ",".join(tags).split(","))]
    joined = _VALUE.sub(lambda place: known.get(place[1]) or place[0], ",".join(filter(None, tags)))
    kept = [tag for tag in joined.split(",") if "<<<" not in tag]
    is_open = is_open or "<<<" in joined
    return {**dependency, "tags": ",".join(dict.fromkeys(kept))}, is_open


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _with_note(node: Node, note: str) -> Node:
    return replace(node, notes=(*node.notes, note))
