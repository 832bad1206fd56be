"""Which registered environments a request means: by UIDs and wildcards, tags, alternatives of tags, version, system."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ..store.cid import Cid, has_wildcard, is_uid, matches
from ..store.errors import CkexploreError, NotFoundError
from ..store.formats import ck
from ..store.lookup import locate, locate_one
from ..store.registry import repositories
from ..store.untrusted import safe_line
from .environments import Environment, environments
from .request import Request
from .versions import split_version

OPTIONS = frozenset({"tags", "or_tags", "no_tags", "target_os", "target_bits", "version", "name"})
"""The options by which environments are chosen, as in CK."""

_UNFINISHED = "tmp"

Alternatives = Sequence[Sequence[tuple[bool, str]]]
"""Tags in alternatives: each is a list of tags that must be there (True) or must not (False)."""


def selected(request: Request) -> list[Environment]:
    """List the environments that a request means, in CK's order: systems, names and versions, the last ones first.

    What an installation has left unfinished (tag `tmp`) is only given where its UID or that tag is asked for.
    Raises NotFoundError for a UID that isn't there.
    """
    known = list(environments(request.workspace))
    named = _named(request, known)
    tags = _all_tags(request)
    found = [
        one
        for one in (named if named is not None else known)
        if fits(one, tags, alternatives(request.text("or_tags")), request.words("no_tags"))
        and _is_called(one, request.text("name"))
        and (_UNFINISHED not in one.tags or _UNFINISHED in tags or _is_named(request, one))
    ]
    return sorted(found, key=_order, reverse=True)


def fits(environment: Environment, tags: Iterable[str], either: Alternatives, none_of: Iterable[str]) -> bool:
    """Tell whether an environment has all tags, those of one of the alternatives, and none of the last ones."""
    has = set(environment.tags)
    if not has.issuperset(tags) or not has.isdisjoint(none_of):
        return False
    return not either or any(all((tag in has) == wanted for wanted, tag in one) for one in either)


def alternatives(text: str) -> Alternatives:
    """Read CK's `or_tags`: "a;b,c;d,~e" is a, or b and c, or d without e."""
    return [
        [(not tag.startswith("~"), tag.removeprefix("~")) for tag in map(str.strip, one.split(",")) if tag.strip("~")]
        for one in text.split(";")
        if one.strip()
    ]


def name_of(environment: Environment) -> str:
    """Give the name that people know, such as "GNU C compiler"; empty when it has none."""
    try:
        return safe_line(str(ck.load_extra(environment.script.parent, "info").get("data_name", "")))
    except CkexploreError:
        return ""


def setup_of(environment: Environment, key: str) -> str:
    """Give a value of an environment's `setup`, such as `target_os_uoa`."""
    setup = environment.meta.get("setup")
    return safe_line(str(setup.get(key, ""))) if isinstance(setup, dict) else ""


def system_of(request: Request, environment: Environment) -> str:
    """Name the system that an environment is for by its alias: the original CK notes its UID."""
    found = setup_of(environment, "target_os_uoa")
    if not is_uid(found):
        return found
    entries = locate(request.workspace, repositories(request.workspace), Cid(module="os", artifact=found))
    return next((one.title for one in entries), found)


def _all_tags(request: Request) -> list[str]:
    """Give the tags, and those that stand for a system, its bits and a version."""
    added = {"target_os": "target-os-{}", "target_bits": "{}bits", "version": "v{}"}
    more = [form.format(request.text(name)) for name, form in added.items() if request.text(name)]
    return [*request.words("tags"), *more]


def _patterns(request: Request) -> list[str]:
    """Give the UIDs, aliases and wildcards that are named, in one CID or in several."""
    texts = [cid.artifact for cid in request.cids] or [request.text("uoa")]
    return [part for text in texts for part in text.split(",") if part]


def _is_named(request: Request, environment: Environment) -> bool:
    return any(not has_wildcard(one) and _matches(one, environment) for one in _patterns(request))


def _matches(pattern: str, environment: Environment) -> bool:
    folder = environment.script.parent.name
    return matches(pattern, "" if folder == environment.uid else folder, environment.uid)


def _named(request: Request, known: Sequence[Environment]) -> list[Environment] | None:
    """Give those that are named, each once; None when none is. Raises NotFoundError."""
    patterns = _patterns(request)
    if not patterns:
        return None
    found: dict[str, Environment] = {}
    for pattern in patterns:
        fitting = [one for one in known if _matches(pattern, one)]
        if not fitting and not has_wildcard(pattern):
            other = locate_one(request.workspace, repositories(request.workspace), Cid(module="env", artifact=pattern))
            raise NotFoundError(f"{other.cid} can't be used: it isn't a readable entry of your own repository")
        found |= {one.uid: one for one in fitting}
    return list(found.values())


def _is_called(environment: Environment, name: str) -> bool:
    if not name:
        return True
    own = name_of(environment)
    return fnmatchcase(own.lower(), name.lower()) if has_wildcard(name) else own == name


def _order(environment: Environment) -> tuple[str, str, str, list[int]]:
    system, bits = setup_of(environment, "target_os_uoa"), setup_of(environment, "target_os_bits")
    return system, bits, name_of(environment), split_version(environment.version)
