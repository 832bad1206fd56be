import contextlib
import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store.errors import RefusedError, UnreadableError
from ckexplore.store.untrusted import (
    inside,
    load_json,
    parse_json,
    read_bytes,
    read_bytes_if_there,
    safe_line,
    safe_text,
    safe_value,
)

from ..conftest import EVIL


def unsafe(text: str) -> list[str]:
    """Characters that a terminal acts on, or that hide what is shown."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [character for character in text if unicodedata.category(character) in hidden]


@given(st.text())
def test_a_safe_line_holds_nothing_that_a_terminal_acts_on(text: str) -> None:
    assert unsafe(safe_line(text)) == []


@given(st.binary())
def test_any_bytes_become_a_safe_line(data: bytes) -> None:
    assert unsafe(safe_line(data.decode("utf-8", "surrogateescape"))) == []


@given(st.text())
def test_safe_text_keeps_line_ends_and_tabs_only(text: str) -> None:
    assert unsafe(safe_text(text).replace("\n", "").replace("\t", "")) == []


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_ascii_is_left_as_it_is(text: str) -> None:
    assert safe_line(text) == text


def test_an_escape_sequence_is_shown_and_not_sent() -> None:
    assert safe_line("\x1b]0;title\x07") == "␛]0;title␇"
    assert "\\u202e" in safe_line(EVIL)


def test_words_in_other_scripts_stay_readable() -> None:
    for word in ("naïve", "日本語", "Ελληνικά", "עברית"):
        assert safe_line(word) == word


def test_keys_and_values_of_any_depth_become_safe() -> None:
    value = safe_value({EVIL: [EVIL, {"a": EVIL}, 1, None]})
    assert unsafe(json.dumps(value, ensure_ascii=False)) == []


def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "README.md")
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_bytes(tmp_path / "README.md")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_bytes(tmp_path)


@pytest.mark.parametrize("size", [0, 1, (1 << 14) - 1, 1 << 14, (1 << 14) + 1, 100_000])
def test_a_file_of_any_size_is_read_whole(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    (tmp_path / "file").write_bytes(content)
    assert read_bytes(tmp_path / "file") == content
    assert read_bytes(tmp_path / "file", limit=size) == content


def test_what_is_not_there_is_told_from_what_is_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_bytes_if_there(tmp_path / "empty") == b""
    assert read_bytes_if_there(tmp_path / "none") is None


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(UnreadableError):
        read_bytes(tmp_path / "link")


def test_a_large_file_is_refused_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 100)
    with pytest.raises(UnreadableError, match="100 bytes"):
        read_bytes(tmp_path / "large", limit=10)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, "", "nul", '{"a": }'])
def test_broken_json_is_a_sentence_with_its_source(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"meta\.json"):
        parse_json(text, "meta.json")


def test_a_number_of_6000_digits_is_refused() -> None:
    with pytest.raises(UnreadableError):
        parse_json("9" * 6_000, "meta.json")


def test_a_byte_order_mark_and_latin_1_are_read(tmp_path: Path) -> None:
    (tmp_path / "mark.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    (tmp_path / "latin.json").write_bytes(b'{"a": "na\xefve"}')
    assert load_json(tmp_path / "mark.json") == {"a": 1}
    assert safe_line(load_json(tmp_path / "latin.json")["a"]) == "na\\xefve"


def test_an_error_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text('{\n "a": 1,\n oops\n}')
    with pytest.raises(UnreadableError, match=r"meta\.json:3"):
        load_json(tmp_path / "meta.json")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "link/x", "a\0b"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("/etc")
    with pytest.raises(RefusedError):
        inside(root, path)


def test_a_path_inside_is_given_whole(tmp_path: Path) -> None:
    assert inside(tmp_path, "a/b") == tmp_path.resolve() / "a" / "b"


def test_a_link_in_a_circle_is_refused_like_one_that_leads_out(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for path in ("loop", "loop/x"):
        with contextlib.suppress(RefusedError):
            assert not inside(tmp_path, path).exists()
