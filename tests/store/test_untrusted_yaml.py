import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.errors import UnreadableError
from ckexplore.store.untrusted_yaml import YAML_LIMIT, compose, load_yaml, load_yaml_object, parse_yaml

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values, st.sampled_from([None, True, False]))
def test_whatever_json_can_say_is_read_as_it_was_written(value: Any, flow: bool | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow)
    assert parse_yaml(text.encode(), "meta.yaml") == value


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_sentence(data: bytes) -> None:
    try:
        parse_yaml(data, "meta.yaml")
    except UnreadableError as error:
        assert str(error).startswith("meta.yaml")
        assert str(error).isprintable()


@given(st.text("-?:,[]{}#&*!|>'\"%@` \n\tab1", max_size=60))
def test_any_signs_of_yaml_are_a_value_or_a_sentence(text: str) -> None:
    try:
        parse_yaml(text.encode(), "meta.yaml")
    except UnreadableError as error:
        assert str(error).isprintable()


def test_values_are_those_of_yaml_1_1() -> None:
    assert parse_yaml(b"{a: yes, b: off, c: 0x10, d: 1.5, e: ~, f: 010}", "m") == {
        "a": True,
        "b": False,
        "c": 16,
        "d": 1.5,
        "e": None,
        "f": 8,
    }


def test_keys_and_dates_stay_text() -> None:
    assert parse_yaml(b"3.10: 2024-01-02\nyes: 2024-13-45\n~: =\n", "m") == {
        "3.10": "2024-01-02",
        "yes": "2024-13-45",
        "~": "=",
    }


def test_named_values_are_read_as_text_unless_they_are_null() -> None:
    value = parse_yaml(b"uid: 0123456701234567\nn: 010\nalias:\ninner: {uid: 010}\n", "m", ("uid", "alias"))
    assert value == {"uid": "0123456701234567", "n": 8, "alias": None, "inner": {"uid": 8}}


@pytest.mark.parametrize("text", ["[" * 300, "- " * 300 + "x", "{a: " * 300, "? " * 300, "a:\n b: " + "[" * 250])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"m:\d+: nested deeper than 200 levels"):
        parse_yaml(text.encode(), "m")


def bomb(levels: int, leaf: str) -> bytes:
    lines = [f"a0: &a0 {leaf}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("leaf", ["x", "[]", "{}", "[x, x]"])
def test_aliases_that_unfold_to_millions_are_refused(leaf: str) -> None:
    with pytest.raises(UnreadableError, match=r"m:\d: its aliases unfold to more than"):
        parse_yaml(bomb(9, leaf), "m")


def test_merge_keys_that_unfold_to_millions_are_refused() -> None:
    merges = [b"a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [{f'*a{n - 1}, ' * 9}]}}".encode() for n in range(1, 9)]
    for text in (merges, [*merges, b"<<: *a8"]):
        with pytest.raises(UnreadableError, match="unfold"):
            compose(b"\n".join(text), "m")


def test_a_few_aliases_and_merge_keys_are_read() -> None:
    value = parse_yaml(b"a: &a {x: 1, y: [2]}\nb: *a\nc: {<<: *a, x: 3}\n<<: *a\n", "m")
    assert value == {"a": {"x": 1, "y": [2]}, "b": {"x": 1, "y": [2]}, "c": {"x": 3, "y": [2]}, "x": 1, "y": [2]}


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a {b: *a}", "*nothing", "- &a x\n- &b [*b]"])
def test_an_alias_of_nothing_or_of_itself_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="stands for nothing before it"):
        parse_yaml(text.encode(), "m")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [id]",
        "!!python/name:os.system",
        "a: !custom x",
        "!!binary aGVsbG8=",
        "!!set {a, b}",
        "!!timestamp 2024-01-01",
    ],
)
def test_tags_for_what_json_lacks_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"m:1: the tag .* isn't read here"):
        parse_yaml(text.encode(), "m")


@pytest.mark.parametrize(
    "text", ["a: b: c", "a: 'x", "a: [", "a: 1\n---\nb: 2", "\t- x", "a: \x00", "n: " + "9" * 5000]
)
def test_what_is_no_yaml_is_a_sentence_with_its_source(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"m.*not valid YAML"):
        parse_yaml(text.encode(), "m")


def test_an_error_names_the_line() -> None:
    with pytest.raises(UnreadableError, match=r"^meta\.yaml:3: not valid YAML"):
        parse_yaml(b"a: 1\nb: 2\nc: d: e\n", "meta.yaml")


@pytest.mark.parametrize("text", ["? [a]\n: b", "{[a]: b}", "? {a: b}\n: c"])
def test_a_key_that_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="a key that is no text"):
        parse_yaml(text.encode(), "m")


def test_a_file_that_is_large_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"#" * (YAML_LIMIT + 1))
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "link.yaml").symlink_to("large.yaml")
    for name, reason in (("large", "bytes, more than"), ("fifo", "not a regular file"), ("link", "can't be read")):
        with pytest.raises(UnreadableError, match=reason):
            load_yaml(tmp_path / f"{name}.yaml")


def test_a_file_holds_a_mapping_or_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert load_yaml_object(path) == {"a": 1}
    path.write_bytes(b"# nothing\n")
    assert load_yaml_object(path) == {}
    path.write_bytes(b"- a\n")
    with pytest.raises(UnreadableError, match="holds a list, not a mapping"):
        load_yaml_object(path)
