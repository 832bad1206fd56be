"""Hostile repositories on the command line, in a terminal: it prints text in lines, and nothing else happens."""

import pytest

from ..hostile import Hostile
from .watched import EVIL_SHOWN, command, harmless


@pytest.mark.parametrize(
    ("words", "shown", "code"),
    [
        ("ls program", EVIL_SHOWN, 0),
        ("search --tags=evil", EVIL_SHOWN, 0),
        ("list_tags", EVIL_SHOWN, 0),
        ("find program:talker", "evil-ck/program/talker", 0),
        ("info program:1111111111111111", EVIL_SHOWN, 0),
        ("load program:1111111111111111", "\\u001b]52;c;", 0),
        ("load program:long-lines", "xxxxxxx", 0),
        ("load program:odd-files", "odd files", 0),
        ("load program:traversal", "isn't there", 1),
        ("load program:linked", "no artifact 'linked'", 16),
        ("load program:linked-meta", "isn't followed", 1),
        ("load program:../../../outside/entry", "no artifact", 16),
        ("show experiment:evil-results", "13 points", 0),
        ("show experiment:evil-cm-results", "2.5", 0),
        ("check repo", "a link that leads out of its folder", 0),
        ("add repo:again --path=../evil-prefix", "registered already", 1),
        ("trust repo:evil-ck --dry-run", "evil-branch\\x9b31m\\u202egnp.exe", 0),
        ("run program:talker --dry-run", EVIL_SHOWN, 0),
        ("run program:talker --cmd_key=quiet", "no command", 16),
        ("detect soft:evil-soft --dry-run", "(dependency ␛]52", 1),
        ("install package:evil-package --dry-run", "isn't known", 16),
        ("ls job", "", 0),
        ("ls job --out=json", '"lst": []', 0),
    ],
)
def test_every_command_that_shows(hostile: Hostile, words: str, shown: str, code: int) -> None:
    with harmless(hostile):
        assert shown in command(hostile, *words.split(), code=code)


@pytest.mark.parametrize(
    ("words", "asked", "answer"),
    [
        ("run program:talker", "[r]ead the files:", "c\n"),
        ("trust repo:evil-ck", "or type trust", "c\n"),
    ],
)
def test_every_question_is_shown_and_cancelled(hostile: Hostile, words: str, asked: str, answer: str) -> None:
    with harmless(hostile):
        assert "approval: " in command(hostile, *words.split(), asked=asked, typed=answer, code=2)
