"""Start-up of the command line: processor time as a ratio to `python -c pass`, and to the original `ck` if it is here.

Ratios of one run are comparable between machines; absolute times are not.
"""

import os
import resource
import shutil
import subprocess
import tempfile

from installed import ROOT, its_python, our_program

REPETITIONS = 15
SAMPLES = ROOT / "sample_repos" / "ckx-ml"


def processor_time(command: list[str], environment: dict[str, str]) -> float:
    """The least processor time (user and system, in seconds) of several runs."""
    least = float("inf")
    for _ in range(REPETITIONS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return least


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {"CKEXPLORE_HOME": home, "PATH": os.environ["PATH"], "HOME": home}
        ours, python = our_program(), its_python()
        subprocess.run([ours, "add", "repo", f"--path={SAMPLES}"], env=environment, check=True, capture_output=True)
        floor = processor_time([python, "-c", "pass"], environment)
        print(f"{'python -c pass':<42}1.00  ({1000 * floor:.0f} ms)")
        for words in (
            "--version",
            "--help",
            "find os:linux-64",
            "ls soft",
            "load os:linux-64 --min",
            "ls *:*linux*",
            "search soft --tags=compiler",
            "search --tags=compiler",
        ):
            ratio = processor_time([ours, *words.split()], environment) / floor
            print(f"{'ckexplore ' + words:<42}{ratio:.2f}")
        ratio = processor_time([python, "-c", "import textual.app"], environment) / floor
        print(f"{'import textual.app (not on this path)':<42}{ratio:.2f}")
        _beside_ck(environment, floor)


def _beside_ck(environment: dict[str, str], floor: float) -> None:
    """The original, when `ck` is on the PATH (pip install ck==2.6.4 into an environment of its own)."""
    ck = shutil.which("ck")
    if ck is None:
        return
    home = environment | {"CK_REPOS": environment["CKEXPLORE_HOME"]}
    for words in ("find os:linux-64", "ls os", "load os:linux-64 --min", "search os --tags=linux"):
        ratio = processor_time([ck, *words.split()], home) / floor
        print(f"{'ck ' + words + ' (the original)':<42}{ratio:.2f}")


if __name__ == "__main__":
    main()
