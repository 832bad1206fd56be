"""Hostile repositories through every screen: not one raw byte, nothing executed, nothing written outside the home."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import require
from ..hostile import Hostile
from .watched import EVIL_SHOWN, Watched, browser, harmless


@pytest.fixture
def run(hostile: Hostile) -> Iterator[Watched]:
    """The browser, in which nothing is executed whatever is done."""
    with harmless(hostile), browser(hostile) as opened:
        yield opened


def test_the_traps_go_off_where_somebody_executes_them(tmp_path: Path) -> None:
    require("git")
    hostile = Hostile(tmp_path / "ground", length=100)
    for folder in (hostile.ck, hostile.ck / "program/odd-files/bare.git"):
        for words in (
            ["status"],
            ["diff"],
            ["fetch", "origin"],
            ["log", "-p", "--ext-diff"],
            ["update-ref", "refs/x", "main"],
        ):
            subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    for code in ("import json, textual", "import ckexplore"):
        subprocess.run([sys.executable, "-c", code], cwd=hostile.plain, capture_output=True, check=False)
    for word in (hostile.plain / "run.sh", hostile.ck / "soft/evil-soft/install.sh"):
        subprocess.run([word], check=False)
    subprocess.run([sys.executable, hostile.ck / "soft/evil-soft/customize.py"], check=False)
    expected = {
        "git-fsmonitor",
        "git-process",
        "git-remote",
        "hook-reference-transaction",
        "python-json",
        "python-textual",
    }
    assert hostile.sprung >= expected | {"python-ckexplore", "plain-script", "soft-install", "soft-python"}


def test_the_table_and_the_tree(run: Watched) -> None:
    text = run.until_shown("✘ broken", "odd-files", "../../../outside/entry")
    assert text.count(EVIL_SHOWN[:20]) > 3
    run.see("o", "artifact ▲")
    run.see("O", "artifact ▼")
    run.see("1z", gone=["/ filter"])
    run.see("Gl", "▾ tags", "evil-tag", "evil-module")
    run.see("\x1b", "/ filter")


def test_the_filter_and_what_looks_like_it(run: Watched) -> None:
    run.find("tag:evil module:program", "1 shown")
    run.find("zzzzqqqq", "Nothing matches the filter")
    run.find("tlaker", "like talker")
    run.find("repo:evil-cm u202egnp", "2 shown")


def step_through(run: Watched, words: str, shown: str, *views: str) -> None:
    """Look at every view of the artifact that is found with some words, by a word that the view before hasn't."""
    run.find(words, shown)
    for view in views:
        run.see("]", view)
    run.type("]")
    run.until_shown("path    ")


def test_every_view_of_evil_texts(run: Watched) -> None:
    named = "1111111111111111"
    step_through(
        run, "[@click= repo:evil-ck -talker module:program", named, "(javascript:", '"run_cmds"', "␛]0;title␇.txt"
    )
    step_through(run, "broken", "(Expecting", "README-of-all", '{"tags": [␛]52', "info.json")
    texts = ("README-of-all", "needs and offers", '"customize"')
    step_through(run, "evil-soft", "d000000000000001", *texts, "customize.py")
    step_through(run, "evil-package", "d000000000000002", *texts, "install.sh")
    step_through(run, "evil-module", "d000000000000000", *texts, "module.py")
    step_through(run, "tag:evil-tag", "script/evil", "needs and offers", '"uid"', "run.sh")


def test_every_view_of_long_lines_and_odd_files(run: Watched) -> None:
    step_through(run, "long-lines", "3333333333333333", "long README", '"desc"', "long.txt")
    step_through(run, "long-meta", "4194304", "262144", "10000012", "info.json")
    step_through(run, "odd-files", "5555555555555555", "README-of-all", '"odd files"', "fifo.txt")
    for name, number, why in (("fifo-meta", 0, "regular"), ("loop-meta", 1, "levels"), ("secret-meta", 3, "levels")):
        step_through(run, name, f"6{number:015}", "README-of-all", why, "info.json")
    step_through(run, "linked-meta", "999999999999999b", "README-of-all", "followed", "no files")
    step_through(run, "fifo-info", "7777777777777778", "README-of-all", "meta.json")
    step_through(run, "secret-readme", "7777777777777777", "README-of-all", "a link as README", ".cm/meta.json")
    step_through(run, "program traversal repo:evil-ck", "isn't there", "README-of-all", '"data_alias"', "info.json")
    step_through(run, "module:script bomb", "script/bomb", "unfold", "customize.py")
    step_through(run, "tag:traversal", "3333333333333333", '"alias"', "run.sh")


def test_results_and_their_charts(run: Watched) -> None:
    run.find("evil-results", "accuracy_top1 (%)")
    for text in ("README-of-all", '"points"', "ckp-aaaaaaaaaaaaaaaa.0001.json", "path    ", "88888888 "):
        run.see("]", text)
    run.find("evil-cm-results", "d1ac27fc")


def test_files_that_are_opened(run: Watched) -> None:
    run.find("odd-files", "5555555555555555")
    run.see("]]]", "fifo.txt")
    run.see("z", gone=["fifo.txt"])
    run.see("3", "fifo.txt")
    for shown in ("filter=evil", "[submodule"):
        run.see("\r", shown)
        run.see("\x1b", gone=["Esc closes"])
        run.type("j")
    for count in (1, 2, 3):  # README.md, device.txt, fifo.txt
        run.type("\r")
        run.until_count("not a regular file", count)
        run.type("j")
    run.see("\r", "[core]")
    run.see("\x1b", gone=["Esc closes"])
    run.see("j\r", "in a circle")
    for count in (1, 2, 3):  # relative.txt, secret.txt, zero.txt
        run.type("j\r")
        run.until_count("leads out of", count)


def test_help_palette_and_commands(run: Watched) -> None:
    run.see("?", "Do something")
    run.see("\x1b", gone=["Do something"])
    run.see("\x10", "Search for commands")
    run.see("resc", "Rescan  (ctrl+r)")
    run.see("\x1b", gone=["Rescan"])
    for line, shown in {
        "ls program": "Esc closes",
        "load program:1111111111111111": "data_alias",
        "info program:9999999999999999": "no artifact '9999",
        "show experiment:evil-results": "13 points",
        "search --tags=evil": "evil-ck:program:␛",
        "check repo:evil-ck": "20 artifacts (ck format)",
        "show annotation": "nothing is written yet",
        "find program:../../../outside/entry": "no artifact '../",
    }.items():
        run.see(f":{line}\r", shown)
        if "Esc closes" in run.screen.text:
            run.see("\x1b", gone=["Esc closes"])


def test_annotations_and_saved_searches(run: Watched) -> None:
    run.find("[@click= repo:evil-ck -talker module:program", "1111111111111111")
    run.see("t", "your tags for")
    run.see("mine\r", "mine ␛]52")
    run.see("n", "Your note about")
    run.see("of my own\x13", "✎ ")
    run.see("b", "★ ")
    run.see("S", "a name for the search")
    run.see("kept\r", "saved searches")
    run.find("talker", "cccccccccccccccc")
    for keys in ("b", "b"):
        run.type(keys)
    run.see("1z", gone=["▕ artifact"])
    run.see("gjjl", "└ kept")
    run.see("jz", "▕ artifact")
    run.see("\r", "[@click= repo")


def test_choices_questions_and_trust_until_they_are_cancelled(run: Watched) -> None:
    run.find("talker", "cccccccccccccccc")
    run.see("r", "Run program:talker")
    run.see("\r", "Execute this on your machine?", "bash ../talk.sh loud")
    run.see("r", "13 files of repositories that can be executed", "Esc closes")
    run.see("\x1b", "Cancel (n)", gone=["Esc closes"])
    run.see("n", "not executed")
    run.see("T", "Trust this repository at its present content?", "evil-branch\\x9b31m")
    run.see("n", gone=["Trust (T)"])
    run.find("evil-package", "d000000000000002")
    run.see("i", "Install package:evil-package")
    run.see("\r", "isn't known")
    run.find("evil-soft", "d000000000000001")
    run.see("d", "dependency", "Esc closes")
    run.see("\x1b", gone=["Esc closes"])
