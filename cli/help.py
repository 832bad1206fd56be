"""The help: what a newcomer types first, then every action with the first line of its own description."""

from collections.abc import Sequence

from ..actions.kernel import ALIASES, actions_of, all_actions, known_modules
from ..store.closest import closest
from ..store.errors import NotFoundError
from ..store.untrusted import safe_line

_USAGE = """\
ckexplore: every research artifact on this machine as one database, in a terminal

  ckexplore                        open the browser on your registered repositories
  ckexplore FOLDER…                open it on folders (nothing is written into them)
  ckexplore demo                   open it on the sample repositories, in a home of their own
  ckexplore ACTION [REPOSITORY:]MODULE[:ARTIFACT] [--key=value] [@input.json|.yaml] [-- rest]

Examples
  ckexplore add repo --path=~/ck-env
  ckexplore ls soft:compiler.*
  ckexplore search --tags=compiler,lang-c
  ckexplore load os:linux-64 --min
  ckexplore add dataset:imagenet --tags=2012     (also: update, ren, cp, mv, rm)
  ckexplore detect soft:compiler.gcc
  ckexplore install package:model-minimobilenet --variations=multiplier-0.5
  ckexplore run program:image-classification-onnx --cmd_key=latency --env.CK_THREADS=2

Actions
"""

_OPTIONS = """
Options
  --out=json         answer in JSON on standard output; `return` is 0, or greater with `error`. Also json_with_sep,
                     json_file with --out_file=FILE, and none
  --dry-run          show what would be executed, and its approval hash, without executing it
  --yes --expect=H   execute without asking, if the plan's approval hash is H
  --debug            show where an error came from
  --no-mouse         open the browser without mouse support
  --version, --help

State is kept in $CKEXPLORE_HOME (default: the data folder of your system, ~/.local/share/ckexplore on Linux).
"""


def help_text(words: Sequence[str]) -> str:
    """Give the help of everything, or of the action or module that the words name. Raises NotFoundError."""
    actions = all_actions()
    if not words:
        return _USAGE + _listed(actions) + _OPTIONS
    if words[0].startswith("module:") and (declared := _declared(words[0])):
        return declared
    names = [name for name in dict.fromkeys((words[0], ALIASES.get(words[0], words[0]))) if name in actions]
    module = next((word.partition(":")[0] for word in words if word.partition(":")[0] in known_modules()), "")
    if names:
        described: dict[str, str] = {}
        for name in names:
            described |= _described(name, module)
        return "\n\n".join(f"ckexplore {title}\n  {text}" for title, text in described.items()) + "\n"
    if module:
        return f"Actions of {module}\n" + _listed({one: _description(do) for one, do in actions_of(module).items()})
    declared = _declared(words[0])
    if declared:
        return declared
    raise NotFoundError(
        f"no action or module {safe_line(words[0])!r}" + closest(words[0], [*actions, *known_modules()])
    )


def _described(name: str, module: str) -> dict[str, str]:
    """Describe an action: the common one, and what modules have in its place; of one module, only what it has."""
    own = {one: _own(one)[name] for one in known_modules() if name in _own(one) and module in ("", one)}
    described = {f"{name} {one}": _description(action) for one, action in own.items()}
    common = actions_of("").get(name)
    return described if common is None or (module and own) else {name: _description(common), **described}


def _declared(word: str) -> str:
    """Give the help of a module of a repository, `NAME` or `module:NAME`; empty where none has it."""
    from ..actions.declared_actions import module_entry  # noqa: PLC0415  (reads repositories)
    from ..store.registry import repositories  # noqa: PLC0415
    from ..store.workspace import workspace_from_environment  # noqa: PLC0415

    workspace = workspace_from_environment()
    module = module_entry(workspace, repositories(workspace), word.removeprefix("module:"))
    if module is None:
        return ""
    name, actions = module.location.title, module.descriptions()
    listed = _listed(actions) if actions else f"  none; add one: ckexplore add_action module:{name} --func=NAME\n"
    return f"Actions of {module.location.cid}\n{listed}"


def _own(module: str) -> dict:
    common = actions_of("")
    return {name: do for name, do in actions_of(module).items() if common.get(name) is not do}


def _description(action: object) -> str:
    return " ".join((action.__doc__ or "").split())


def _listed(actions: dict[str, str]) -> str:
    width = max(map(len, actions)) + 2
    return "".join(f"  {name:<{width}}{text}\n" for name, text in sorted(actions.items()))
