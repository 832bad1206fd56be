"""The query language of the filter line: words, `tag:`, `module:`, `repo:`, `-` to exclude, wildcards `*` and `?`."""

import re
from dataclasses import dataclass
from fnmatch import translate

FIELDS = {"tag": "tag", "tags": "tag", "module": "module", "repo": "repository", "repository": "repository"}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a query: a word (`field` empty) or a facet, perhaps excluded. The text is lower-case."""

    text: str
    field: str = ""
    excluded: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether the text has a wildcard."""
        return "*" in self.text or "?" in self.text


def parse_query(query: str) -> tuple[Term, ...]:
    """Read a filter line: words, `tag:x`, `module:x`, `repo:x`, `-tag:x` or `-word`; each may have wildcards."""
    terms: list[Term] = []
    for word in query.lower().split():
        excluded = word.startswith("-") and len(word) > 1
        body = word[1:] if excluded else word
        prefix, separator, value = body.partition(":")
        field = FIELDS.get(prefix, "") if separator else ""
        if field and not value:
            continue  # the user is still typing it
        text = value if field else body
        if text.strip("*"):
            terms.append(Term(text, field, excluded))
    return tuple(terms)


def narrows(later: tuple[Term, ...], earlier: tuple[Term, ...]) -> bool:
    """Tell whether whatever the later terms match, the earlier ones matched: then only that needs to be searched."""
    return bool(earlier) and all(any(_implies(new, old) for new in later) for old in earlier)


def _implies(new: Term, old: Term) -> bool:
    if new == old:
        return True
    return not (new.field or old.field or new.excluded or old.excluded or old.is_pattern) and old.text in _plain(new)


def _plain(term: Term) -> str:
    """Give the longest part of a word without wildcards: whatever matches the word contains it."""
    return max(re.split(r"[*?]+", term.text), key=len) if term.is_pattern else term.text


def longest_plain_part(term: Term) -> str:
    """Give what a line must contain to match a word at all."""
    return _plain(term)


def word_pattern(term: Term) -> re.Pattern[str]:
    """Make the pattern that finds a word with wildcards anywhere in one part of a line."""
    parts = re.split(r"([*?])", term.text.strip("*"))
    return re.compile("".join({"*": "[^\n]*?", "?": "[^\n]"}.get(part) or re.escape(part) for part in parts))


def value_pattern(term: Term) -> re.Pattern[str]:
    """Make the pattern that a whole value of a facet must match."""
    return re.compile(translate(term.text))
