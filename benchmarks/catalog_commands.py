"""The command line beside the tools that have these formats: processor time (user and system) of whole processes."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from catalog_figures import Figure, Line, NotMeasured, interleaved
from catalog_setting import Setting, environment_of, home_of, program
from installed import our_program

ROUNDS = 15
_FEW_ROUNDS = 5  # beside what takes seconds
_MODULE, _TAG = "soft", "compiler"  # known to the made repositories and to public ones


def lines(setting: Setting) -> Iterator[Line]:
    """Measure beside ck, then beside cm and mlc over repositories of theirs."""
    roots = setting.ck_repositories()
    with home_of(roots, indexed=True) as workspace:
        environment = environment_of(workspace)
        aliases = _told([our_program(), "ls", _MODULE], environment).split()
        alias = aliases[len(aliases) // 2]
        commands = (
            (["find", f"{_MODULE}:{alias}"], 1.0),
            (["ls", _MODULE], 1.0),
            (["load", f"{_MODULE}:{alias}", "--min"], 1.0),
            (["search", f"--tags={_TAG}"], 0.25),
        )
        for words, aim in commands:
            yield _beside_ck(words, aim, environment)
    yield from _beside_cm(setting)
    yield from _beside_mlc(setting)


def _beside_ck(words: Sequence[str], aim: float, environment: Mapping[str, str]) -> Line:
    ck = program("ck")
    told = words[0] if len(words) == 1 or words[0] == "find" else f"{words[0]} {words[1].partition(':')[0]}"
    name = f"ckexplore {told}"
    if ck is None:
        return NotMeasured(name, "no ck here (pip install ck==2.6.4 in an environment of its own)")
    return _compared(name, [our_program(), *words], f"ck {told}", [ck, *words], aim, environment)


def _compared(
    name: str,
    ours: Sequence[str],
    peer: str,
    theirs: Sequence[str],
    aim: float,
    environment: Mapping[str, str],
    rounds: int = ROUNDS,
) -> Figure:
    times = interleaved(
        rounds, lambda: _processor_seconds(ours, environment), lambda: _processor_seconds(theirs, environment)
    )
    return Figure(name, median(times[0]), peer, median(times[1]), aim, as_ratio=True)


def _processor_seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        check=False,
        cwd=environment["CKEXPLORE_HOME"],  # mlc writes its log where it is
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode in (0, 4, 16), command  # 16 and 4: nothing of that name
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _told(command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command,
        check=False,
        cwd=environment["CKEXPLORE_HOME"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.stdout


# Beside the later tools: their registries are lists of paths


def _beside_cm(setting: Setting) -> Iterator[Line]:
    name, cm, roots = "ckexplore find, nothing of that name", program("cm"), setting.other_repositories("cm")
    if cm is None or not roots:
        yield _unmeasured(name, cm, "cm", "cmind")
        return
    with ExitStack() as stack:
        workspace = stack.enter_context(home_of(roots, indexed=True))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-"))
        environment = environment_of(workspace) | {"CM_REPOS": folder}
        _told([cm, "find", "repo"], environment)  # makes the registry
        _register(Path(folder) / "repos.json", roots)
        _told([cm, "reindex", "repo"], environment)
        ours = [our_program(), "find", "script:nothing-has-this-name"]
        theirs = [cm, "find", "script", "nothing-has-this-name"]
        yield _compared(name, ours, "cm find", theirs, 0.05, environment, _FEW_ROUNDS)


def _beside_mlc(setting: Setting) -> Iterator[Line]:
    name, mlc = "ckexplore search script --tags", program("mlc")
    roots = setting.other_repositories("mlc")
    if mlc is None or not roots:
        yield _unmeasured(name, mlc, "mlc", "mlcflow")
        return
    with ExitStack() as stack:
        workspace = stack.enter_context(home_of(roots, indexed=True))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ckexplore-benchmark-"))
        environment = environment_of(workspace) | {"MLC_REPOS": f"{folder}/repos"}
        theirs = [mlc, "find", "script", "--tags=get,python3"]
        _told(theirs, environment)  # makes the registry
        _register(Path(folder) / "repos" / "repos.json", roots)
        _told(theirs, environment)  # makes its index
        ours = [our_program(), "search", "script:*", "--tags=get,python3"]
        yield _compared(name, ours, "mlc find", theirs, 0.05, environment, _FEW_ROUNDS)


def _unmeasured(name: str, peer: str | None, command: str, package: str) -> NotMeasured:
    reason = f"no {command} here (pip install {package})" if peer is None else "no repositories of its own were given"
    return NotMeasured(name, reason)


def _register(registry: Path, roots: Sequence[Path]) -> None:
    known = json.loads(registry.read_text())
    registry.write_text(json.dumps([*known, *map(str, roots)]))
