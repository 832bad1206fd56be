"""Repositories that try everything: every text an attack, every command in them a trap, every odd thing a file can be.

A trap that was sprung leaves a file in `canaries`, named after it. `outside` holds secrets that links lead to.
"""

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

from .conftest import EVIL
from .hostile_output import events, measurements, output
from .hostile_traps import arm_git, make_bare_repository, make_python_traps, set_trap
from .store.git_making import make_tree
from .store.making import make_entry, make_repository

SECRET = "the-secret-beside-the-repository"
LONG = 10_000_000
"""Characters in the longest lines."""

NAME = EVIL.replace("\0", "").replace("/", "|")
"""The evil text as a file may be named."""

_BOMB = f"a: &a [{','.join(['boom'] * 9)}]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


class Hostile:
    """The repositories on disk, in a folder with a home beside them."""

    def __init__(self, ground: Path, length: int = LONG) -> None:
        self.ground, self.length = ground, length
        self.home, self.outside, self.canaries = ground / "home", ground / "outside", ground / "canaries"
        self.root = ground / "hostile"
        self.ck, self.cm, self.plain = self.root / "evil-ck", self.root / "evil-cm", self.root / "evil-plain"
        for folder in (self.home, self.outside, self.canaries, ground / "user"):
            folder.mkdir(parents=True)
        (self.outside / "secret.md").write_text(SECRET)
        (self.outside / "secret.json").write_text(json.dumps({"tags": [SECRET], "desc": SECRET, "characteristics": {}}))
        (self.outside / "entry" / ".cm").mkdir(parents=True)
        (self.outside / "entry" / ".cm" / "meta.json").write_text(json.dumps({"desc": SECRET, "tags": [SECRET]}))
        _make_ck(self)
        _make_cm(self)
        _make_plain(self)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make the program live here, and nowhere else."""
        temporary = self.home / "tmp"
        temporary.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CK_", "GIT_", "PYTHON"))}
        own = {"HOME": str(self.ground / "user"), "CKEXPLORE_HOME": str(self.home), "TMPDIR": str(temporary)}
        return {**kept, **own, "PYTHONDONTWRITEBYTECODE": "1"}

    @property
    def sprung(self) -> set[str]:
        """The names of the traps that went off."""
        return set(os.listdir(self.canaries))

    def state(self) -> dict[str, tuple[int, int, int, int]]:
        """Give time, size, mode and inode of everything outside of the home, links not followed."""
        found: dict[str, tuple[int, int, int, int]] = {}
        for folder, folders, names in os.walk(self.ground):
            if Path(folder) == self.ground:
                folders.remove(self.home.name)
            for name in [".", *folders, *names]:
                path = f"{folder}/{name}"
                status = os.lstat(path)
                found[path] = (status.st_mtime_ns, status.st_size, status.st_mode, status.st_ino)
        return found


def _odd_files(folder: Path, outside: Path) -> None:
    """Put what is no regular file into a folder: FIFO, device, loops, links that lead out."""
    os.mkfifo(folder / "fifo.txt")
    with suppress(PermissionError):  # the superuser alone can make one
        os.mknod(folder / "device.txt", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "loop").symlink_to(".", target_is_directory=True)
    (folder / "secret.txt").symlink_to(outside / "secret.md")
    (folder / "relative.txt").symlink_to("../../../../outside/secret.md")
    (folder / "secrets").symlink_to(outside, target_is_directory=True)


def _make_ck(hostile: Hostile) -> None:
    root, outside, long = hostile.ck, hostile.outside, "x" * hostile.length
    make_repository(root, "evil-ck", "e" * 16)
    description = json.loads((root / ".ckr.json").read_text())
    (root / ".ckr.json").write_text(json.dumps({**description, "data_name": EVIL, "dict": {EVIL: EVIL}}))
    (root / "README.md").write_text(f"# {EVIL}\nREADME-of-all\n")
    make_tree(root)

    text = {"tags": [EVIL, "[/]", "evil"], "desc": EVIL, EVIL: [EVIL, {EVIL: EVIL}], "comment": EVIL}
    evil = make_entry(
        root, "program", NAME, "1" * 16, {**text, "run_cmds": {EVIL: {"run_time": {"run_cmd_main": EVIL}}}}
    )
    (evil / ".cm" / "info.json").write_text(json.dumps({"data_name": EVIL, "backup_data_uid": EVIL}))
    (evil / "README.md").write_text(
        f"# {EVIL}\n\n{EVIL}\n\n[link](javascript:{EVIL})\n\n```\n{EVIL}\n```\n\n"
        f"| {EVIL} | x |\n|---|---|\n| {EVIL} | x |\n[/]"
    )
    (evil / "\x1b]0;title\x07.txt").write_text(EVIL)
    (evil / os.fsdecode(b"\x9b31m\xff\xfe.txt")).write_bytes(b"\x9b31m\x80\x9f" + EVIL.encode())
    make_entry(root, "program", "broken", "2" * 16, '{"tags": [' + EVIL)

    long_lines = make_entry(
        root, "program", "long-lines", "3" * 16, {"desc": long[:3_000_000], "tags": [long[:500_000]]}
    )
    (long_lines / "README.md").write_text(f"# long README\n{long[:250_000]}\n")
    (long_lines / "long.txt").write_text(f"{EVIL}{long}{EVIL}")
    long_meta = make_entry(root, "program", "long-meta", "4" * 16, json.dumps({"desc": long}))
    (long_meta / "README.md").write_text(f"{EVIL}{long}\n")

    odd = make_entry(root, "program", "odd-files", "5" * 16, {"desc": "odd files"})
    os.mkfifo(odd / "README.md")
    _odd_files(odd, outside)
    for number, (name, make) in enumerate(
        {
            "fifo-meta": os.mkfifo,
            "loop-meta": lambda path: path.symlink_to(path.name),
            "zero-meta": lambda path: path.symlink_to("/dev/zero"),
            "secret-meta": lambda path: path.symlink_to(outside / "secret.json"),
        }.items()
    ):
        meta = make_entry(root, "program", name, f"6{number:015}", {}) / ".cm" / "meta.json"
        meta.unlink()
        make(meta)
    os.mkfifo(odd / ".cm" / "desc.json")
    info = make_entry(root, "program", "fifo-info", "7" * 15 + "8", {}) / ".cm" / "info.json"
    info.unlink()
    os.mkfifo(info)
    secret_readme = make_entry(root, "program", "secret-readme", "7" * 16, {"desc": "a link as README"})
    (secret_readme / "README.md").symlink_to(outside / "secret.md")
    _make_traversal(hostile)
    _make_experiment(hostile)
    _make_talker(hostile)
    _make_modules(hostile)
    make_python_traps(root, hostile.canaries)
    make_bare_repository(root / "program" / "odd-files" / "bare.git", hostile.canaries)
    arm_git(root, hostile.canaries)


def _make_traversal(hostile: Hostile) -> None:
    """Make alias files and metas that name what lies outside."""
    root, away = hostile.ck, "../../../outside/entry"
    traversal = {"data_uoa": away, "data_alias": away, "_base_entry": f"../../outside:{away}", "desc": "traversal"}
    make_entry(root, "program", "traversal", "8" * 16, traversal)
    aliases = root / "program" / ".cm"
    (aliases / ("alias-u-" + "9" * 16)).write_text(f"{away}\n")
    (aliases / "alias-a-..").write_text("9" * 16 + "\n")
    (aliases / "alias-a-.").write_text("a" * 16 + "\n")
    os.mkfifo(aliases / "alias-a-fifo")
    (root / "program" / "fifo" / ".cm").mkdir(parents=True)
    (aliases / "alias-a-evil-uid").write_text(f"{EVIL}\n")
    (root / "program" / "evil-uid" / ".cm").mkdir(parents=True)
    linked = make_entry(root, "program", "linked-meta", "9" * 15 + "b", {}) / ".cm"
    for name in ("meta.json", "info.json"):
        (linked / name).unlink()
    linked.rmdir()
    linked.symlink_to(hostile.outside / "entry" / ".cm", target_is_directory=True)
    (root / "program" / "linked").symlink_to(hostile.outside / "entry", target_is_directory=True)
    (aliases / "alias-a-linked").write_text("9" * 15 + "a\n")


def _make_experiment(hostile: Hostile) -> None:
    """Make results that say anything but what they should."""
    entry = make_entry(
        hostile.ck, "experiment", "evil-results", "b" * 16, {"tags": [EVIL], "points": EVIL, "source": EVIL}
    )
    for number in range(6):
        uid = f"{number:016x}"
        run = {
            "execution_time": 1.5 + number,
            "accuracy_top1": 50 + number,
            "latency": 3.0 - number / 3,
            EVIL: number,
            "text": EVIL,
            "list": [EVIL],
        }
        point = {
            "choices": {EVIL: EVIL, "family": EVIL, "batch": f"{number}\n\t{EVIL}"},
            "characteristics_list": [{"run": run, EVIL: EVIL}],
        }
        (entry / f"ckp-{uid}.0001.json").write_text(json.dumps(point))
    numbers = '[{"run": {"execution_time": NaN, "accuracy_top1": 1e999}}]'
    odd = f'{{"choices": {{"a": [1e999]}}, "characteristics_list": {numbers}}}'
    (entry / f"ckp-{'7' * 16}.0001.json").write_text(odd)
    huge = f'{{"characteristics_list": [{{"run": {{"execution_time": {"9" * 400}, "accuracy_top1": -1e308}}}}]}}'
    (entry / f"ckp-{'8' * 16}.0001.json").write_text(huge)
    (entry / f"ckp-{'9' * 16}.0001.json").write_text(json.dumps({"choices": {"long": "y" * hostile.length}}))
    (entry / f"ckp-{'a' * 16}.0001.json").write_text("[" + EVIL)
    os.mkfifo(entry / f"ckp-{'b' * 16}.0001.json")
    (entry / f"ckp-{'c' * 16}.0001.json").symlink_to(hostile.outside / "secret.json")
    (entry / f"ckp-{'d' * 16}.flat.json").write_text(json.dumps({f"##characteristics#run#{EVIL}#min": EVIL, EVIL: 1}))


def _make_talker(hostile: Hostile) -> None:
    """Make the program that is run: it asks before it says anything, so that whoever looks decides when."""
    command = {"run_time": {"run_cmd_main": "bash ../talk.sh loud", "fine_grain_timer_file": "tmp-ck-timer.json"}}
    quiet = {"run_time": {"run_cmd_main": f"bash ../talk.sh quiet # {EVIL}".replace("\0", "")}}
    meta = {
        "tags": ["talker", EVIL],
        "no_compile": "yes",
        "run_cmds": {"loud": command, f"quiet {EVIL}": quiet},
        "run_vars": {"CK_EVIL": EVIL.replace("\0", "")},
    }
    talker = make_entry(hostile.ck, "program", "talker", "c" * 16, meta)
    (talker / "talk.sh").write_text(
        f"# {NAME}\n"
        f"touch {hostile.canaries}/approved 2>/dev/null\n"
        "touch the-approved-program-ran\n"
        "for part in ../output.*; do\n"
        "  read -p 'go on? ' answer\n"
        '  cat "$part"; cat "../events.${part##*.}" >&$CKEXPLORE_EVENTS\n'
        "done\n"
        "cp ../timer.json tmp-ck-timer.json\n"
        "echo last-line-of-the-talker\n"
    )
    for number, part in enumerate(output(hostile.length)):
        (talker / f"output.{number}").write_bytes(part)
        (talker / f"events.{number}").write_bytes(events()[number])
    (talker / "timer.json").write_text(measurements())
    (talker / "secret.txt").symlink_to(hostile.outside / "secret.md")
    (talker / "loop").symlink_to(".", target_is_directory=True)


def _make_modules(hostile: Hostile) -> None:
    """Make the entries whose Python the original CK would import: a module, a software, a package."""
    for number, (module, name, file) in enumerate(
        (
            ("module", "evil-module", "module.py"),
            ("soft", "evil-soft", "customize.py"),
            ("package", "evil-package", "customize.py"),
        )
    ):
        meta = {
            "tags": [EVIL, name],
            "desc": EVIL,
            "soft_name": EVIL,
            "customize": {"soft_file": {"linux": EVIL}, "version": EVIL, "script_name": "../../../outside/run"},
            "variations": {EVIL: {"on_by_default": "yes", "extra_env": {"PATH": EVIL}}, "plain": {}},
            "deps": {EVIL: {"tags": EVIL, "local": "yes", "sort": EVIL}},
            "soft_uoa": "../../../outside/entry",
        }
        entry = make_entry(hostile.ck, module, name, f"d{number:015}", meta, module_uid=f"{number + 1:x}" * 16)
        set_trap(entry / file, hostile.canaries, f"{module}-python", python=True)
        set_trap(entry / "install.sh", hostile.canaries, f"{module}-install")


def _make_cm(hostile: Hostile) -> None:
    root = hostile.cm
    root.mkdir(parents=True)
    (root / "cmr.yaml").write_text("alias: evil-cm\nuid: eeeeeeeeeeeeeee1\n")
    away = hostile.root / "evil-prefix"
    away.mkdir()
    (away / "cmr.yaml").write_text("alias: evil-prefix\nuid: eeeeeeeeeeeeeee2\nprefix: ../../outside\n")
    (hostile.outside / "script" / "secret").mkdir(parents=True)
    (hostile.outside / "script" / "secret" / "_cm.yaml").write_text(f"alias: {SECRET}\nuid: {'a' * 16}\n")
    (root / "script").mkdir()
    (root / "script" / "linked").symlink_to(hostile.outside / "script" / "secret", target_is_directory=True)
    metas = {
        "evil": json.dumps(
            {"alias": EVIL, "uid": "1" * 16, "tags": [EVIL, "evil-tag"], "name": EVIL, "deps": [{"tags": EVIL}]}
        ),
        "bomb": f"alias: bomb\nuid: {'2' * 16}\n{_BOMB}",
        "traversal": f"alias: ../../../outside/entry\nuid: {'3' * 16}\ntags:\n- traversal\n",
        "python": "alias: !!python/object/apply:os.system ['touch " + f"{hostile.canaries}/yaml']\nuid: {'4' * 16}\n",
        "long": f"alias: long\nuid: {'5' * 16}\nname: {'z' * hostile.length}\n",
    }
    for name, text in metas.items():
        entry = root / "script" / name
        entry.mkdir(parents=True)
        (entry / "_cm.yaml").write_text(text)
        set_trap(entry / "customize.py", hostile.canaries, "cm-customize", python=True)
        set_trap(entry / "run.sh", hostile.canaries, "cm-run")
    (root / "script" / "fifo").mkdir()
    os.mkfifo(root / "script" / "fifo" / "_cm.yaml")
    experiment = root / "experiment" / "evil-cm-results"
    experiment.mkdir(parents=True)
    (experiment / "_cm.json").write_text(
        json.dumps({"alias": "evil-cm-results", "uid": "6" * 16, "automation_alias": "experiment", "tags": [EVIL]})
    )
    for folder, text in {
        "2024": json.dumps([{"Accuracy": EVIL, EVIL: 1.5, "Result": 2.5}] * 3),
        "2025": "[" + EVIL,
    }.items():
        (experiment / folder).mkdir()
        (experiment / folder / "cm-result.json").write_text(text)
    (experiment / "2026").mkdir()
    os.mkfifo(experiment / "2026" / "cm-result.json")
    (experiment / NAME[:60]).mkdir()
    (experiment / NAME[:60] / "cm-result.json").symlink_to(hostile.outside / "secret.json")


def _make_plain(hostile: Hostile) -> None:
    root = hostile.plain
    root.mkdir(parents=True)
    (root / "README.md").write_text(f"# plain {EVIL}\n{EVIL}\n")
    for name in ("run.sh", f"{NAME[:80]}.sh", "build.sh"):
        set_trap(root / name, hostile.canaries, "plain-script")
    (root / "Makefile").write_text(
        f"X := $(shell touch {hostile.canaries}/makefile)\nall:\n\ttouch {hostile.canaries}/make\n"
    )
    (root / "CITATION.cff").write_text(_BOMB)
    (root / "notebook.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": [EVIL]}]}))
    (root / "Dockerfile").write_text(f"FROM {EVIL}\nRUN {EVIL}\n")
    (root / ".git").write_text("gitdir: ../../outside\n")
    _odd_files(root, hostile.outside)
    make_python_traps(root, hostile.canaries)
