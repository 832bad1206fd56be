"""CK's command-line grammar: words into the dictionary that `access` takes.

ACTION [REPOSITORY:]MODULE[:ARTIFACT] [more CIDs] [--key[=value]] [-key[=value]] [key=value]
       [@file.json] [@@@{"json": 1}] [-- rest]
"""

from __future__ import annotations

import os

from ..store.errors import InvalidRequestError
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
            request |= _input(word)
        elif word.startswith("-"):
            name, separator, value = word.lstrip("-").partition("=")
            if not name:
                raise InvalidRequestError(f"{safe_line(word)!r}: an option needs a name, such as --tags=onnx")
            request[name] = value if separator else "yes"
        elif "=" in word and ":" not in word.partition("=")[0]:
            name, _, value = word.partition("=")
            request[name] = value
        elif "action" not in request:
            request["action"] = word
        else:
            cids.append(word)
    if cids:
        given = request.get("cids", [])
        request["cids"] = [*cids, *given] if isinstance(given, list) else given
    return request


def _input(word: str) -> Mapping[str, Any]:
    """Read `@file.json` or `@@@{json}`."""
    if word.startswith("@@@"):
        value = parse_json(word[3:], "the JSON after @@@")
        if not isinstance(value, dict):
            raise InvalidRequestError("the JSON after @@@ must be an object")
        return value
    if word.startswith("@@") or word == "@":
        raise InvalidRequestError(f"{safe_line(word)!r}: use @file.json, or @@@ with JSON in the word itself")
    return load_json_object(os.path.realpath(os.path.expanduser(word[1:])))


def words_of_line(line: str) -> list[str]:
    """Split a typed line into words as a shell would. Raises InvalidRequestError."""
    import shlex  # noqa: PLC0415  (not needed on the command line, where the shell has done it)

    try:
        return shlex.split(line)
    except ValueError as error:
        raise InvalidRequestError(f"{safe_line(line)!r}: {error}") from error
