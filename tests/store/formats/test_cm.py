import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ckexplore.store.errors import UnreadableError
from ckexplore.store.formats import cm, recognise

from ...conftest import EVIL
from .making import SCRIPT, artifacts, script, signatures, write, write_hostile

UID = "0123456789012345"
EXPERIMENT = {"automation_alias": "experiment", "automation_uid": "a0a2d123ef064bcb"}


def repository(root: Path, description: str = f"alias: me@r\nuid: {UID}\n") -> Path:
    write(root / "cmr.yaml", description)
    return root


@pytest.mark.parametrize("name", ["cmr.yaml", "cmr.json"])
def test_a_repository_is_known_by_its_description(tmp_path: Path, name: str) -> None:
    assert recognise(tmp_path) == "plain"
    write(tmp_path / name, {"alias": "me@r", "uid": "ABCDEF0123456789"})
    assert recognise(tmp_path) == "cm"
    assert cm.identity(tmp_path) == ("me@r", "abcdef0123456789")


@pytest.mark.parametrize("description", ["cmr.yaml", "meta.yaml", "_cmr.yaml"])
def test_recognising_a_repository_loads_no_library(tmp_path: Path, description: str) -> None:
    write(tmp_path / description, "alias: a\nuid: '1111111111111111'\n")
    (tmp_path / "script").mkdir()
    code = (
        "import sys, pathlib; from ckexplore.store.formats import recognise; "
        "print(recognise(pathlib.Path(sys.argv[1])), *({'yaml', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [{"cmr.yaml": "cm", "meta.yaml": "mlc", "_cmr.yaml": "cmeta"}[description]]


def test_a_broken_description_has_no_names_and_the_entries_are_found(tmp_path: Path) -> None:
    repository(tmp_path, "alias: [\n")
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    assert cm.identity(tmp_path) == ("", "")
    assert set(artifacts(cm, tmp_path)) == {"script/a"}
    assert "cmr.yaml:2" in next(cm.drift(tmp_path)).what


def test_every_entry_is_found_with_what_its_meta_says(tmp_path: Path) -> None:
    repository(tmp_path)
    meta = script("get-x", "1" * 16, tags=["get", "x", "get"], name="Get  X", category="Tools")
    write(tmp_path / "script/get-x/_cm.yaml", meta)
    write(tmp_path / "report/one/_cm.json", {"alias": "one", "uid": "2" * 16, "title": "One", "tags": "a, b"})
    write(tmp_path / "docs/guide/README.md", "no meta")
    write(tmp_path / "README.md", "no folder")
    found = artifacts(cm, tmp_path)
    assert set(found) == {"script/get-x", "report/one"}
    one = found["script/get-x"]
    assert (one.alias, one.uid, one.module, one.module_uid) == ("get-x", "1" * 16, "script", SCRIPT)
    assert (one.name, one.tags, one.description, one.format) == ("Get X", ("get", "x"), "Tools", "cm")
    assert (found["report/one"].module, found["report/one"].name) == ("report", "One")
    assert found["report/one"].tags == ("a", "b")


@pytest.mark.parametrize("uid", ["12e4567890123456", "1234567890123456", "0123456701234567"])
def test_a_uid_that_looks_like_a_number_stays_as_it_was_written(tmp_path: Path, uid: str) -> None:
    repository(tmp_path, f"uid: {uid}\nalias: r\n")
    write(tmp_path / "script/a/_cm.yaml", f"alias: a\nuid: {uid}\nautomation_uid: {uid}\n")
    one = artifacts(cm, tmp_path)["script/a"]
    assert cm.identity(tmp_path)[1] == uid
    assert (one.uid, one.module_uid, one.problem) == (uid, uid, "")
    assert cm.load_meta(tmp_path, "script/a")["uid"] == uid


def test_the_keys_of_the_json_file_lie_over_those_of_the_yaml_file(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", "alias: a\nuid: '1111111111111111'\ntags: [x]\nenv: {A: 1, B: 2}\n")
    write(tmp_path / "script/a/_cm.json", {"tags": ["y"], "env": {"A": 3}})
    one = artifacts(cm, tmp_path)["script/a"]
    assert (one.uid, one.tags) == ("1" * 16, ("y",))
    assert cm.load_meta(tmp_path, "script/a")["env"] == {"A": 3}


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("prefix: a/b", {"a/b/script/x"}),
        ("prefix: ./a//b/", {"a/b/script/x"}),
        ("prefix:", {"script/x"}),
        ("prefix_cmx: c", {"script/x", "c/script/x"}),
        ("prefix: a/b\nprefix_cmx: c", {"a/b/script/x", "c/script/x"}),
        ("prefix: nowhere", set()),
        ("prefix: ../outside", set()),
        ("prefix: link", set()),
        ("prefix: [a]", {"script/x"}),
    ],
)
def test_automations_are_in_the_folder_that_the_prefix_names(
    tmp_path: Path, description: str, expected: set[str]
) -> None:
    root = repository(tmp_path / "r", description)
    for base in (".", "a/b", "c", "../outside"):
        write(root / base / "script/x/_cm.yaml", script("x", "1" * 16))
    (root / "link").symlink_to("../outside")
    assert set(artifacts(cm, root)) == expected


def test_the_module_is_what_the_meta_says_and_else_the_folder(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "a/one/_cm.json", {"alias": "one", "uid": "1" * 16, "automation_alias": f"script,{SCRIPT}"})
    write(tmp_path / "a/two/_cm.json", {"uid": "2" * 16})
    write(tmp_path / f"a/{'3' * 16}/_cm.json", {"uid": "3" * 16})
    found = artifacts(cm, tmp_path)
    assert (found["a/one"].module, found["a/one"].module_uid) == ("script", SCRIPT)
    assert (found["a/two"].module, found["a/two"].alias) == ("a", "two")
    assert found[f"a/{'3' * 16}"].alias == ""


def test_a_meta_that_cannot_be_read_is_an_artifact_with_its_reason(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/sound/_cm.yaml", script("sound", "1" * 16))
    yaml = write_hostile(tmp_path / "script", "_cm.yaml")
    json = write_hostile(tmp_path / "other", "_cm.json")
    found = artifacts(cm, tmp_path)
    broken = {path for path, one in found.items() if one.problem}
    assert broken == {f"script/{name}" for name in yaml} | {f"other/{name}" for name in json}
    assert set(found) == {*broken, "script/sound"}
    assert all(one.problem.isprintable() and one.alias for one in found.values() if one.problem)
    for path in broken - {"other/list"}:
        with pytest.raises(UnreadableError):
            cm.load_meta(tmp_path, path)


@pytest.mark.parametrize(("uid", "reason"), [("", "holds no UID"), ("short", "isn't 16 hexadecimal digits")])
def test_an_entry_without_a_uid_has_a_problem(tmp_path: Path, uid: str, reason: str) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.json", script("a", uid))
    one = artifacts(cm, tmp_path)["script/a"]
    assert one.uid == ""
    assert reason in one.problem


def test_text_of_a_repository_is_safe_from_the_beginning(tmp_path: Path) -> None:
    repository(tmp_path)
    more = {"automation_alias": EVIL, "name": EVIL, "desc": EVIL}
    write(tmp_path / "script/a/_cm.json", script(EVIL, EVIL, tags=[EVIL]) | more)
    folder = os.fsencode(tmp_path / "script") + b"/\xff\x1b"
    Path(os.fsdecode(folder)).mkdir()
    write(Path(os.fsdecode(folder)) / "_cm.json", {"uid": "1" * 16})
    for one in artifacts(cm, tmp_path).values():
        assert all(text.isprintable() for text in (one.alias, one.module, one.name, one.description, one.problem))
        assert all(tag.isprintable() for tag in one.tags)
        assert one.location(tmp_path).is_dir()


def test_links_are_followed_within_the_repository_only(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    write(root / "common/x/_cm.json", script("x", "1" * 16))
    write(tmp_path / "outside/y/_cm.json", script("y", "2" * 16))
    (root / "script").mkdir()
    for name, target in {"within": "../common/x", "out": "../../outside/y", "loop": "loop", "gone": "no"}.items():
        (root / "script" / name).symlink_to(target)
    (root / "linked").symlink_to("../outside")
    assert set(artifacts(cm, root)) == {"common/x", "script/within"}
    assert {(one.path, one.what) for one in cm.drift(root) if "link" in one.what} == {
        ("script/out", "is a link that leads out of the repository: it isn't followed")
    }


# Inheritance


def inheriting(root: Path) -> Path:
    repository(root, "alias: r\nprefix: in\n")
    base = {"tags": ["x"], "deps": [{"tags": "a"}], "env": {"A": 1, "B": {"c": [1]}, "L": ["s"]}, "desc": "base"}
    write(root / "in/script/base/_cm.json", script("base", "1" * 16, **base))
    own = {"tags": ["y"], "env": {"B": {"c": [2], "d": 3}, "L": ["s"]}, "_base": "script::base"}
    write(root / "in/script/middle/_cm.yaml", script("middle", "2" * 16, **own))
    return root


@pytest.mark.parametrize(
    "base",
    [
        "middle",
        "script::middle",
        f"script,{SCRIPT}::middle",
        f"{SCRIPT}::{'2' * 16}",
        f"script::wrong,{'2' * 16}",
        "script::MID*",
    ],
)
def test_an_entry_inherits_as_cm_merges(tmp_path: Path, base: str) -> None:
    root = inheriting(tmp_path)
    write(root / "in/script/own/_cm.json", script("own", "3" * 16, _base=base, tags=["z"], desc="own"))
    meta = cm.load_meta(root, "in/script/own")
    assert meta == {
        **script("own", "3" * 16),
        "tags": ["x", "y", "z"],
        "deps": [{"tags": "a"}],
        "env": {"A": 1, "B": {"c": [1, 2], "d": 3}, "L": ["s", "s"]},
        "desc": "own",
    }
    one = artifacts(cm, root)["in/script/own"]
    assert (one.alias, one.tags, one.description, one.problem) == ("own", ("x", "y", "z"), "own", "")


@pytest.mark.parametrize("base", ["nothing", "other::base", "script::../../out", "loop", "::", "script::"])
def test_an_entry_without_its_base_keeps_its_own_fields_and_says_so(tmp_path: Path, base: str) -> None:
    root = inheriting(tmp_path / "r")
    write(tmp_path / "r/out/_cm.json", script("out", "4" * 16))
    write(root / "in/script/loop/_cm.json", script("loop", "3" * 16, _base=base, tags=["z"]))
    one = artifacts(cm, root)["in/script/loop"]
    assert (one.uid, one.tags) == ("3" * 16, ("z",))
    assert "base" in one.problem
    with pytest.raises(UnreadableError, match="base"):
        cm.load_meta(root, "in/script/loop")


# What a change touches


def edit(root: Path) -> None:
    write(root / "script/a/_cm.yaml", script("a", "1" * 16, tags=["new"]))


def add_json(root: Path) -> None:
    write(root / "script/a/_cm.json", {"tags": ["new"]})


def replace(root: Path) -> None:
    write(root / "script/a/new", (root / "script/a/_cm.yaml").read_bytes()).rename(root / "script/a/_cm.yaml")


def remove(root: Path) -> None:
    (root / "script/a/_cm.yaml").unlink()


@pytest.mark.parametrize("change", [edit, add_json, replace, remove])
def test_a_changed_meta_changes_the_signature_and_the_digest(tmp_path: Path, change: Callable[[Path], None]) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    write(tmp_path / "script/b/_cm.yaml", script("b", "2" * 16))
    before, digest = signatures(cm, tmp_path), next(cm.folders(tmp_path)).digest()
    assert signatures(cm, tmp_path) == before
    assert next(cm.folders(tmp_path)).digest() == digest
    change(tmp_path)
    after = signatures(cm, tmp_path)
    assert after.get("script/a") != before["script/a"]
    assert after["script/b"] == before["script/b"]
    assert next(cm.folders(tmp_path)).digest() != digest


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cmr.yaml", None),
        ("in", None),
        ("in/script", None),
        ("in/new", None),
        ("in/script/a", ("in/script", "a")),
        ("in/script/a/_cm.yaml", ("in/script", "a")),
        ("in/script/a/_cm.json", ("in/script", "a")),
        ("in/script/a/run.sh", ("", "")),
        ("in/script/a/deep/_cm.yaml", ("", "")),
        ("in/README.md", ("", "")),
        ("in/script/README.md", ("", "")),
        ("in/experiment/e/2024/cm-result.json", ("in/experiment", "e")),
        ("in/.git/x", ("", "")),
        ("README.md", ("", "")),
        ("other/script/a/_cm.yaml", ("", "")),
    ],
)
def test_a_changed_path_names_its_entry(tmp_path: Path, path: str, expected: tuple[str, str] | None) -> None:
    repository(tmp_path, "prefix: in\n")
    write(tmp_path / "in/script/a/_cm.yaml", script("a", "1" * 16))
    write(tmp_path / "in/README.md", "")
    write(tmp_path / "in/script/README.md", "")
    assert cm.touched(tmp_path, path) == expected


def test_of_two_prefixes_the_inner_one_counts(tmp_path: Path) -> None:
    repository(tmp_path, "prefix_cmx: in\n")
    assert cm.touched(tmp_path, "in/script/a/_cm.yaml") == ("in/script", "a")
    assert cm.touched(tmp_path, "script/a/_cm.yaml") == ("script", "a")


def test_a_new_automation_folder_means_a_look_at_everything(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "script").mkdir()
    assert cm.touched(tmp_path, "script") is None


def test_entries_listed_again_are_those_still_there(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    (tmp_path / "script/empty").mkdir()
    folder = cm.listed(tmp_path, "script", ["a", "empty", "gone"])
    assert folder.names == ("a",)
    assert folder.signatures[0] == signatures(cm, tmp_path)["script/a"]


def test_a_result_that_is_new_or_changed_changes_its_experiment(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "experiment/e/_cm.json", {"alias": "e", "uid": "1" * 16, **EXPERIMENT})
    write(tmp_path / "experiment/other/_cm.json", {"alias": "other", "uid": "2" * 16, **EXPERIMENT})
    before = signatures(cm, tmp_path)
    write(tmp_path / "experiment/e/2024-01-01/cm-result.json", "[]")
    after = signatures(cm, tmp_path)
    assert {path for path in after if after[path] != before[path]} == {"experiment/e"}
    seen = cm.listed(tmp_path, "experiment", ["e"]).signatures
    write(tmp_path / "experiment/e/2024-01-01/cm-result.json", '[{"Result": 1}]')
    assert cm.listed(tmp_path, "experiment", ["e"]).signatures != seen


def test_only_experiments_have_points(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.json", script("a", "1" * 16))
    write(tmp_path / "script/a/2024-01-01/cm-result.json", '[{"Result": 1}]')
    assert list(cm.points(tmp_path, "script/a")) == []


# Drift


def drift(root: Path) -> set[tuple[str, str]]:
    return {(one.path, one.what) for one in cm.drift(root)}


def test_a_tidy_repository_has_no_drift(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    write(tmp_path / f"script/{'2' * 16}/_cm.yaml", {**script("", "2" * 16)})
    write(tmp_path / "docs/x.md", "")
    assert drift(tmp_path) == set()


def test_what_cm_does_not_list_is_told(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    write(tmp_path / "script/a/deeper/_cm.json", script("b", "2" * 16))
    write(tmp_path / "script/empty/run.sh", "")
    write(tmp_path / "_cm.yaml", script("c", "3" * 16))
    write(tmp_path / "nested/cmr.yaml", "alias: n\nuid: '4444444444444444'\n")
    write(tmp_path / "nested/script/d/_cm.yaml", script("d", "5" * 16))
    assert drift(tmp_path) == {
        ("script/a/deeper/_cm.json", "is where cm doesn't look: it lists no such entry"),
        ("script/empty", "has no meta: it is no entry"),
        ("_cm.yaml", "is where cm doesn't look: it lists no such entry"),
        ("nested", "is a repository of its own: its entries aren't listed here"),
    }


def test_names_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    repository(tmp_path)
    write(tmp_path / "script/a/_cm.yaml", script("a", "1" * 16))
    write(tmp_path / "script/a/_cm.json", script("a", "2" * 16))
    write(tmp_path / "script/b/_cm.yaml", script("other", "3" * 16))
    write(tmp_path / "script/c/_cm.yaml", {**script("c", "4" * 16), **EXPERIMENT})
    write(tmp_path / "script/d/_cm.yaml", script("d", "3" * 16))
    write(tmp_path / "script/e/_cm.yaml", {"alias": "e"})
    assert drift(tmp_path) == {
        ("script/a", f"has two UIDs, {'1' * 16} and {'2' * 16}: the one in _cm.json counts"),
        ("script/b", "its alias is other, its folder is named otherwise"),
        ("script/c", "belongs to experiment, its folder to script"),
        ("script/d", f"has the UID {'3' * 16} of script/b"),
        ("script/e", "script/e: its meta holds no UID"),
        ("script/e", "names no automation: cm can't tell what it is"),
        ("script/e", "belongs to no automation, its folder to script"),
    }


def test_a_description_without_uid_and_metas_broken_anywhere_are_told(tmp_path: Path) -> None:
    repository(tmp_path, "alias: r\n")
    write(tmp_path / "script/a/_cm.yaml", "alias: a\nuid: '1111111111111111'\ndeps:\n  - x\n - y\n")
    found = dict(drift(tmp_path))
    assert found["cmr.yaml"] == "cmr.yaml: its meta holds no UID"
    assert "_cm.yaml:5: not valid YAML" in found["script/a"]
