"""A row of the catalog as one line of JSON, and what is taken from it: an artifact, or what it is found by.

Rows stay encoded until they are shown: 100,000 decoded ones would take seconds and a gigabyte.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .artifact import Artifact
from .formats.folder import Signature
from .registry import Repository
from .uid import module_uid

MODULE, LABEL, UID, REPOSITORY, TAGS, NAME, DESCRIPTION = range(7)
"""The parts of the line that a row is searched by."""

_ANNOTATION = "annotation"  # its entries have the UIDs of what they are about: the tags are that artifact's, not theirs


class Row(msgspec.Struct, omit_defaults=True):
    """What is stored of an artifact; the repository and the user's own tags are known from elsewhere.

    What follows from other fields is left out, since every byte counts 100,000 times: a path that is `module/alias`,
    a name that is the alias, the UID of a module that has its usual one.
    """

    uid: str
    alias: str
    module: str
    module_uid: str = ""
    path: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    problem: str = ""
    format: str = "ck"
    signature: Signature = (0, 0, 0)


class _Searched(msgspec.Struct):
    uid: str
    alias: str
    module: str
    name: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    problem: str = ""


class _Uid(msgspec.Struct):
    uid: str


class _Place(msgspec.Struct):
    alias: str
    module: str
    path: str = ""
    signature: Signature = (0, 0, 0)


_ENCODER = msgspec.json.Encoder()
_ROW = msgspec.json.Decoder(Row)
_SEARCHED = msgspec.json.Decoder(_Searched)
_PLACE = msgspec.json.Decoder(_Place)
_UID = msgspec.json.Decoder(_Uid)


def row_id(path: str) -> int:
    """Give the number under which the row of a path is stored, in every process the same."""
    digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def encode(artifact: Artifact) -> bytes:
    """Encode an artifact as one line of JSON."""
    return _ENCODER.encode(
        Row(
            artifact.uid,
            artifact.alias,
            artifact.module,
            "" if artifact.module_uid == module_uid(artifact.module) else artifact.module_uid,
            "" if artifact.path == f"{artifact.module}/{artifact.alias}" else artifact.path,
            "" if artifact.name == artifact.alias else artifact.name,
            artifact.tags,
            artifact.description,
            artifact.problem,
            artifact.format,
            artifact.signature,
        )
    )


def decode(encoded: bytes, repository: Repository, own_tags: Mapping[str, tuple[str, ...]]) -> Artifact:
    """Decode a row into the artifact of a repository, with the user's own tags."""
    row = _ROW.decode(encoded)
    return Artifact(
        row.uid,
        row.alias,
        row.module,
        row.module_uid or module_uid(row.module),
        row.path or f"{row.module}/{row.alias}",
        row.name or row.alias,
        row.tags,
        row.description,
        row.problem,
        repository.alias,
        repository.uid,
        row.format,
        row.signature,
        own_tags.get(row.uid, ()) if row.module != _ANNOTATION else (),
    )


def uid(encoded: bytes) -> str:
    """Give only the UID of a row."""
    return _UID.decode(encoded).uid


def place(encoded: bytes) -> tuple[str, Signature]:
    """Give only path and signature of a row."""
    found = _PLACE.decode(encoded)
    return found.path or f"{found.module}/{found.alias}", found.signature


def is_broken(encoded: bytes) -> bool:
    """Tell whether a row has a problem, without decoding it (a text within a row has its quotes escaped)."""
    return b',"problem":"' in encoded


def searched(encoded: bytes, repository: str, own_tags: Mapping[str, tuple[str, ...]]) -> tuple[str, int, bool]:
    """Give the lower-case line that a row is searched by, a number for all copies, and whether it is broken.

    All copies of an artifact share the number; it is 0 for a row without UID, which is nobody's copy. The line's parts,
    apart by line ends, are module, label, UID, repository, tags, name, description: no word is found across two.
    """
    row = _SEARCHED.decode(encoded)
    tags = row.tags if row.uid not in own_tags or row.module == _ANNOTATION else (*own_tags[row.uid], *row.tags)
    parts = (
        row.module,
        row.alias or row.name or row.uid,
        row.uid,
        repository,
        ",".join(tags),
        row.name if row.alias else "",
        row.description,
    )
    return "\n".join(parts).lower(), hash((row.module, row.uid)) if row.uid else 0, bool(row.problem)


def encoded_tags(tags: Iterable[str]) -> list[bytes]:
    """Give what a row that carries these tags must contain: a quick test before it is decoded."""
    return [_ENCODER.encode(tag) for tag in tags]


def as_document(encoded: bytes) -> dict[str, Any]:
    """Decode a row into the document that TinyDB shows."""
    return msgspec.json.decode(encoded)
