import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats.yaml_meta import (
    Fields,
    cut_fields,
    fields_of,
    load_meta,
    read_fields,
    whole_fields,
    yaml_fields,
)

LINES = [
    "alias: one",
    "uid: 12e4567890123456",
    "'uid': quoted",
    "uid : spaced",
    "tags:",
    "- item",
    "- 'it''s'",
    "tags: [a,",
    "b]",
    "tags: [a, 'b']",
    "env: {A: 1,",
    "B: 2}",
    "env:",
    "  uid: nested",
    "  A: 'x # y'",
    '  - "quoted: \\" [" # it\'s',
    "  it's: 'open",
    "name: it's [ok]",
    "name: don't: 'x",
    "desc: |",
    "desc: >-",
    '  text with "one quote',
    "  alias: in a text",
    'deps: "open',
    "deps: 'open",
    'closed"',
    "closed'",
    'uid: "',
    "# uid: comment",
    "  # don't",
    "---",
    "...",
    "",
    "\t",
    "env: &x {a: 1}",
    "name: *x",
    "name: &x text",
    "<<: *x",
    "? uid",
    ": value",
    "{uid: flow}",
    "name: ~",
    "tags: []",
    "title: 0777",
]

lines = st.lists(st.sampled_from(LINES) | st.text("uid: -'\"[]{}#&*|\\,\n\tx", max_size=12), max_size=9)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["alias", "uid", "tags", "name", "desc", "_base", "env", "deps", "variations"]) | st.text()


def shown(fields: Fields) -> dict[str, Any]:
    found = {name: getattr(fields, name) for name in Fields.__struct_fields__}
    return {name: value for name, value in found.items() if value is not msgspec.UNSET}


def whole(data: bytes) -> dict[str, Any] | None:
    """The fields by the whole document; None for what is no document."""
    try:
        return shown(whole_fields(data, "meta.yaml"))
    except UnreadableError:
        return None


def check_that_cut_equals_whole(data: bytes) -> None:
    cut, expected = cut_fields(data), whole(data)
    assert cut is None or expected is None or shown(cut) == expected


@settings(max_examples=600)
@given(lines, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
@example(['a: "x', "uid: y", 'b: z"'], "\n", "")
@example(['name: "x', "drop: 1", 'b: "', "alias: z"], "\n", "")
@example(["env: x", "'uid': quoted", "name: n"], "\n", "")
@example(["it's: 'open", "uid: y", "z: '"], "\n", "")
@example(["env: &x one", "alias: &y two", "name: *y"], "\n", "")
@example(["env: [", "uid: x", "]"], "\n", "")
@example(["env: [a, 'b", "uid: x', c]"], "\n", "")
@example(["uid: a", "uid: b"], "\n", "")
@example(["a: x\x85uid: y"], "\n", "")
@example(["a: x\u2028uid: y"], "\n", "")
@example(["a: x\ruid: y"], "\n", "")
def test_fields_cut_out_of_any_lines_are_those_of_the_whole(parts: list[str], end: str, start: str) -> None:
    check_that_cut_equals_whole((start + end.join(parts)).encode())


@settings(max_examples=250)
@given(
    st.dictionaries(keys, values, max_size=6),
    st.sampled_from([None, '"', "'", "|", ">"]),
    st.booleans(),
    st.integers(10, 80),
)
def test_fields_cut_out_of_what_pyyaml_wrote_are_those_of_the_whole(
    meta: dict[str, Any], style: str | None, flow: bool, width: int
) -> None:
    text = yaml.safe_dump(meta, default_style=style, default_flow_style=flow, width=width, allow_unicode=True)
    check_that_cut_equals_whole(text.encode())


USUAL = """\
# Written by hand
alias: get-x
uid: 0123456789012345

env:
  A: 'yes'   # it's
  B: "x: [y"
tags:
- get
- 1.10
deps:
  - tags: detect,os
    names: [ a, b ]
desc: >-
  uid: not this one,
  don't look
variations:
  "a,b": {env: {C: 1}}
"""


@pytest.mark.parametrize("text", [USUAL, "---\n" + USUAL, "\ufeff" + USUAL, USUAL.replace("\n", "\r\n")])
def test_what_is_usual_is_cut_and_not_read_whole(text: str) -> None:
    cut = cut_fields(text.encode())
    assert cut is not None
    assert shown(cut) == whole(text.encode())
    assert (cut.uid, cut.tags) == ("0123456789012345", ("get", "1.10"))
    assert cut.text("desc") == "uid: not this one, don't look"


@pytest.mark.parametrize("uid", ["12e4567890123456", "1234567890123456", "0123456701234567", "0x23456789012345"])
@pytest.mark.parametrize("name", ["meta.yaml", "meta.json"])
def test_a_uid_is_the_text_that_was_written(tmp_path: Path, uid: str, name: str) -> None:
    quote = '"' if name.endswith(".json") else ""
    text = f"{{{quote}uid{quote}: {quote}{uid}{quote}}}" if quote else f"uid: {uid}\nalias: {uid}\n"
    (tmp_path / name).write_text(text)
    assert read_fields(str(tmp_path), (name,), merged=False)[0].uid == uid
    assert load_meta(str(tmp_path), (name,), merged=False)["uid"] == uid


@pytest.mark.parametrize("text", ["alias: ~", "alias: null", "alias:", 'alias: ""', "alias: {a: 1}", "alias: [a]"])
def test_what_is_no_text_is_no_alias(text: str) -> None:
    assert yaml_fields(text.encode(), "meta.yaml").text("alias") == ""


def test_fields_of_the_later_file_lie_over_those_of_the_earlier(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("alias: a\nuid: b\ntags: [x]\n")
    (tmp_path / "m.json").write_text('{"uid": "c", "tags": ["y", 1, true, {"z": 1}], "name": null}')
    fields, problem = read_fields(str(tmp_path), ("m.yaml", "m.json"), merged=True)
    assert shown(fields) == {"alias": "a", "uid": "c", "tags": ("y", "1", "true"), "name": ""}
    assert problem == ""
    assert load_meta(str(tmp_path), ("m.yaml", "m.json"), merged=True)["tags"][0] == "y"
    assert read_fields(str(tmp_path), ("m.yaml", "m.json"), merged=False)[0].uid == "b"


def test_what_one_of_two_files_says_is_read_when_the_other_is_broken(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("alias: a\n")
    (tmp_path / "m.json").write_text('{"uid": ')
    fields, problem = read_fields(str(tmp_path), ("m.yaml", "m.json"), merged=True)
    assert fields.alias == "a"
    assert "m.json:1" in problem


def test_tags_may_be_one_text_with_commas() -> None:
    assert yaml_fields(b"tags: a, b", "m.yaml").texts("tags") == ("a", "b")


def test_merge_keys_are_resolved_by_reading_the_whole() -> None:
    fields = yaml_fields(b"base: &b {uid: x, name: n}\n<<: *b\nname: own\n", "m.yaml")
    assert (fields.uid, fields.name) == ("x", "own")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"alias: [a\n", r"m\.yaml:2: not valid YAML"),
        (b"- a\n", "not a mapping"),
        (b"alias: \xff\n", "not valid YAML"),
        (b"tags: " + b"[" * 300 + b"]" * 300, "nested deeper"),
        (b"<<<<<<< HEAD\nalias: a\n", r"m\.yaml:"),
        (b"alias: a\n" * 100_000, "bytes, more than"),
    ],
    ids=["unclosed", "list", "not UTF-8", "deep", "conflict", "huge"],
)
def test_what_is_wrong_with_a_meta_is_said_with_its_place(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "m.yaml").write_bytes(content)
    with pytest.raises(UnreadableError, match=reason):
        load_meta(str(tmp_path), ("m.yaml",), merged=True)
    fields, problem = read_fields(str(tmp_path), ("m.yaml",), merged=True)
    assert shown(fields) == {}
    assert re.search(reason, problem)


def test_an_error_in_what_is_not_wanted_is_seen_by_reading_the_whole(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("alias: a\ndeps:\n  - x\n - y\n")
    assert read_fields(str(tmp_path), ("m.yaml",), merged=True)[0].alias == "a"
    with pytest.raises(UnreadableError, match=r"m\.yaml:4"):
        load_meta(str(tmp_path), ("m.yaml",), merged=True)


@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
def test_what_is_no_file_is_a_problem_and_hangs_nobody(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / name).symlink_to(name)
    (tmp_path / "fifo").mkdir()
    os.mkfifo(tmp_path / "fifo" / name)
    (tmp_path / "folder" / name).mkdir(parents=True)
    for folder in ("loop", "fifo", "folder", "absent"):
        fields, problem = read_fields(str(tmp_path / folder), (name,), merged=True)
        assert shown(fields) == {}
        assert name in problem


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_a_sentence(data: bytes) -> None:
    try:
        assert isinstance(yaml_fields(data, "m.yaml"), Fields)
    except UnreadableError as error:
        assert str(error).isprintable()


@given(st.dictionaries(keys, values, max_size=5))
def test_json_gives_the_same_fields_read_in_part_or_whole(
    tmp_path_factory: pytest.TempPathFactory, meta: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    (folder / "m.json").write_text(json.dumps(meta))
    fields, problem = read_fields(str(folder), ("m.json",), merged=True)
    assert (shown(fields), problem) == (shown(fields_of(meta)), "")
