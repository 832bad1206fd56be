"""The Python file of a CK module as text: a new one, and one more function at the end of one that is there.

The original CK imports the same file: it puts its kernel into `ck`, the meta into `cfg` and the names into `work`.
"""

import ast
import keyword
import re
from collections.abc import Mapping

from ..store.errors import InvalidRequestError, UnreadableError
from ..store.untrusted import safe_line

_ACTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")

_MODULE = '''\
#
# {title}
#

cfg = {{}}  # CK puts here what the meta of this module says,
work = {{}}  # its names and its folder,
ck = None  # and the kernel: ck.out, ck.access, ck.load_json_file and so on.


def init(i):
    """
    Called once, before any action.

    Output: {{
              return  - 0, or greater when the module can't be used
              (error) - why
            }}
    """
    return {{"return": 0}}
'''

# The line of signs and the comment below it are where CK's own help looks for what a function does.
_FUNCTION = '''

##############################################################################
# {title}


def {name}(i):
    """
    Input:  {{
              module_uoa - this module
              (data_uoa) - an entry, if one is named; every --key=value comes as well
            }}

    Output: {{
              return     - 0, or greater when it failed
              (error)    - why
            }}
    """
    ck.out("{name} " + i["module_uoa"] + ":" + i.get("data_uoa", ""))

    return {{"return": 0}}
'''


def check_action(name: str) -> str:
    """Return the name of a new action if it can be one. Raises InvalidRequestError."""
    if not _ACTION.fullmatch(name):
        raise InvalidRequestError(
            f"{safe_line(name, 80)!r} can't name an action; use letters, digits, '_' and '-', a letter first"
        )
    if name == "init":
        raise InvalidRequestError("init is what CK calls before any action; choose another name for yours")
    return name


def function_of(action: str) -> str:
    """Name the function of an action: Python has no '-' in names, and keeps some for itself."""
    name = action.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def module_text(title: str, functions: Mapping[str, str]) -> str:
    """Give the file of a new module with these functions, each with its description."""
    text = _MODULE.format(title=_title(title or "A module of Collective Knowledge"))
    for name, description in functions.items():
        text = with_function(text, name, description)
    return text


def with_function(text: str, name: str, description: str) -> str:
    """Add a function to the text of a module; one that has it already stays as it is. Raises UnreadableError."""
    if name in _functions(text):
        return text
    title = _title(description or f"The action {name}")
    return text.rstrip("\n") + "\n" + _FUNCTION.format(name=name, title=title)


def _functions(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"its module.py isn't Python that can be read ({error}), so nothing was added") from error
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def _title(text: str) -> str:
    """Give one line that can stand in a comment."""
    return safe_line(" ".join(text.split()), 200)
