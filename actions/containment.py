"""Which sandbox a stage gets: the profile asked for or the action's own; "none" where there is no bubblewrap."""

from collections.abc import Iterable
from functools import cache

from ..store.errors import InvalidRequestError, UnavailableError
from ..store.untrusted import safe_line
from .plan import Sandbox
from .request import Request
from .trust.sandbox import PROFILES, Availability, availability, default_profile, readable, software_of


def contained(
    request: Request,
    action: str,
    *,
    reads: Iterable[str] = (),
    writes: Iterable[str] = (),
    environments: Iterable[str] = (),
) -> Sandbox:
    """Describe the sandbox of one stage of an action; `environments` are UIDs of env entries.

    What is named to read is what is there now, where its links lead as well: it is what the person who approves sees.

    Raises InvalidRequestError for a profile that isn't known, UnavailableError for one that this machine can't give.
    """
    profile, uids = _profile(request, action), tuple(environments)
    if profile == "none":
        return Sandbox(profile, environments=uids)
    seen = dict.fromkeys((*readable(request.workspace, reads), *software_of(request.workspace, uids)))
    return Sandbox(profile, tuple(seen), tuple(writes), uids)


def _profile(request: Request, action: str) -> str:
    asked = request.text("sandbox")
    if asked and asked not in PROFILES:
        known = ", ".join(PROFILES)
        raise InvalidRequestError(f"--sandbox={safe_line(asked, 40)} isn't known; it is one of {known}")
    here = known_availability()
    if asked and asked != "none" and not here.usable:
        raise UnavailableError(f"--sandbox={asked} can't be had: {here.reason}")
    if not here.usable:
        return "none"
    return asked or default_profile(action)


@cache  # a plan has several stages, and each look starts a process
def known_availability() -> Availability:
    """Tell what bubblewrap can do here, as this process, or the one that it is a copy of, found out once."""
    return availability()
