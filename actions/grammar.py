"""CK's command-line grammar: words into the dictionary that `access` takes.

ACTION [REPOSITORY:]MODULE[:ARTIFACT] [more CIDs] [--key[=value]] [-key[=value]] [key=value]
       [@file.json] [@file.yaml] [@@@{"json": 1}] [-- rest]

`--a.b=v` is the key `a.b`, which isn't nested. A file whose name ends with `.tmp` is deleted after it was read.
"""

from __future__ import annotations

import os

from ..store.errors import InvalidRequestError, UnreadableError
from ..store.quick import TYPE_CHECKING
from ..store.untrusted import load_json_object, parse_json, safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def request_of_words(words: Sequence[str]) -> dict[str, Any]:
    """Turn words into a request. Raises InvalidRequestError or UnreadableError (an input file)."""
    request: dict[str, Any] = {}
    cids: list[str] = []
    for position, word in enumerate(words):
        if word == "--":
            request["unparsed"] = list(words[position + 1 :])
            break
        if word.startswith("@"):
            _merge(request, _input(word))
        elif word.startswith("-"):
            name, separator, value = word.lstrip("-").partition("=")
            request[_checked(name, word)] = value if separator else "yes"
        elif "=" in word and ":" not in word.partition("=")[0]:
            name, _, value = word.partition("=")
            request[_checked(name, word)] = value
        elif "action" not in request:
            request["action"] = word
        else:
            cids.append(word)
    if cids:
        request["cid"], *others = cids
        given = request.get("cids", [])
        if others or given:
            request["cids"] = [*others, *given] if isinstance(given, list) else given
    return request


def _checked(name: str, word: str) -> str:
    if not name:
        raise InvalidRequestError(f"{safe_line(word)!r}: an option needs a name, such as --tags=onnx")
    return name


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Merge as CK does: dicts key by key, all else replaced."""
    for key, value in above.items():
        under = below.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            _merge(under, value)
        else:
            below[key] = value


def _input(word: str) -> Mapping[str, Any]:
    """Read `@file.json`, `@file.yaml` or `@@@{json}`."""
    if word.startswith("@@@"):
        value = _json_in_a_word(word[3:])
        if not isinstance(value, dict):
            raise InvalidRequestError("the JSON after @@@ must be an object")
        return value
    if word.startswith("@@") or word == "@":
        raise InvalidRequestError(f"{safe_line(word)!r}: use @file.json, or @@@ with JSON in the word itself")
    path = os.path.realpath(os.path.expanduser(word[1:]))
    if path.endswith((".yaml", ".yml")):
        from ..store.untrusted_yaml import load_yaml_object  # noqa: PLC0415  (PyYAML, seldom needed)

        return load_yaml_object(path)
    values = load_json_object(path)
    if path.endswith(".tmp"):  # who wrote it has no more use for it
        os.unlink(path)
    return values


def _json_in_a_word(text: str) -> Any:
    """Parse JSON; as in CK it may have `'` in the place of `"`, which shells are easier with."""
    try:
        return parse_json(text, "the JSON after @@@")
    except UnreadableError:
        if "'" not in text:
            raise
    return parse_json(text.replace('"', '\\"').replace("'", '"'), "the JSON after @@@")


def words_of_line(line: str) -> list[str]:
    """Split a typed line into words as a shell would. Raises InvalidRequestError."""
    import shlex  # noqa: PLC0415  (not needed on the command line, where the shell has done it)

    try:
        return shlex.split(line)
    except ValueError as error:
        raise InvalidRequestError(f"{safe_line(line)!r}: {error}") from error
