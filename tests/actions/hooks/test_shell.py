"""Texts of metas become lines of shell: values stay values, and CK's placeholders become what they stand for."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckexplore.actions.hooks.placeholders import of_data, of_program
from ckexplore.actions.hooks.shell import export, output_of, references, sources, substituted, texts
from ckexplore.actions.quoting import double_quoted
from ckexplore.store.errors import FailedError

from ...conftest import require
from .specs import program_spec

TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
SHELL = st.text(alphabet="$`\"'\\(){}<>#&|;! \n*~ab_A1", max_size=30)


def expanded(line: str, name: str = "A") -> str:
    bash = require("bash")
    script = f'B=of-b\n{line}\nprintf %s "${name}"'
    done = subprocess.run([bash, "-c", script], capture_output=True, check=True, cwd="/")
    assert done.stderr == b"", done.stderr
    return done.stdout.decode()


@settings(max_examples=60)
@given(TEXT | SHELL)
def test_any_value_without_a_reference_comes_back_as_it_was(value: str) -> None:
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    if "$" not in value and not quoted:
        assert expanded(export("A", value)) == value


@settings(max_examples=60)
@given(SHELL, SHELL)
def test_only_references_are_expanded_in_a_value(before: str, after: str) -> None:
    before, after = before.replace("$", ""), after.replace("$", "")
    assert expanded(f"A={double_quoted(f'{before}${{B}}{after}')}") == f"{before}of-b{after}"


@pytest.mark.parametrize("value", ["$(id)", "`id`", "${B:-$(id)}", "$((1+1))", "$", "a$", "$1", "$'x'", '$"x"', "${B"])
def test_what_only_looks_like_a_reference_stays_text(value: str) -> None:
    assert expanded(export("A", value)) == value


def test_ck_s_references_and_quoted_values_are_what_ck_makes_of_them() -> None:
    assert references("a $<<B>>$/$<<C_1>>$ $<<no name>>$") == "a ${B}/${C_1} $<<no name>>$"
    assert expanded(export("A", "x $<<B>>$ $B")) == "x of-b of-b"
    assert expanded(export("A", '"x y"')) == "x y"
    assert expanded(export("A", 7)) == "7"


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A=1;id", "$(id)", "A\nid", "A[0]", "\u00e4"])
def test_a_variable_has_a_name_that_a_shell_reads_as_one(name: str) -> None:
    if name.isidentifier():  # Python's idea of a letter is wider than the shell's
        return
    with pytest.raises(FailedError, match="is no name of a variable"):
        export(name, "x")


def test_the_compiler_is_brought_in_again_after_all_others() -> None:
    deps = {
        "lib": {"script": "/l i b/env.sh", "sort": 5, "force_env_init": "yes"},
        "compiler": {"script": "/c/env.sh", "sort": "1"},
        "tool": {"script": "/t/env.sh", "sort": 9, "env_key": "tool", "repeat_at_the_end": "yes"},
    }
    assert sources(deps) == [
        ". /c/env.sh",
        ". '/l i b/env.sh' 1",
        'export CK_ENV_SCRIPT_TOOL="/t/env.sh"',
        ". /t/env.sh",
        ". /c/env.sh 1",
        ". /t/env.sh 1",
    ]


def test_placeholders_of_a_program_and_its_data_are_put_in_and_others_stay() -> None:
    dataset = {"path": "/d", "uid": "1", "files": ["a b.txt", "c"], "named": {"frames": "24", "dataset_path": "mine/"}}
    spec = program_spec(source_folder="/s", taken={"dataset:x": "/x"}, dataset=dataset)
    text = "$#src_path#$a$#dir_sep#$b $#ck_take_from_{dataset:x}#$f $<<V>>$ $#env1#$V$#env2#$ $#script_ext#$ $#other#$"
    assert of_program(text, spec) == "/s/a/b /x/f ${V} $V .sh $#other#$"
    text = "$#dataset_path#$$#dataset_filename#$ $#dataset_filename_1#$ $#dataset_filename_2#$ $#frames#$"
    assert of_data(text, spec) == "mine/a b.txt c $#dataset_filename_2#$ 24"
    assert of_data(text, program_spec()) == text


@given(st.text(), st.dictionaries(st.text(alphabet="ab", max_size=3), st.text(alphabet="xy", max_size=3)))
def test_a_text_without_placeholders_stays_as_it_is(text: str, values: dict[str, str]) -> None:
    assert substituted(text.replace("#$", ""), values) == text.replace("#$", "")
    assert "".join(substituted(f"$#{name}#$", values) for name in values) == "".join(values.values())


def test_one_text_or_a_list_of_them_is_taken_and_nothing_else() -> None:
    assert [list(texts(one)) for one in ("a", "", ["a", 1], None, {"a": 1}, 3)] == [["a"], [], ["a", "1"], [], [], []]


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "later"
    with pytest.raises(FailedError, match="took more than"):
        output_of(["bash", "-c", f"(sleep 2; touch {mark}) & sleep 60"], 0.3)
    assert not subprocess.run(["pgrep", "-f", str(mark)], check=False, capture_output=True).stdout
    with pytest.raises(FailedError, match="can't be started"):
        output_of(["/no/such/program"], 1)
