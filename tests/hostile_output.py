"""What a hostile program says while it runs: on its terminal, as events, and as what it measured."""

import json

from .conftest import EVIL

BEFORE_SCREEN, ON_SCREEN, AFTER_SCREEN = "approved-program-speaks", "drawn-on-the-other-screen", "hostile-first-error"

_STRINGS = (
    b"]0;title of the evil",
    b"]2;title of the evil",
    b"]4;1;?",
    b"]8;;https://evil.example",
    b"]9;notification",
    b"]10;?",
    b"]11;?",
    b"]22;crosshair",
    b"]52;c;ZXZpbA==",
    b"]52;c;?",
    b"]104",
    b"]777;notify;evil;evil",
    b"]1337;File=name=ZXZpbA==;inline=1:ZXZpbA==",
    b"P$qm",
    b"P+q544e",
    b"Pq#0;2;0;0;0#0~~@@",
    b"P1000p",
    b"_Gi=1,a=q;AAAA",
    b"_evil",
    b"^evil",
    b"Xevil",
    b"kevil",
)
_SEQUENCES = (
    b"[c [>c [=c [5n [6n [?6n [?26n [x [14t [18t [21t [2t [8;1;1t [9;1t [22;0t [5i [4i [?5i [?4i [>31u [=1;1u [?u"
    b" [>4;2m [?2026$p [999999999b [!p [1;1r [?6h [4h [20h [?1000h [?1002h [?1003h [?1006h [?1015h [?1016h [?1004h"
    b" [?2004h [?2048h [?1h [?3h [?5h [?66h [?25l [?69h [1;2s [2J [H [3J [1;1H [5A [9D [0;0q [>q"
    b' [61"p c #8 #3 %G %@ (0 )0 N O n o } ~ | V W Z 6 9 l m =  > D E M H 7 8'
).split()
_HIDDEN = "".join(
    map(chr, (0x61C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
)


def output(length: int) -> list[bytes]:
    """Give the parts of the output; the second draws on the alternate screen and gives it back."""
    strings = b"\n".join(b"\x1b" + one + end for one in _STRINGS for end in (b"\x07", b"\x1b\\"))
    one_bytes = b"\n".join(bytes([0x9D if one[:1] == b"]" else 0x90]) + one[1:] + b"\x9c" for one in _STRINGS)
    two_bytes = b"\n".join(b"\xc2\x9d" + one[1:] + b"\xc2\x9c" for one in _STRINGS if one[:1] == b"]")
    sequences = b"\n".join(b"\x1b" + one for one in _SEQUENCES)
    controls = (
        bytes(set(range(0x20)) - {0x1B}) + bytes(range(0x7F, 0xA0)) + "".join(map(chr, range(0x80, 0xA0))).encode()
    )
    broken = b"\xff\xfe\xc0\x80\xed\xa0\x80\xf8\x88\x80\x80\x80\xe2\x82" + b"e" + "\u0301".encode() * 500
    spoken = b"\x1b[?1000h\x1b[?1003h\x1b[0;31;1mapproved-program-speaks\x1b[0m\n" + b"a line\n" * 60
    first = b"\n".join((EVIL.encode(), strings, one_bytes, two_bytes, sequences, controls, broken, _HIDDEN.encode()))
    long = f"{'w' * length}{EVIL}\n".encode()
    screen = (
        b"\x1b[?1049h\x1b[2J\x1b[1;1H"
        + strings
        + one_bytes
        + two_bytes
        + b"\x1b[3;1Hdrawn-on-the-other-screen\x1b]52;c;"
    )
    back = b"ZXZpbA==\x07\x1b[?1049l\n" + EVIL.encode() + b"\nerror: hostile-first-error\n"
    return [long + first + b"\n" + spoken + b"first-part-said\n", screen, back, b"\x1b]52;c;never ends\n\x1b[?1049"]


def events() -> list[bytes]:
    """Give what is told as events beside each part."""
    wrong: list[object] = [EVIL, 1, None, [EVIL], {"event": [EVIL]}, {"event": "progress"}, {"done": 1}]
    odd: list[object] = [EVIL, None, True, -1, [1], {}, "9" * 100]
    lines = [json.dumps(one) for one in wrong]
    lines += [json.dumps({"event": "progress", "done": one, "total": other}) for one in odd for other in odd]
    lines += [json.dumps({"event": "sample", "name": one, "unit": one, "values": [1.5, 2.5, one]}) for one in odd]
    lines += [
        json.dumps({"event": "sample", "name": f"{EVIL}\n\t{EVIL}", "unit": f"\n{EVIL}", "values": [1.0, 2.0, 3.0]})
    ]
    lines += [json.dumps({"event": "sample", "name": "n" * 1_000_000, "unit": "u" * 1_000_000, "values": [1]})]
    lines += [json.dumps({"event": EVIL, EVIL: EVIL}), json.dumps({"event": "result", "name": EVIL, "value": EVIL})]
    lines += [json.dumps({"event": "progress", "done": 1, "total": 2, "stage": EVIL, "t": EVIL})]
    numbers = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "9" * 5000, "1e-320", "1e308")
    for one in numbers:
        lines += [f'{{"event": "progress", "done": {one}, "total": {other}}}' for other in (*numbers, "7")]
        lines += [f'{{"event": "progress", "done": 7, "total": {one}}}']
        lines += [f'{{"event": "sample", "name": "{one[:9]}", "values": [1, {one}, 2]}}']
        lines += [f'{{"event": "sample", "name": "{one[:9]}", "value": {one}}}']
    deep = '{"event": "sample", "values": ' + "[" * 100_000
    told = "\n".join([*lines, deep, EVIL, ""]).encode() + b"\xff\xfe\x9b31m\n\x00\n" + b"no end of the line"
    return [told, b'\n{"event": "progress", "done": 3, "total": 4}\n', b"\n", b"{"]


def measurements() -> str:
    """Give the file of measurements that the program leaves."""
    texts = json.dumps({EVIL: EVIL, "text": EVIL, "list": [EVIL, 1.5, 2.5], "m" * 100_000: 1, "repeat": EVIL})
    return (
        texts[:-1] + ', "execution_time": 1e999, "nan": NaN, "huge": ' + "9" * 400 + ', "latencies": [1, NaN, 1e999]}'
    )
