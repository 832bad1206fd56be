import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.grammar import request_of_words, words_of_line
from ckexplore.actions.request import request_from
from ckexplore.store import repos
from ckexplore.store.errors import CkexploreError
from ckexplore.store.workspace import Workspace

from ..store.making import make_entry, make_repository

HOME = Workspace(Path("/nowhere"))


def test_an_action_cids_and_options_are_told_apart() -> None:
    words = ["run", "r:program:x", "y:z", "--cmd_key=a", "-quiet", "n=4", "--env.N=4", "--", "-O3", "file"]
    assert request_of_words(words) == {
        "action": "run",
        "cid": "r:program:x",
        "cids": ["y:z"],
        "cmd_key": "a",
        "quiet": "yes",
        "n": "4",
        "env.N": "4",
        "unparsed": ["-O3", "file"],
    }


def test_a_json_file_and_json_in_a_word_are_merged_in(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"tags": "a", "env": {"N": 1}}')
    request = request_of_words(["search", f"@{tmp_path}/in.json", '@@@{"tags": "b"}', "program"])
    assert request == {"action": "search", "tags": "b", "env": {"N": 1}, "cid": "program"}


def test_nested_and_dotted_options_are_one_group() -> None:
    request = request_from(HOME, {"action": "run", "cid": "program:x", "env": {"N": 1}, "env.M": "2"})
    assert request.group("env") == {"N": "1", "M": "2"}


def test_a_ck_dictionary_and_a_command_line_are_the_same_request() -> None:
    from_dict = request_from(HOME, {"action": "load", "repo_uoa": "r", "module_uoa": "os", "data_uoa": "linux-64"})
    from_line = request_from(HOME, request_of_words(["load", "r:os:linux-64"]))
    assert from_dict == from_line


@pytest.mark.parametrize("line", ["run 'open", "ls --=x", "ls @@key", "ls @@@[1]", "ls @/no/such.json", "x a:b:c:d"])
def test_what_cant_be_understood_is_a_sentence(line: str) -> None:
    with pytest.raises(CkexploreError) as raised:
        request_from(HOME, request_of_words(words_of_line(line)))
    assert str(raised.value)


@given(st.lists(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), min_size=1)))
def test_words_survive_a_line(words: list[str]) -> None:
    assert words_of_line(shlex.join(words)) == words


def test_yaml_and_ck_json_are_input_and_nested_values_are_merged(tmp_path: Path) -> None:
    (tmp_path / "in.yaml").write_text("env: {N: 1, M: 2}\ntags: a\n")
    request = request_of_words(["run", f"@{tmp_path}/in.yaml", "@@@{'env': {'N': 3}}"])
    assert request == {"action": "run", "tags": "a", "env": {"N": 3, "M": 2}}


def test_a_temporary_input_file_is_deleted_after_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "in.tmp"
    path.write_text('{"tags": "a"}')
    assert request_of_words(["ls", f"@{path}"])["tags"] == "a"
    assert not path.exists()


def test_the_current_folder_stands_for_what_isnt_named(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(tmp_path / "r", "mine")
    entry = make_entry(root, "program", "x", "1" * 16)
    make_entry(root, "program", "y", "2" * 16)
    repos.register(workspace, root)

    def cid(*words: str) -> str:
        return str(request_from(workspace, request_of_words(words)).cid)

    assert cid("load") == ":"  # outside of all repositories
    monkeypatch.chdir(entry / ".cm")
    assert (cid("load"), cid("run"), cid("find", "^"), cid("find", "#")) == ("mine:program:x",) * 4
    assert (cid("find", "^y"), cid("find", "^soft:z")) == ("mine:program:y", "mine:soft:z")
    assert (cid("ls"), cid("search"), cid("rm"), cid("add")) == (":",) * 4  # these mean everything, or what is named
    monkeypatch.chdir(entry.parent)
    assert cid("cid") == "mine:program:"
    monkeypatch.chdir(root)
    assert cid("cid") == "mine::"
