"""CK's functions for files and commands beside the fourteen of `ck_stand_in`: YAML, copies, archives, a time limit."""

import base64
import platform
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ...store.untrusted import inside
from .. import ck_stand_in

Answer = dict[str, Any]

_TIMED_OUT = 8  # CK's code


def load_text_file(i: Answer) -> Answer:
    """Read `text_file` as scripts do; with `convert_to_dict` "yes" its lines `key:value` (`str_split`) as `dict`."""
    answer = ck_stand_in.load_text_file(i)
    if answer["return"] or i.get("keep_as_bin") == "yes":
        return {name: value for name, value in answer.items() if name not in ("string", "lst")}
    answer["string"] = answer["string"].replace("\r", "")
    if "yes" in (i.get("split_to_list"), i.get("convert_to_dict")):
        answer["lst"] = answer["string"].split("\n")
    if i.get("convert_to_dict") == "yes":
        pairs = [line.strip().partition(i.get("str_split") or ":") for line in answer["lst"]]
        answer["dict"] = {name.strip(): _unquoted(value.strip(), i) for name, sign, value in pairs if name and sign}
    return answer


def _unquoted(text: str, i: Answer) -> str:
    quoted = i.get("remove_quotes") == "yes" and len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1] if quoted else text


def load_yaml_file(i: Answer) -> Answer:
    """Read `yaml_file` as `dict`."""
    import yaml  # noqa: PLC0415

    try:
        return {"return": 0, "dict": yaml.safe_load(Path(i["yaml_file"]).read_text(encoding="utf-8"))}
    except FileNotFoundError as error:
        return {"return": 16, "error": f"problem opening yaml file={i['yaml_file']} ({error})"}
    except (OSError, ValueError, yaml.YAMLError) as error:
        return {"return": 1, "error": f"problem reading yaml file={i['yaml_file']} ({error})"}


def save_yaml_to_file(i: Answer) -> Answer:
    """Write `dict` to `yaml_file`."""
    import yaml  # noqa: PLC0415

    text = yaml.safe_dump(i.get("dict", {}), sort_keys=i.get("sort_keys") == "yes", allow_unicode=True)
    return ck_stand_in.save_text_file({"text_file": i["yaml_file"], "string": text})


def dump_json(i: Answer) -> Answer:
    """Print `dict` as JSON."""
    from .values import dumps_json  # noqa: PLC0415

    answer = dumps_json(i)
    if not answer["return"]:
        ck_stand_in.out(answer["string"])
    return answer


def gen_tmp_file(i: Answer) -> Answer:
    """Name a temporary file that isn't there (`prefix`, `suffix`, `remove_dir`), as CK does."""
    with tempfile.NamedTemporaryFile(prefix=i.get("prefix", ""), suffix=i.get("suffix", "")) as made:
        name = made.name
    return {"return": 0, "file_name": Path(name).name if i.get("remove_dir") == "yes" else name}


def substitute_str_in_file(i: Answer) -> Answer:
    """Replace `string1` by `string2` in `filename`."""
    answer = load_text_file({"text_file": i["filename"]})
    if answer["return"]:
        return answer
    text = answer["string"].replace(i["string1"], i["string2"])
    return ck_stand_in.save_text_file({"text_file": i["filename"], "string": text})


def convert_file_to_upload_string(i: Answer) -> Answer:
    """Give the bytes of `filename` as `file_content_base64`."""
    try:
        data = Path(i["filename"]).read_bytes()
    except OSError as error:
        return {"return": 1, "error": f"file {i['filename']} can't be read ({error})"}
    return {"return": 0, "file_content_base64": base64.urlsafe_b64encode(data).decode("ascii")}


def convert_upload_string_to_file(i: Answer) -> Answer:
    """Write `file_content_base64` to `filename`, or to a temporary file, that isn't there yet."""
    path = Path(i.get("filename") or gen_tmp_file({"prefix": "tmp-"})["file_name"])
    try:
        with path.open("xb") as stream:
            stream.write(base64.urlsafe_b64decode(str(i["file_content_base64"])))
    except (OSError, ValueError) as error:
        return {"return": 1, "error": f"problem writing file={path} ({error})"}
    return {"return": 0, "filename": str(path), "filename_ext": path.suffix}


def unzip_file(i: Answer) -> Answer:
    """Unpack `archive_file` into `path`; `skipped` are files that are there (`overwrite` "yes" replaces them)."""
    root, skipped = Path(i.get("path") or "."), list[str]()
    with zipfile.ZipFile(i["archive_file"]) as archive:
        for one in archive.infolist():
            target = inside(root, one.filename)
            if one.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif target.exists() and i.get("overwrite") != "yes":
                skipped.append(one.filename)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    if i.get("delete_after_unzip") == "yes":
        Path(i["archive_file"]).unlink()
    return {"return": 0, "skipped": skipped}


def delete_directory(i: Answer) -> Answer:
    """Delete the folder `path` and all that is in it."""
    try:
        shutil.rmtree(i["path"])
    except OSError as error:
        return {"return": 1, "error": f"can't delete {i['path']} ({error})"}
    return {"return": 0}


def rm_read_only(function: Any, path: str, _: Any) -> None:
    """Delete what is read-only: what CK hands to `shutil.rmtree` for its errors."""
    Path(path).chmod(stat.S_IWRITE)
    function(path)


def get_os_ck(i: Answer) -> Answer:
    """Tell `platform`, `bits` and `python_bits`."""
    bits = str(8 * struct.calcsize("P"))
    name = "win" if platform.system() == "Windows" else "linux"
    return {"return": 0, "platform": name, "bits": str(i.get("bits") or bits), "python_bits": bits}


def system_with_timeout(i: Answer) -> Answer:
    """Let a shell execute `cmd`, at most `timeout` seconds, and give its `return_code`."""
    limit = float(i["timeout"]) if i.get("timeout") else None
    try:
        done = subprocess.run(["/bin/sh", "-c", i["cmd"]], check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"return": _TIMED_OUT, "error": "process timed out and had been terminated"}
    return {"return": 0, "return_code": done.returncode}


def run_and_get_stdout(i: Answer) -> Answer:
    """Run `cmd` (with `shell` "yes" as a line of shell) and give `return_code`, `stdout` and `stderr`."""
    command = i["cmd"]
    if i.get("shell") == "yes":
        command = ["/bin/sh", "-c", command if isinstance(command, str) else " ".join(command)]
    return ck_stand_in.run_and_get_stdout({**i, "cmd": command})


def eout(text: object) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{text}\n")
