"""YAML from outside, within bounds: size, nesting, and what aliases unfold to; only the kinds of value that JSON has.

Keys and dates stay the text that was written. PyYAML is imported here, so whoever answers quickly imports this late.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

import yaml

from .errors import UnreadableError
from .untrusted import NESTING_LIMIT, read_bytes, safe_line

YAML_LIMIT = 512 << 10
"""Bytes; the largest meta seen in public has an eighth of them, and parsing takes up to a second for each million."""
UNFOLDING_LIMIT = 20_000
"""How many values the aliases of one file may stand for, all together."""

_TAGS = "tag:yaml.org,2002:"
_TEXT, _MERGE, _NULL = f"{_TAGS}str", f"{_TAGS}merge", f"{_TAGS}null"
_READ = {f"{_TAGS}{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map", "merge")}
_LEFT_AS_TEXT = {f"{_TAGS}timestamp", f"{_TAGS}value"}
_NESTING_SIGNS = (b"[", b"{", b"-", b"?", b":")

# PyYAML that was built without libyaml has only the slow loader; the values are the same.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """Without dates, which JSON lacks, and without `=`, which PyYAML can't read."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Any]]]] = {
        first: [known for known in resolvers if known[0] not in _LEFT_AS_TEXT]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


def load_yaml(path: Path | str, limit: int = YAML_LIMIT, texts: Collection[str] = ()) -> Any:
    """Read and parse a YAML file from outside; `texts` as for `parse_yaml`. Raises UnreadableError."""
    return parse_yaml(read_bytes(path, limit), safe_line(str(path)), texts)


def load_yaml_object(path: Path | str, limit: int = YAML_LIMIT, texts: Collection[str] = ()) -> dict[str, Any]:
    """Read a YAML file that must hold a mapping; an empty file holds an empty one. Raises UnreadableError."""
    value = load_yaml(path, limit, texts)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{safe_line(str(path))}: holds a {type(value).__name__}, not a mapping")
    return value


def parse_yaml(data: bytes, source: str, texts: Collection[str] = ()) -> Any:
    """Parse one YAML 1.1 document. The values of the topmost keys `texts` are read as text (a UID of digits).

    Raises UnreadableError naming `source`, the line and the reason.
    """
    node = compose(data, source)
    if node is None:
        return None
    _check_values(node, source)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in texts and isinstance(value, yaml.ScalarNode) and value.tag != _NULL:
            value.tag = _TEXT
    try:
        return _Loader(b"").construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(error, source) from error


def compose(data: bytes, source: str) -> yaml.Node | None:
    """Give a YAML document as nodes, the merge keys of a topmost mapping resolved; None for an empty one.

    Raises UnreadableError as `parse_yaml` does.
    """
    try:
        if _may_be_deep(data) or b"*" in data:
            _check_events(data, source)
        loader = _Loader(data)
        try:
            node = loader.get_single_node()
            if isinstance(node, yaml.MappingNode):
                loader.flatten_mapping(node)
            return node
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(error, source) from error


def scalar_text(node: yaml.Node) -> str | None:
    """Give the text of a scalar as it was written, empty for a null; None for what is no scalar."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    return "" if node.tag == _NULL else node.value


def _may_be_deep(data: bytes) -> bool:
    """Tell quickly what can't be deep: every level of nesting takes one of these signs."""
    return sum(map(data.count, _NESTING_SIGNS)) > NESTING_LIMIT


def _check_events(data: bytes, source: str) -> None:
    """Go through the document once without building it. Raises UnreadableError for what would grow too large."""
    sizes: dict[str, int] = {}
    open_ones: list[tuple[str | None, int]] = []
    size = unfolded = 0
    for event in yaml.parse(data, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            open_ones.append((event.anchor, size))
            size += 1
            sizes.pop(event.anchor or "", None)
            if len(open_ones) > NESTING_LIMIT:
                raise _refused(event, source, f"nested deeper than {NESTING_LIMIT} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_ones.pop()
            sizes[anchor or ""] = size - before
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise _refused(event, source, f"the alias {event.anchor} stands for nothing before it")
            size += sizes[event.anchor]
            unfolded += sizes[event.anchor]
            if unfolded > UNFOLDING_LIMIT:
                raise _refused(event, source, f"its aliases unfold to more than {UNFOLDING_LIMIT} values")
        elif isinstance(event, yaml.ScalarEvent):
            size += 1
            sizes[event.anchor or ""] = 1


def _check_values(top: yaml.Node, source: str) -> None:
    """Let keys be text, and refuse every value that JSON doesn't have."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.tag not in _READ:
            raise _refused(node, source, f"the tag {node.tag} isn't read here")
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                _check_key(key, source)
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _check_key(key: yaml.Node, source: str) -> None:
    if not isinstance(key, yaml.ScalarNode):
        raise _refused(key, source, "a key that is no text")
    if key.tag != _MERGE:
        key.tag = _TEXT


def _refused(place: yaml.Event | yaml.Node, source: str, why: str) -> UnreadableError:
    return UnreadableError(f"{source}:{place.start_mark.line + 1}: {safe_line(why, 300)}")


def _unreadable(error: Exception, source: str) -> UnreadableError:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, reason = f":{error.problem_mark.line + 1}", error.problem or error.context or ""
    else:
        line, reason = "", str(error).split("\n", 1)[0]
    return UnreadableError(f"{source}{line}: not valid YAML ({safe_line(reason, 300)})")
