"""The scripts of one tool, CM's or mlcflow's, in all known repositories: found by name or by tags as the tool does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...store.cid import Cid
from ...store.errors import CkexploreError, InvalidRequestError, NotFoundError
from ...store.formats import format_named
from ...store.formats.shape_text import said
from ...store.lookup import Location, locate, locate_one
from ...store.registry import Repository, repositories
from ...store.untrusted import read_text, safe_line, safe_value
from ...store.workspace import Workspace

FORMATS = ("cm", "mlc")
MODULE = "script"
_CODE = "customize.py"
_SETS = re.compile(r"""env(?:['"]\s*\])?\[\s*f?['"]([A-Za-z_+]\w*)['"]\s*\]\s*\+?=[^=]""")
_RUNS_OTHERS = re.compile(r"""['"]action['"]\s*:\s*['"]run['"]""")


@dataclass(frozen=True, slots=True)
class Asked:
    """What tags ask for: those of the script, those that it must not have, and variations (`-x` excludes one)."""

    tags: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    variations: tuple[str, ...] = ()


def read_tags(text: str) -> Asked:
    """Take tags apart: `_x` is a variation, `-x` a tag that must not be there, `-_x` or `_-x` an excluded variation."""
    tags, excluded, variations = [], [], []
    for tag in (part.strip() for part in text.split(",")):
        if tag.startswith("-_"):
            variations.append(f"-{tag[2:]}")
        elif tag.startswith("_") and len(tag) > 1:
            variations.append(tag[1:])
        elif tag.startswith("-"):
            excluded.append(tag[1:])
        elif tag:
            tags.append(tag)
    return Asked(*(tuple(dict.fromkeys(one)) for one in (tags, excluded, variations)))


class Scripts:
    """The scripts of a tool. A UID counts once, where it is found first; every meta and code file is read once."""

    def __init__(self, workspace: Workspace, format_name: str) -> None:
        self.format = format_name
        self._known = [one for one in repositories(workspace) if one.format == format_name and not one.problem]
        self._every: dict[str, Location] | None = None
        self._workspace = workspace
        self._metas: dict[str, Mapping[str, Any]] = {}
        self._codes: dict[str, str] = {}
        self._matching: dict[Asked, list[Location]] = {}

    @property
    def repositories(self) -> Sequence[Repository]:
        """The tool's repositories, in lookup order."""
        return self._known

    @property
    def every(self) -> Mapping[str, Location]:
        """Every script by its UID."""
        if self._every is None:
            self._every = {}
            for one in locate(self._workspace, self._known, Cid(module=MODULE)):
                if one.uid and not (one.artifact and one.artifact.problem):
                    self._every.setdefault(one.uid, one)
        return self._every

    def meta(self, script: Location) -> Mapping[str, Any]:
        """Give a script's meta, with what it inherits, safe to show. Raises UnreadableError."""
        if script.folder not in self._metas:
            path = script.folder.removeprefix(f"{script.repository.root}/")
            meta = format_named(self.format).load_meta(script.repository.path, path)
            self._metas[script.folder] = safe_value(meta)
        return self._metas[script.folder]

    def sets(self, script: Location) -> frozenset[str]:
        """Name the variables to which the script's own code gives values when it runs, as far as the text tells."""
        return frozenset(_SETS.findall(self._code(script)))

    def runs_others(self, script: Location) -> bool:
        """Tell whether the script's own code runs other scripts, which no meta names."""
        return bool(_RUNS_OTHERS.search(self._code(script)))

    def _code(self, script: Location) -> str:
        """Read the code file; it is never executed to tell something."""
        if script.folder not in self._codes:
            try:
                self._codes[script.folder] = read_text(script.path / _CODE)
            except CkexploreError:  # there is none, or the run will tell
                self._codes[script.folder] = ""
        return self._codes[script.folder]

    def matching(self, asked: Asked) -> list[Location]:
        """List the scripts with all these tags and variations, in the order in which the tool chooses from several."""
        if asked not in self._matching:
            self._matching[asked] = self._look_for(asked)
        return self._matching[asked]

    def _look_for(self, asked: Asked) -> list[Location]:
        having = [
            one
            for one in self.every.values()
            if one.artifact
            and set(asked.tags) <= set(one.artifact.tags)
            and not set(asked.excluded) & set(one.artifact.tags)
        ]
        fitting = [one for one in having if self._offers(one, asked.variations)] if asked.variations else having
        return sorted(fitting, key=lambda one: (self._rank(one), one.alias, one.uid))

    def _offers(self, script: Location, variations: Sequence[str]) -> bool:
        try:
            offered = variations_of(self.meta(script))
        except CkexploreError:
            return False
        return all(named_variation(one.removeprefix("-"), offered) for one in variations)

    def _rank(self, script: Location) -> float:
        try:
            value = self.meta(script).get("sort", 0)
        except CkexploreError:
            value = 0
        return value if isinstance(value, int | float) else 0


def variations_of(meta: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Give the variations of a script by name; one that is written as nothing changes nothing."""
    found = meta.get("variations")
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(name): value if isinstance(value, Mapping) else {} for name, value in pairs}


def named_variation(name: str, offered: Mapping[str, Any]) -> str:
    """Give the name under which a meta has a variation: `batch_size.4` may be `batch_size.#`; empty if it has none."""
    if name in offered:
        return name
    before, dot, after = name.partition(".")
    return f"{before}.#" if dot and after and f"{before}.#" in offered else ""


def find_script(workspace: Workspace, cid: Cid, tags: str) -> tuple[Scripts, list[Location], Asked]:
    """Find the scripts that a request means, by their name or by tags; the first is the one that would run.

    Raises NotFoundError, InvalidRequestError for a script of CK and for a request that names none.
    """
    asked = read_tags(tags)
    if cid.artifact:
        known = repositories(workspace)
        location = locate_one(workspace, known, Cid(cid.repository, MODULE, cid.artifact))
        if location.repository.format not in FORMATS:
            raise InvalidRequestError(
                f"{location.cid} is no script of CM or mlcflow: in CK a script belongs to other entries, which use it "
                "when they are installed or run (ckexplore load shows its meta)"
            )
        return Scripts(workspace, location.repository.format), [location], asked
    if not asked.tags:
        raise InvalidRequestError(
            "say which script: ckexplore run script:NAME, or --tags=detect,os; `ckexplore ls script` lists them"
        )
    for name in FORMATS:
        scripts = Scripts(workspace, name)
        kept = [one for one in scripts.matching(asked) if cid.repository in ("", one.repository.alias)]
        if kept:
            return scripts, kept, asked
    bare = replace(asked, variations=())
    named = [one.cid for name in FORMATS for one in Scripts(workspace, name).matching(bare)]
    if named and asked.variations:
        raise NotFoundError(
            f"no script with the tags {safe_line(','.join(asked.tags), 120)} has all variations "
            f"{safe_line(', '.join(asked.variations), 120)}; `ckexplore show {named[0]}` lists those of one"
        )
    raise NotFoundError(
        f"no script of CM or mlcflow has the tags {safe_line(tags, 120)}; `ckexplore list_tags script` lists them"
    )


def texts(value: Any) -> tuple[str, ...]:
    """Give a list of texts, or one text with commas, as its parts."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(map(said, value)) if isinstance(value, list) else ()
