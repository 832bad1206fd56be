"""The patterns that mark a passage of a script: what takes other rights, deletes, downloads, or reaches outside.

Two sets: commands as a shell reads them, which count only where a command can begin, and calls in program code.
Every repetition is bounded, so that no line, however long, takes more than linear time.
"""

import re
from dataclasses import dataclass

from .passage_kinds import DELETES, DOWNLOADS, OTHER_RIGHTS, OUTSIDE, RUNS_TEXT


@dataclass(frozen=True, slots=True)
class Rule:
    """What marks a line: it holds one of the `signs`, which is found quickly, and the pattern fits."""

    kind: str
    signs: tuple[str, ...]
    pattern: re.Pattern[str]


# Where a command begins: of a line, after a separator, an opening bracket or quote, a keyword, certain commands.
_BEGIN = (
    r"(?:^|[;&|(`{!\"'=]|\\n|^\s*[-@+*]+"
    r"|\b(?:then|do|else|elif|if|while|until|sudo|env|nohup|time|exec|command|xargs|RUN|run:|COMMAND)\s|\s-(?:c|exec)\s)"
    r"[ \t@]*(?:[A-Za-z_]\w{0,40}=[^\s\"';|&]{0,80}\s+){0,4}"
    r"(?:(?:sudo|\$\{?\w{0,30}SUDO\}?)\s+(?:-\S{1,20}\s+){0,4})?(?:[\w.~${}/-]{0,80}/)?"
)
# What follows a command's name in a sentence: "sudo is needed", "wget or curl".
_IN_SENTENCES = (
    "is are was were or and not to as right rights access password passwords privileges failed fails command commands "
    "error errors could can cannot for from the with in if on of when will must should has need needs installed "
    "file files option options"
)
_NOT_TOLD = rf"(?!(?:{_IN_SENTENCES.replace(' ', '|')})\b|[=:,.)?!]\s)"
_OPTIONS = r"(?:\s+-[^\s;|&]{1,60}){0,6}"
_OF_GIT = r"(?:\s+-[Cc]\s+[^\s;|&]{1,200}|\s+-[^\s;|&]{1,60}){0,6}"
_ENDS = r"\s*(?:$|[;&|)>\"'`\\])"
_PLACE = r"(?:[\w./]{0,60}/)?"


def _command(kind: str, names: str, following: str = rf"\s+{_NOT_TOLD}[^\s=]", signs: str = "") -> Rule:
    """Mark a command; `names` is a pattern, and the names themselves are its signs where none are given."""
    return Rule(kind, tuple((signs or names.replace("|", " ")).split()), re.compile(f"{_BEGIN}(?:{names}){following}"))


def _anywhere(kind: str, signs: str, *patterns: str, flags: re.RegexFlag = re.NOFLAG) -> Rule:
    """Mark what needs no place of its own."""
    return Rule(kind, tuple(signs.split()), re.compile("|".join(patterns), flags))


_FORCED = r"(?:\s+[^\s;|&]{1,200}){0,10}?\s+(?:-[a-zA-Z]*[rRf][a-zA-Z]*|--recursive|--force)\b"
_INSTALLERS = (
    "conda|mamba|micromamba|apt|apt-get|aptitude|yum|dnf|microdnf|zypper|apk|brew|snap|npm|yarn|pnpm|gem|cargo|go"
    "|cpan|luarocks|vcpkg|spack|opam|stack|cabal|uv|uv pip|poetry|pipx|emerge|port"
)
_INSTALLING = "install|add|get|ci|update|upgrade|dist-upgrade|build-dep|sync"
_FETCHERS = "kaggle|huggingface-cli|hf|rclone|gsutil|aws|az|oras|kagglehub"
_OF_ROOT = (
    "insmod|modprobe|rmmod|iptables|ip6tables|nft|ufw|mount|umount|useradd|usermod|userdel|groupadd|adduser|visudo"
    "|setcap|nsenter|chroot|shutdown|reboot|poweroff|setenforce|cpupower"
)
_MODES = (
    r"(?:0?[0-7]{2}[2367]|[1-7][0-7]{2}[2367]|0?[2467][0-7]{3}|[ugoa]{0,4}\+[rwxXt]{0,5}s"
    r"|[ug]{0,2}[oa][ugoa]{0,3}[+=][rxXst]{0,5}w)"
)
_HOME = r"~|\$\{?HOME\}?|/root|/home/[\w.$({})-]{1,60}|\bhome\(?\)?"
_SETTINGS = "ssh|gnupg|aws|kube|netrc|docker|bashrc|bash_profile|bash_login|zshrc|profile"
_SYSTEM_FILES = (
    "passwd|shadow|sudoers|cron|ld.so|profile|bash|hosts|systemd|apt/|yum|environment|init|rc.|fstab|pam|ssh/"
)
_SYSTEM_FOLDERS = "/(?:etc|usr|boot|sys|proc/sys|lib|bin|sbin|opt)/"

COMMANDS = (
    _command(OTHER_RIGHTS, "sudo|doas|pkexec"),
    _anywhere(OTHER_RIGHTS, "SUDO", r"\$\{?\w{0,30}SUDO\}?[\"']?\s+[\w/$]"),
    _command(OTHER_RIGHTS, "su", r"(?:\s+-\S{0,20}){0,4}(?:\s+\w{1,40})?\s+-c\b", signs="-c"),
    _command(DELETES, "rm", _FORCED),
    _command(DELETES, r"\$\((?:RM|RMDIR)\)|\$\{RM\}", r"\s+\S", signs="$(RM ${RM}"),
    _command(DELETES, r"mkfs(?:\.\w{1,9})?|shred|wipefs", r"\s+\S", signs="mkfs shred wipefs"),
    _command(DELETES, "find", r"\s[^\n;|&]{0,300}?\s(?:-delete\b|-exec(?:dir)?\s+(?:\S{0,40}/)?rm\b)"),
    _command(DELETES, "dd", r"\s[^\n;|&]{0,300}?\bof=", signs="of="),
    _command(DELETES, "git", rf"{_OF_GIT}\s+(?:clean\b|reset\s+--hard\b)", signs="clean --hard"),
    _command(DELETES, "truncate", r"\s+-"),
    _command(DELETES, "del|erase|rd|rmdir", r"\s+/[sSqQ]\b", signs="/s /S /q /Q"),
    _anywhere(DELETES, "xargs remove rm", r"\bxargs\s[^\n;|&]{0,80}?\brm\b", r"\bcmake\s+-E\s+(?:rm|remove\w{0,12})\s"),
    _command(DOWNLOADS, "curl|wget|aria2c|axel|gdown|lynx"),
    _anywhere(DOWNLOADS, "CURL WGET", r"\$[({](?:\w{0,40}_)?(?:CURL|WGET)(?:_\w{1,20})?[)}]\s+[^\s=!\]]"),
    _command(
        DOWNLOADS,
        "git",
        rf"{_OF_GIT}\s+(?:clone|pull|fetch|submodule\s+(?:update|add)|lfs\s+(?:pull|fetch))\b{_NOT_TOLD}",
        signs="clone pull fetch submodule",
    ),
    _command(DOWNLOADS, "svn|hg", r"\s+(?:checkout|co|clone|update)\b"),
    _command(DOWNLOADS, r"pip[\d.]{0,5}", rf"{_OPTIONS}\s+(?:install|download|wheel)\s+{_NOT_TOLD}\S", signs="pip"),
    _anywhere(DOWNLOADS, "pip", r"\s-m\s+(?:pip|ensurepip)(?:\s+-\S{1,60}){0,6}\s+(?:install|download|wheel)\b"),
    _command(
        DOWNLOADS,
        _INSTALLERS,
        rf"{_OPTIONS}\s+(?:{_INSTALLING})\b(?![:.=]){_NOT_TOLD}",
        signs=_INSTALLING.replace("|", " "),
    ),
    _command(DOWNLOADS, "conda|mamba|micromamba", rf"{_OPTIONS}\s+(?:env\s+)?create\b", signs="create"),
    _command(DOWNLOADS, "docker|podman|singularity|apptainer", rf"{_OPTIONS}\s+(?:pull|run|build|compose)\b"),
    _command(DOWNLOADS, _FETCHERS, r"\s[^\n;|&]{0,60}?\b(?:download|copy|cp|sync|rsync|pull)\b"),
    _anywhere(
        DOWNLOADS,
        "etchContent ETCHCONTENT etchcontent xternalProject EXTERNALPROJECT externalproject DOWNLOAD",
        r"\b(?:FetchContent_Declare|ExternalProject_Add)\s*\(",
        r"\bfile\s*\(\s*DOWNLOAD\b",
        flags=re.IGNORECASE,
    ),
    _anywhere(DOWNLOADS, "_URL", r"\"(?:PACKAGE_URL\w{0,10}|C[KM]_DOWNLOAD_URL)\"\s*:\s*\"\w"),
    _anywhere(
        RUNS_TEXT,
        "sh",
        rf"\|&?\s*(?:sudo\s+(?:-\S{{1,20}}\s+){{0,4}})?(?:env\s+)?{_PLACE}(?:ba|z|k|da|a)?sh(?:{_ENDS}|\s+-(?!\w{{0,5}}c))",
    ),
    _anywhere(
        RUNS_TEXT,
        "python perl ruby node php",
        rf"\|\s*(?:sudo\s+)?{_PLACE}(?:python[\d.]{{0,5}}|perl|ruby|node|php)(?:\s+-)?{_ENDS}",
    ),
    _command(RUNS_TEXT, "eval", r"\s+[^\n;|&]{0,80}(?:[$`]|\b(?:curl|wget)\b)"),
    _anywhere(RUNS_TEXT, "<(", r"(?:^|[;&|(\s])(?:(?:ba|z|k|da)?sh|source|\.)\s+<\("),
    _anywhere(RUNS_TEXT, "sh", r"\b(?:ba|z|k|da)?sh\s+(?:-\w{1,5}\s+)?-\w{0,4}c\s+[\"'\\]{0,2}(?:\$\(|`)"),
    _anywhere(
        OUTSIDE,
        " ".join(f".{name}" for name in _SETTINGS.split("|")),
        rf"(?:{_HOME})[\"')]{{0,2}}\s*[/,+][\"' /]{{0,3}}\.(?:{_SETTINGS})\b",
        r"(?:^|[\s\"'/])\.(?:bashrc|bash_profile|zshrc)\b",
    ),
    _anywhere(OUTSIDE, "id_ authorized_keys", r"\b(?:id_rsa|id_ed25519|authorized_keys)\b"),
    _anywhere(OUTSIDE, "/etc/", rf"(?<![\w.$)}}])/etc/(?:{_SYSTEM_FILES.replace('.', '[.]')})"),
    _anywhere(OUTSIDE, ">", rf"(?<![-=<])>{{1,2}}\s*[\"']?{_SYSTEM_FOLDERS}"),
    _anywhere(OUTSIDE, "tee", rf"\btee\s+(?:-a\s+)?[\"']?{_SYSTEM_FOLDERS}"),
    _command(
        OUTSIDE, "crontab|systemctl|launchctl|update-rc[.]d|update-alternatives|loginctl", signs="cron ctl update-"
    ),
    _command(OUTSIDE, "service", r"\s+[\w.-]{1,40}\s+(?:start|stop|restart|reload)\b"),
    _command(OUTSIDE, "chmod", rf"(?:\s+-\S{{1,20}}){{0,4}}\s+{_MODES}\b"),
    _command(OUTSIDE, "chown|chgrp", r"\s+\S"),
    _anywhere(
        OUTSIDE,
        "--privileged -v --volume --pid --net --ipc docker.sock",
        r"\s--privileged\b",
        r"\s(?:-v|--volume)[= ]\s*[\"']?/:",
        r"\s--(?:pid|net|network|ipc)[= ]host\b",
        r"/var/run/docker\.sock",
    ),
    _command(OUTSIDE, "kill", r"(?:\s+-\S{1,12}){0,3}\s+-1\b"),
    _command(OUTSIDE, "killall|pkill"),
    _anywhere(OUTSIDE, "LD_ DYLD_", r"\bLD_(?:PRELOAD|AUDIT)\b", r"\bDYLD_INSERT_LIBRARIES\b"),
    _anywhere(OUTSIDE, "/dev/", r"/dev/(?:tcp|udp)/\S"),
    _command(OUTSIDE, _OF_ROOT),
    _command(OUTSIDE, "nvidia-smi", r"\s[^\n;|&]{0,40}?-(?:pm|pl|lgc|ac)\b"),
    _command(OUTSIDE, "sysctl", r"(?:\s+-\S{1,5}){0,2}\s+(?:-w|[\w.]{1,60}=)"),
    _command(OUTSIDE, "ssh|scp|sftp|ssh-copy-id|ssh-keygen"),
)
"""The commands; each pattern is searched in one command line at a time."""

CALLS = (
    _anywhere(DELETES, "rmtree removedirs remove_all nftw", r"\b(?:rmtree|removedirs|remove_all|nftw)\s*\("),
    _anywhere(
        DOWNLOADS,
        "urlopen urlretrieve requests httpx download load get_file HTTP pretrained curl_easy clone_from",
        r"\b(?:urlopen|urlretrieve|requests\.(?:get|post|put|request|Session)|httpx\.(?:get|post|stream|Client))\s*\(",
        r"\b(?:gdown|wget|nltk|kagglehub)\.\w{0,20}download\w{0,20}\s*\(",
        r"\b(?:hf_hub_download|snapshot_download|load_state_dict_from_url|utils\.get_file|from_pretrained)\s*\(",
        r"\btorch\.hub\.load\w{0,30}\s*\(|\bHTTPS?Connection\s*\(|\bcurl_easy_perform\s*\(|\bclone_from\s*\(",
    ),
    _anywhere(
        RUNS_TEXT,
        "system popen shell output",
        r"\bos\.(?:system|popen)\s*\(",
        r"(?<![\w.>:*])(?<!def )(?:std::)?(?:system|popen)\s*\(",
        r"\bshell\s*=\s*True\b|\b(?:commands|subprocess)\.get(?:status)?output\s*\(",
    ),
    _anywhere(
        RUNS_TEXT,
        "exec eval",
        r"(?<![\w.])(?:exec|eval)\s*\([^\n]{0,200}?(?:urlopen|requests|\.read\s*\(|\.text\b|\.content\b|b64decode|marshal)",
    ),
    _anywhere(
        OUTSIDE,
        "chown uid killpg kill ptrace",
        r"\bos\.(?:l?chown|sete?[ug]id|killpg)\s*\(|\bos\.kill\s*\(\s*-1\b|(?<![\w.])(?:sete?uid|ptrace)\s*\(",
    ),
)
"""Calls in the code of programs, whose texts and comments are left out."""
