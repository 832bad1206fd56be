"""Where a checkout was cloned from, read from its `.git/config` without running git."""

import re
from pathlib import Path

from ..errors import UnreadableError
from ..untrusted import read_text

_CONFIG_LIMIT = 256 << 10
_SECTION = re.compile(r"^\s*\[([^\]\n]{0,200})\]", re.MULTILINE)
_ADDRESS = re.compile(r"^\s*url\s*=\s*(\S[^\n]{0,2000})", re.MULTILINE)
_SCHEME = re.compile(r"[a-z][a-z+]{0,20}://")
_HOST_AND_PATH = re.compile(r"(?:[^@/]{1,300}@)?([^@:/]{1,300})(?::\d{1,5}(?=/)|:)?/?(.*)")


def origin(root: Path) -> str:
    """Give the address of the remote `origin` in one form for all ways to write it; empty when there is none.

    `git@example.org:a/b.git` and `https://name:password@example.org/a/b` are both `example.org/a/b`.
    """
    try:
        config = read_text(root / ".git/config", _CONFIG_LIMIT)
    except UnreadableError:
        return ""
    _, *sections = _SECTION.split(config)
    for name, body in zip(sections[::2], sections[1::2], strict=True):
        if " ".join(name.split()).lower() == 'remote "origin"' and (found := _ADDRESS.search(body)):
            return _plain(found[1].strip().strip('"'))
    return ""


def _plain(address: str) -> str:
    scheme = _SCHEME.match(address)
    without = address[scheme.end() :] if scheme else address
    trimmed = without.rstrip("/").removesuffix(".git").rstrip("/")
    if trimmed.startswith(("/", ".")):  # a folder of this machine
        return trimmed
    found = _HOST_AND_PATH.fullmatch(trimmed)
    return f"{found[1].lower()}/{found[2]}" if found else trimmed
