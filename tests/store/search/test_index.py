"""The index: found is what a plain look through all rows finds, however it came to be and whatever was asked before."""

import gc
import re
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.store import rows
from ckexplore.store.artifact import Artifact
from ckexplore.store.registry import Repository
from ckexplore.store.search import View
from ckexplore.store.search.flags import numbers_of
from ckexplore.store.search.index import Part, SearchCancelledError, SearchIndex
from ckexplore.store.search.query import Term, parse_query
from ckexplore.store.uid import derived_uid, module_uid

FIRST = Repository("first", "a" * 16, Path("/first"))
SECOND = Repository("second", "b" * 16, Path("/second"))


def artifact(alias: str, module: str = "program", tags: Iterable[str] = (), description: str = "", **more) -> Artifact:
    uid = more.pop("uid", derived_uid(module, alias))
    return Artifact(
        uid, alias, module, module_uid(module), f"{module}/{alias}", tags=tuple(tags), description=description, **more
    )


def part(repository: Repository, artifacts: Iterable[Artifact], rank: int = 0) -> Part:
    return Part(repository, {rows.row_id(one.path): rows.encode(one) for one in artifacts}, rank)


def put(index: SearchIndex, repository: Repository, one: Artifact) -> None:
    index.put(repository, rows.row_id(one.path), rows.encode(one))


def titles(index: SearchIndex, query: str = "", view: View | None = None) -> list[str]:
    found = index.search(query)
    return [index.artifact(number).title for number in index.shown(view or View(query), found)]


RESNET = artifact("resnet50", tags=("onnx", "vision"), description="Image classification")
BERT = artifact("bert", tags=("onnx", "language"))
GCC = artifact("compiler.gcc", "soft", ("compiler", "lang-c"), name="GNU compiler")


@pytest.fixture(params=[False, True], ids=["scanning", "prepared"])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    made = SearchIndex([part(FIRST, [RESNET, BERT, GCC])])
    if request.param:
        assert made.prepare()
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["bert", "resnet50", "compiler.gcc"]),
        ("net50", ["resnet50"]),
        ("onnx vision", ["resnet50"]),
        ("IMAGE class", ["resnet50"]),
        ("gnu", ["compiler.gcc"]),
        ("tag:onnx", ["bert", "resnet50"]),
        ("tag:lang", ["bert", "compiler.gcc"]),
        ("-tag:onnx", ["compiler.gcc"]),
        ("module:program -bert", ["resnet50"]),
        ("repo:first gcc", ["compiler.gcc"]),
        ("repo:second", []),
        ("tag:lang-*", ["compiler.gcc"]),
        ("res*50", ["resnet50"]),
        ("b?rt", ["bert"]),
        (RESNET.uid[:6], ["resnet50"]),
        (RESNET.uid, ["resnet50"]),
    ],
)
def test_words_facets_exclusions_and_wildcards(index: SearchIndex, query: str, expected: list[str]) -> None:
    assert titles(index, query) == expected


def test_a_typo_finds_what_was_meant(index: SearchIndex) -> None:
    assert not numbers_of(index.search("resnt50"))
    similar = index.similar("resnt50")
    assert similar == {"resnt50": ["resnet50"]}
    found = numbers_of(index.search_similar("resnt50 tag:onnx", similar))
    assert [index.artifact(number).title for number in found] == ["resnet50"]


def test_what_looks_like_nothing_finds_nothing(index: SearchIndex) -> None:
    assert index.similar("qqqqqqqq") == {}


def test_a_search_that_is_cancelled_ends(index: SearchIndex) -> None:
    with pytest.raises(SearchCancelledError):
        index.search("resnet", lambda: True)
    assert titles(index, "resnet") == ["resnet50"]


def test_rows_come_by_module_and_name_and_later_ones_at_their_place(index: SearchIndex) -> None:
    put(index, FIRST, artifact("caffe"))
    put(index, FIRST, artifact("a-dataset", "dataset"))
    assert titles(index) == ["a-dataset", "bert", "caffe", "resnet50", "compiler.gcc"]
    assert titles(index, view=View(order="artifact", descending=True))[0] == "resnet50"


def test_a_changed_row_is_found_by_what_it_says_now_only(index: SearchIndex) -> None:
    put(index, FIRST, artifact("bert", tags=("speech",)))
    assert titles(index, "tag:onnx") == ["resnet50"]
    assert titles(index, "speech") == ["bert"]
    assert len(index) == 3


def test_a_removed_row_is_gone_from_rows_and_counts(index: SearchIndex) -> None:
    index.remove(FIRST, rows.row_id(BERT.path))
    index.remove(FIRST, rows.row_id(BERT.path))
    assert titles(index) == ["resnet50", "compiler.gcc"]
    assert dict(index.counts("tag", numbers_of(index.search(""))))["onnx"] == 1
    assert index.artifacts == 2


def test_copies_are_one_row_and_the_repository_first_in_the_lookup_order_wins() -> None:
    newer = artifact("resnet50-renamed", uid=RESNET.uid, tags=("onnx",))
    index = SearchIndex([part(FIRST, [RESNET], rank=2), part(SECOND, [newer, GCC], rank=1)])
    assert titles(index) == ["resnet50-renamed", "compiler.gcc"]
    assert (len(index), index.artifacts) == (3, 2)
    (number,) = index.shown(View(), index.search("renamed"))
    assert [index.artifact(one).repository for one in index.copies(number)] == ["second", "first"]
    # A filter that only the losing copy matches shows that one, and so does its repository's branch.
    assert titles(index, "vision") == ["resnet50"]
    assert titles(index, view=View(repository="first")) == ["resnet50"]
    index.remove(SECOND, rows.row_id(newer.path))
    assert titles(index) == ["resnet50", "compiler.gcc"]
    put(index, SECOND, newer)
    assert titles(index) == ["resnet50-renamed", "compiler.gcc"]


def test_the_same_uid_in_another_module_is_no_copy() -> None:
    index = SearchIndex([part(FIRST, [RESNET, artifact("x", "soft", uid=RESNET.uid)])])
    assert index.artifacts == 2


def test_rows_without_a_uid_are_nobodys_copies() -> None:
    index = SearchIndex([part(FIRST, [artifact("a", uid=""), artifact("b", uid="")])])
    put(index, FIRST, artifact("c", uid=""))
    assert titles(index) == ["a", "b", "c"]


def test_own_tags_are_found_and_counted_from_the_moment_they_are_given(index: SearchIndex) -> None:
    index.annotate({BERT.uid: ("mine",)})
    assert titles(index, "tag:mine") == ["bert"]
    assert dict(index.counts("tag", numbers_of(index.search(""))))["mine"] == 1
    index.annotate({RESNET.uid: ("mine",)})
    assert titles(index, "tag:mine") == ["resnet50"]
    assert index.artifact(numbers_of(index.search("tag:mine"))[0]).own_tags == ("mine",)


def test_only_the_artifacts_with_these_keys_are_shown(index: SearchIndex) -> None:
    shown = index.shown(View(only=frozenset({BERT.key})), index.search(""))
    assert [index.artifact(number).title for number in shown] == ["bert"]


def test_a_row_is_found_again_in_an_index_made_anew(index: SearchIndex) -> None:
    (number,) = numbers_of(index.search("bert"))
    put(index, FIRST, artifact("aaa"))
    again = SearchIndex(index.parts())
    found = again.number_of(index.key(number))
    assert found is not None
    assert again.artifact(found) == index.artifact(number)


def test_an_index_without_rows_is_prepared_and_takes_rows() -> None:
    index = SearchIndex([part(FIRST, [])])
    assert index.prepare()
    assert len(index) == 0
    put(index, FIRST, BERT)
    assert titles(index, "bert") == ["bert"]


def test_an_index_goes_without_the_garbage_collector(index: SearchIndex) -> None:
    gone = weakref.ref(another := SearchIndex(index.parts()))
    another.prepare()
    another.shown(View("resnet50"), another.search("resnet50"))
    gc.disable()
    try:
        del another
        assert gone() is None
    finally:
        gc.enable()


def test_hidden_modules_are_not_found() -> None:
    index = SearchIndex([Part(FIRST, part(FIRST, [BERT, GCC]).rows, hidden=frozenset({"soft"}))])
    put(index, FIRST, artifact("other", "soft"))
    assert titles(index) == ["bert"]


# Against a plain look through all rows

WORDS = st.sampled_from(["a", "b", "ab", "ba", "abc", "c", "a-b", "net", "ne", "é", "é-a", "b.a", ".b", "a."])
ARTIFACTS = st.builds(
    artifact,
    alias=st.lists(WORDS, min_size=1, max_size=3).map("-".join),
    module=st.sampled_from(["program", "soft"]),
    tags=st.lists(WORDS, max_size=3, unique=True),
    description=st.lists(WORDS, max_size=3).map(" ".join),
    uid=st.sampled_from([digit * 16 for digit in "0123ab"]),
)
TERMS = st.tuples(
    st.sampled_from(["", "-"]),
    st.sampled_from(["", "tag:", "module:", "repo:"]),
    WORDS,
    st.sampled_from(["", "*", "?"]),
)
QUERIES = st.lists(TERMS.map("".join), max_size=3).map(" ".join)
CHANGES = st.lists(st.tuples(st.booleans(), st.sampled_from([FIRST, SECOND]), ARTIFACTS), max_size=12)


def matches(one: Artifact, repository: str, term: Term) -> bool:
    values = {
        "tag": [tag.lower() for tag in one.tags],
        "module": [one.module],
        "repository": [repository],
    }
    if term.field:
        known = values[term.field]
        if term.is_pattern:
            return any(fnmatchcase(value, term.text) for value in known)
        return term.text in known
    parts = [one.module, one.alias, one.uid, repository, ",".join(values["tag"]), one.description]
    pattern = "".join({"*": "[^\n]*", "?": "[^\n]"}.get(sign) or re.escape(sign) for sign in term.text)
    return any(re.search(pattern, part.lower()) for part in parts)


def plainly(known: dict[tuple[str, int], Artifact], query: str) -> Counter[tuple[str, str]]:
    terms = parse_query(query)
    every_value = {
        "tag": {tag for one in known.values() for tag in one.tags},
        "module": {one.module for one in known.values()},
        "repository": {repository for repository, _ in known},
    }

    def fits(one: Artifact, repository: str, term: Term) -> bool:
        if term.field and not term.excluded and not term.is_pattern and term.text not in every_value[term.field]:
            # A value that is still being typed means all that begin with it.
            return matches(one, repository, Term(f"{term.text}*", term.field))
        return matches(one, repository, term) != term.excluded

    return Counter(
        (repository, one.path)
        for (repository, _), one in known.items()
        if all(fits(one, repository, term) for term in terms)
    )


def found(index: SearchIndex, numbers: Sequence[int]) -> Counter[tuple[str, str]]:
    artifacts = [index.artifact(number) for number in numbers]
    return Counter((one.repository, one.path) for one in artifacts)


@settings(max_examples=150, deadline=None)
@given(st.lists(ARTIFACTS, max_size=12), st.lists(ARTIFACTS, max_size=12), CHANGES, st.lists(QUERIES, max_size=6))
def test_the_answers_are_those_of_a_plain_look_through_all_rows(
    first: list[Artifact],
    second: list[Artifact],
    changes: list[tuple[bool, Repository, Artifact]],
    queries: list[str],
) -> None:
    index = SearchIndex([part(FIRST, first), part(SECOND, second, 1)])
    known = {("first", rows.row_id(one.path)): one for one in first}
    known |= {("second", rows.row_id(one.path)): one for one in second}
    for place, query in enumerate(queries):
        if place == 2:
            index.prepare()
        for adding, repository, one in changes[place * 2 : place * 2 + 2]:
            row_id = rows.row_id(one.path)
            if adding:
                index.put(repository, row_id, rows.encode(one))
                known[repository.alias, row_id] = one
            else:
                index.remove(repository, row_id)
                known.pop((repository.alias, row_id), None)
        for length in range(len(query) + 1):  # as it is typed
            numbers = numbers_of(index.search(query[:length]))
            assert found(index, numbers) == plainly(known, query[:length])
        flags = index.search(query)
        numbers = numbers_of(flags)
        shown = [index.artifact(number) for number in index.shown(View(), flags)]
        keys = [one.key for one in shown]
        assert len(keys) == len(set(keys))
        assert set(keys) == {index.artifact(number).key for number in numbers}
        counted = Counter(tag for number in numbers for tag in index.artifact(number).tags)
        assert dict(index.counts("tag", numbers)) == counted
        modules = Counter((one.repository, one.module) for one in map(index.artifact, numbers))
        by_repository = index.module_counts(flags)
        assert {(r, m): n for r, several in by_repository.items() for m, n in several.items() if n} == modules
