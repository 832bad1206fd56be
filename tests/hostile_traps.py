"""Traps for whoever executes what a repository holds: git's settings and hooks, Python that is found by its name."""

import stat
from pathlib import Path

from .conftest import EVIL
from .store.git_making import make_tree

BRANCH = "evil-branch\x9b31m\u202egnp.exe"
"""A name that git allows."""

_HOOKS = (
    "applypatch-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-index-change",
    "post-merge",
    "post-update",
    "pre-auto-gc",
    "pre-commit",
    "pre-receive",
    "reference-transaction",
    "update",
)
_SETTINGS = """
[core]
	fsmonitor = {trap}fsmonitor
	pager = {trap}pager
	editor = {trap}editor
	sshCommand = {trap}ssh
	askPass = {trap}askpass
	gitProxy = {trap}proxy
	alternateRefsCommand = {trap}alternates
	attributesFile = attributes-of-the-evil
[diff]
	external = {trap}diff-external
[diff "evil"]
	textconv = {trap}textconv
	command = {trap}diff-command
[filter "evil"]
	clean = {trap}clean
	smudge = {trap}smudge
	process = {trap}process
[merge "evil"]
	driver = {trap}merge
[credential]
	helper = !{trap}credential
[gpg]
	program = {trap}gpg
[uploadpack]
	packObjectsHook = {trap}pack
[alias]
	status = !{trap}alias
[protocol "ext"]
	allow = always
[remote "origin"]
	url = ext::{trap}remote
	uploadpack = {trap}uploadpack
	fetch = +refs/*:refs/*
[submodule "evil"]
	update = !{trap}submodule
	url = ext::{trap}submodule-url
[include]
	path = ../included-config
"""
_MODULES = (
    "sitecustomize",
    "usercustomize",
    "json",
    "msgspec",
    "textual",
    "numpy",
    "git",
    "setup",
    "conftest",
    "module",
)


def set_trap(path: Path, canaries: Path, name: str, *, python: bool = False) -> Path:
    """Write a file that leaves a canary when it is executed, or imported."""
    text = f"open({str(canaries / name)!r}, 'w').close()\n# {EVIL}\n".replace("\0", "")
    path.write_text(text if python else f"#!/bin/sh\ntouch {canaries}/{name}\nexit 1\n")
    path.chmod(0o755)
    return path


def make_python_traps(root: Path, canaries: Path) -> None:
    """Put modules into a folder that whoever has it in Python's path would import instead of the real ones."""
    for name in _MODULES:
        set_trap(root / f"{name}.py", canaries, f"python-{name}", python=True)
    (root / "ckexplore").mkdir()
    set_trap(root / "ckexplore" / "__init__.py", canaries, "python-ckexplore", python=True)


def arm_git(root: Path, canaries: Path) -> None:
    """Let a repository that git made run commands wherever git can be told to, its branch named by an attack."""
    folder = root / ".git" if (root / ".git").exists() else root
    traps = folder / "traps"
    traps.mkdir()
    for line in _SETTINGS.splitlines():
        if "{trap}" in line:
            name = line.partition("{trap}")[2]
            set_trap(traps / name, canaries, f"git-{name}")
    with (folder / "config").open("a") as config:
        config.write(_SETTINGS.format(trap=f"{traps}/"))
    (folder.parent / "included-config").write_text(f"[core]\n\tfsmonitor = {traps}/fsmonitor\n")
    (folder / "hooks").mkdir(exist_ok=True)
    for name in _HOOKS:
        set_trap(folder / "hooks" / name, canaries, f"hook-{name}")
    (folder.parent / ".gitattributes").write_text("* diff=evil filter=evil merge=evil\n")
    (folder.parent / ".gitmodules").write_text(
        '[submodule "evil"]\n\tpath = ../../outside\n'
        f"\turl = ext::{traps}/submodule-url\n\tupdate = !{traps}/submodule\n"
    )
    (folder / "refs/heads" / BRANCH).write_text((folder / "refs/heads/main").read_text())
    (folder / "HEAD").write_text(f"ref: refs/heads/{BRANCH}\n")


def make_bare_repository(folder: Path, canaries: Path) -> None:
    """Make a repository without work tree where git, called in it, finds it."""
    source = make_tree(folder.parent / "source-of-the-bare-one", README="bare")
    (source / ".git").rename(folder)
    (source / "README").unlink()
    source.rmdir()
    arm_git(folder, canaries)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    assert stat.S_ISDIR(folder.lstat().st_mode)
