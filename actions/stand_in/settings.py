"""What CK's kernel says of itself in `cfg` and `work`: the names that modules look up there, with CK's values."""

from typing import Any

VERSION = "2.6.4"
"""The version of CK whose kernel this stands in for: modules ask for a least one (`min_kernel_dep`)."""


def settings() -> dict[str, Any]:
    """Give `cfg`, new for each process, since modules write into it."""
    return {
        "name": "Collective Knowledge",
        "version": VERSION,
        "error": "CK error: ",
        "json_sep": "*** ### --- CK JSON SEPARATOR --- ### ***",
        "detect_cur_cid": "#",
        "detect_cur_cid1": "^",
        "default_module": "data",
        "module_name": "module",
        "module_uids": ["032630d041b4fd8a"],
        "module_code_name": "module",
        "module_full_code_name": "module.py",
        "module_repo_name": "repo",
        "repo_name": "repo",
        "repo_file": ".ckr.json",
        "repo_name_default": "default",
        "repo_uid_default": "604419a9fcc7a081",
        "repo_name_local": "local",
        "repo_uid_local": "9a3280b14a4285c9",
        "default_exchange_repo_uoa": "remote-ck",
        "default_exchange_subrepo_uoa": "upload",
        "record_local_repo_uoa": "local",
        "record_local_repo_uid": "9a3280b14a4285c9",
        "subdir_ck_ext": ".cm",
        "file_meta": "meta.json",
        "file_meta_old": "data.json",
        "file_info": "info.json",
        "file_desc": "desc.json",
        "file_updates": "updates.json",
        "file_alias_a": "alias-a-",
        "file_alias_u": "alias-u-",
        "special_directories": [".cm", ".svn", ".git"],
        "ignore_directories_when_archive_repo": [".svn", ".git"],
        "file_cache_repo_uoa": ".ck.cache_repo_uoa.json",
        "file_cache_repo_info": ".ck.cache_repo_info.json",
        "default_archive_name": "ck-archive.zip",
        "default_host": "localhost",
        "default_port": "3344",
        "wfe_template": "default",
        "wfe_url_prefix": "",
        "wiki_data_web": "https://cknow.io/c/",
        "batch_extension": {"win": ".bat", "linux": ".sh"},
        "shell": {
            "linux": {"redirect_stdout": ">", "env_separator": ";"},
            "win": {"redirect_stdout": ">", "env_separator": "&&"},
        },
        "forbid_global_delete": "no",
        "forbid_global_writing": "no",
        "forbid_writing_modules": "no",
        "forbid_writing_to_default_repo": "no",
        "forbid_writing_to_local_repo": "no",
        "allow_writing_only_to_allowed": "no",
        "use_indexing": "no",
        "internal_keys": [
            *("action", "repo_uoa", "module_uoa", "data_uoa", "cid", "cids", "cid1", "cid2", "cid3", "xcids"),
            *("unparsed_cmd", "con_encoding", "ck_profile", "out", "out_file"),
        ],
    }
