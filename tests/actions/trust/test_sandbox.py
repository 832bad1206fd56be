"""What a stage sees, reaches, changes and leaves behind in its sandbox, tried from inside with real bubblewrap."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckexplore.actions.trust import system_view
from ckexplore.actions.trust.sandbox import Availability
from ckexplore.store.errors import UnavailableError

from ...conftest import SAMPLES, require
from .box import OTHER_JOB, SECRET, Box, box, processes_with, wait_until_gone, wait_until_there

__all__ = ("box",)

PROFILES = ("offline", "net", "gpu")


# What it sees


@pytest.mark.parametrize("profile", PROFILES)
def test_no_secret_of_the_home_or_the_workspace_can_be_read(box: Box, profile: str) -> None:
    system = (f"--exclude-dir={name}" for name in ("usr", "opt", "proc", "sys", "dev", "snap", "nix", "gnu"))
    done = box.run("grep", "-rs", *system, SECRET, "/", str(box.home), profile=profile)
    assert done.stdout == ""
    assert done.returncode in (1, 2)  # grep's for "nothing" and for "some files can't be read"


def test_keys_records_approvals_and_other_jobs_are_not_even_listed(box: Box) -> None:
    hidden = (
        box.home / ".ssh",
        box.workspace.home / "trust",
        box.workspace.local,
        box.workspace.jobs / "job" / OTHER_JOB,
        box.job / "secret.txt",
    )
    for path in hidden:
        assert path.exists()
        assert box.run("test", "-e", str(path)).returncode == 1


def test_a_home_in_a_folder_of_the_system_is_hidden_as_well(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_view, "SYSTEM_FOLDERS", (*system_view.SYSTEM_FOLDERS, str(box.home.parent)))
    beside = box.home.parent / f"{box.home.name}-beside"
    beside.write_text("of the system")
    script = f"cat {beside}; cat ~/secret.txt {box.workspace.home}/trust/secret.txt"
    done = box.run("bash", "-c", script)
    assert done.stdout.startswith("of the system")
    assert done.stdout.count("No such file") == 2


def test_passwords_and_private_keys_of_the_system_are_not_seen_even_by_root(box: Box) -> None:
    done = box.run("bash", "-c", "ls /etc/shadow /etc/gshadow /etc/ssl/private /etc/ssh /etc/sudoers; cat /etc/passwd")
    assert done.stdout.count("No such file") == 5
    users = [line for line in done.stdout.splitlines() if line.count(":") == 6]
    assert len(users) <= 2  # oneself, and nobody


def test_the_callers_variables_are_gone_unless_they_are_given(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_CALLER", SECRET)
    box.variables["GIVEN"] = "yes"
    shown = box.run("env").stdout
    assert SECRET not in shown
    assert "GIVEN=yes" in shown.splitlines()
    assert f"HOME={box.home}" in shown.splitlines()


def test_variables_are_not_among_the_arguments_that_everybody_can_read(box: Box) -> None:
    box.variables["API_KEY"] = SECRET
    assert not any(SECRET in word for word in box.command(box.stage("true")).argv)
    assert SECRET in box.run("env").stdout


def test_what_the_plan_names_is_seen_at_its_own_path_and_cannot_be_changed(box: Box) -> None:
    data = box.home / "data set"
    data.mkdir()
    (data / "x.txt").write_text("a fact")
    named = (str(data),)
    assert box.run("cat", str(data / "x.txt"), reads=named).stdout == "a fact"
    assert "Read-only" in box.run("bash", "-c", f"echo no > '{data}/x.txt'", reads=named).stdout
    assert (data / "x.txt").read_text() == "a fact"


def test_the_home_and_temporary_folders_are_empty_private_and_writable(box: Box) -> None:
    name = f"ckexplore-{random.randrange(1 << 40)}"
    box.variables["TMPDIR"] = str(box.home / "my tmp")
    script = f"touch ~/{name} /tmp/{name} /var/tmp/{name} && mktemp && ls -A /var/tmp ~/.ssh"
    done = box.run("bash", "-c", script)
    assert str(box.home / "my tmp") in done.stdout
    assert done.stdout.splitlines()[1:2] == [f"ls: cannot access '{box.home}/.ssh': No such file or directory"]
    assert not any(Path(folder, name).exists() for folder in (box.home, "/tmp", "/var/tmp"))


def test_only_its_own_processes_are_seen(box: Box) -> None:
    done = box.run("bash", "-c", "ls -d /proc/[0-9]*")
    assert f"/proc/{os.getpid()}" not in done.stdout.split() or os.getpid() < 10
    assert len(done.stdout.split()) < 6


# What it changes


def test_nothing_is_written_outside_the_folders_that_it_may_change(box: Box) -> None:
    tried = ["/", "/usr", "/usr/bin", "/etc", "/opt", "/sys/devices/system", "/proc/sys", "/var", *box.home.parts[2:3]]
    script = "for folder; do touch $folder/planted 2>/dev/null && echo wrote $folder; done; true"
    assert box.run("bash", "-c", script, "-", *tried).stdout == ""
    before = sorted(path for path in box.home.rglob("*") if "sandbox" not in path.parts)
    box.run("bash", "-c", f"for one in {box.home} {box.workspace.home} {box.job} ~/.ssh; do touch $one/planted; done")
    assert sorted(path for path in box.home.rglob("*") if "sandbox" not in path.parts) == before


def test_what_it_makes_in_its_folders_stays_and_belongs_to_the_caller(box: Box) -> None:
    assert box.run("bash", "-c", f"echo one > {box.copy}/x; echo two > $CKEXPLORE_STAGE/y").returncode == 0
    for path, text in ((box.copy / "x", "one\n"), (box.place / "y", "two\n")):
        assert path.read_text() == text
        assert (path.stat().st_uid, path.stat().st_gid) == (os.getuid(), os.getgid())


def test_a_folder_that_it_may_change_is_made_when_it_is_not_there(box: Box) -> None:
    folder = box.workspace.tools / "new-1.0" / "deeper"
    assert box.run("touch", f"{folder}/x", writes=(str(folder),)).returncode == 0
    assert (folder / "x").exists()


def test_the_kernels_settings_cannot_be_changed_even_by_root(box: Box) -> None:
    # Nothing is written: to be allowed to open them would be enough for a program to be started outside.
    script = (
        "import os\n"
        "for name in ('kernel/core_pattern', 'kernel/modprobe', 'vm/drop_caches', 'kernel/hostname'):\n"
        "    try: os.close(os.open('/proc/sys/' + name, os.O_WRONLY)); print('open', name)\n"
        "    except OSError: pass\n"
        "for name in ('sysrq-trigger', 'mtrr', 'irq/default_smp_affinity'):\n"
        "    if os.access('/proc/' + name, os.W_OK): print('open', name)\n"
    )
    done = box.run("/usr/bin/env", "python3", "-c", script)
    assert (done.stdout, done.returncode) == ("", 0)


def test_it_has_no_privileges_and_gets_none(box: Box) -> None:
    done = box.run("bash", "-c", "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; unshare -U true")
    uid, effective, bounding, no_new, *told = done.stdout.splitlines()
    assert uid == ("1000" if os.getuid() == 0 else str(os.getuid()))
    assert (int(effective.split()[1], 16), int(bounding.split()[1], 16)) == (0, 0)
    assert no_new.split()[1] == "1"
    if box.available.closed_namespaces:
        assert "unshare failed" in told[0]


def test_a_library_that_the_plan_preloads_is_never_loaded_outside(box: Box) -> None:
    require("gcc")
    escaped = box.home / "escaped"
    source = '#include <stdio.h>\n__attribute__((constructor)) static void here(void) { fclose(fopen("%s", "w")); }\n'
    (box.copy / "evil.c").write_text(source % escaped)
    library = box.copy / "evil.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, box.copy / "evil.c"], check=True)
    box.variables |= {"LD_PRELOAD": str(library), "LD_LIBRARY_PATH": str(box.copy)}
    done = box.run("bash", "-c", f"test -e {escaped} && echo loaded inside; echo $LD_LIBRARY_PATH")
    assert done.stdout == f"loaded inside\n{box.copy}\n"
    assert not escaped.exists()


# The network


@pytest.fixture
def server() -> Iterator[int]:
    """A server of this machine; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_nothing_on_this_machine_is_reached_but_with_the_network(box: Box, server: int) -> None:
    def reached(profile: str) -> bool:
        done = box.run("bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{server} && echo reached", profile=profile)
        return done.stdout == "reached\n"

    assert {profile: reached(profile) for profile in PROFILES} == {"offline": False, "gpu": False, "net": True}


def test_a_socket_without_a_file_is_not_reached_either(box: Box) -> None:
    name = f"ckexplore-{random.randrange(1 << 40)}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{name}")
        listening.listen()
        script = f"import socket; socket.socket(socket.AF_UNIX).connect('\\0{name}'); print('reached')"
        assert box.run("/usr/bin/env", "python3", "-c", script, profile="net").stdout == "reached\n"
        assert "refused" in box.run("/usr/bin/env", "python3", "-c", script).stdout


def test_its_own_machine_has_a_name_and_a_loopback_of_its_own(box: Box) -> None:
    script = (
        "import socket\n"
        "server = socket.create_server((socket.gethostname(), 0))\n"
        "socket.create_connection(('localhost', server.getsockname()[1])); print('connected')\n"
    )
    assert box.run("/usr/bin/env", "python3", "-c", script).stdout == "connected\n"


# Processes


def _marked() -> str:
    """Give a time to sleep that no other process has."""
    return f"{random.randrange(10_000, 90_000)}.{random.randrange(1 << 40)}"


def _daemon(seconds: str, started: Path) -> str:
    """Give a script that leaves its session with a process that ignores what can be ignored."""
    left = f"trap '' TERM HUP INT; sleep {seconds} & touch {started}; wait"
    return f'(setsid bash -c "{left}" >/dev/null 2>&1 &); while [ ! -e {started} ]; do sleep 0.01; done'


def test_a_daemon_that_it_starts_is_gone_when_it_ends(box: Box) -> None:
    seconds, started = _marked(), box.copy / "started"
    done = box.run("bash", "-c", _daemon(seconds, started))
    assert (done.returncode, started.exists()) == (0, True)
    assert wait_until_gone(seconds) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_daemon_is_gone_when_the_stage_is_killed(box: Box, number: signal.Signals) -> None:
    seconds, ready = _marked(), box.copy / "ready"
    process = box.start("bash", "-c", f"{_daemon(seconds, box.copy / 'started')}; touch {ready}; sleep {seconds}")
    try:
        wait_until_there(ready)
        assert processes_with(seconds)
        os.killpg(process.pid, number)  # as the supervisor does
        assert process.wait(10) in (-number, 128 + number)
    finally:
        process.kill()
    assert wait_until_gone(seconds) == []


def test_everything_is_gone_when_whoever_started_it_is_killed(box: Box) -> None:
    seconds, ready = _marked(), box.copy / "ready"
    command = box.command(
        box.stage("bash", "-c", f"{_daemon(seconds, box.copy / 'started')}; touch {ready}; sleep 3600")
    )
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    parent = subprocess.Popen([sys.executable, "-c", script, *command.argv], env=command.environment)
    try:
        wait_until_there(ready)
        assert processes_with(seconds)
    finally:
        parent.kill()
        parent.wait()
    assert wait_until_gone(seconds) == []


def test_a_signal_to_every_process_reaches_its_own_only(box: Box) -> None:
    seconds = _marked()
    outside = subprocess.Popen(["sleep", seconds])
    try:
        # In a process namespace of its own, which `start` asserts, "every process" is those of the sandbox.
        process = box.start("bash", "-c", f"touch {box.copy}/before; kill -9 -1; sleep 0.1; touch {box.copy}/after")
        process.wait(10)
        assert (box.copy / "before").exists()
        assert outside.poll() is None
    finally:
        outside.kill()
        outside.wait()


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -SEGV $$", 139), ("kill $$", 143)]
)
def test_its_exit_code_or_signal_is_told(box: Box, script: str, code: int) -> None:
    assert box.run("bash", "-c", script).returncode == code


def test_a_program_that_is_not_there_is_named(box: Box) -> None:
    done = box.run("no-such-program")
    assert done.returncode == 127
    assert "no-such-program" in done.stdout


def test_a_program_whose_path_looks_like_a_variable_is_started(box: Box) -> None:
    program = box.copy / "a=b"
    program.write_text("#!/bin/sh\necho started $1\n")
    program.chmod(0o755)
    assert box.run(str(program), "it").stdout == "started it\n"


# Real programs


def test_a_c_program_is_compiled_and_run(box: Box) -> None:
    require("gcc")
    (box.copy / "hello.c").write_text(
        '#include <math.h>\n#include <stdio.h>\nint main(void) { printf("%g", sqrt(16)); }\n'
    )
    script = f"cd {box.copy} && gcc -O2 hello.c -o hello -lm && ./hello"
    assert box.run("bash", "-c", script).stdout == "4"


def test_our_own_python_imports_our_packages_and_runs_a_model(box: Box) -> None:
    model = next((SAMPLES / "ckx-ml").rglob("*-4.onnx"))
    script = (
        "import onnxruntime, sys\n"
        "import ckexplore.actions.hooks.detect\n"
        "session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])\n"
        "print('inputs', len(session.get_inputs()))\n"
    )
    done = box.run(sys.executable, "-P", "-B", "-c", script, str(model), reads=(str(model.parent),))
    assert (done.stdout.splitlines()[-1], done.returncode) == ("inputs 1", 0)


def test_java_runs(box: Box) -> None:
    require("java")
    done = box.run("java", "-XshowSettings:properties", "-version")
    assert done.returncode == 0
    assert f"user.home = {box.home}" in done.stdout


# Without


def test_without_a_profile_a_stage_is_started_as_it_is(box: Box) -> None:
    box.variables["LD_LIBRARY_PATH"] = "/somewhere"
    command = box.command(box.stage("echo", "hello", profile="none", writes=()))
    assert command.argv == ["echo", "hello"]
    assert command.environment["LD_LIBRARY_PATH"] == "/somewhere"


def test_without_bubblewrap_no_stage_with_a_profile_is_started(box: Box) -> None:
    box.available = Availability(False, reason="bubblewrap isn't installed")
    with pytest.raises(UnavailableError, match="isn't installed"):
        box.command(box.stage("true"))
    assert box.command(box.stage("true", profile="none")).argv == ["true"]
