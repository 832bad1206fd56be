"""TinyDB on a journal does what TinyDB does: the same operations on both give the same results and contents."""

import copy
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tinydb import Query, TinyDB, where
from tinydb.operations import add, delete, increment
from tinydb.operations import set as set_field
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from ckexplore.store.journal import JournalStorage
from ckexplore.store.journal.table import JournalTable, open_database

from .journaling import beside, leave_out_syncing


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give where a journal is to be, whose files aren't synced."""
    leave_out_syncing(monkeypatch)
    return tmp_path / "catalog.json"


Result = Any

NUMBERS = st.integers(-3, 5)
TEXTS = st.sampled_from(["", "a", "b", "ä\n\u2028", 'q"uote', "\ud800"])


def leaves(rest: int, value: Any) -> bool:
    return value % 3 == rest


VALUES = st.one_of(NUMBERS, TEXTS, st.none(), st.booleans(), st.floats(allow_nan=False), st.just(2**70))
NESTED = st.one_of(VALUES, st.lists(VALUES, max_size=3), st.dictionaries(TEXTS, VALUES, max_size=2))
DOCUMENTS = st.fixed_dictionaries({"n": NUMBERS}, optional={"name": TEXTS, "tags": st.lists(TEXTS), "more": NESTED})
CONDITIONS = st.one_of(
    NUMBERS.map(lambda n: where("n") == n),
    NUMBERS.map(lambda n: where("n") > n),
    TEXTS.map(lambda text: where("tags").any([text])),
    NUMBERS.map(lambda n: ~(where("n") == n) & where("name").exists()),
    NUMBERS.map(lambda n: where("n").test(partial(leaves, n))),
    st.just(Query().noop()),
)
FIELDS = st.one_of(
    DOCUMENTS,
    st.just(increment("n")),
    st.just(add("n", 2)),
    TEXTS.map(lambda text: set_field("name", text)),
    st.just(lambda document: document.update(tags=[*document.get("tags", []), "added"])),
    st.just(lambda document: delete("n")(document) or document.update(n=0)),
)
TABLES = st.sampled_from(["_default", "other", 'ta"ble\n'])


def plain(result: Result) -> Result:
    """Make documents comparable with their ids."""
    if isinstance(result, Document):
        return (result.doc_id, dict(result))
    return [plain(one) for one in result] if isinstance(result, list) else result


def outcome(operation: Callable[[], Result]) -> Result:
    try:
        return plain(operation())
    except (KeyError, ValueError, RuntimeError) as error:
        return type(error)


class Comparison(RuleBasedStateMachine):
    """TinyDB in memory, TinyDB on a journal, and a second process's view of the same journal."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.json"
        self.memory = MemoryStorage()
        self.stock = TinyDB(storage=lambda: self.memory)
        self.journal = open_database(self.path)
        self.beside = JournalStorage(self.path)
        self.far_id = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    def same(self, operation: Callable[[TinyDB], Result]) -> None:
        expected = outcome(lambda: operation(self.stock))
        assert outcome(lambda: operation(self.journal)) == expected

    # Changes

    @rule(table=TABLES, document=DOCUMENTS)
    def insert(self, table: str, document: dict) -> None:
        self.same(lambda db: db.table(table).insert(copy.deepcopy(document)))

    @rule(table=TABLES, document=DOCUMENTS, doc_id=st.integers(1, 30))
    def insert_with_id(self, table: str, document: dict, doc_id: int) -> None:
        self.same(lambda db: db.table(table).insert(Document(copy.deepcopy(document), doc_id)))

    @rule(table=TABLES, documents=st.lists(DOCUMENTS, max_size=4), lazily=st.booleans())
    def insert_multiple(self, table: str, documents: list[dict], lazily: bool) -> None:
        def operation(db: TinyDB) -> Result:
            mine = copy.deepcopy(documents)
            return db.table(table).insert_multiple((one for one in mine) if lazily else mine)

        self.same(operation)

    @rule(table=TABLES, document=DOCUMENTS, taken=st.integers(1, 30))
    def insert_multiple_with_ids(self, table: str, document: dict, taken: int) -> None:
        self.far_id += 1000  # beyond what TinyDB counts up to: it would overwrite a document that it meets there
        new = [Document(document, self.far_id), Document(document, self.far_id + 1)]
        self.same(lambda db: db.table(table).insert_multiple(copy.deepcopy(new)))
        self.same(lambda db: db.table(table).insert_multiple(copy.deepcopy([*new, Document(document, taken)])))

    @rule(table=TABLES, fields=FIELDS, condition=CONDITIONS)
    def update(self, table: str, fields: Any, condition: Any) -> None:
        self.same(lambda db: db.table(table).update(copy.deepcopy(fields), condition))

    @rule(table=TABLES, fields=FIELDS)
    def update_all(self, table: str, fields: Any) -> None:
        self.same(lambda db: db.table(table).update(copy.deepcopy(fields)))

    @rule(table=TABLES, fields=FIELDS, chosen=st.sets(st.integers(0, 9)))
    def update_ids(self, table: str, fields: Any, chosen: set[int]) -> None:
        ids = [one.doc_id for place, one in enumerate(self.stock.table(table)) if place in chosen]
        self.same(lambda db: db.table(table).update(copy.deepcopy(fields), doc_ids=ids))

    @rule(table=TABLES, updates=st.lists(st.tuples(FIELDS, CONDITIONS), max_size=3))
    def update_multiple(self, table: str, updates: list) -> None:
        self.same(lambda db: db.table(table).update_multiple([(copy.deepcopy(one), cond) for one, cond in updates]))

    @rule(table=TABLES, document=DOCUMENTS, condition=CONDITIONS)
    def upsert(self, table: str, document: dict, condition: Any) -> None:
        self.same(lambda db: db.table(table).upsert(copy.deepcopy(document), condition))

    @rule(table=TABLES, document=DOCUMENTS, doc_id=st.integers(1, 30))
    def upsert_with_id(self, table: str, document: dict, doc_id: int) -> None:
        self.same(lambda db: db.table(table).upsert(Document(copy.deepcopy(document), doc_id)))

    @rule(table=TABLES, condition=CONDITIONS)
    def remove(self, table: str, condition: Any) -> None:
        self.same(lambda db: db.table(table).remove(condition))

    @rule(table=TABLES, doc_id=st.integers(1, 30))
    def remove_id(self, table: str, doc_id: int) -> None:
        self.same(lambda db: db.table(table).remove(doc_ids=[doc_id]))

    @rule(table=TABLES)
    def remove_nothing_named(self, table: str) -> None:
        self.same(lambda db: db.table(table).remove())

    @precondition(lambda self: len(self.stock.tables()) > 1)
    @rule(table=TABLES, of_all=st.sampled_from(["truncate", "drop_table", "drop_tables"]))
    def empty(self, table: str, of_all: str) -> None:
        if of_all == "truncate":
            self.same(lambda db: db.table(table).truncate())
        elif of_all == "drop_table":
            self.same(lambda db: db.drop_table(table))
        else:
            self.same(lambda db: db.drop_tables())

    # What may happen in between

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = open_database(self.path)
        self.stock = TinyDB(storage=lambda: self.memory)

    @rule()
    def compact(self) -> None:
        self.journal.storage.compact()

    # Questions

    @rule(table=TABLES, condition=CONDITIONS, doc_ids=st.lists(st.integers(0, 30), max_size=4))
    def ask(self, table: str, condition: Any, doc_ids: list[int]) -> None:
        for operation in (
            lambda one: one.search(condition),
            lambda one: one.search(condition),  # from the query cache
            lambda one: one.get(condition),
            lambda one: one.get(doc_ids=doc_ids),
            lambda one: [one.get(doc_id=doc_id) for doc_id in doc_ids],
            lambda one: [one.contains(doc_id=doc_id) for doc_id in doc_ids],
            lambda one: one.contains(condition),
            lambda one: one.count(condition),
            lambda one: one.get(),
            lambda one: one.contains(),
        ):
            self.same(lambda db, operation=operation: operation(db.table(table)))

    @invariant()
    def contents_are_equal(self) -> None:
        self.same(lambda db: db.tables())
        for name in self.stock.tables():
            self.same(lambda db, name=name: db.table(name).all())
            self.same(lambda db, name=name: (len(db.table(name)), len(list(db.table(name)))))

    @invariant()
    def another_process_sees_the_same(self) -> None:
        self.beside.refresh()
        for name in self.stock.tables():
            assert list(self.beside.documents(name).items()) == list(self.journal.storage.documents(name).items())


def compare(runs: int, steps: int) -> None:
    Comparison.TestCase.settings = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    Comparison.TestCase().runTest()


@pytest.mark.usefixtures("path")
def test_thousands_of_operations_give_what_tinydb_in_memory_gives() -> None:
    compare(runs=60, steps=50)


@pytest.mark.slow
@pytest.mark.usefixtures("path")
def test_tens_of_thousands_of_operations_give_what_tinydb_in_memory_gives() -> None:
    compare(runs=600, steps=80)


# What a table adds to TinyDB's


def test_a_change_costs_one_record_of_what_it_touched(path: Path) -> None:
    database = open_database(path)
    log = path.with_name("catalog.json.log")
    database.insert_multiple({"n": number} for number in range(100))
    for change in (
        lambda: database.update({"n": 1000}, where("n") == 50),
        lambda: database.update(increment("n"), doc_ids=[7]),
        lambda: database.remove(where("n") == 20),
        lambda: database.upsert({"n": 60, "more": 1}, where("n") == 60),
        lambda: database.update_multiple([({"more": 2}, where("n") == 61)]),
    ):
        before = log.stat().st_size
        change()
        assert log.stat().st_size - before < 60
    before = log.read_bytes()
    database.update({"n": 1000}, where("n") == 1000)
    database.remove(where("n") == 20)
    assert log.read_bytes() == before


def test_changing_what_was_found_changes_nothing_stored(path: Path) -> None:
    database = open_database(path)
    database.insert({"tags": ["a"], "deep": {"x": [1]}})
    for found in (database.all()[0], database.get(doc_id=1), database.get(where("tags").any(["a"]))):
        assert isinstance(found, Document)
        found["tags"].append("b")
        found["deep"]["x"].clear()
    assert database.all() == [{"tags": ["a"], "deep": {"x": [1]}}]


def test_a_function_that_changes_deep_inside_a_document_is_stored(path: Path) -> None:
    database = open_database(path)
    database.insert({"deep": {"list": [1]}})
    database.update(lambda document: document["deep"]["list"].append(2))
    assert open_database(path).all() == [{"deep": {"list": [1, 2]}}]


def test_a_change_that_fails_half_way_changes_nothing(path: Path) -> None:
    database = open_database(path)
    database.insert_multiple([{"n": 1}, {"n": "text"}])

    def documents() -> Iterator[dict]:
        yield {"n": 3}
        raise OSError("no more")

    with pytest.raises(TypeError):
        database.update(increment("n"))
    with pytest.raises(OSError, match="no more"):
        database.insert_multiple(documents())
    with pytest.raises(TypeError):
        database.insert({"n": object()})
    with pytest.raises(ValueError, match="not a Mapping"):
        database.insert_multiple([{"n": 3}, 5])  # type: ignore[list-item]
    assert database.all() == open_database(path).all() == [{"n": 1}, {"n": "text"}]


def test_ids_and_cached_searches_follow_what_another_process_inserts(path: Path) -> None:
    ours, theirs = open_database(path), open_database(path)
    assert [ours.insert({"by": "us"}), theirs.insert({"by": "them"}), theirs.insert({"by": "them"})] == [1, 2, 3]
    assert len(ours.search(where("by") == "them")) == 0
    assert ours.insert({"by": "us"}) == 4
    assert len(ours.search(where("by") == "them")) == 2
    theirs.remove(doc_ids=[2])
    ours.storage.refresh()
    assert len(ours.search(where("by") == "them")) == 1


def test_no_id_is_given_twice_where_some_documents_come_with_theirs(path: Path) -> None:
    database = open_database(path)
    database.insert({"n": 1})
    assert database.insert_multiple([Document({"n": 2}, 2), {"n": 3}, Document({"n": 4}, 4), {"n": 5}]) == [2, 3, 4, 5]
    assert database.insert({"n": 6}) == 6
    assert [one["n"] for one in open_database(path)] == [1, 2, 3, 4, 5, 6]


def test_an_id_that_is_no_number_is_nobodys(path: Path) -> None:
    database = open_database(path)
    database.insert({"n": 1})
    assert database.get(doc_id=float("nan")) is None  # type: ignore[arg-type]
    assert not database.contains(doc_id="one")  # type: ignore[arg-type]


KEYS = st.integers(1, 6)
STEPS = st.one_of(
    st.tuples(st.just("__setitem__"), KEYS, st.builds(dict, n=st.integers(0, 3))),
    st.tuples(st.just("setdefault"), KEYS, st.just({"new": 1})),
    st.tuples(st.sampled_from(["__delitem__", "__getitem__", "__contains__", "get", "pop"]), KEYS),
    st.tuples(st.just("pop"), KEYS, st.none()),
    st.tuples(st.sampled_from(["__len__", "clear"])),
)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=12))
def test_what_changes_a_table_finds_a_mapping_like_any_other(path: Path, steps: list[tuple]) -> None:
    database = open_database(beside(path))
    database.insert_multiple({"n": number} for number in range(1, 5))
    expected: dict[int, dict] = {number: {"n": number} for number in range(1, 5)}

    def change(table: MutableMapping[int, Any]) -> None:
        for name, *arguments in steps:
            outcomes = []
            for mapping in (expected, table):
                try:
                    outcomes.append(getattr(mapping, name)(*arguments))
                except KeyError as error:
                    outcomes.append(str(error))
            assert outcomes[0] == outcomes[1]
            assert list(table) == list(expected)

    database.table("_default")._update_table(change)
    assert [(one.doc_id, one) for one in database] == list(expected.items())


def test_two_processes_that_upsert_the_same_insert_it_once(path: Path) -> None:
    ours, theirs = open_database(path), open_database(path)
    other = threading.Thread(target=lambda: theirs.upsert({"key": 1, "by": "them"}, where("key") == 1))

    class Interrupted(JournalTable):
        """Between looking and inserting, another process wants to do the same."""

        def insert(self, document: Mapping) -> int:
            other.start()
            other.join(0.1)
            return super().insert(document)

    ours.table_class = Interrupted
    ours.upsert({"key": 1, "by": "us"}, where("key") == 1)
    other.join()
    assert open_database(path).all() == [{"key": 1, "by": "them"}]


def test_a_table_dropped_by_another_process_is_gone_and_tables_beside_it_keep_their_changes(path: Path) -> None:
    ours, theirs = open_database(path), open_database(path)
    ours.table("a").insert({"n": 1})
    theirs.table("b").insert({"n": 1})
    ours.drop_table("a")
    theirs.storage.refresh()
    assert ours.tables() == theirs.tables() == {"b"}


def test_a_change_inside_a_change_is_stored_as_well(path: Path) -> None:
    database = open_database(path)
    database.insert({"n": 1})

    def change(document: MutableMapping) -> None:
        document["n"] = 2
        database.table("changes").insert({"of": 1})
        database.insert({"n": 5})

    database.update(change, doc_ids=[1])
    assert open_database(path).all() == database.all() == [{"n": 2}, {"n": 5}]
    assert open_database(path).table("changes").all() == [{"of": 1}]
