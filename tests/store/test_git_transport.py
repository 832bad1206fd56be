"""Cloning and pulling from real git servers on loopback, honest and hostile; cancelled at any time."""

import contextlib
import functools
import http.server
import itertools
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckexplore.actions import access
from ckexplore.store import git_transport, repos
from ckexplore.store.errors import CancelledError, CkexploreError, InvalidRequestError, RefusedError
from ckexplore.store.workspace import Workspace

from ..conftest import require
from .git_making import commit, git
from .making import make_entry, make_repository


def silent(share: float | None, text: str) -> None:
    """Follow the progress and cancel nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    require("git")
    root = make_repository(tmp_path / "served" / "artifacts", "artifacts")
    make_entry(root, "program", "one", "1" * 16, {"tags": ["x"]})
    git(root, "init", "-q", "-b", "main")
    commit(root, "one")
    return root


def _served(folder: Path, **environment: str) -> Iterator[int]:
    """Serve the repositories of a folder by git's own server, and give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--export-all", "--reuseaddr", "--listen=127.0.0.1", f"--port={port}", f"--base-path={folder}"]
    daemon = subprocess.Popen(
        ["git", "daemon", *words],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **environment},
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port
    os.killpg(daemon.pid, signal.SIGTERM)
    daemon.wait()


@pytest.fixture
def port(origin: Path) -> Iterator[int]:
    yield from _served(origin.parent)


@pytest.fixture
def server(port: int) -> str:
    """The address of a git daemon that serves the origin."""
    return f"git://127.0.0.1:{port}/artifacts"


class Narrow:
    """A way to a server that lets only so many bytes of its answers through, and then keeps silent."""

    def __init__(self, port: int, limit: int) -> None:
        self.limit = limit
        self._port = port
        self._closing, self._closed = socket.socketpair()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"git://127.0.0.1:{self._listener.getsockname()[1]}/artifacts"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while self._closed not in select.select([self._listener, self._closed], [], [])[0]:
            client = self._listener.accept()[0]
            with (
                client,
                socket.create_connection(("127.0.0.1", self._port)) as server,
                contextlib.suppress(ConnectionError),
            ):
                self._pass_on(client, server)  # a client that is killed resets the connection

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        left, open_ends = self.limit, [client, server, self._closed]
        while client in open_ends and self._closed not in (ready := select.select(open_ends, [], [])[0]):
            for end in ready:
                data = end.recv(4096 if end is client else min(4096, left))
                if not data:
                    open_ends.remove(end)
                    if end is server:
                        client.shutdown(socket.SHUT_WR)
                    continue
                (server if end is client else client).sendall(data)
                left -= len(data) if end is server else 0
                if left == 0 and server in open_ends:
                    open_ends.remove(server)

    def close(self) -> None:
        self._closing.send(b"x")
        self._thread.join()
        for one in (self._listener, self._closing, self._closed):
            one.close()


@pytest.fixture
def narrow(origin: Path, port: int) -> Iterator[Narrow]:
    """A server that stops in the midst of two megabytes."""
    (origin / "large").write_bytes(random.Random(0).randbytes(2_000_000))
    commit(origin)
    way = Narrow(port, 1_000_000)
    yield way
    way.close()


def _left_in(folder: Path) -> list[str]:
    """List the processes that work in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


def _until(true: Callable[[], object], seconds: float = 20) -> None:
    latest = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.02)


def test_a_repository_is_cloned_with_progress_and_pulled(server: str, origin: Path, workspace: Workspace) -> None:
    told: list[str] = []
    repository = repos.clone(workspace, server, "", lambda share, text: told.append(text))
    assert repository.alias == "artifacts"
    assert repository.path == workspace.clones / "artifacts"
    assert told
    make_entry(origin, "program", "two", "2" * 16, {"tags": ["y"]})
    commit(origin, "two")
    assert access({"action": "pull", "cid": "repo:artifacts"}, workspace) == {
        "return": 0,
        "pulled": {"artifacts": True},
    }
    assert access({"action": "pull", "cid": "repo:artifacts"}, workspace)["pulled"] == {"artifacts": False}
    names = [one["data_uoa"] for one in access({"action": "ls", "cid": "program"}, workspace)["lst"]]
    assert sorted(names) == ["one", "two"]


def test_a_clone_that_fails_leaves_nothing_behind(server: str, workspace: Workspace) -> None:
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        repos.clone(workspace, server + "-nosuch", "x", silent)
    assert list(workspace.clones.iterdir()) == []


def test_a_clone_that_cannot_be_registered_leaves_nothing_behind(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    repos.register(workspace, make_repository(tmp_path / "other", "other"))  # of the same UID
    with pytest.raises(InvalidRequestError, match="registered already, as other"):
        repos.clone(workspace, server, "", silent)
    assert list(workspace.clones.iterdir()) == []
    with pytest.raises(InvalidRequestError, match="named other is registered already"):
        repos.clone(workspace, server, "other", silent)
    assert [one.alias for one in repos.repositories(workspace) if one.origin == "registered"] == ["other"]


def test_a_name_that_is_taken_on_disk_is_refused_before_and_after_the_clone(server: str, tmp_path: Path) -> None:
    target = tmp_path / "clones/x"
    target.parent.mkdir()
    target.symlink_to("/nowhere")
    with pytest.raises(InvalidRequestError, match="exists already"):
        git_transport.clone(server, target, silent)
    target.unlink()

    def another_was_faster(share: float | None, text: str) -> None:
        target.mkdir(exist_ok=True)

    with pytest.raises(InvalidRequestError, match="exists already"):
        git_transport.clone(server, target, another_was_faster)
    assert [one.name for one in target.parent.iterdir()] == ["x"]
    assert list(target.iterdir()) == []


# Addresses.


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/etc",
        "./x",
        "x",
        "file:///etc",
        "ftp://host/x",
        "ext::sh -c id",
        "fd::3",
        "data:x::y",
        "--upload-pack=id",
        "-x:y",
        "https://-x",
        "https://-x/y",
        "https://user@-x/y",
        "ssh://-oProxyCommand=id/x",
        "ssh://user@-oProxyCommand=id/x",
        "ssh://-oProxyCommand=id@host/x",
        "-oProxyCommand=id@host:x",
        "user@-oProxyCommand=id:x",
        "host:-x",
        "host:",
        "https://host",
        "https:///x",
        "https://host/a b",
        "https://host/a\nb",
        "https://host/\x1b[2J",
        'https://host/"',
        "https://host/x\\",
        "HTTPS://host/x",
        "ssh::host/x",
    ],
)
def test_other_transports_and_options_are_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        git_transport.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/ctuning/ck-env",
        "https://user@host.example:8443/~x/y.git",
        "ssh://git@host:22/x",
        "ssh://git@[::1]/x",
        "git@github.com:mlcommons/ck.git",
        "host:x/y",
        "host:/srv/x",
        "git://127.0.0.1:9418/x",
        "http://host/x",
    ],
)
def test_addresses_of_the_four_transports_are_taken(url: str) -> None:
    assert git_transport.check_url(url) == url


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidRequestError, match="netrc") as refused:
        git_transport.check_url("https://user:secret@host/x")
    assert "secret" not in str(refused.value)


class _Answer(http.server.SimpleHTTPRequestHandler):
    """Serves files, or sends everybody to the address in `elsewhere`, or asks for a password."""

    elsewhere = ""
    closed = False

    def do_GET(self) -> None:
        if self.elsewhere:
            self.send_response(302)
            self.send_header("Location", self.elsewhere)
            self.end_headers()
        elif self.closed:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base's name)
        """Keep silent."""


@pytest.fixture
def web(origin: Path) -> Iterator[Callable[..., str]]:
    """Start web servers that answer so: the address of the origin there."""
    git(origin, "update-server-info")
    started = []

    def start(**answer: object) -> str:
        handler = functools.partial(type("Answer", (_Answer,), answer), directory=str(origin.parent))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/artifacts/.git"

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_web_server_is_cloned_from_and_its_redirections_within_the_transports_are_followed(
    web: Callable[..., str], origin: Path, tmp_path: Path
) -> None:
    address = web()
    git_transport.clone(address, tmp_path / "plain", silent)
    git_transport.clone(web(elsewhere=f"{address}/info/refs?service=git-upload-pack"), tmp_path / "redirected", silent)
    assert (tmp_path / "redirected/.ckr.json").read_bytes() == (origin / ".ckr.json").read_bytes()


@pytest.mark.parametrize("scheme", ["file", "ext", "ftp"])
def test_a_redirection_to_another_transport_is_refused(
    web: Callable[..., str], origin: Path, tmp_path: Path, scheme: str
) -> None:
    elsewhere = {"file": f"file://{origin}/.git/info/refs", "ext": "ext::sh", "ftp": "ftp://127.0.0.1/x/info/refs"}
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        git_transport.clone(web(elsewhere=elsewhere[scheme]), tmp_path / "clones/x", silent)
    assert list((tmp_path / "clones").iterdir()) == []


# What the user's environment holds.


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    """A program that leaves a mark beside itself when it is executed."""
    program = tmp_path / "payload"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/mark'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def environment(payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in which everything leads to the payload; gives the mark that it would leave."""
    hooks = tmp_path / "template/hooks"
    commands = tmp_path / "commands"
    hooks.mkdir(parents=True)
    commands.mkdir()
    for name in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (hooks / name).symlink_to(payload)
    for name in ("git", "git-index-pack", "git-remote-http", "git-fetch-pack", "git-checkout"):
        (commands / name).symlink_to(payload)
    settings = tmp_path / "settings"
    settings.write_text(f'[core]\n\thooksPath = {hooks}\n\tgitProxy = {payload}\n[filter "x"]\n\tsmudge = {payload}\n')
    for name, value in {
        "GIT_DIR": tmp_path / "nowhere",
        "GIT_WORK_TREE": tmp_path / "nowhere",
        "GIT_INDEX_FILE": tmp_path / "nowhere",
        "GIT_OBJECT_DIRECTORY": tmp_path / "nowhere",
        "GIT_COMMON_DIR": tmp_path / "nowhere",
        "GIT_NAMESPACE": "x",
        "GIT_EXEC_PATH": commands,
        "GIT_TEMPLATE_DIR": tmp_path / "template",
        "GIT_SSH": payload,
        "GIT_SSH_COMMAND": payload,
        "GIT_PROXY_COMMAND": payload,
        "GIT_ASKPASS": payload,
        "SSH_ASKPASS": payload,
        "GIT_EXTERNAL_DIFF": payload,
        "GIT_CONFIG_GLOBAL": settings,
        "GIT_CONFIG_SYSTEM": settings,
        "GIT_CONFIG_PARAMETERS": f"'core.hooksPath'='{hooks}'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.gitProxy",
        "GIT_CONFIG_VALUE_0": payload,
        "GIT_ALLOW_PROTOCOL": "file:ext:git",
        "GIT_PROTOCOL_FROM_USER": "1",
        "GIT_TERMINAL_PROMPT": "1",
    }.items():
        monkeypatch.setenv(name, str(value))
    return tmp_path / "mark"


@pytest.mark.parametrize(
    "name", ["GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "GIT_PROXY_COMMAND", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_PARAMETERS"]
)
def test_the_payload_would_be_executed_by_a_git_that_is_not_hardened(
    server: str, environment: Path, tmp_path: Path, name: str
) -> None:
    others = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(
        ["git", "clone", "-q", server, "x"],
        cwd=tmp_path,
        env={**others, name: os.environ[name]},
        check=False,
        capture_output=True,
        timeout=30,
    )
    assert environment.exists()


def test_the_users_environment_does_not_weaken_a_clone_or_a_pull(
    server: str, origin: Path, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_transport.clone(server, tmp_path / "x", silent)
    with monkeypatch.context() as own:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            own.delenv(name)
        (origin / "more").write_text("x")
        commit(origin)
    assert git_transport.pull(tmp_path / "x", silent)
    assert (tmp_path / "x/more").read_text() == "x"
    assert not environment.exists()
    assert not (tmp_path / "nowhere").exists()


def test_nobody_is_asked_for_a_password(web: Callable[..., str], environment: Path, tmp_path: Path) -> None:
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        git_transport.clone(web(closed=True), tmp_path / "x", silent)
    require("ssh")
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        git_transport.clone("ssh://127.0.0.1:1/x", tmp_path / "x", silent)
    assert not environment.exists()


# What a hostile server sends.


def test_what_a_repository_brings_is_written_and_nothing_of_it_is_executed_or_followed(
    server: str, origin: Path, payload: Path, tmp_path: Path
) -> None:
    (origin / ".gitattributes").write_text("* filter=x diff=x\n*.bin filter=lfs\n")
    (origin / ".lfsconfig").write_text("[lfs]\n\turl = http://127.0.0.1:1/\n")
    (origin / "data.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (origin / "out").symlink_to(payload.parent)
    (origin / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = inner\n\turl = {server}\n\tupdate = none\n')
    head = git(origin, "rev-parse", "HEAD").strip()
    git(origin, "add", "-A")
    git(origin, "update-index", "--add", "--cacheinfo", f"160000,{head},inner")
    git(origin, "commit", "-qm", "hostile")
    git_transport.clone(server, tmp_path / "x", silent)
    assert list((tmp_path / "x/inner").iterdir()) == []
    assert (tmp_path / "x/data.bin").read_text().startswith("version")
    assert (tmp_path / "x/out").is_symlink()
    assert not (tmp_path / "x/.git/hooks").exists()
    assert not (tmp_path / "mark").exists()


def _commit_raw_tree(origin: Path, content: bytes) -> None:
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        cwd=origin,
        input=content,
        capture_output=True,
        check=True,
    )
    head = git(origin, "commit-tree", made.stdout.decode().strip(), "-m", "raw").strip()
    git(origin, "update-ref", "refs/heads/main", head)


@pytest.mark.parametrize("name", [b".git", b".GIT", b"git~1", ".g\u200cit".encode(), b".."])
def test_a_tree_that_would_write_into_git_or_outside_is_refused(
    server: str, origin: Path, tmp_path: Path, name: bytes
) -> None:
    blob = bytes.fromhex(git(origin, "rev-parse", "HEAD:.ckr.json").strip())
    _commit_raw_tree(origin, b"100644 " + name + b"\0" + blob)
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        git_transport.clone(server, tmp_path / "clones/x", silent)
    assert list((tmp_path / "clones").iterdir()) == []


def test_submodule_addresses_that_are_options_are_refused(server: str, origin: Path, tmp_path: Path) -> None:
    (origin / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = --upload-pack=id\n')
    commit(origin)
    with pytest.raises(CkexploreError, match=r"cloning .* failed"):
        git_transport.clone(server, tmp_path / "x", silent)


def test_harmless_defects_of_old_tools_are_no_obstacle(server: str, origin: Path, tmp_path: Path) -> None:
    blob = bytes.fromhex(git(origin, "rev-parse", "HEAD:.ckr.json").strip())
    sub = git(origin, "rev-parse", "HEAD:program").strip()
    _commit_raw_tree(origin, b"100644 .ckr.json\0" + blob + b"040000 program\0" + bytes.fromhex(sub))
    git_transport.clone(server, tmp_path / "x", silent)
    assert (tmp_path / "x/program").is_dir()


@pytest.fixture
def noisy(origin: Path, tmp_path: Path) -> Iterator[str]:
    """A server whose messages are hostile."""
    speaker = tmp_path / "speaker"
    speaker.write_text(
        f"#!{sys.executable}\n"
        "import os, sys, time\n"
        "say = lambda data: (sys.stderr.buffer.write(data), sys.stderr.flush(), time.sleep(0.06))\n"
        "say(b'\\x1b]52;c;x\\x07\\x9b31m\\xff\\xfe\\r')\n"
        "for share in (b'50% (1/2)', b'10% (1/10)', b'90% (9/1)', b'7% (' + b'9' * 400 + b'/' + b'9' * 400 + b')'):\n"
        "    say(b'Counting objects:  ' + share + b', \\x1b[2J\\xe2\\x80\\xae\\r')\n"
        "say(b'x' * 1_000_000 + b'\\n')\n"
        "say(b'fatal: lies\\n')\n"
        "os.execvp(sys.argv[1], sys.argv[1:])\n"
    )
    speaker.chmod(0o755)
    settings = tmp_path / "server-settings"
    settings.write_text(f"[uploadpack]\n\tpackObjectsHook = {speaker}\n")
    for port in _served(origin.parent, GIT_CONFIG_GLOBAL=str(settings)):
        yield f"git://127.0.0.1:{port}/artifacts"


def test_progress_never_goes_back_within_a_stage_and_is_safe_to_show(noisy: str, tmp_path: Path) -> None:
    told: list[tuple[float | None, str]] = []
    git_transport.clone(noisy, tmp_path / "x", lambda share, text: told.append((share, text)))
    assert all(text.isprintable() and "\u202e" not in text and len(text) <= 200 for _, text in told)
    assert all(share is None or 0 <= share <= 1 for share, _ in told)
    stages = {text.split(" ")[0] for _, text in told}
    assert {"git", "connecting", "counting"} < stages
    for stage in stages:
        shares = [share for share, text in told if text.startswith(stage) and share is not None]
        assert shares == sorted(shares)


# The settings of a clone.


@pytest.mark.parametrize(
    "lines",
    [
        "[core]\n\tfsmonitor = {payload}",
        "[core]\n\tgitProxy = {payload}",
        "[core]\n\thooksPath = {payload}",
        "[core]\n\tworktree = /",
        "[include]\n\tpath = {payload}",
        '[remote "origin"]\n\tuploadpack = {payload}',
        '[remote "origin"]\n\tvcs = ext',
        '[remote "origin"]\n\turl = ext::{payload}',
        '[remote "origin"]\n\turl = /etc',
        '[filter "x"]\n\tsmudge = {payload}',
        '[url "ext::{payload}"]\n\tinsteadOf = git',
        '[branch "main"]\n\tremote = ext::{payload}',
        "[core]\n\tbare = false\\\n\tfsmonitor = {payload}",
        "[core] fsmonitor = {payload}",
    ],
)
def test_a_clone_with_settings_of_others_is_not_pulled(server: str, payload: Path, tmp_path: Path, lines: str) -> None:
    git_transport.clone(server, tmp_path / "x", silent)
    assert git_transport.pull(tmp_path / "x", silent) is False
    with (tmp_path / "x/.git/config").open("a") as settings:
        settings.write(lines.format(payload=payload) + "\n")
    with pytest.raises((RefusedError, InvalidRequestError)):
        git_transport.pull(tmp_path / "x", silent)
    assert not (tmp_path / "mark").exists()


def test_a_clone_whose_git_folder_is_elsewhere_is_not_pulled(server: str, tmp_path: Path) -> None:
    git_transport.clone(server, tmp_path / "x", silent)
    (tmp_path / "x/.git/commondir").write_text("../../y/.git")
    with pytest.raises(RefusedError, match="not a clone"):
        git_transport.pull(tmp_path / "x", silent)
    (tmp_path / "x/.git/commondir").unlink()
    (tmp_path / "x/.git").rename(tmp_path / "away")
    with pytest.raises(RefusedError, match="not a clone"):
        git_transport.pull(tmp_path / "x", silent)
    (tmp_path / "x/.git").symlink_to(tmp_path / "away")
    with pytest.raises(RefusedError, match="not a clone"):
        git_transport.pull(tmp_path / "x", silent)


def test_hooks_of_a_clone_are_never_executed(server: str, origin: Path, payload: Path, tmp_path: Path) -> None:
    git_transport.clone(server, tmp_path / "x", silent)
    hooks = tmp_path / "x/.git/hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-merge", "reference-transaction", "pre-auto-gc", "post-index-change"):
        (hooks / name).symlink_to(payload)
    (origin / "more").write_text("x")
    commit(origin)
    assert git_transport.pull(tmp_path / "x", silent)
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("path", [".", ""])
def test_programs_in_a_clone_are_not_taken_for_those_of_the_machine(
    server: str, origin: Path, payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    for name in ("git", "env", "ssh", "sh"):
        (origin / name).write_text(f"#!/bin/sh\n{payload}\n")
        (origin / name).chmod(0o755)
    commit(origin, "programs")
    monkeypatch.setenv("PATH", f"{path}:{os.environ['PATH']}")
    git_transport.clone(server, tmp_path / "clone", silent)
    monkeypatch.chdir(tmp_path / "clone")
    assert git_transport.pull(tmp_path / "clone", silent) is False
    assert not (tmp_path / "mark").exists()


def test_git_is_not_run_in_a_folder_of_others(origin: Path, workspace: Workspace) -> None:
    repos.register(workspace, origin)
    answer = access({"action": "pull", "cid": "repo:artifacts"}, workspace)
    assert answer["return"] == 1
    assert "git isn't run" in answer["error"]


def test_a_clone_that_was_changed_or_has_gone_another_way_stays_as_it_is(
    server: str, origin: Path, tmp_path: Path
) -> None:
    git_transport.clone(server, tmp_path / "x", silent)
    (origin / ".ckr.json").write_text("{}")
    commit(origin)
    (tmp_path / "x/.ckr.json").write_text("mine")
    with pytest.raises(CkexploreError, match="pulling x failed"):
        git_transport.pull(tmp_path / "x", silent)
    assert (tmp_path / "x/.ckr.json").read_text() == "mine"
    git(tmp_path / "x", "checkout", "-q", ".")
    commit(tmp_path / "x", "mine")
    with pytest.raises(CkexploreError, match="pulling x failed"):
        git_transport.pull(tmp_path / "x", silent)


# Cancelling.


def _cancel_when(reached: Callable[[float | None, str], bool]) -> Callable[[float | None, str], None]:
    def progress(share: float | None, text: str) -> None:
        if reached(share, text):
            raise CancelledError("cancelled")

    return progress


@pytest.mark.parametrize("limit", [1, 100, 1_000_000])
def test_a_cancelled_clone_ends_every_process_and_leaves_nothing(
    narrow: Narrow, workspace: Workspace, limit: int
) -> None:
    narrow.limit = limit
    calls = itertools.count()
    seen: list[str] = []

    def progress(share: float | None, text: str) -> None:
        seen.extend(_left_in(workspace.home))
        if next(calls) > 3:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        repos.clone(workspace, narrow.address, "x", progress)
    assert any("clone" in one for one in seen)
    assert limit < 1_000_000 or any("index-pack" in one for one in seen)
    assert _left_in(workspace.home) == []
    assert list(workspace.clones.iterdir()) == []
    assert "x" not in [one.alias for one in repos.repositories(workspace)]


def test_a_clone_is_cancelled_from_another_thread_though_git_says_nothing(narrow: Narrow, workspace: Workspace) -> None:
    narrow.limit = 1
    cancelled = threading.Event()
    ended: list[BaseException] = []

    def work() -> None:
        try:
            repos.clone(workspace, narrow.address, "x", _cancel_when(lambda share, text: cancelled.is_set()))
        except CancelledError as error:
            ended.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    _until(lambda: _left_in(workspace.home))
    cancelled.set()
    worker.join(20)
    assert len(ended) == 1
    assert _left_in(workspace.home) == []
    assert list(workspace.clones.iterdir()) == []


_CLONING = """
import sys
from pathlib import Path
from ckexplore.store import repos
from ckexplore.store.workspace import Workspace
try:
    repos.clone(Workspace(sys.argv[1]), sys.argv[2], "x", lambda share, text: None)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture
def cloning(narrow: Narrow, workspace: Workspace) -> Iterator["subprocess.Popen[str]"]:
    """A process that is cloning, and stays there."""
    words = [sys.executable, "-c", _CLONING, str(workspace.home), narrow.address]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        _until(lambda: any("index-pack" in one for one in _left_in(workspace.home)))
        yield process
        process.kill()


def test_ctrl_c_ends_a_clone_with_all_its_processes(cloning: "subprocess.Popen[str]", workspace: Workspace) -> None:
    os.killpg(cloning.pid, signal.SIGINT)  # as a terminal sends it: to all of the group
    assert cloning.communicate(timeout=20)[0] == "interrupted\n"
    assert _left_in(workspace.home) == []
    assert list(workspace.clones.iterdir()) == []


def test_what_a_killed_clone_left_is_removed_when_it_is_old_and_nobody_uses_it(
    cloning: "subprocess.Popen[str]", narrow: Narrow, workspace: Workspace
) -> None:
    cloning.kill()
    cloning.wait()
    (scratch,) = workspace.clones.iterdir()
    os.utime(scratch, (0, 0))
    narrow.limit = 100_000_000
    repos.clone(workspace, narrow.address, "y", silent) if False else None
    narrow.close_connections() if False else None
    assert scratch.exists()
