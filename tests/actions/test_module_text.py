"""The Python file of a module: what is written is Python, whatever the description says."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.module_text import check_action, function_of, module_text, with_function
from ckexplore.store.errors import InvalidRequestError, UnreadableError

from ..conftest import EVIL


def functions(text: str) -> list[str]:
    return [one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]


@given(st.text(), st.text())
def test_any_description_gives_python(title: str, description: str) -> None:
    text = module_text(title, {"run": description})
    assert functions(text) == ["init", "run"]
    assert functions(with_function(text, "tune", description)) == ["init", "run", "tune"]


def test_no_control_sequence_gets_into_the_file() -> None:
    text = module_text(EVIL, {"run": EVIL})
    assert text.replace("\n", "").isprintable()


def test_a_function_that_is_there_is_left_alone() -> None:
    text = "def run(i):\n    return {'return': 0}\n"
    assert with_function(text, "run", "") == text


def test_what_is_no_python_is_not_added_to() -> None:
    with pytest.raises(UnreadableError, match="nothing was added"):
        with_function("def run(:\n", "tune", "")


def test_functions_of_actions_have_names_that_python_takes() -> None:
    assert [function_of(one) for one in ("run", "make-faster", "import")] == ["run", "make_faster", "import_"]


@pytest.mark.parametrize("name", ["", "1st", "a b", "a.b", "a/b", "../x", "init", "é", "a" * 100, EVIL])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError):
        check_action(name)
