"""Actions that a stranger's module declares, called in real child processes."""

import json
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions import access, module_call
from ckexplore.actions.jobs.queue import submit
from ckexplore.actions.trust.sandbox import availability
from ckexplore.store.errors import InvalidRequestError, RefusedError
from ckexplore.store.workspace import Workspace

from ..conftest import EVIL, require
from .hostile import Stranger
from .waiting import ended

SANDBOXES = ["offline", "none"]


class Modules(Stranger):
    """A stranger whose modules have functions."""

    def module(self, name: str, code: str, **meta: Any) -> Path:
        """Make a module whose actions are its functions."""
        actions = {line[4:].partition("(")[0]: {} for line in code.splitlines() if line.startswith("def ")}
        return self.entry("module", name, {"actions": actions, **meta}, {"module.py": code})


@pytest.fixture
def modules(workspace: Workspace, tmp_path: Path) -> Modules:
    return Modules(workspace, tmp_path / "stranger")


@pytest.fixture(params=SANDBOXES)
def sandbox(request: pytest.FixtureRequest) -> str:
    if request.param != "none" and not availability().usable:
        require("bwrap")
    return request.param


GREET = """
import os, sys
cfg, work, ck = {}, {}, None

def init(i):
    work["ready"] = "yes"
    return {"return": 0}

def greet(i):
    import ck.kernel
    ck_is_same = ck.kernel is sys.modules[__name__].ck
    globals()["ck"].out("hello " + i["data_uoa"])
    return {"return": 0, "same": ck_is_same, "i": i, "cfg": cfg["colour"], "work": work, "bytes": b"x", "set": {1}}
"""


def test_a_function_gets_ck_cfg_work_and_the_request_and_its_answer_is_given(modules: Modules, sandbox: str) -> None:
    module = modules.module("greeter", GREET, colour="red")
    modules.entry("greeter", "world", {})
    answer = modules.approved("greet", "greeter:world", name="you", sandbox=sandbox)
    assert answer["return"] == 0, answer
    assert (answer["same"], answer["cfg"], answer["bytes"], answer["set"]) == (True, "red", "x", [1])
    wanted = {"action": "greet", "module_uoa": "greeter", "data_uoa": "world", "name": "you", "out": "con"}
    assert wanted.items() <= answer["i"].items()
    assert not {"yes", "expect", "sandbox"} & answer["i"].keys()
    assert answer["work"]["path"] == str(module)
    assert answer["work"]["self_module_uoa"] == "greeter"
    assert answer["work"]["ready"] == "yes"
    assert "hello world" in modules.log()


def test_no_bytecode_is_left_beside_a_module(modules: Modules, sandbox: str) -> None:
    module = modules.module("greeter", GREET, colour="red")
    assert modules.approved("greet", "greeter:x", sandbox=sandbox)["return"] == 0
    assert {path.name for path in module.iterdir()} == {".cm", "module.py"}


FAILING = """
import sys
def told(i):
    return {"return": 33, "error": "not\\n on this \\x1b[31m system"}
def raised(i):
    return helper({})
def helper(i):
    return i["nothing"]
def left(i):
    sys.exit(7)
def ended(i):
    ck.err({"return": 5, "error": "so it is"})
def odd(i):
    return [1]
def needs(i):
    import no_such_package.inner
def asks(i):
    while ck.inp({"text": "name? "})["string"] == "":
        pass
"""


@pytest.mark.parametrize(
    ("action", "code", "told"),
    [
        ("told", 33, "told failing: not on this ␛[31m system (job:"),
        ("raised", 1, "KeyError: 'nothing' (failing/module.py:8) (job:"),
        ("left", 7, "it ended itself with the code 7"),
        ("ended", 5, "it ended itself with the code 5"),
        ("odd", 1, "no dictionary but with a list"),
        ("needs", 1, "No module named 'no_such_package' (failing/module.py:16); install what provides it"),
        ("asks", 1, "nobody is there to answer"),
    ],
)
def test_a_failure_is_one_line_with_its_code_and_where_it_was(
    modules: Modules, action: str, code: int, told: str
) -> None:
    modules.module("failing", FAILING)
    answer = modules.approved(action, "failing")
    assert told in answer["error"]
    assert "\n" not in answer["error"]
    assert answer["return"] == code
    assert "Traceback" not in modules.log()


def test_what_cannot_be_imported_is_one_line_and_verbose_shows_the_traceback(modules: Modules) -> None:
    modules.entry("module", "broken", {"actions": {"run": {}}}, {"module.py": "x = 1\ndef run(i:\n"})
    answer = modules.approved("run", "broken")
    assert "SyntaxError" in answer["error"]
    assert "(broken/module.py:2)" in answer["error"]
    modules.module("failing", FAILING)
    modules.approved("raised", "failing", verbose="yes")
    assert "Traceback" in modules.log()


def test_an_action_is_executed_only_as_it_was_approved(modules: Modules) -> None:
    module = modules.module("greeter", GREET, colour="red")
    data = modules.entry("greeter", "world", {}, {"data.txt": "one"})
    request = {"action": "greet", "cid": "greeter:world"}
    assert "not approved" in access(request, modules.workspace)["error"]
    for path in (module / "module.py", data / "data.txt", module / "beside.py"):
        before = modules.plan("greet", "greeter:world")
        path.write_text("print('executed')\n")
        assert modules.plan("greet", "greeter:world").approval != before.approval
        assert "changed since" in ended(submit(modules.workspace, before)).error


def test_code_outside_of_the_entry_is_not_executed(modules: Modules, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text("def run(i): return {'return': 0}\n")
    modules.entry("module", "outside", {"actions": {"run": {}}, "module_name": "../../../elsewhere"})
    with pytest.raises(RefusedError, match="leads out"):
        modules.plan("run", "outside")


READING = """
def look(i):
    found = {}
    for name, asked in (
        ("find", {"action": "find", "module_uoa": "data", "data_uoa": "one"}),
        ("load", {"action": "load", "cid": "data:one"}),
        ("all", {"action": "search", "module_uoa": "data", "add_meta": "yes"}),
        ("tags", {"action": "search", "module_uoa": "data", "tags": "red"}),
        ("dict", {"action": "search", "module_uoa": "data", "search_dict": {"n": {"deep": 1}}}),
        ("none", {"action": "load", "module_uoa": "data", "data_uoa": "nobody"}),
    ):
        found[name] = ck.access(asked)
    found["repository"] = ck.load_repo_info_from_cache({"repo_uoa": found["find"]["repo_uoa"]})["dict"]["path"]
    found["place"] = ck.find_path_to_data({"module_uoa": "data", "data_uoa": "one"})["path"]
    found["here"] = ck.detect_cid_in_current_path({"path": found["place"]})["data_uoa"]
    return {"return": 0, "found": found}
"""


def test_a_module_sees_the_registered_repositories_as_the_command_line_does(modules: Modules, sandbox: str) -> None:
    modules.module("looker", READING)
    modules.entry("data", "one", {"tags": ["red"], "n": {"deep": 1, "more": 2}})
    modules.entry("data", "two", {"tags": ["blue"]})
    found = modules.approved("look", "looker", sandbox=sandbox)["found"]
    place = str(modules.root / "data/one")
    assert found["find"]["path"] == found["place"] == place
    assert found["load"]["dict"]["n"] == {"deep": 1, "more": 2}
    assert sorted(one["data_uoa"] for one in found["all"]["lst"]) == ["one", "two"]
    assert {tuple(one["meta"]["tags"]) for one in found["all"]["lst"]} == {("red",), ("blue",)}
    assert [one["data_uoa"] for one in found["tags"]["lst"]] == ["one"]
    assert [one["data_uoa"] for one in found["dict"]["lst"]] == ["one"]
    assert found["none"]["return"] == 16
    assert found["repository"] == str(modules.root)
    assert found["here"] == "one"


SPYING = """
import os
def spy(i):
    seen = [path for path in i["paths"].split(",") if os.path.exists(path)]
    written = []
    for path in seen:
        try:
            open(os.path.join(path, "x"), "w").close()
            written.append(path)
        except OSError:
            pass
    return {"return": 0, "seen": seen, "written": written}
"""


def test_in_the_sandbox_it_sees_no_more_of_the_home_than_its_own_entries_and_changes_nothing(
    modules: Modules, tmp_path: Path
) -> None:
    require("bwrap")
    modules.module("spy", SPYING)
    workspace, secret = modules.workspace, tmp_path / "secret"
    secret.mkdir()
    access({"action": "note", "cid": f"{modules.root.name}:module:spy", "text": "mine"}, workspace)
    annotation = next((workspace.local / "annotation").iterdir())
    paths = ",".join(map(str, (secret, annotation, workspace.trust, workspace.jobs / "job", modules.root)))
    answer = modules.approved("spy", "spy", paths=paths)
    assert str(modules.root) in answer["seen"]
    assert not {str(secret), str(annotation), str(workspace.trust)} & set(answer["seen"])
    assert str(modules.root) not in answer["written"]
    assert not list(workspace.jobs.glob("job/x"))


ASKING = """
def ask(i):
    tried = [
        {"action": "detect", "module_uoa": "soft", "tags": "compiler,gcc"},
        {"action": "install", "module_uoa": "package", "data_uoa": "lib-x"},
        {"action": "run", "module_uoa": "b0ac08fe1d3c2615", "data_uoa": "p"},
        {"action": "call", "module_uoa": "unapproved"},
        {"action": "rm", "module_uoa": "asker", "data_uoa": "x"},
        {"action": "add", "module_uoa": "env", "data_uoa": "x"},
        {"action": "add", "module_uoa": "asker", "repo_uoa": "stranger", "data_uoa": "x"},
        {"action": "detect", "module_uoa": "platform"},
    ]
    return {"return": 0, "answers": [ck.access(one) for one in tried], "own": ck.access("ls")}
"""


def test_what_would_be_executed_is_refused_with_the_command_to_give_first(modules: Modules) -> None:
    modules.module("asker", ASKING)
    modules.module("unapproved", "def call(i):\n    return {'return': 0}\n")
    answered = modules.approved("ask", "asker")
    assert answered["return"] == 0, answered
    *refused, platform = answered["answers"]
    assert all(one["return"] > 0 for one in refused)
    told = [one["error"] for one in refused]
    assert "ckexplore detect soft --tags=compiler,gcc" in told[0]
    assert "ckexplore install package:lib-x" in told[1]
    assert "ckexplore run program:p" in told[2]
    assert "module_deps" in told[3]
    assert "isn't offered" in told[4]
    assert "only entries of asker" in told[5]
    assert "own repository (local)" in told[6]
    assert platform["features"]


def test_modules_that_it_names_in_its_meta_are_approved_with_it_and_can_be_called(modules: Modules) -> None:
    second = modules.module("second", "def call(i):\n    return {'return': 0, 'got': i['x'], 'me': work['path']}\n")
    uid = json.loads((second / ".cm/info.json").read_text())["backup_data_uid"]
    code = "def run(i):\n    return ck.access({'action': 'call', 'module_uoa': cfg['module_deps']['second'], 'x': 3})\n"
    modules.module("first", code, module_deps={"second": uid, "gone": "f" * 16})
    plan = modules.plan("run", "first")
    assert str(second / "module.py") in {file.path for file in plan.files}
    assert any("second" in line for line in plan.stages[0].commands)
    answer = modules.approved("run", "first")
    assert (answer["got"], answer["me"]) == (3, str(second))


WRITING = """
import os
def keep(i):
    made = ck.access({"action": "add", "module_uoa": "keeper", "data_uoa": i["data_uoa"], "dict": {"tags": ["a"]}})
    if made["return"] > 0:
        return made
    with open(os.path.join(made["path"], "note.txt"), "w") as stream:
        stream.write("kept")
    changed = ck.access({"action": "update", "module_uoa": "keeper", "data_uoa": i["data_uoa"], "dict": {"n": 1}})
    if changed["return"] > 0:
        return changed
    found = ck.access({"action": "search", "module_uoa": "keeper"})["lst"]
    return {"return": int(i.get("fail", 0)), "error": "as asked", "seen": [one["data_uoa"] for one in found]}
def change(i):
    return ck.access({"action": "update", "module_uoa": "keeper", "data_uoa": i["data_uoa"], "dict": {"n": 2}})
"""


def test_what_it_adds_is_in_the_users_own_repository_when_it_has_ended_well(modules: Modules, sandbox: str) -> None:
    modules.module("keeper", WRITING)
    answer = modules.approved("keep", "keeper:one", sandbox=sandbox)
    assert (answer["seen"], answer["written"]) == (["one"], ["local:keeper:one"])
    found = access({"action": "load", "cid": "keeper:one"}, modules.workspace)
    assert found["dict"] == {"tags": ["a"], "n": 1}
    assert (Path(found["path"]) / "note.txt").read_text() == "kept"
    module = access({"action": "find", "cid": "module:keeper"}, modules.workspace)
    assert found["module_uid"] == module["data_uid"]
    assert modules.approved("change", "keeper:one", sandbox=sandbox)["return"] == 0
    again = access({"action": "load", "cid": "keeper:one"}, modules.workspace)
    assert (again["dict"], again["data_uid"]) == ({"tags": ["a"], "n": 2}, found["data_uid"])
    assert (Path(again["path"]) / "note.txt").read_text() == "kept"
    assert modules.approved("keep", "keeper:two", sandbox=sandbox, fail=3)["return"] == 3
    assert "already exists" in modules.approved("keep", "keeper:one", sandbox=sandbox)["error"]
    listed = access({"action": "ls", "cid": "keeper"}, modules.workspace)["lst"]
    assert [one["data_uoa"] for one in listed] == ["one"]


HOSTILE = """
import os
def attack(i):
    home = os.path.join(os.environ["CKEXPLORE_STAGE"], "home", "local")
    how = i["how"]
    if how == "env":
        entry = os.path.join(home, "env", "a" * 16, ".cm")
        os.makedirs(entry)
        open(os.path.join(entry, "meta.json"), "w").write("{}")
        return {"return": 0}
    made = ck.access({"action": "add", "module_uoa": "attacker", "data_uoa": "x"})
    if how == "link":
        os.symlink("/etc/passwd", os.path.join(made["path"], "link"))
    elif how == "fifo":
        os.mkfifo(os.path.join(made["path"], "fifo"))
    elif how == "meta":
        open(os.path.join(made["path"], ".cm", "meta.json"), "w").write("[" * 100000)
    elif how == "name":
        os.rename(made["path"], os.path.join(home, "attacker", "-x*"))
        open(os.path.join(home, "attacker", ".cm", "alias-a--x*"), "w").write("b" * 16)
    elif how == "answer":
        place = os.environ["CKEXPLORE_STAGE"]
        os.mkfifo(os.path.join(place, "output.json.fifo"))
        os.symlink("/etc/passwd", os.path.join(place, "output.json"))
        os._exit(0)
    return {"return": 0}
"""


@pytest.mark.parametrize("how", ["env", "link", "fifo", "meta", "name", "answer"])
def test_what_is_no_entry_of_its_own_is_not_taken_over(modules: Modules, how: str) -> None:
    modules.module("attacker", HOSTILE)
    answer = modules.approved("attack", "attacker", how=how)
    assert (answer["return"] > 0) == (how != "env"), answer
    assert not (modules.workspace.local / "env").exists()
    kept = access({"action": "ls", "cid": "local:attacker"}, modules.workspace).get("lst", [])
    assert kept == []


@pytest.mark.parametrize("name", ["env", "annotation", "cfg", "kernel"])
def test_an_action_of_a_module_that_has_its_place_in_every_home_writes_nothing_into_it(
    modules: Modules, name: str
) -> None:
    code = f"""
import os
def attack(i):
    made = ck.access({{"action": "add", "module_uoa": work["self_module_uid"], "data_uoa": "x"}})
    entry = os.path.join(os.environ["CKEXPLORE_STAGE"], "home", "local", {name!r}, "a" * 16, ".cm")
    os.makedirs(entry)
    open(os.path.join(entry, "meta.json"), "w").write("{{}}")
    return {{"return": 0, "code": made["return"]}}
"""
    modules.module(name, code)
    answer = modules.approved("attack", f"{name}:x")
    assert answer["code"] > 0
    assert not (modules.workspace.local / name / ("a" * 16)).exists()


def test_an_answer_is_made_safe_and_kept_small_and_never_taken_for_a_jobs_own_words(modules: Modules) -> None:
    code = f"""
def run(i):
    loop = []
    loop.append(loop)
    return {{"return": 0, "evil": {EVIL!r}, "large": "x" * 2_000_000, "loop": loop, "job": "mine",
            "plan": 1, "approval": 2, "differences": 3, ("a", 1): "key"}}
"""
    modules.module("talker", code)
    answer = modules.approved("run", "talker")
    assert answer["return"] == 0, answer
    assert "\x1b" not in answer["evil"]
    assert "left out" in answer["large"]
    assert answer["job"] != "mine"
    assert not {"plan", "approval", "differences"} & answer.keys()


def test_a_default_action_answers_what_is_not_declared(modules: Modules) -> None:
    modules.module(
        "any", "def other(i):\n    return {'return': 0, 'asked': i['action']}\n", default_action_name="other"
    )
    assert modules.approved("whatever", "any:x")["asked"] == "whatever"


def test_more_entries_of_ones_own_than_can_be_shown_are_refused_with_what_to_do(
    modules: Modules, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules.module("greeter", GREET, colour="red")
    for name in ("one", "two"):
        access({"action": "add", "cid": f"greeter:{name}"}, workspace)
    monkeypatch.setattr(module_call, "MOST_OWN_ENTRIES", 1)
    with pytest.raises(InvalidRequestError, match="has 2 entries of greeter; at most 1 can be shown"):
        modules.plan("greet", "greeter:one")
