"""How CM, mlcflow and cMeta lay their repositories out: the same two levels of folders, other names for the files.

This file needs the standard library only.
"""

from __future__ import annotations

from ..cid import is_uid
from ..quick import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from .yaml_meta import Fields

Name = tuple[str, str]
"""Alias and UID, either of which may be empty."""


class Layout(Record):
    """One of these formats. With `merged` each meta file lies over those before it, else the first there is counts.

    `names` takes the names of an entry and of its automation from the fields of its meta. `describing` are the
    fields of which the first that isn't empty describes it. `tool` is the program that lists such repositories;
    with `by_folder` it knows an automation by the name of its folder alone.
    """

    __slots__ = ("by_folder", "describing", "descriptions", "format", "merged", "metas", "names", "tool")

    def __init__(
        self,
        *,
        format: str,  # noqa: A002  (the word of a repository)
        tool: str,
        descriptions: tuple[str, ...],
        metas: tuple[str, ...],
        merged: bool,
        describing: tuple[str, ...],
        names: Callable[[Fields], tuple[Name, Name]],
        by_folder: bool = False,
    ) -> None:
        self.format = format
        self.tool = tool
        self.descriptions = descriptions
        self.metas = metas
        self.merged = merged
        self.describing = describing
        self.names = names
        self.by_folder = by_folder


def names_in_four_fields(fields: Fields) -> tuple[Name, Name]:
    """Take alias and UID of an entry and of its automation, each from its own field."""
    alias, uid = split_name(fields.text("automation_alias"))
    return (fields.text("alias"), fields.text("uid")), (alias, fields.text("automation_uid") or uid)


def split_name(text: str) -> Name:
    """Give alias and UID of `alias,uid`, of an alias, or of a UID."""
    alias, comma, uid = text.rpartition(",")
    if comma and is_uid(uid.strip()):
        return alias.strip(), uid.strip().lower()
    return ("", text.lower()) if is_uid(text) else (text, "")


def clean_path(text: str) -> str:
    """Give a folder's path as a description names it, relative to the root; empty for the root itself."""
    return "/".join(part for part in text.strip().split("/") if part not in ("", "."))
