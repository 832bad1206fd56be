"""A program's output on its way to a real terminal: what draws is passed on, what speaks to the terminal isn't.

Passed on are text, colours, cursor movement, erasing, scrolling, the alternate screen and mouse modes (ECMA-48, xterm's
control sequences). Dropped are all strings that a terminal acts on (OSC: clipboard, title, links; DCS, APC, PM, SOS),
everything that makes it answer as if something had been typed (device and window reports), 8-bit controls and marks
that turn the direction of reading.
"""

import codecs
import re

_MODES = {"1", "7", "12", "25", "47", "1000", "1002", "1003", "1005", "1006", "1047", "1048", "1049", "2004", "2026"}
_FINALS = set("@ABCDEFGHIJKLMPSTXZ`adefgmrsu")
_SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]{0,64})(?P<between>[ -/]{0,4})(?P<final>[@-~])"
    r"|\x1b(?P<string>[\]PX^_])"
    r"|\x1b(?P<charset>[()][0AB])"
    r"|\x1b(?P<simple>[78DEM=>])"
    r"|\x1b[ -/]{0,4}[0-~]"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff])"
)
_DRAWS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0AB]|[78DEM=>])")
_STRING_END = re.compile(r"\x07|\x1b\\|\x9c|[\x18\x1a]")
_KEPT_CONTROLS = "\n\r\t\b"
_INCOMPLETE = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}|[()]?|[ -/]{0,4})\Z")
_STRING_MOST = 64 << 10

LEAVING = (
    b"\x1b7\x1b[?1049l\x1b[?47l\x1b7\x1b[r\x1b8\x1b[?1000;1002;1003;1005;1006l\x1b[?2004l\x1b[?1l\x1b[?25h\x1b(B\x1b[m"
)
"""What brings a terminal back to order after a program that was left in the middle; the cursor stays where it is."""


class DrawingOnly:
    """Filters a stream that comes in pieces of any size."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._in_string = 0  # characters of a string that is being dropped, 0 outside of one

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes, and give what may be written to the terminal."""
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        passed: list[str] = []
        while text:
            if self._in_string:
                text = self._after_string(text)
                continue
            head, text = self._until_string(text)
            passed.append(head)
        return "".join(passed).encode("utf-8", "replace")

    def _after_string(self, text: str) -> str:
        """Drop a string up to its end, and give what comes after; one that never ends is given up."""
        end = _STRING_END.search(text)
        if end is not None:
            self._in_string = 0
            return text[end.end() :]
        if text.endswith("\x1b"):
            self._pending, text = "\x1b", text[:-1]
        self._in_string += len(text)
        if self._in_string > _STRING_MOST:
            self._in_string = 0
        return ""

    def _until_string(self, text: str) -> tuple[str, str]:
        """Filter up to the next string that is to be dropped; give that and the rest after the string's beginning."""
        incomplete = _INCOMPLETE.search(text)
        if incomplete is not None:
            self._pending, text = incomplete[0], text[: incomplete.start()]
        passed: list[str] = []
        end = 0
        for match in _SEQUENCE.finditer(text):
            passed.append(text[end : match.start()])
            end = match.end()
            if match["string"]:
                self._in_string = 1
                rest, self._pending = text[end:] + self._pending, ""
                return "".join(passed), rest
            passed.append(_allowed(match))
        passed.append(text[end:])
        return "".join(passed), ""


def _allowed(match: re.Match[str]) -> str:
    """Give a sequence, or of a mode sequence the allowed part of it; nothing if it isn't one that draws."""
    if match["control"]:
        return match["control"] if match["control"] in _KEPT_CONTROLS else ""
    if match["charset"] or match["simple"]:
        return match[0]
    final, parameters, between = match["final"], match["parameters"], match["between"]
    if not final:
        return ""
    if final in "hl" and parameters.startswith("?") and not between:
        modes = [mode for mode in parameters[1:].split(";") if mode in _MODES]
        return f"\x1b[?{';'.join(modes)}{final}" if modes else ""
    if final == "q" and between == " ":  # the cursor's shape
        return match[0]
    plain = not between and not set(parameters) & set("<=>?")
    return match[0] if plain and (final in _FINALS or (final in "hl" and parameters == "4")) else ""


def words_of(data: bytes) -> str:
    """Give a program's output without what only draws; of a line that was redrawn from its start, what came last."""
    drawing = DrawingOnly()
    text = _DRAWS.sub("", drawing.feed(data).decode("utf-8", "replace")).replace("\r\n", "\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
