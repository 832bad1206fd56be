"""Clone and pull through one hardened git: no hooks, templates, submodules, LFS or prompts; allow-listed transports.

git is only ever started in folders that it made for us: a foreign tree's `.git/config` can execute commands.
GitPython is imported when the first clone or pull begins.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .errors import CkexploreError, InvalidRequestError, UnavailableError
from .untrusted import safe_line

Progress = Callable[[float | None, str], None]
"""Called with the share done (0 to 1, None when unknown) and a line of text."""

TRANSPORTS = ("https", "ssh", "git", "http")

_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.symlinks": "true",
    "diff.external": "",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "safe.bareRepository": "explicit",
    "transfer.fsckObjects": "true",
    "protocol.allow": "never",
    **{f"protocol.{name}.allow": "always" for name in TRANSPORTS},
}


def _environment(empty_templates: str) -> dict[str, str]:
    """Make the environment that overrides every configuration file git would read."""
    environment = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_TEMPLATE_DIR": empty_templates,
        "GIT_ALLOW_PROTOCOL": ":".join(TRANSPORTS),
        "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "LC_ALL": "C",
    }
    for index, (key, value) in enumerate(_SETTINGS.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment


def check_url(url: str) -> str:
    """Return `url` if its transport is allowed. Raises InvalidRequestError."""
    scheme, separator, rest = url.partition("://")
    scp_like = not separator and ":" in url and not url.startswith(("/", ".", "-")) and "::" not in url
    if (separator and scheme in TRANSPORTS and rest and not rest.startswith("-")) or scp_like:
        return url
    raise InvalidRequestError(
        f"{safe_line(url)!r} is not an address that is cloned here; use {', '.join(TRANSPORTS)} "
        "(a folder on this machine is added with --path)"
    )


def clone(url: str, target: Path, progress: Progress) -> None:
    """Clone `url` into the new folder `target`; nothing is left behind when it fails.

    Raises InvalidRequestError, UnavailableError (no git) or CkexploreError with git's last words.
    """
    check_url(url)
    if target.exists():
        raise InvalidRequestError(f"{target} exists already; choose another name")
    git = _git()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".clone-", dir=target.parent) as scratch:
        templates = Path(scratch) / "templates"
        templates.mkdir()
        fresh = Path(scratch) / "tree"
        reporter = _reporter(git, progress)
        try:
            git.Repo.clone_from(
                url,
                fresh,
                progress=reporter,  # type: ignore[arg-type]
                env=_environment(str(templates)),
                multi_options=["--no-recurse-submodules"],
            ).close()
        except git.GitError as error:
            raise CkexploreError(f"cloning {safe_line(url)} failed: {_last_words(error, reporter)}") from error
        shutil.move(str(fresh), target)


def pull(folder: Path, progress: Progress) -> bool:
    """Fast-forward a clone that we made, and tell whether anything changed. Raises CkexploreError."""
    git = _git()
    with tempfile.TemporaryDirectory(prefix="ckexplore-templates-") as templates, git.Repo(folder) as repository:
        repository.git.update_environment(**_environment(templates))
        before = repository.head.commit.hexsha
        reporter = _reporter(git, progress)
        try:
            repository.remotes.origin.pull(ff_only=True, progress=reporter)
        except git.GitError as error:
            raise CkexploreError(f"pulling {safe_line(folder.name)} failed: {_last_words(error, reporter)}") from error
        return repository.head.commit.hexsha != before


def _git():
    if shutil.which("git") is None:
        raise UnavailableError("git isn't installed; install it (Debian: apt-get install git) and try again")
    import git  # noqa: PLC0415  (8 times the start-up of Python itself)

    return git


def _reporter(git, progress: Progress):
    stages = {
        git.RemoteProgress.COUNTING: "counting",
        git.RemoteProgress.COMPRESSING: "compressing",
        git.RemoteProgress.RECEIVING: "receiving",
        git.RemoteProgress.RESOLVING: "resolving",
        git.RemoteProgress.CHECKING_OUT: "checking out",
    }

    class Reporter(git.RemoteProgress):  # its base exists only after the late import
        def update(self, op_code, cur_count, max_count=None, message="") -> None:
            share = float(cur_count) / float(max_count) if max_count else None
            progress(share, safe_line(f"{stages.get(op_code & self.OP_MASK, 'working')} {message}".strip(), 200))

    return Reporter()


def _last_words(error: Exception, reporter) -> str:
    """Give git's reason; GitPython hands it to whoever follows the progress, or puts it into the error."""
    told = [*reporter.error_lines, *reporter.other_lines, *str(getattr(error, "stderr", "") or error).splitlines()]
    reasons = [line.strip(" '\n") for line in told if "fatal:" in line or "error:" in line]
    return safe_line(reasons[0] if reasons else str(error).strip().splitlines()[-1], 300)
