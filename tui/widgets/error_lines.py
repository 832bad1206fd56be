"""Which lines of a log tell that something went wrong: quick to rule out, careful with "0 errors" and "-Werror"."""

import re
from typing import Final

_READ = 2000  # characters of a line

_RULES: Final = tuple(
    (hint, re.compile(pattern))
    for hint, pattern in (
        ("error", r"\berror(?:\[\w+\]|\s[A-Z]+\d+)?(?::|\s-\s)|\b[eE]rror (?:in|at|while|opening|reading|loading)\b"),
        ("error", r"\bError(?::|\s)|\bERROR\b|\b[1-9]\d* errors?\b"),
        ("error", r"(?:^|[\s\[(<.:\"'])[A-Z]\w*Error(?=:|\(|\s*$)|\bfatal error\b|\bBus error\b"),
        ("exception", r"(?:^|[\s\[(<.:\"'])[A-Z]\w*Exception(?=:|\(|\s*$)|\bException in "),
        ("exception", r"\b(?:[Uu]nhandled|[Uu]ncaught|[Ff]loating point) exception\b"),
        ("traceback", r"\bTraceback \(most recent call last\)"),
        ("interrupt", r"^KeyboardInterrupt\b"),
        ("fatal", r"\bfatal:|\bFatal\b|\bFATAL\b"),
        ("critical", r"\bCRITICAL\b"),
        ("fail", r"\bFAILED\b|\bFAILURE\b|\b[1-9]\d* (?:failed|failures?)\b|\b[Ff]ailed to \w"),
        ("failed", r"\b(?:[Bb]uild|[Cc]ompilation|[Cc]ommand|[Tt]ests?|[Ii]nstallation|[Aa]ssertion)\b.*\bfailed\b"),
        ("assert", r"^E\s+assert\b"),
        ("terminate", r"\bterminate called\b|\b[Tt]erminated by signal\b"),
        ("segmentation fault", r"\b[Ss]egmentation fault\b"),
        ("illegal instruction", r"\b[Ii]llegal instruction\b"),
        ("dumped", r"\((?:core|memory) dumped\)"),
        ("aborted", r"\bAborted\b"),
        ("stack smashing", r"\bstack smashing\b"),
        ("out of memory", r"\b[Oo]ut of memory\b"),
        ("oom", r"\bOOM\b|\boom-kill"),
        ("killed", r"\bKilled\b|\b[Kk]illed by signal\b"),
        ("undefined ", r"\bundefined (?:reference|symbol)\b"),
        ("not found", r"\bcommand not found\b|: not found\s*$"),
        ("no such file", r"\b[Nn]o such file or directory\b"),
        ("no module named", r"\bNo module named\b"),
        ("permission denied", r"\b[Pp]ermission denied\b"),
        ("no space left", r"\bNo space left on device\b"),
        ("panic", r"\bpanicked at\b|\bpanic:|\bKernel panic\b"),
        ("err!", r"\bnpm ERR!"),
        ("e: ", r"^E: "),
        ("***", r"\*\*\* .*\b(?:Error \d|No rule|missing|Stop)"),
        ("zero", r"\bnon-?zero (?:exit|status|return)\b"),
        ("exit", r"\b[Ee]xit(?:ed)?\b[\w\s]{0,20}?\b(?:code|status)[:=]?\s*-?[1-9]"),
        ("return", r"\b[Rr]eturn(?:ed)?\b[\w\s]{0,20}?\b(?:code|status)[:=]?\s*-?[1-9]"),
    )
)
HINTS: Final = tuple(dict.fromkeys(hint for hint, _ in _RULES))
"""A line that has none of these in it, in lower case, is no error line."""

# Counts of nothing, options, names of files, measured errors: taken out before a line is judged.
_HARMLESS = re.compile(
    r"\b(?:0|no|zero|without|any|never|ignor(?:e|ed|ing))\s+(?:\w+\s+){0,2}?(?:errors?|fail(?:ures?|ed)|exceptions?)\b"
    r"|\b(?:errors?|failures?|failed|exit (?:code|status))\s*[:=]\s*0\b(?!\.?\d)"
    r"|\b(?:error|fatal|failure|exception)s?[-_./=]\w[\w./-]*"
    r"|[-_]\w*(?:error|fatal)\w*"
    r"|\berrors?\s+(?:rates?|bars?|handl\w+|correct\w+|margins?|bounds?|tolerances?|messages?|codes?|logs?)\b"
    r"|\berrors?\s*[:=]\s*[-+]?\.?\d[\d.]*(?:e[-+]?\d+)?\s*%?(?=[\s,;)\]|]|$)",
    re.IGNORECASE,
)


def is_error_line(line: str) -> bool:
    """Whether a line, without its colours, tells of an error: a compiler's, an interpreter's, a shell's or a test's."""
    line = line[:_READ]
    lowered = line.lower()
    rules = [rule for hint, rule in _RULES if hint in lowered]
    if not any(rule.search(line) for rule in rules):
        return False
    plain = _HARMLESS.sub(" ", line)
    return any(rule.search(plain) for rule in rules)
