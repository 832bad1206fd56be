"""The passages of a file that a person should read before it is executed: those that use sudo, delete, download, …

A help for the eye, no guard: whoever wants to hide a command from it can. Scripts are read command line by command
line, programs by their calls and by the commands in their texts; comments and what is only printed don't count.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ...store.untrusted import safe_line
from .passage_kinds import KINDS
from .passage_patterns import CALLS, COMMANDS, Rule

__all__ = ["KINDS", "LIMIT", "Passage", "passages"]

LIMIT = 4 << 20
"""Characters of one text that are looked at."""

_MOST = 1_000
_SHOWN = 200
_JOINED = 100  # lines that are read as one, and commands that are found in them
_BEFORE = 300  # characters before a text that tell what becomes of it
_LONG = 20_000  # characters; a longer command line is searched as it stands
_PYTHON = re.compile(
    r"(?P<text>\b[rbfuRBFU]{0,2}(?:\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+(?:\"\"\")?|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?)|#[^\n\r]*",
    re.DOTALL,
)
_C = re.compile(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?)|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?", re.DOTALL
)
_C_SUFFIXES = ("c", "h", "cc", "cpp", "cxx", "hpp", "hxx", "cu", "java", "rs", "go", "js", "ts")
_PROGRAMS = {"py": _PYTHON, "pyw": _PYTHON, **dict.fromkeys(_C_SUFFIXES, _C)}
_DATA = {"json", "ipynb", "cfg", "ini", "txt", "md", "rst"}
_SHOWING = (
    r"(?:print|f?printf|puts|raise\s+\w+|log\w*\.\w+|_?logger\.\w+|warnings\.warn|std::c(?:out|err)"
    r"|(?:\w+\.)?add_argument|click\.echo)"
)
_SHOWS = re.compile(rf"\s*{_SHOWING}\b")
_SHOWS_NEXT = re.compile(rf"\b{_SHOWING}\s*\(\s*$")
_LISTED = re.compile(r"(?:\[|^)\s*[rf]?[\"'][\w./-]{1,60}[\"']\s*,")
_WORD = re.compile(r"'[^']*+'?|\"(?:[^\"\\]|\\.)*+\"?|\\.|\s+|[;&|()`{]|[^\s'\"\\;&|()`{]+|.", re.DOTALL)
_PRINTING = {"echo", "printf", "@echo", "@printf", "-echo", "logger"}
_OPENING = " \t;&|({`!\"'@+*-=\\"


@dataclass(frozen=True, slots=True)
class Passage:
    """One marked line of a file: its number from 1, one of KINDS, and its text, safe for a terminal."""

    line: int
    kind: str
    text: str


def passages(text: str, name: str = "") -> tuple[Passage, ...]:
    """Mark the passages of a text, at most one of a kind a line, in order; `name` tells its language by its suffix."""
    text = text[:LIMIT].replace("\r\n", "\n")
    breaks = [found.start() for found in re.finditer("\n", text)]
    marked: dict[tuple[int, str], Passage] = {}
    for number, kind, place in _found(text, breaks, name):
        if len(marked) >= _MOST:
            break
        if (number, kind) not in marked:
            marked[number, kind] = Passage(number + 1, kind, _excerpt(_line(text, breaks, number), place))
    return tuple(marked[key] for key in sorted(marked))


def _found(text: str, breaks: Sequence[int], name: str) -> Iterator[tuple[int, str, int]]:
    """Yield line from 0, kind and column of what is marked."""
    suffix, first = name.rpartition(".")[2].lower(), text[:200].partition("\n")[0]
    grammar = _PROGRAMS.get(suffix)
    if first.startswith("#!"):
        grammar = _PYTHON if "python" in first else None
    if grammar is None:
        return _in_script(text, breaks, as_data=suffix in _DATA and not first.startswith("#!"))
    return _in_program(text, breaks, grammar)


def _excerpt(line: str, place: int) -> str:
    """Give a line, or of a long one what is about a column."""
    start = max(0, place - _SHOWN // 4) if len(line.strip()) > _SHOWN else 0
    return safe_line(("…" if start else "") + line[start:].strip(), _SHOWN)


def _rules_by_line(text: str, breaks: Sequence[int], rules: Sequence[Rule]) -> dict[int, list[Rule]]:
    """Give the rules whose signs are in a line, by the number of the line from 0. Plain searches are quick."""
    lines: dict[int, list[Rule]] = {}
    for rule in rules:
        for sign in rule.signs:
            place = text.find(sign)
            while place >= 0:
                number = bisect_left(breaks, place)
                known = lines.setdefault(number, [])
                if not known or known[-1] is not rule:
                    known.append(rule)
                place = text.find(sign, breaks[number]) if number < len(breaks) else -1
    return dict(sorted(lines.items()))


def _line(text: str, breaks: Sequence[int], number: int) -> str:
    start = breaks[number - 1] + 1 if number else 0
    return text[start : breaks[number] if number < len(breaks) else len(text)]


# Scripts and data


def _in_script(text: str, breaks: Sequence[int], *, as_data: bool) -> Iterator[tuple[int, str, int]]:
    """Mark the command lines of a script; those that go on in the next line are read as one."""
    commands: dict[range, list[Rule]] = {}
    numbers = range(0)
    for number, rules in _rules_by_line(text, breaks, COMMANDS).items():
        if number not in numbers:
            numbers = _joined(text, breaks, number)
        commands.setdefault(numbers, []).extend(rules)
    for numbers, rules in commands.items():
        lines = [_line(text, breaks, number) for number in numbers]
        whole = "\n".join(lines).replace("\\\n", "  ").replace("\n", " ")
        read = whole if as_data or len(whole) > _LONG else _executed(whole)
        for rule, place in _fitting(rules, read):
            yield _placed(numbers, lines, rule, place)


def _placed(numbers: range, lines: Sequence[str], rule: Rule, place: int) -> tuple[int, str, int]:
    """Tell in which of joined lines a place is."""
    for number, line in zip(numbers, lines, strict=True):
        if place <= len(line):
            return number, rule.kind, place
        place -= len(line) + 1
    return numbers[-1], rule.kind, 0


def _fitting(rules: Sequence[Rule], line: str) -> Iterator[tuple[Rule, int]]:
    """Yield the rules whose pattern is in a line, with each column where the command begins."""
    for rule in dict.fromkeys(rules):
        for found in islice(rule.pattern.finditer(line), _JOINED):
            yield rule, found.end() - len(found[0].lstrip(_OPENING))


def _joined(text: str, breaks: Sequence[int], number: int) -> range:
    """Give the lines that are read as one with a line."""
    first = last = number
    while first > 0 and number - first < _JOINED and _goes_on(_line(text, breaks, first - 1)):
        first -= 1
    while last < len(breaks) and last - number < _JOINED and _goes_on(_line(text, breaks, last)):
        last += 1
    return range(first, last + 1)


def _goes_on(line: str) -> bool:
    line = line.rstrip()
    return line.endswith(("\\", "|", "&&")) and not line.lstrip().startswith("#")


def _executed(line: str) -> str:
    """Blank what of a command line isn't executed, comments and the quoted words that are only printed."""
    kept: list[str] = []
    printing, begins, apart, redirecting = False, True, True, False
    for found in _WORD.finditer(line):
        word = found[0]
        if apart and word.startswith("#"):
            break
        apart = word.isspace() or word in ";&|()`{"
        if not apart:
            printing = printing or (begins and word in _PRINTING)
            begins = begins and ("=" in word or word in ("then", "do", "else", "!", "-", "@"))
        elif not word.isspace():
            printing, begins = False, True
        shown = printing and not redirecting and word[0] in "'\"" and "$(" not in word and "`" not in word
        redirecting = word.endswith(">") or (redirecting and word.isspace())
        kept.append("_" * len(word) if shown else word)
    return "".join(kept)


# Programs


def _in_program(text: str, breaks: Sequence[int], grammar: re.Pattern[str]) -> Iterator[tuple[int, str, int]]:
    """Mark the calls of a program, and the commands in its texts."""
    code, texts = _taken_apart(text, grammar)
    for number, rules in _rules_by_line(code, breaks, CALLS).items():
        for rule, place in _fitting(rules, _line(code, breaks, number)):
            yield number, rule.kind, place
    for number, rules in _rules_by_line(texts, breaks, COMMANDS).items():
        line = _line(texts, breaks, number)
        for rule, place in _fitting(rules, line):
            yield number, rule.kind, place
        if listed := _LISTED.search(_line(text, breaks, number)):  # ["rm", "-rf", folder]
            words = line[listed.start() :].replace('"', " ").replace("'", " ").lstrip()
            for rule, _ in _fitting(rules, words):
                yield number, rule.kind, listed.start()


def _taken_apart(text: str, grammar: re.Pattern[str]) -> tuple[str, str]:
    """Split a program into its code and its texts, each with blanks where the other and comments are."""
    code: list[str] = []
    texts: list[str] = []
    end = 0
    for found in grammar.finditer(text):
        between, blank = text[end : found.start()], _blank(found[0])
        code += [between, blank]
        is_read = found["text"] is not None and not _is_only_shown(text, found, "".join(code[-4:-1]))
        texts += [_blank(between), found[0] if is_read else blank]
        end = found.end()
    return "".join([*code, text[end:]]), "".join([*texts, _blank(text[end:])])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _is_only_shown(text: str, found: re.Match[str], before: str) -> bool:
    """Tell whether a text is printed or describes what follows; `before` is the code that ends where it begins."""
    begin = max(0, found.start() - _BEFORE)
    in_line = text[max(begin, text.rfind("\n", begin, found.start()) + 1) : found.start()]
    if _SHOWS.match(in_line) or _SHOWS_NEXT.search(before[-_BEFORE:]):
        return True
    threefold = found[0].lstrip("rbfuRBFU").startswith(('"""', "'''"))
    return threefold and not in_line.strip() and not before.rstrip().endswith(("(", ",", "=", "[", "{", "+", "%", "\\"))
