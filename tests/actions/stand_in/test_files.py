"""CK's functions for files, on real files."""

import zipfile
from pathlib import Path

import pytest

from ckexplore.actions import ck_files, ck_stand_in
from ckexplore.actions.stand_in import files
from ckexplore.store.errors import RefusedError


def test_a_text_is_read_as_lines_and_as_a_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "release"
    path.write_bytes(b'NAME="A system"\r\nVERSION=1=2\n\nnothing\n')
    how = {"text_file": str(path), "convert_to_dict": "yes", "str_split": "=", "remove_quotes": "yes"}
    answer = ck_stand_in.load_text_file(how)
    assert answer["dict"] == {"NAME": "A system", "VERSION": "1=2"}
    assert answer["lst"][0] == 'NAME="A system"'
    assert "string" not in ck_stand_in.load_text_file({"text_file": str(path), "keep_as_bin": "yes"})
    assert ck_stand_in.load_text_file({"text_file": str(tmp_path / "none")})["return"] == 16
    assert ck_stand_in.load_text_file({**how, "delete_after_read": "yes"})["return"] == 0
    assert not path.exists()


def test_yaml_is_written_and_read_and_its_errors_have_cks_codes(tmp_path: Path) -> None:
    path = str(tmp_path / "x.yaml")
    assert ck_files.save_yaml_to_file({"yaml_file": path, "dict": {"b": [1], "a": "é"}})["return"] == 0
    assert ck_files.load_yaml_file({"yaml_file": path})["dict"] == {"b": [1], "a": "é"}
    Path(path).write_text("a: [")
    assert ck_files.load_yaml_file({"yaml_file": path})["return"] == 1
    assert ck_files.load_yaml_file({"yaml_file": f"{path}.none"})["return"] == 16


def test_bytes_go_through_a_text_and_no_file_is_written_over(tmp_path: Path) -> None:
    source, target = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(bytes(range(256)))
    text = ck_files.convert_file_to_upload_string({"filename": str(source)})["file_content_base64"]
    asked = {"file_content_base64": text, "filename": str(target)}
    assert ck_files.convert_upload_string_to_file(asked)["return"] == 0
    assert target.read_bytes() == source.read_bytes()
    assert ck_files.convert_upload_string_to_file(asked)["return"] == 1


def test_an_archive_is_unpacked_only_below_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/x", "1")
    asked = {"archive_file": str(path), "path": str(tmp_path / "out")}
    assert files.unzip_file(asked) == {"return": 0, "skipped": []}
    assert files.unzip_file(asked)["skipped"] == ["inner/x"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../evil", "1")
    with pytest.raises(RefusedError):
        files.unzip_file(asked)
    assert not (tmp_path / "evil").exists()


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    assert files.system_with_timeout({"cmd": "exit 3"})["return_code"] == 3
    assert files.system_with_timeout({"cmd": "exec sleep 30", "timeout": "0.2"})["return"] == 8
    assert files.run_and_get_stdout({"cmd": "echo a | cat", "shell": "yes"})["stdout"] == "a\n"
    assert not Path(files.gen_tmp_file({"suffix": ".x"})["file_name"]).exists()
