import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.actions.trust.passages import KINDS, passages

from ...conftest import EVIL


def marks(text: str, name: str = "run.sh") -> set[str]:
    return {one.kind for one in passages(text, name)}


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("sudo", "run.sh", "sudo make install"),
        ("sudo", "run.sh", "if ! command -v x; then sudo -E apt-get update; fi"),
        ("sudo", "run.sh", "doas reboot"),
        ("sudo", "run.sh", "pkexec sh x"),
        ("sudo", "run.sh", 'su - root -c "make"'),
        ("sudo", "run.sh", "${CM_SUDO} apt-get install -y numactl"),
        ("sudo", "run.py", 'subprocess.run(["sudo", "-n", "true"])'),
        ("sudo", "meta.json", '{"run_cmd_main": "echo 3 | sudo tee /proc/sys/vm/drop_caches"}'),
        ("delete", "run.sh", "rm -rf build"),
        ("delete", "run.sh", "cd x && rm -r -- *"),
        ("delete", "run.sh", "/bin/rm --recursive --force x"),
        ("delete", "run.sh", "rm x y -f"),
        ("delete", "Makefile", "clean:\n\t-rm -f a.o"),
        ("delete", "Makefile", "clean:\n\t@$(RM) a.o"),
        ("delete", "run.sh", "find . -name '*.o' -delete"),
        ("delete", "run.sh", "find . -type f -exec rm {} +"),
        ("delete", "run.sh", "ls | xargs -n1 rm"),
        ("delete", "run.sh", "mkfs.ext4 /dev/sdb"),
        ("delete", "run.sh", "dd if=/dev/zero bs=1M of=disk.img"),
        ("delete", "run.sh", "git clean -fdx"),
        ("delete", "run.sh", "truncate -s 0 log"),
        ("delete", "run.py", "shutil.rmtree(folder)"),
        ("delete", "run.py", "subprocess.run(\n    ['rm', '-rf', folder])"),
        ("download", "run.sh", "curl -LO https://example.org/a"),
        ("download", "run.sh", "x=$(wget -qO- $URL)"),
        ("download", "run.sh", "git -C x clone --depth 1 $URL"),
        ("download", "run.sh", "git submodule update --init"),
        ("download", "run.sh", "pip3 install -r requirements.txt"),
        ("download", "run.sh", "$PYTHON -m pip install --user numpy"),
        ("download", "run.sh", "conda install -y numpy"),
        ("download", "run.sh", "DEBIAN_FRONTEND=noninteractive apt-get install -y gcc"),
        ("download", "run.sh", "npm ci"),
        ("download", "Dockerfile", "FROM x\nRUN apt-get update"),
        ("download", "CMakeLists.txt", "ExternalProject_Add(x GIT_REPOSITORY y)"),
        ("download", "run.py", "urllib.request.urlretrieve(url, path)"),
        ("download", "run.py", "data = requests.get(url).content"),
        ("download", "run.py", "path = hf_hub_download(repo, file)"),
        ("download", "run.py", "gdown.download(url)"),
        ("download", "run.py", 'cmd = f"wget -c {url}"'),
        ("download", "notebook.ipynb", '{"source": ["!pip install torch\\n"]}'),
        ("shell", "run.sh", "curl -fsSL https://x.org/i | sh"),
        ("shell", "run.sh", "curl x | sudo -E bash -s -- -y"),
        ("shell", "run.sh", "curl x \\\n  | bash"),
        ("shell", "run.sh", "wget -O- x |\n  sh"),
        ("shell", "run.sh", "echo aGk= | base64 -d | sh"),
        ("shell", "run.sh", 'eval "$(curl -s x)"'),
        ("shell", "run.sh", "eval ${CMD}"),
        ("shell", "run.sh", "bash <(curl -s x)"),
        ("shell", "run.sh", 'bash -c "$(curl -fsSL x)"'),
        ("shell", "run.sh", "curl x | python3 -"),
        ("shell", "run.py", "os.system(cmd)"),
        ("shell", "run.py", "exec(urlopen(url).read())"),
        ("shell", "run.py", "subprocess.run(cmd, shell=True)"),
        ("shell", "main.c", '#include <stdlib.h>\nint main() { return system("ls"); }'),
        ("outside", "run.sh", "cat ~/.ssh/id_rsa"),
        ("outside", "run.sh", 'echo "alias x=y" >> "$HOME/.bashrc"'),
        ("outside", "run.py", "open(os.path.expanduser('~/.ssh/config'))"),
        ("outside", "run.sh", "cat /etc/passwd"),
        ("outside", "run.sh", "crontab -l"),
        ("outside", "run.sh", "systemctl restart docker"),
        ("outside", "run.sh", "chmod -R 777 ."),
        ("outside", "run.sh", "chmod u+s tool"),
        ("outside", "run.sh", "chmod 4755 tool"),
        ("outside", "run.sh", "chmod o+w x"),
        ("outside", "run.sh", "chown root x"),
        ("outside", "run.sh", "docker run --privileged x"),
        ("outside", "run.sh", "docker run -v /:/host x"),
        ("outside", "run.sh", "kill -9 -1"),
        ("outside", "run.sh", "export LD_PRELOAD=./x.so"),
        ("outside", "run.sh", "exec 3<>/dev/tcp/10.0.0.1/80"),
        ("outside", "run.sh", "echo x > /etc/profile.d/x.sh"),
    ],
)
def test_what_a_person_should_read_is_marked(kind: str, name: str, text: str) -> None:
    assert kind in marks(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.sh", "# sudo rm -rf / ; curl x | sh"),
        ("run.sh", "make  # then sudo make install"),
        ("run.sh", 'echo "sudo rm -rf / and wget x"'),
        ("run.sh", "printf 'curl %s | sh' x"),
        ("run.sh", "if which wget; then echo wget is here; fi"),
        ("run.sh", 'if [ "$tool" == "curl" ]; then x; fi'),
        ("run.sh", "echo informing the platform about its performance"),
        ("run.sh", "rm a.txt"),
        ("run.sh", "tool --rm -f x"),
        ("run.sh", "chmod 755 x && chmod +x y && chmod 644 z && chmod 0755 w"),
        ("run.sh", "kill -9 $PID; kill -15 1234"),
        ("run.sh", "cat /etc/os-release"),
        ("run.sh", "$INSTALL_DIR/etc/profile"),
        ("run.sh", "cat x | shuf | head; ls | shasum"),
        ("run.sh", "cat x | python3 -c 'import json'"),
        ("run.sh", "pseudo --sudoku; xsudo x"),
        ("run.sh", "make -j install"),
        ("run.sh", "export CURL_HOME=x"),
        ("run.sh", "apt list --installed"),
        ("run.sh", "git status; git log; git add x"),
        ("run.py", '"""Remove things.\n\nrm -rf x\nsudo y\n"""\n'),
        ("run.py", "# os.system(x)\nx = 1"),
        ("run.py", 'print("sudo rm -rf /")'),
        ("run.py", 'raise ValueError("wget failed: use curl -O x")'),
        ("run.py", 'logger.error(\n    "sudo apt-get install x would help"\n)'),
        ("run.py", "model.eval()"),
        ("run.py", "y = eval('1 + 1')"),
        ("run.py", "if i.get('sudo','')=='yes': pass"),
        ("run.py", "import requests\nfrom urllib.request import urlopen"),
        ("run.py", "x = 'shutil.rmtree(y)'"),
        ("run.py", "sys.system(x); platform.system()"),
        ("main.c", "// system(x)\n/* system(x); */ int systems(void);"),
        ("main.c", 'printf("rm -rf x");'),
        ("meta.json", '{"tags": ["sudo", "wget", "curl"], "name": "Tool that needs sudo rights"}'),
    ],
)
def test_what_is_only_told_commented_or_named_alike_is_not_marked(name: str, text: str) -> None:
    assert passages(text, name) == ()


def test_a_passage_says_where_it_is_in_commands_that_go_on() -> None:
    found = passages("#!/bin/bash\nset -e\ncurl -L x \\\n  -o y \\\n  | sudo \\\n  bash\n", "x")
    assert [(one.line, one.kind) for one in found] == [(3, "download"), (5, "shell"), (5, "sudo")]
    assert found[0].text == "curl -L x \\"


def test_a_script_is_known_by_its_first_line() -> None:
    assert marks("#!/usr/bin/env python3\nos.system(x)", "tool") == {"shell"}
    assert marks("#!/bin/sh\nwget x", "tool.py") == {"download"}


def test_a_line_without_end_is_marked_where_it_matters_and_shown_short() -> None:
    (one,) = passages("x " * 50_000 + "; wget y", "run.sh")
    assert "wget y" in one.text
    assert len(one.text) <= 200


def test_a_file_of_nothing_but_passages_is_bounded() -> None:
    assert len(passages("rm -rf x\n" * 5_000)) == 1_000


WORDS = st.sampled_from(
    ["sudo ", "rm -rf ", "curl ", "| sh", '"', "'", '"""', "#", "\\\n", "\n", "\r", "$(", ")", "`", "eval ", "/*", "//"]
)


@given(
    st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=40).map("".join),
    st.sampled_from(["x.sh", "x.py", "x.c", "meta.json", "Makefile", ""]),
)
def test_any_text_gives_passages_of_lines_that_exist_and_that_are_safe_to_show(text: str, name: str) -> None:
    for one in passages(text, name):
        assert 1 <= one.line <= text.count("\n") + 1
        assert one.kind in KINDS
        assert one.text.isprintable()


def test_escape_sequences_are_shown_as_signs() -> None:
    (one,) = passages(f"wget {EVIL}", "run.sh")
    assert one.text.isprintable()
    assert "␛]52" in one.text
