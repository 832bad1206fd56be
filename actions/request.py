"""A request as CK makes it: an action, the artifacts it is about, and options. The same for every way in."""

from __future__ import annotations

from collections.abc import Mapping

from ..store.cid import Cid, parse_cid
from ..store.errors import CkexploreError, InvalidRequestError
from ..store.quick import TYPE_CHECKING, Record
from .console import SILENT, Console

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from ..store.workspace import Workspace

_TAKEN = {"action", "module_uoa", "data_uoa", "repo_uoa", "cid", "cids", "xcids", "unparsed", "unparsed_cmd"}
_ALWAYS = {"out", "out_file", "quiet", "con", "con_encoding", "ck_profile", "common_func"}
_PARTS = ("repo_uoa", "module_uoa", "data_uoa")
_HERE = ("#", "^")
_MAKING_ANOTHER = {"copy", "cp", "move", "mv", "ren", "rename"}
_NEVER_HERE = {
    *(
        "add",
        "help",
        "import",
        "list",
        "list_actions",
        "list_tags",
        "ls",
        "search",
        "uid",
    ),  # mean everything, or nothing
    *("delete", "remove", "rm", "update", *_MAKING_ANOTHER),  # what is changed is named, if only by `^`
}
_NO = {"", "no", "false", "0", "off"}


class Request(Record):
    """One request. `cids` names the artifacts, the first one foremost; `rest` is what followed `--`."""

    __slots__ = ("action", "cids", "console", "options", "rest", "workspace")

    def __init__(
        self,
        workspace: Workspace,
        action: str,
        cids: tuple[Cid, ...],
        options: Mapping[str, Any] | None = None,
        rest: tuple[str, ...] = (),
        console: Console = SILENT,
    ) -> None:
        self.workspace = workspace
        self.action = action
        self.cids = cids
        self.options = options or {}
        self.rest = rest
        self.console = console

    @property
    def cid(self) -> Cid:
        """The artifact that the request is about."""
        return self.cids[0] if self.cids else Cid()

    def about(self, *cids: Cid) -> Request:
        """Give the same request about other artifacts."""
        return Request(self.workspace, self.action, cids, self.options, self.rest, self.console)

    def text(self, name: str, default: str = "") -> str:
        """Give an option as text."""
        value = self.options.get(name, default)
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    def flag(self, name: str) -> bool:
        """Tell whether an option is set: `--name`, `--name=yes` or a true JSON value."""
        value = self.options.get(name, False)
        return value.lower() not in _NO if isinstance(value, str) else bool(value)

    @property
    def only_looks(self) -> bool:
        """Whether only a look at what would be executed is asked for: `--dry-run`."""
        return self.flag("dry-run") or self.flag("dry_run")

    def words(self, name: str) -> tuple[str, ...]:
        """Give a comma-separated option, such as tags, as its parts."""
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def group(self, name: str) -> dict[str, str]:
        """Give the options `name.KEY=value`, and those of a dict named `name`, as one dict of texts."""
        nested = self.options.get(name)
        given = dict(nested) if isinstance(nested, Mapping) else {}
        prefix = f"{name}."
        given |= {key[len(prefix) :]: value for key, value in self.options.items() if key.startswith(prefix)}
        return {str(key): str(value) for key, value in given.items()}


def request_from(workspace: Workspace, values: Mapping[str, Any], console: Console | None = None) -> Request:
    """Read a CK dictionary: `action`, `module_uoa`, `data_uoa`, `cid`, options; no CID: that of the current folder.

    Raises InvalidRequestError; NotFoundError for `^` outside of all repositories.
    """
    if not isinstance(values, Mapping):
        raise InvalidRequestError("a request is a dictionary with at least an action")
    action = str(values.get("action") or "")
    if not action:
        raise InvalidRequestError("no action is named; `ckexplore --help` lists them")
    cids = _cids(workspace, values)
    if not cids and action not in _NEVER_HERE:
        cids = [here for here in [_here(workspace)] if here]
    options = {str(key): value for key, value in values.items() if key not in _TAKEN}
    rest = tuple(str(word) for word in (_listed(values, "unparsed") or _listed(values, "unparsed_cmd")))
    return Request(workspace, action, tuple(cids), options, rest, console or SILENT)


def _cids(workspace: Workspace, values: Mapping[str, Any]) -> list[Cid]:
    """Give what a request is about, then further CIDs; of the first, `module_uoa` wins over `cid`, as in CK."""
    first = _parsed(workspace, str(values["cid"])) if values.get("cid") else Cid()
    repository, module, artifact = (str(values.get(name) or "") for name in _PARTS)
    first = Cid(first.repository or repository, module or first.module, first.artifact or artifact)
    others = [_parsed(workspace, str(text)) for text in _listed(values, "cids")]
    named = [one for one in _listed(values, "xcids") if isinstance(one, Mapping)]
    others += [Cid(*(str(one.get(name) or "") for name in _PARTS)) for one in named]
    if values.get("action") in _MAKING_ANOTHER and first != Cid():
        others = [_as_name(one, values) for one in others]
    return others if first == Cid() else [first, *others]


def _as_name(cid: Cid, values: Mapping[str, Any]) -> Cid:
    """Read a second name without a colon, `ren soft:old new`, as an artifact's."""
    is_name = not cid.repository and not cid.artifact and cid.module in _listed(values, "cids")
    return Cid(artifact=cid.module) if is_name else cid


def _parsed(workspace: Workspace, text: str) -> Cid:
    """Read a CID; after `#` or `^` the parts that are missing come from the current folder, as in CK."""
    if not text.startswith(_HERE):
        return parse_cid(text)
    from .current_folder import cid_of_folder  # noqa: PLC0415  (seldom asked)

    here, text = cid_of_folder(workspace), text[1:]
    if not text:
        return here
    named = parse_cid(text) if ":" in text else Cid(here.repository, here.module, text)
    return Cid(named.repository or here.repository, named.module or here.module, named.artifact)


def _here(workspace: Workspace) -> Cid | None:
    """Give what the current folder is, where no artifact is named; None outside of all repositories."""
    from .current_folder import cid_of_folder  # noqa: PLC0415

    try:
        return cid_of_folder(workspace)
    except CkexploreError:  # the action itself says what it needs
        return None


def number(request: Request, name: str, default: float) -> float:
    """Read an option as a positive number. Raises InvalidRequestError."""
    text = request.text(name)
    try:
        value = float(text) if text else default
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        from ..store.untrusted import safe_line  # noqa: PLC0415

        raise InvalidRequestError(f"--{name}={safe_line(text, 80)} is no number above 0")
    return value


def refuse_unknown_options(request: Request, known: Collection[str]) -> None:
    """Raise InvalidRequestError, with the closest name, for an option that an action doesn't have."""
    unknown = sorted(request.options.keys() - {*known, *_ALWAYS})
    if unknown:
        from ..store.closest import closest  # noqa: PLC0415
        from ..store.untrusted import safe_line  # noqa: PLC0415

        hint = closest(unknown[0], known) or f"; it has {', '.join(sorted(known)) or 'none'}"
        raise InvalidRequestError(f"{request.action} has no option {safe_line(unknown[0], 80)!r}{hint}")


def _listed(values: Mapping[str, Any], name: str) -> list[Any]:
    """Give a value that must be a list. Raises InvalidRequestError."""
    value = values.get(name, [])
    if not isinstance(value, list | tuple):
        raise InvalidRequestError(f"{name} must be a list of texts")
    return list(value)
