"""CK's functions on dictionaries and flat keys."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions import ck_values as values

_KEYS = st.text(alphabet="abc_", min_size=1, max_size=3)
_NESTED = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(_KEYS, inner, min_size=1) | st.lists(inner, min_size=1, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _NESTED, min_size=1))
def test_what_is_flattened_can_be_restored_and_read_key_by_key(nested: dict[str, Any]) -> None:
    flat = values.flatten_dict({"dict": nested})["dict"]
    assert values.restore_flattened_dict({"dict": flat})["dict"] == nested
    for key, value in flat.items():
        assert values.get_by_flat_key({"dict": nested, "key": key})["value"] == value


def test_flat_keys_are_cks() -> None:
    nested = {"a": {"b": [1, {"c": 2}]}}
    assert values.flatten_dict({"dict": nested})["dict"] == {"##a#b@0": 1, "##a#b@1#c": 2}
    assert values.flatten_dict({"dict": nested, "prefix": "#x", "prune_keys": ["*c"]})["dict"] == {"#x#a#b@1#c": 2}
    assert values.get_by_flat_key({"dict": nested, "key": "##a#nothing#more"})["value"] is None
    made: dict[str, Any] = {}
    values.set_by_flat_key({"dict": made, "key": "##a@1#b", "value": 3})
    assert made == {"a": [{}, {"b": 3}]}


def test_dictionaries_are_merged_in_place_and_lists_replaced_or_added_to() -> None:
    into = {"a": {"x": 1}, "l": [1], "s": {"y": 1}}
    answer = values.merge_dicts({"dict1": into, "dict2": {"a": {"z": 2}, "l": [2], "s": 3}})
    assert answer["dict1"] is into
    assert into == {"a": {"x": 1, "z": 2}, "l": [2], "s": 3}
    values.merge_dicts({"dict1": into, "dict2": {"l": [3]}, "append_lists": "yes"})
    assert into["l"] == [2, 3]


def test_a_value_moves_from_the_first_dictionary_to_the_second() -> None:
    first, second = {"a": 1}, {"x.b": 2}
    assert values.get_from_dicts(first, "a", "", second) == 1
    assert (first, second["a"]) == ({}, 1)
    assert values.get_from_dicts(first, "b", "", second, "x.") == 2
    assert values.get_from_dicts(first, "c", "none", None) == "none"


@pytest.mark.parametrize("text", ["2020-02-03T04:05:06.7", "2020-02-03T04:05", "2020-02-03", "2020"])
def test_times_of_every_precision_are_read(text: str) -> None:
    assert values.convert_iso_time({"iso_datetime": text})["datetime_obj"].year == 2020


def test_json_is_written_and_read_with_either_quote() -> None:
    assert values.convert_json_str_to_dict({"str": "{'a': 'b'}"})["dict"] == {"a": "b"}
    assert values.convert_json_str_to_dict({"str": "{"})["return"] == 1
    assert values.dumps_json({"dict": {"b": 1, "a": 2}, "skip_indent": "yes", "sort_keys": "yes"})["string"] == (
        '{"a": 2, "b": 1}'
    )
    assert values.dumps_json({"dict": {"a": object()}})["return"] == 1


def test_a_dictionary_is_given_as_a_text_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert values.dump_json({"dict": {"a": "é"}, "skip_indent": "yes"}) == {"return": 0, "string": '{"a": "é"}'}
    assert capsys.readouterr().out == ""


def test_what_no_name_may_have_is_told_and_a_huge_index_makes_no_huge_list() -> None:
    assert [values.is_uoa(text) for text in ("a-b", "a*", "a?", "#a", "^a")] == [True, False, False, False, False]
    assert values.set_by_flat_key({"dict": {}, "key": "##a@99999999999", "value": 1})["return"] == 1
