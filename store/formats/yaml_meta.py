"""Meta files in YAML or JSON: the few fields that make a row read fast, or the whole when it is wanted.

Of a YAML file only the wanted topmost entries are cut out and parsed, which takes a tenth of the time. Everything is
read as the text that was written: `12e4567890123456` is a UID, not a number. An error in the part that wasn't wanted
goes unnoticed here, and is seen when the whole is read.
"""

import os
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from ..errors import UnreadableError
from ..untrusted import META_LIMIT, load_json_object, nests_too_deep, read_bytes, safe_line
from ..untrusted_yaml import YAML_LIMIT, compose, load_yaml_object, scalar_text
from .yaml_cut import cut

Value = str | tuple[str, ...] | None
"""A text, a list of texts, or None for what is neither."""

NAMES = ("alias", "uid", "automation_alias", "automation_uid", "artifact", "category")
"""Keys whose values are names and UIDs, so text even if they look like numbers."""


class Fields(msgspec.Struct):
    """What a row takes from a meta, and a listing from a repository's description, over all formats written so."""

    alias: Any = msgspec.UNSET
    uid: Any = msgspec.UNSET
    automation_alias: Any = msgspec.UNSET
    automation_uid: Any = msgspec.UNSET
    artifact: Any = msgspec.UNSET
    category: Any = msgspec.UNSET
    name: Any = msgspec.UNSET
    title: Any = msgspec.UNSET
    desc: Any = msgspec.UNSET
    description: Any = msgspec.UNSET
    tags: Any = msgspec.UNSET
    prefix: Any = msgspec.UNSET
    prefix_cmx: Any = msgspec.UNSET
    base: Any = msgspec.field(default=msgspec.UNSET, name="_base")

    def text(self, *names: str) -> str:
        """Give the first of some fields that is a text and not empty, else the empty text."""
        for name in names:
            value = getattr(self, name)
            if isinstance(value, str) and value.strip():
                return value.strip()
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a field that is a list of texts, or one text with commas."""
        value = getattr(self, name)
        if isinstance(value, str):
            value = tuple(value.split(",")) if value.strip() else ()
        return tuple(one.strip() for one in value) if isinstance(value, tuple) else ()


_JSON = msgspec.json.Decoder(Fields)
_FIELDS = {field.encode_name.encode(): field.name for field in msgspec.structs.fields(Fields)}


# One entry, in one file or in two


def read_fields(entry: str, metas: Sequence[str], *, merged: bool) -> tuple[Fields, str]:
    """Read the fields of an entry, and say what is wrong with its meta; no fields for what can't be read.

    `metas` are file names. With `merged` each one lies over those before it, else the first that is there counts.
    """
    found, problem = None, ""
    paths = _present(entry, metas, merged=merged)
    for path in paths:
        try:
            fields = file_fields(path)
        except UnreadableError as error:
            problem = problem or str(error)
        else:
            found = fields if found is None else _over(found, fields)
    return found or Fields(), problem or ("" if paths else _without_meta(entry, metas))


def load_meta(entry: str, metas: Sequence[str], *, merged: bool) -> dict[str, Any]:
    """Read the whole meta of an entry, as `read_fields` takes it together. Raises UnreadableError."""
    paths = _present(entry, metas, merged=merged)
    if not paths:
        raise UnreadableError(_without_meta(entry, metas))
    whole: dict[str, Any] = {}
    for path in paths:
        whole |= load_file(path)
    return whole


def load_file(path: str) -> dict[str, Any]:
    """Read one meta file whole. Raises UnreadableError."""
    return load_json_object(path) if path.endswith(".json") else load_yaml_object(path, texts=NAMES)


def file_fields(path: str) -> Fields:
    """Read the fields of one meta file. Raises UnreadableError."""
    if path.endswith(".json"):
        return json_fields(path)
    return yaml_fields(read_bytes(path, YAML_LIMIT), path)


def _present(entry: str, metas: Sequence[str], *, merged: bool) -> list[str]:
    paths = [path for meta in metas if os.path.lexists(path := f"{entry}/{meta}")]
    return paths if merged else paths[:1]


def _without_meta(entry: str, metas: Sequence[str]) -> str:
    return f"{safe_line(entry)}: has neither {' nor '.join(metas)}"


def _over(below: Fields, above: Fields) -> Fields:
    for name in Fields.__struct_fields__:
        value = getattr(above, name)
        if value is not msgspec.UNSET:
            setattr(below, name, value)
    return below


# JSON


def json_fields(path: str) -> Fields:
    """Read the fields of a JSON file. Raises UnreadableError."""
    try:
        data = read_bytes(path, META_LIMIT)
        if nests_too_deep(data):
            return fields_of(load_json_object(path))
        found = _JSON.decode(data)
    except (ValueError, RecursionError):  # the slow way takes odd bytes, or knows the line and the reason
        return fields_of(load_json_object(path))
    return _as_text(found)


def fields_of(meta: dict[str, Any]) -> Fields:
    """Take the fields from a whole meta."""
    found = Fields()
    for key, name in _FIELDS.items():
        if (key_text := key.decode()) in meta:
            setattr(found, name, meta[key_text])
    return _as_text(found)


def _as_text(found: Fields) -> Fields:
    for name in Fields.__struct_fields__:
        value = getattr(found, name)
        if value is not msgspec.UNSET and not isinstance(value, str):
            setattr(found, name, _json_value(value))
    return found


def _json_value(value: Any) -> Value:
    if isinstance(value, list):
        texts = (one if isinstance(one, str) else _json_value(one) for one in value)
        return tuple(text for text in texts if isinstance(text, str))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value) if isinstance(value, int | float) else None


# YAML


def yaml_fields(data: bytes, path: str) -> Fields:
    """Read the fields of a YAML file's content. Raises UnreadableError naming `path`, the line and the reason."""
    found = cut_fields(data)
    return whole_fields(data, path) if found is None else found


def whole_fields(data: bytes, path: str) -> Fields:
    """Read the fields from the whole document. Raises UnreadableError."""
    node = compose(data, safe_line(path))
    if node is None:
        return Fields()
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError(f"{safe_line(path)}: holds a list or a text, not a mapping")
    return _from_nodes(node)


def cut_fields(data: bytes) -> Fields | None:
    """Read the fields by cutting their entries out of the text; None where that isn't sure to be right."""
    entries = cut(data, _FIELDS)
    if entries is None:
        return None
    try:
        node = compose(b"".join(text for _, text in entries), "")
    except UnreadableError:
        return None
    if node is None:
        return None if entries else Fields()
    if not isinstance(node, yaml.MappingNode):
        return None
    if [key.value for key, _ in node.value] != [key.decode() for key, _ in entries]:
        return None  # an entry that isn't one: it began within a quote or a bracket
    return _from_nodes(node)


def _from_nodes(top: yaml.MappingNode) -> Fields:
    found = Fields()
    for key, value in top.value:
        name = _FIELDS.get(key.value.encode()) if isinstance(key, yaml.ScalarNode) else None
        if name:
            setattr(found, name, _node_value(value))
    return found


def _node_value(node: yaml.Node) -> Value:
    if isinstance(node, yaml.SequenceNode):
        return tuple(text for one in node.value if (text := scalar_text(one)) is not None)
    return scalar_text(node)
