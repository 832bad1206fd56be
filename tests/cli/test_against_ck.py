"""Our `ls`, `find`, `search`, `load` and `list_tags` beside the original CK's, on the same home.

It needs the original: `pip install ck==2.6.4` into an environment of its own, and its `ck` on the PATH or in
$CKEXPLORE_CK. $CKEXPLORE_CK_REPOSITORIES may name further folders of repositories to compare on, as a PATH does.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ckexplore.actions.environments import register
from ckexplore.actions.grammar import request_of_words
from ckexplore.actions.kernel import answer
from ckexplore.actions.request import request_from
from ckexplore.store import repos
from ckexplore.store.cid import MODULE_UIDS
from ckexplore.store.errors import CkexploreError
from ckexplore.store.workspace import Workspace

from ..conftest import SAMPLES
from ..store.making import make_entry, make_repository

Answer = dict[str, Any]

NAMES = ("repo_uoa", "repo_uid", "module_uoa", "module_uid", "data_uoa", "data_uid", "path")
FOUND = (*NAMES, "path_repo", "path_module", "repo_alias", "module_alias", "data_alias", "number_of_entries")
OF_CK = "default"  # the repository in CK's own package, which we don't have


@pytest.fixture(scope="module")
def ck() -> str:
    """The path of the original `ck`."""
    found = os.environ.get("CKEXPLORE_CK") or shutil.which("ck")
    if not found:
        pytest.skip("the original CK isn't installed: pip install ck==2.6.4, and name its `ck` in $CKEXPLORE_CK")
    told = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    if not told.startswith("V"):
        pytest.skip(f"{found} isn't the Collective Knowledge framework")
    return found


class Home:
    """One home for both: the original sees with CK_REPOS what we see with CKEXPLORE_HOME."""

    def __init__(self, ck: str, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self._ck = ck
        self._environment = {**os.environ, "CK_REPOS": str(folder), "CKEXPLORE_HOME": str(folder), "HOME": str(folder)}

    def of_ck(self, *words: str) -> Answer:
        told = self.printed(self._ck, *words, "--out=json").stdout
        return json.loads(told[told.index("{") : told.rindex("}") + 1])

    def of_ours(self, *words: str) -> Answer:
        try:
            return {"return": 0, **answer(request_from(self.workspace, request_of_words(words)))}
        except CkexploreError as error:
            return {"return": error.code, "error": str(error)}

    def printed(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words],
            capture_output=True,
            text=True,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def both(self, *words: str) -> tuple[Any, Any]:
        """What CK and we answer, without what only CK's own repository holds and how long it took."""
        return comparable(words[0], self.of_ck(*words)), comparable(words[0], self.of_ours(*words))


def comparable(action: str, answered: Answer) -> Any:
    if answered["return"]:
        return "an error"
    if action in ("ls", "list", "search"):
        return [tuple(one[name] for name in NAMES) for one in answered["lst"] if one["repo_uoa"] != OF_CK]
    if action == "list_tags":
        return answered["tags"]
    if action == "find":
        return {name: answered[name] for name in FOUND if name in answered}
    return {name: value for name, value in answered.items() if name != "return"}


@pytest.fixture(scope="module")
def home(ck: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The samples and three made repositories that have every odd case."""
    folder = tmp_path_factory.mktemp("against-ck")
    made = Home(ck, folder / "home")
    for root in (_first(folder / "first"), _second(folder / "second"), _third(folder / "third"), SAMPLES / "ckx-ml"):
        repos.register(made.workspace, root)
    return made


SOFT, PROGRAM, DATASET = (MODULE_UIDS[name] for name in ("soft", "program", "dataset"))
GCC, LIBRARY, TEMPLATE = "1" * 16, "2" * 16, "3" * 16
NAMELESS, NAMELESS_MODULE = "4d" * 8, "5e" * 8


def _declare(root: Path, **modules: str) -> None:
    """Write the entries `module:…`, without which CK answers nothing about a module that is named."""
    for number, (alias, uid) in enumerate(modules.items()):
        make_entry(root, "module", alias, uid, {"number": number}, module_uid=MODULE_UIDS["module"])


def _soft(root: Path, alias: str, uid: str, meta: Any = None) -> Path:
    return make_entry(root, "soft", alias, uid, meta, module_uid=SOFT)


def _first(root: Path) -> Path:
    """What is usual, and what has come apart."""
    make_repository(root, "first", "a" * 16)
    _declare(
        root, soft=SOFT, program=PROGRAM, dataset=DATASET, package=MODULE_UIDS["package"], os=MODULE_UIDS["os"],
        experiment=MODULE_UIDS["experiment"],
    )  # fmt: skip
    _soft(root, "compiler.gcc", GCC, {"tags": ["compiler", "gcc", "lang-c"], "env": {"CC": "gcc", "bits": 64}})
    _soft(root, "lib.b", LIBRARY, {"tags": ["lib"], "soft_name": "B", "nested": [{"deep": "Found"}, True]})
    _soft(root, "lib.a", "6" * 16, {"tags": ["lib", "a"], "tags#": ["no tag"]})
    shutil.rmtree(_soft(root, "stale", "7" * 16))
    shutil.rmtree(_soft(root, "bare", "8" * 16) / ".cm")
    (_soft(root, "no.meta", "9" * 16) / ".cm/meta.json").unlink()
    meta = _soft(root, "old", "a1" * 8, {"tags": ["lib", "old"]}) / ".cm/meta.json"
    meta.rename(meta.with_name("data.json"))
    _soft(root, "broken", "b1" * 8, '{"tags": [')
    (_soft(root, "of.no.uid", "c1" * 8, {"tags": ["lib"]}) / ".cm/info.json").unlink()
    (root / "soft/.cm/alias-a-of.no.uid").write_text("\n")
    _soft(root, "unknown", "d1" * 8, {"tags": ["lib"]})
    (root / "soft/.cm/alias-a-unknown").unlink()
    _nameless(root / "soft", NAMELESS, {"tags": ["lib", "nameless"]})
    make_entry(
        root, "program", "template", TEMPLATE, {"tags": ["template"], "run": {"a": 1, "b": [1]}}, module_uid=PROGRAM
    )
    heir = {"_base_entry": "template", "_base_entry#": "why", "run": {"b": [2], "c": 3}}
    make_entry(root, "program", "heir", "e1" * 8, heir, module_uid=PROGRAM)
    make_entry(
        root, "program", "heirs.heir", "f1" * 8, {"_base_entry": "program:heir", "tags": ["own"]}, module_uid=PROGRAM
    )
    make_entry(root, "program", "orphan", "a2" * 8, {"_base_entry": "nobody", "tags": ["own"]}, module_uid=PROGRAM)
    return root


def _nameless(module: Path, uid: str, meta: Any) -> None:
    (module / uid / ".cm").mkdir(parents=True)
    (module / uid / ".cm/meta.json").write_text(json.dumps(meta))


def _second(root: Path) -> Path:
    """Copies of the first one's entries, and a base entry that is elsewhere."""
    make_repository(root, "second", "b" * 16)
    _soft(root, "compiler.gcc.old", GCC, {"tags": ["compiler", "gcc"]})
    _soft(root, "lib.b", LIBRARY, {"tags": ["lib"], "soft_name": "another B"})
    _soft(root, "stale", "7" * 16, {"tags": ["alive"]})
    make_entry(root, "program", "heir", "b2" * 8, {"_base_entry": "heirs.heir", "run": {"d": 4}}, module_uid=PROGRAM)
    (root / ".cm" / f"alias-u-{SOFT}").unlink()
    _nameless(root / NAMELESS_MODULE, NAMELESS, {"tags": ["nameless"]})
    return root


def _third(root: Path) -> Path:
    """Entries in split folders, of one module by two letters."""
    make_repository(root, "third", "c" * 16)
    settings = {"dict": {"split_dirs": {"dataset": 2, SOFT: 3}}}
    (root / ".ckr.json").write_text(
        json.dumps({"data_uoa": "third", "data_alias": "third", "data_uid": "c" * 16} | settings)
    )
    for number, (alias, place) in enumerate({"image.cat": "im", "image.dog": "im", "x": "_", "yy": "_"}.items()):
        entry = make_entry(root, "dataset", alias, f"{number:x}" * 16, {"tags": ["image", alias]}, module_uid=DATASET)
        (root / "dataset" / place).mkdir(exist_ok=True)
        entry.rename(root / "dataset" / place / alias)
    _soft(root, "alone", "c2" * 8, {"tags": ["lib"]}).rename(_made(root / "soft/alo") / "alone")
    _nameless(_made(root / "dataset/4d"), NAMELESS, {"tags": ["image", "nameless"]})
    return root


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


# Names and UIDs; wildcards; tags and values; whole metas.
COMMANDS = f"""
find soft:compiler.gcc; find soft:{GCC}; find {SOFT}:{GCC}; find second:soft:{GCC}; find soft:lib.b;
find second:soft:lib.b; find bbbbbbbbbbbbbbbb:soft:lib.b; find second:soft:compiler.gcc; find soft:nobody;
find soft:{NAMELESS}; find dataset:{NAMELESS}; find soft:bare; find soft:stale; find soft:of.no.uid;
find soft:unknown; find os:linux-64; find soft:lib.[ab]; find dataset:image.cat; find dataset:x;
find dataset:1111111111111111; find soft:alone; find {SOFT}:alone; find nowhere:soft:lib.b;

find soft:lib.*; find *:lib.b; find soft:nobody*; find soft --tags=lib; find *:*:template; ls; ls soft;
ls {SOFT}; list soft; ls soft:*; ls soft:lib.?; ls soft:*[ab]; ls soft:lib.[ab]; ls soft:4d4d*;
ls soft:[!a-k]*; ls *:*:*; ls *:lib*; ls s*:*; ls *o*:*a*; ls 5e*:*; ls ?????:x; ls first:*:*; ls second:*;
ls f*:soft:*; ls *d:*:*; ls nowhere:*:*; ls dataset; ls dataset:image.*; ls dataset:x; ls soft:bare;
ls soft:compiler.gcc; ls soft:{GCC}; ls soft:nobody; ls package; ls module;

search; search soft; search *:*:*; search --tags=lib; search *:*:* --tags=lib; search soft --tags=lib,a;
search soft --tags=Lib; search --tags=template; search program --tags=template,own; search *:lib* --tags=lib;
search soft:lib.* --tags=lib; search --tags=nobody; search second:soft:* --tags=gcc; search --tags=nameless;
search dataset --tags=image; search *:*:*.heir --tags=template; search soft --search_string=gcc;
search --search_string=Found; search --search_string=found; search --search_string=found --ignore_case=yes;
search soft --search_string=*c*; search soft --search_string=64; search --search_string=True;
list_tags dataset; list_tags dataset:image.*; list_tags os;

load soft:compiler.gcc; load {SOFT}:{GCC}; load soft:{NAMELESS}; load soft:old; load program:template;
load program:heir; load program:heirs.heir; load second:program:heir; load program:orphan; load soft:broken;
load soft:no.meta; load soft:nobody; load dataset:image.dog; load os:linux-64
"""


@pytest.mark.parametrize("command", [one.strip() for one in COMMANDS.split(";")])
def test_every_answer_is_the_originals(home: Home, command: str) -> None:
    of_ck, of_ours = home.both(*command.split())
    assert of_ours == of_ck


PRINTED = """
ls soft; ls *:lib*; find soft:compiler.gcc; find soft:lib.*; search first:*:*; search soft --tags=lib;
list_tags dataset; load os:linux-64 --min; load program:heirs.heir --min
"""


@pytest.mark.parametrize("command", [one.strip() for one in PRINTED.split(";")])
def test_what_is_printed_is_what_the_original_prints(home: Home, ck: str, command: str) -> None:
    of_ck = home.printed(ck, *command.split())
    of_ours = home.printed(sys.executable, "-m", "ckexplore.cli.main", *command.split())
    assert (of_ours.stdout, of_ours.returncode) == (of_ck.stdout.rstrip("\n") + "\n", of_ck.returncode)


# Where we differ, and mean to


def test_a_stale_alias_file_hides_no_copy_while_the_original_names_a_folder_that_isnt_there(home: Home) -> None:
    of_ck, of_ours = home.both("find", f"soft:{'7' * 16}")
    assert not Path(of_ck["path"]).exists()
    assert of_ours["path"].endswith("/second/soft/stale")


def test_tags_in_one_text_are_tags_while_the_original_takes_them_for_letters(home: Home, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "texts", "texts", "d" * 16)
    make_entry(root, "os", "odd", "d2" * 8, {"tags": "image,odd"}, module_uid=MODULE_UIDS["os"])
    repos.register(home.workspace, root)
    try:
        assert home.both("list_tags", "texts:os:odd") == (sorted(set("image,odd")), ["image", "odd"])
        of_ck, of_ours = home.both("search", "os", "--tags=odd")
        assert (of_ck, [one[0] for one in of_ours]) == ([], ["texts"])
    finally:
        repos.unregister(home.workspace, "texts")


def test_a_module_that_nobody_declared_is_listed_while_the_original_refuses_to(home: Home) -> None:
    of_ck, of_ours = home.both("ls", NAMELESS_MODULE)
    assert of_ck == "an error"
    assert [one[5] for one in of_ours] == [NAMELESS]


def test_unique_lists_of_several_copies_the_one_that_the_original_finds(home: Home) -> None:
    for action in ("ls", "search"):
        listed = home.of_ours(action, "soft", "--unique")["lst"]
        assert len({one["data_uid"] for one in listed}) == len(listed)
        for one in listed:
            if one["data_uid"]:
                assert home.of_ck("find", f"soft:{one['data_uid']}")["path"] in (one["path"], _stale(home))


def _stale(home: Home) -> str:
    return str(next(one.path for one in repos.repositories(home.workspace) if one.alias == "first") / "soft/stale")


# What one of them writes, the other reads, changes and deletes


class Pair:
    """A home with one repository, in which both write."""

    def __init__(self, home: Home, root: Path) -> None:
        self.home, self.module = home, root / "tmp"

    def does(self, who: str, *words: str) -> None:
        answered = self.home.of_ck(*words) if who == "ck" else self.home.of_ours(*words)
        assert answered["return"] == 0, (who, words, answered)

    def state(self) -> tuple[Any, ...]:
        """What both answer about the module, which must be the same, and its alias files."""
        found = []
        for words in (["ls", "both:tmp:*"], ["search", "both:tmp:*", "--tags=2012"], ["list_tags", "tmp"]):
            of_ck, of_ours = self.home.both(*words)
            assert of_ours == of_ck, words
            found.append(of_ours)
        for one in found[0]:
            for action in ("find", "load"):
                of_ck, of_ours = self.home.both(action, f"both:tmp:{one[4]}")
                assert of_ours == of_ck
        names = {path.name: path.read_text().strip() for path in (self.module / ".cm").glob("alias-*")}
        return sorted(one[4] for one in found[0]), len(found[1]), found[2], names


@pytest.fixture
def pair(ck: str, tmp_path: Path) -> Pair:
    made = Home(ck, tmp_path / "home")
    root = make_repository(tmp_path / "both", "both", "e" * 16)
    repos.register(made.workspace, root)
    return Pair(made, root)


UIDS = [f"--data_uid={digit * 16}" for digit in "12"]


@pytest.mark.parametrize("first", ["ck", "ours"])
@pytest.mark.parametrize("second", ["ck", "ours"])
def test_entries_are_added_updated_renamed_copied_moved_and_deleted_by_either(
    pair: Pair, first: str, second: str
) -> None:
    one, two = "1" * 16, "2" * 16
    pair.does(first, "add", "both:tmp:imagenet", "--tags=2012", UIDS[0], "@@@{'dict':{'a':{'b':1}}}")
    pair.does(second, "update", "both:tmp:imagenet", "--tags=big", "@@@{'dict':{'a':{'c':2}}}")
    assert pair.state() == (["imagenet"], 1, ["2012", "big"], {"alias-a-imagenet": one, f"alias-u-{one}": "imagenet"})
    pair.does(second, "ren", "both:tmp:imagenet", "both:tmp:other")
    assert pair.state()[3] == {"alias-a-other": one, f"alias-u-{one}": "other"}
    pair.does(first, "cp", "both:tmp:other", "both:tmp:copy", f"--new_data_uid={two}")
    assert pair.state()[0] == ["copy", "other"]
    pair.does(second, "mv", "both:tmp:copy", "local:tmp:copy")
    assert pair.state()[3] == {"alias-a-other": one, f"alias-u-{one}": "other"}
    for answered in pair.home.both("find", "tmp:copy"):
        assert (answered["repo_uoa"], answered["data_uid"]) == ("local", two)
    pair.does(first, "ren", "both:tmp:other", "--remove_alias=yes")
    assert pair.state()[::3] == ([one], {})
    pair.does(second, "rm", f"both:tmp:{one}", "--force")
    pair.does(first, "rm", "tmp:copy", "--force")
    assert pair.state() == ([], 0, [], {})
    assert not list((pair.home.workspace.local / "tmp/.cm").glob("alias-*"))


NARROWED = """
search tmp --search_by_name=imagenet; search tmp --search_by_name=image*; search tmp --search_by_name=no;
search tmp --search_by_name=IMAGE* --ignore_case=yes; search tmp --add_if_date_after=2020-01-01;
search tmp --add_if_date_after=2999; search tmp --add_if_date_before=2999-01-01T10; search tmp
--add_if_date_before=2001; search tmp @@@{'search_dict':{'a':{'b':1}}}; search tmp
@@@{'search_dict':{'a':{'b':2}}}; search tmp @@@{'search_flat_dict':{'##a#b':1}}; search tmp
@@@{'search_flat_dict':{'##l@1':'y'}}; search tmp --limit_size=1; ls both:tmp:* --limit_size=1
"""


def test_a_search_is_narrowed_as_the_original_does(ck: str, pair: Pair) -> None:
    """Compared as printed: the original can't write the answer to a date as JSON."""
    pair.does("ck", "add", "both:tmp:imagenet", "@@@{'dict':{'a':{'b':1},'l':['x','y']}}")
    pair.does("ours", "add", "both:tmp:x", "--tags=2012")
    for command in NARROWED.split(";"):
        of_ck = pair.home.printed(ck, *command.split())
        of_ours = pair.home.printed(sys.executable, "-m", "ckexplore.cli.main", *command.split())
        assert (of_ours.stdout, of_ours.returncode) == (of_ck.stdout, of_ck.returncode), command


# Environments, the machine, and the kernel's variables


@pytest.fixture(scope="module")
def with_environment(home: Home) -> Home:
    """The same home with an environment that we registered, and `os` entries as CK's own repositories have them."""
    system = {"ck_name": "linux", "bits": "64", "generic": "yes", "priority": "yes", "tags": ["linux", "standard"]}
    shell = {"env_call": ".", "env_set": "export", "script_ext": ".sh", "rem": "#", "env_quotes_if_space_in_call": '"'}
    root = make_repository(home.workspace.home.parent / "systems", "systems", "5" * 16)
    make_entry(root, "os", "linux-64", "4258b5fe54828a50", system | shell, module_uid=MODULE_UIDS["os"])
    for name in ("first", "second"):
        meta = {"tags": ["os-linux"], "sort": -1 if name == "second" else 0}
        make_entry(root, "platform.init", name, name[0] * 16, meta, module_uid=MODULE_UIDS["platform.init"])
    repos.register(home.workspace, root)
    spec = {
        "soft_uoa": "tool.one", "soft_uid": "1" * 16, "package_uid": "", "name": "The one", "extra_tags": ["mine"],
        "meta": {"customize": {"env_prefix": "CK_ENV_ONE"}}, "deps": {}, "choices": {},
        "host": {"uoa": "linux-64", "uid": "4258b5fe54828a50", "dict": {"bits": "64"}},
    }  # fmt: skip
    found = {
        "full_path": "/bin/sh", "version": "1.5", "tags": ["tool", "v1", "v1.5"], "bat": "", "customize": {},
        "installed_to": "", "package_uid": "", "name": "The one",
        "env": {"X_ONE": "as ours"},
    }  # fmt: skip
    register(home.workspace, "e5" * 8, spec, found, "once")
    return home


def test_an_environment_of_ours_is_shown_by_the_original_as_by_us(with_environment: Home) -> None:
    for words in (["--tags=mine"], ["--tags=tool", "--version=1.5"], ["--name=the*"], ["--tags=nobody"]):
        of_ck = with_environment.of_ck("show", "env", *words)["view"]
        of_ours = with_environment.of_ours("show", "env", *words)["view"]
        assert of_ours == of_ck


def test_an_environment_of_ours_is_opened_by_the_original_as_by_us(with_environment: Home, ck: str) -> None:
    words = ["virtual", "env", "--tags=mine", "--shell_cmd=echo $X_ONE; exit 3"]
    of_ck = with_environment.printed(ck, *words)
    of_ours = with_environment.printed(sys.executable, "-m", "ckexplore.cli.main", *words)
    assert (of_ours.stdout, of_ours.returncode) == ("as ours\n", 3)
    assert "as ours\n" in of_ck.stdout
    assert of_ck.returncode == 3


def test_the_scripts_that_we_chose_are_the_ones_of_the_original(with_environment: Home) -> None:
    assert with_environment.of_ours("detect", "platform.os", "--platform_init_uoa=first")["return"] == 0
    of_ck, of_ours = (one("detect", "platform") for one in (with_environment.of_ck, with_environment.of_ours))
    for name in ("os_uoa", "os_uid", "os_dict", "host_os_uoa", "host_os_dict", "target_add_path", "devices"):
        assert of_ours[name] == of_ck[name], name
    assert of_ours["target_add_path_string"] == of_ck["target_add_path_string"]
    assert of_ours["features"]["os"] == of_ck["features"]["os"]
    for name in ("name", "sub_name", "cpu_features", "num_proc", "workload_automation"):
        assert of_ours["features"]["cpu"][name] == of_ck["features"]["cpu"][name], name
    assert of_ours["features"]["platform"] == of_ck["features"]["platform"]


def test_the_kernel_s_variables_are_the_same_for_both(with_environment: Home, ck: str) -> None:
    with_environment.of_ours("setup", "kernel", "--var.install_to_env=yes")
    assert " * install_to_env = yes\n" in with_environment.printed(ck, "set", "kernel", "var.install_to_env").stdout
    with_environment.printed(ck, "setup", "kernel", "--var.install_to_env=no")
    assert with_environment.of_ours("show", "kernel")["settings"]["install_to_env"] == "no"


# On whatever else is here


FURTHER = [Path(folder) for folder in os.environ.get("CKEXPLORE_CK_REPOSITORIES", "").split(os.pathsep) if folder]
ONE_OF = 200


@pytest.fixture(scope="module")
def further(ck: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(ck, tmp_path_factory.mktemp("further") / "home")
    for folder in FURTHER:
        for repository in repos.open_folder(folder):
            if repository.format == "ck":
                repos.register(made.workspace, repository.path)
    return made


@pytest.mark.skipif(not FURTHER, reason="no further repositories are named in $CKEXPLORE_CK_REPOSITORIES")
def test_on_further_repositories_every_module_tag_and_every_so_manieth_entry_is_the_originals(further: Home) -> None:
    everything = further.of_ours("search")["lst"]
    declared = {one["data_uoa"] for one in everything if one["module_uoa"] == "module"}
    everything = [one for one in everything if one["module_uoa"] in declared]
    tags = Counter(tag for one in everything for tag in one["tags"])
    commands = [
        [action, module] for module in {one["module_uoa"]: 1 for one in everything} for action in ("ls", "search")
    ]
    commands += [["search", f"--tags={tag}"] for tag, _ in tags.most_common(20)]
    for one in everything[:: len(everything) // ONE_OF + 1]:
        entry, uids = f"{one['module_uoa']}:{one['data_uoa']}", f"{one['module_uid']}:{one['data_uid']}"
        commands += [["find", entry], ["find", f"{one['repo_uoa']}:{uids}"], ["load", entry]]
    different = [words for words in commands if _differ(*further.both(*words))]
    assert different == []


def _differ(of_ck: Any, of_ours: Any) -> bool:
    """Tell apart what isn't explained by CK's own repository, or by a folder that is gone."""
    explained = isinstance(of_ck, dict) and (
        of_ck.get("repo_uoa") == OF_CK or not Path(of_ck.get("path", "/")).exists()
    )
    return of_ck != of_ours and not explained
