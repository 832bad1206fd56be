"""A terminal that takes nothing but what the program is known to write: all else is an error at once, with its place.

It keeps what is on its screen, so that a test can wait for what a person would see.
"""

import codecs
import re
import unicodedata

from rich.cells import cell_len

_ACTING = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
_INVISIBLE = "\xad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\U000e0000-\U000e007f"
_TEXT = r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
_INCOMPLETE = re.compile(
    r"(?:\r\n?)?\x1b(?:\[[0-?]{0,40}[ -/]?|\][ -~]{0,20})?\Z|\r\n?\Z|\r\x1b\[[0-9]+A(?:\x1b\[?)?\Z"
)

BROWSER = re.compile(
    _TEXT
    + r"|\x1b\[(?P<style>[0-9;]*)m"
    + r"|(?:\r\n)?\x1b\[(?P<row>[0-9]+);(?P<column>[0-9]+)H"
    + r"|\x1b\[\?(?P<mode>7|25|1000|1003|1004|1006|1015|1049|2004)(?P<set>[hl])"
    + r"|\x1b\[\?20(?:26|48)\$p"  # asks what the terminal can do
    + r"|\x1b\[(?:>[0-9]+|<)u"  # keys in kitty's form, and back
    + r"|\x1b\[\?2026[hl]"
    + r"|\x1b\]22;(?:default|pointer|text)\x07"  # the pointer's shape
    + r"|(?P<bell>\x07)"
)
"""Everything that Textual and Rich write for us."""

COMMAND = re.compile(_TEXT + r"|(?P<end>\r\n)|(?P<clear>\r\x1b\[K)|(?P<tab>\t)")
"""Everything that the command line writes of its own: lines, and one of progress that is drawn anew."""

FOLLOWED = re.compile(COMMAND.pattern + r"|\x1b\[(?P<style>[0-9;]*)m|\r(?:\x1b\[(?P<up>[0-9]+)A)?(?P<below>\x1b\[J)")
"""The same where a job is followed: its colours, and its lines that are drawn anew."""

ATTACHED = re.compile(
    _TEXT
    + r"|(?P<end>\r?\n)|\r|\t|\x08"
    + r"|\x1b\[[0-9;:]*[@A-MPSTXZ`adefgmrsu]"
    + r"|\x1b\[4[hl]|\x1b\[[0-9;]* q|\x1b[()][0AB]|\x1b[78DEM=>]"
    + r"|\x1b\[\?(?:(?:1|7|12|25|47|100[02356]|104[789]|2004|2026);?)+[hl]"
)
"""What a terminal that is attached to a job gets: all that draws, and nothing that a terminal acts on or answers."""

EITHER = re.compile(f"{BROWSER.pattern}|{re.sub(r'[?]P<[a-z]+>', '?:', ATTACHED.pattern)}")
"""The browser, while it gives its terminal to a job and takes it back."""


class ForbiddenError(AssertionError):
    """Something came that no terminal should get."""


class StrictTerminal:
    """Takes what is written, token by token of a grammar, onto a screen of rows and columns.

    Characters that turn the direction of reading, end lines or mark the order of bytes are never taken; what is only
    invisible is where the output of a program is shown (`with_output`), never in what a repository says of itself.
    """

    def __init__(self, grammar: re.Pattern[str], size: tuple[int, int], *, with_output: bool = False) -> None:
        self.grammar, self.size = grammar, size
        self._hidden = re.compile(f"[{_ACTING}{'' if with_output else _INVISIBLE}]")
        self.bells = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._pending = ""
        self._rows = [[" "] * size[1] for _ in range(size[0])]
        self._row = self._column = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises ForbiddenError."""
        text = self._pending + self._decoder.decode(data)
        incomplete = _INCOMPLETE.search(text)
        self._pending = text[incomplete.start() :] if incomplete else ""
        text = text[: incomplete.start()] if incomplete else text
        place = 0
        while place < len(text):
            token = self.grammar.match(text, place)
            if token is None:
                raise ForbiddenError(f"{text[place : place + 40]!r} came behind {text[max(0, place - 200) : place]!r}")
            self._take(token)
            place = token.end()

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        return ["".join(row).rstrip() for row in self._rows]

    @property
    def text(self) -> str:
        """What is on the screen, as one text."""
        return "\n".join(self.lines)

    def _take(self, token: re.Match[str]) -> None:
        found = token.groupdict()
        if found.get("text"):
            self._write(found["text"])
        elif found.get("row"):
            self._row, self._column = int(found["row"]) - 1, int(found["column"]) - 1
        elif found.get("bell"):
            self.bells += 1
        elif found.get("end"):
            self._new_line()
        elif found.get("below"):
            self._row, self._column = max(0, self._row - int(found["up"] or 0)), 0
            self._rows[self._row :] = [[" "] * self.size[1] for _ in self._rows[self._row :]]
        elif found.get("clear"):
            self._rows[self._row], self._column = [" "] * self.size[1], 0

    def _new_line(self) -> None:
        self._column = 0
        if self._row + 1 < self.size[0]:
            self._row += 1
        else:
            self._rows = [*self._rows[1:], [" "] * self.size[1]]

    def _write(self, text: str) -> None:
        hidden = self._hidden.search(text)
        if hidden:
            raise ForbiddenError(
                f"U+{ord(hidden[0]):04X} came in {text[max(0, hidden.start() - 80) : hidden.end() + 40]!r}"
            )
        for character in text:
            width = cell_len(character)
            if not width:
                assert unicodedata.category(character)[0] in "MC", f"{character!r} has no width"
                continue
            if self.grammar in (COMMAND, FOLLOWED) and self._column + width > self.size[1]:
                self._new_line()
            if self._row < self.size[0] and self._column + width <= self.size[1]:
                self._rows[self._row][self._column : self._column + width] = [character, *[""] * (width - 1)]
            self._column += width
