"""The query language of the filter line."""

from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.search.query import Term, narrows, parse_query


def test_words_facets_and_exclusions_are_told_apart() -> None:
    assert parse_query("ResNet tag:onnx -tag:draft module:program repo:ck-env -old") == (
        Term("resnet"),
        Term("onnx", "tag"),
        Term("draft", "tag", True),
        Term("program", "module"),
        Term("ck-env", "repository"),
        Term("old", "", True),
    )


def test_what_is_still_being_typed_asks_for_nothing() -> None:
    assert parse_query("tag: - * module:") == (Term("-"),)


def test_an_unknown_prefix_is_part_of_a_word() -> None:
    assert parse_query("http://x") == (Term("http://x"),)


def test_a_longer_word_narrows_a_shorter_one_and_never_the_other_way_round() -> None:
    assert narrows(parse_query("resnet tag:a"), parse_query("res tag:a"))
    assert not narrows(parse_query("res"), parse_query("resnet"))
    assert not narrows(parse_query("-resnet"), parse_query("-res"))
    assert not narrows(parse_query("tag:onnx"), parse_query("tag:on"))


@given(st.text(max_size=40))
def test_any_text_is_a_query(query: str) -> None:
    for term in parse_query(query):
        assert term.text
