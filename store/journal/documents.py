"""A journal's documents as TinyDB sees them: mappings, decoded from their JSON when somebody looks at them."""

import json
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

import msgspec


def encode_document(document: Mapping[str, Any]) -> bytes:
    """Encode a document as TinyDB's own storage does, in one line. Raises TypeError for what JSON doesn't know."""
    return json.dumps(document, separators=(",", ":")).encode()


def decode_document(encoded: bytes) -> dict[str, Any]:
    """Decode a document. Raises ValueError."""
    try:
        return msgspec.json.decode(encoded)
    except msgspec.DecodeError:  # NaN, or half of a surrogate pair, which the standard library writes and reads
        return json.loads(encoded)


class Documents(Mapping[str, dict[str, Any]]):
    """The documents of a table by their ids as text, which is how TinyDB's storages give them."""

    def __init__(self, encoded: Mapping[int, bytes]) -> None:
        self.encoded = encoded

    def __getitem__(self, doc_id: str) -> dict[str, Any]:
        try:
            key = int(doc_id)
        except ValueError:
            raise KeyError(doc_id) from None
        return decode_document(self.encoded[key])

    def __iter__(self) -> Iterator[str]:
        return map(str, list(self.encoded))

    def __len__(self) -> int:
        return len(self.encoded)

    def items(self) -> ItemsView[str, dict[str, Any]]:
        """Give ids and documents as they are when the iteration begins."""
        return _Items(self)


class _Items(ItemsView[str, dict[str, Any]]):
    _mapping: Documents

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for doc_id, encoded in dict(self._mapping.encoded).items():
            yield str(doc_id), decode_document(encoded)
