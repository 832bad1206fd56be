"""How entries are found by names, UIDs and wildcards: in CK's way, whatever has come apart on the disk."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckexplore.store import repos
from ckexplore.store.cid import MODULE_UIDS, Cid, fits, has_wildcard, is_uid, matches, parse_cid
from ckexplore.store.errors import InvalidRequestError, NotFoundError, UnreadableError
from ckexplore.store.formats import ck
from ckexplore.store.lookup import Location, inherited, locate, locate_one
from ckexplore.store.registry import repositories
from ckexplore.store.workspace import Workspace

from .making import make_entry, make_repository

SOFT = MODULE_UIDS["soft"]


def soft(root: Path, alias: str, uid: str, meta: object = None) -> Path:
    return make_entry(root, "soft", alias, uid, meta, module_uid=SOFT)


def nameless(module: Path, uid: str) -> Path:
    (module / uid / ".cm").mkdir(parents=True)
    (module / uid / ".cm/meta.json").write_text("{}")
    return module / uid


@pytest.fixture
def first(workspace: Workspace, tmp_path: Path) -> Path:
    return register(workspace, make_repository(tmp_path / "first", "first", "a" * 16))


@pytest.fixture
def second(workspace: Workspace, first: Path, tmp_path: Path) -> Path:
    del first
    return register(workspace, make_repository(tmp_path / "second", "second", "b" * 16))


def register(workspace: Workspace, root: Path) -> Path:
    (root / "README.md").write_text("")
    repos.register(workspace, root)
    return root


def listed(workspace: Workspace, text: str) -> list[str]:
    return [one.cid for one in locate(workspace, repositories(workspace), parse_cid(text))]


def found(workspace: Workspace, text: str) -> Location:
    return locate_one(workspace, repositories(workspace), parse_cid(text))


def test_of_several_copies_the_first_repository_wins_and_all_are_listed(
    workspace: Workspace, first: Path, second: Path
) -> None:
    soft(second, "gcc", "1" * 16)
    soft(first, "gcc", "1" * 16)
    assert found(workspace, "soft:gcc").path == first / "soft/gcc"
    assert found(workspace, "second:soft:gcc").path == second / "soft/gcc"
    assert found(workspace, f"{'b' * 16}:soft:gcc").path == second / "soft/gcc"
    assert listed(workspace, "soft:gcc") == ["first:soft:gcc", "second:soft:gcc"]
    soft(workspace.local, "gcc", "1" * 16)
    assert found(workspace, "soft:gcc").path == workspace.local / "soft/gcc"


def test_a_uid_finds_what_its_alias_does(workspace: Workspace, first: Path) -> None:
    soft(first, "gcc", "12" * 8)
    by_alias = found(workspace, "soft:gcc")
    for text in (f"soft:{'12' * 8}", f"{SOFT}:gcc", f"{SOFT}:{'12' * 8}", f"{SOFT.upper()}:{'12' * 8}"):
        assert found(workspace, text) == by_alias
    assert (by_alias.module, by_alias.module_uid, by_alias.alias, by_alias.uid) == ("soft", SOFT, "gcc", "12" * 8)


def test_a_module_asked_for_by_its_uid_goes_by_its_alias_in_later_repositories(
    workspace: Workspace, first: Path, second: Path
) -> None:
    soft(first, "gcc", "1" * 16)
    soft(second, "llvm", "2" * 16)
    (second / ".cm" / f"alias-u-{SOFT}").unlink()
    assert found(workspace, f"{SOFT}:llvm").path == second / "soft/llvm"


def test_wildcards_match_aliases_and_the_uids_of_entries_without_alias(workspace: Workspace, first: Path) -> None:
    soft(first, "lib.a", "1" * 16)
    soft(first, "lib.b", "2" * 16)
    nameless(first / "soft", "3d" * 8)
    assert set(listed(workspace, "soft:lib.*")) == {"first:soft:lib.a", "first:soft:lib.b"}
    assert listed(workspace, "soft:3d*") == [f"first:soft:{'3d' * 8}"]
    assert listed(workspace, "f*:s*:?ib.[!a]") == ["first:soft:lib.b"]
    assert listed(workspace, "soft:lib.[ab]") == []
    assert len(listed(workspace, "soft")) == 3


def test_a_module_without_alias_is_listed_for_everything_and_by_its_uid_only(workspace: Workspace, first: Path) -> None:
    nameless(first / ("4e" * 8), "5f" * 8)
    (first / ".cm").mkdir(exist_ok=True)
    entry = f"first:{'4e' * 8}:{'5f' * 8}"
    assert entry in listed(workspace, "*:*")
    assert listed(workspace, "4e" * 8) == [entry]
    assert listed(workspace, "4e*:*") == []


def test_entries_in_split_folders_are_found_and_listed(workspace: Workspace, first: Path) -> None:
    (first / ".ckr.json").write_text(json.dumps({"dict": {"split_dirs": {"soft": 2}}}))
    for alias, folder, uid in (("gcc.9", "gc", "1" * 16), ("x", "_", "2" * 16)):
        entry = soft(first, alias, uid)
        (first / "soft" / folder).mkdir()
        entry.rename(first / "soft" / folder / alias)
    nameless(first / "soft/3d", "3d" * 8)
    assert found(workspace, "soft:gcc.9").path == first / "soft/gc/gcc.9"
    assert found(workspace, f"soft:{'2' * 16}").path == first / "soft/_/x"
    assert found(workspace, f"{SOFT}:{'3d' * 8}").path == first / "soft/3d" / ("3d" * 8)
    assert set(listed(workspace, "soft:*")) == {"first:soft:gcc.9", "first:soft:x", f"first:soft:{'3d' * 8}"}


def test_a_stale_alias_file_hides_no_copy(workspace: Workspace, first: Path, second: Path) -> None:
    shutil.rmtree(soft(first, "gcc", "1" * 16))
    soft(second, "gcc", "1" * 16)
    assert found(workspace, "soft:gcc").path == second / "soft/gcc"
    assert found(workspace, f"soft:{'1' * 16}").path == second / "soft/gcc"
    assert listed(workspace, "soft:*") == ["second:soft:gcc"]


def test_an_entry_without_meta_folder_is_found_by_name_but_not_listed(workspace: Workspace, first: Path) -> None:
    shutil.rmtree(soft(first, "gcc", "1" * 16) / ".cm")
    assert found(workspace, "soft:gcc").path == first / "soft/gcc"
    assert listed(workspace, "soft:gcc") == listed(workspace, "soft:*") == []


def test_an_alias_file_without_uid_is_enough_and_a_folder_without_one_is_not(workspace: Workspace, first: Path) -> None:
    soft(first, "empty", "1" * 16)
    (first / "soft/.cm/alias-a-empty").write_text("\n")
    soft(first, "unknown", "2" * 16)
    (first / "soft/.cm/alias-a-unknown").unlink()
    assert found(workspace, "soft:empty").uid == ""
    assert listed(workspace, "soft:*") == ["first:soft:empty"]
    with pytest.raises(NotFoundError):
        found(workspace, "soft:unknown")


@pytest.mark.parametrize("text", ["soft:..", "..:gcc", "soft:../../first", "soft:/etc", ".:.", "soft:.cm"])
def test_no_name_leads_out_of_the_repository(workspace: Workspace, first: Path, text: str) -> None:
    soft(first, "gcc", "1" * 16)
    (first / "soft/.cm" / f"alias-u-{'6' * 16}").write_text("../../outside\n")
    for one in (text, f"soft:{'6' * 16}"):
        with pytest.raises(NotFoundError):
            found(workspace, one)


def test_what_isnt_there_is_answered_with_the_closest_names(workspace: Workspace, first: Path) -> None:
    soft(first, "compiler.gcc", "1" * 16)
    with pytest.raises(NotFoundError, match=r"did you mean compiler\.gcc\?"):
        found(workspace, "soft:compiler.gc")
    with pytest.raises(NotFoundError, match=r"no module 'sotf'; did you mean soft\?"):
        found(workspace, "sotf:compiler.gcc")


def test_names_that_are_not_utf_8_are_found(workspace: Workspace, first: Path) -> None:
    name = os.fsdecode(b"bad\xff")
    entry = soft(first, name, "1" * 16)
    assert found(workspace, f"soft:{name}").path == entry
    assert listed(workspace, "soft:*") == ["first:soft:bad\\xff"]


def test_a_repository_whose_folder_is_gone_is_passed_over(workspace: Workspace, first: Path, second: Path) -> None:
    soft(second, "gcc", "1" * 16)
    shutil.rmtree(first)
    assert listed(workspace, "*:*:gcc") == ["second:soft:gcc"]


def test_a_base_entry_is_found_in_any_repository_by_the_order_of_lookup(
    workspace: Workspace, first: Path, second: Path
) -> None:
    soft(first, "base", "1" * 16, {"a": 1, "deep": {"b": 2}})
    soft(second, "base", "2" * 16, {"a": "hidden"})
    soft(second, "heir", "3" * 16, {"_base_entry": "base", "deep": {"c": 3}})
    soft(second, "orphan", "4" * 16, {"_base_entry": "nobody"})
    known = repositories(workspace)

    def meta(alias: str) -> dict:
        location = locate_one(workspace, known, Cid(module="soft", artifact=alias))
        return inherited(workspace, known, location, ck.own_meta(location.folder))

    assert meta("heir") == {"a": 1, "deep": {"b": 2, "c": 3}}
    with pytest.raises(UnreadableError, match="nobody isn't there"):
        meta("orphan")


# CIDs

PARTS = st.text(st.characters(blacklist_characters=":", blacklist_categories=("Cs",)), max_size=20)


@given(PARTS, PARTS, PARTS)
def test_a_cid_is_read_back_as_it_was_written(repository: str, module: str, artifact: str) -> None:
    cid = Cid(repository, module, artifact)
    assert parse_cid(str(cid)) == cid
    assert parse_cid(f"{repository}:{module}:{artifact}") == cid


def test_a_cid_has_at_most_three_parts() -> None:
    assert parse_cid("soft") == Cid(module="soft")
    with pytest.raises(InvalidRequestError, match="more than three parts"):
        parse_cid("a:b:c:d")


@given(st.text("0123456789abcdefABCDEFgx.", min_size=14, max_size=17))
def test_a_uid_is_sixteen_hexadecimal_digits(text: str) -> None:
    digits = all(one in "0123456789abcdef" for one in text.lower())
    assert is_uid(text) == (len(text) == 16 and digits)


@given(PARTS)
def test_everything_matches_its_own_name_and_no_pattern_at_all(alias: str) -> None:
    for pattern in ("", "*"):
        assert matches(pattern, alias, "1" * 16)
        assert fits(pattern, alias, "1" * 16)
    if not has_wildcard(alias) and not is_uid(alias):
        assert matches(alias, alias, "1" * 16)


# CM and mlcflow, which have no alias files


def script(root: Path, folder: str, **fields: str) -> Path:
    (root / "script" / folder).mkdir(parents=True)
    meta = root / "script" / folder / ("_cm.yaml" if (root / "cmr.yaml").exists() else "meta.yaml")
    meta.write_text("".join(f"{key}: {value}\n" for key, value in fields.items()))
    return root / "script" / folder


@pytest.fixture(params=["cm", "mlc"])
def scripts(request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path) -> Path:
    root = tmp_path / "scripts"
    root.mkdir()
    description = root / ("cmr.yaml" if request.param == "cm" else "meta.yaml")
    description.write_text(f"alias: mine\nuid: {'c' * 16}\n")
    script(root, "get-python", alias="get-python3", uid="AB" * 8, automation_alias="script")
    script(root, "get-gcc", uid="1" * 16, automation_alias="script", tags="[get-python3, get]")
    (root / "script/broken").mkdir()
    (root / f"script/broken/{'_cm' if request.param == 'cm' else 'meta'}.yaml").write_text("alias: [\n")
    assert repos.register(workspace, root).format == request.param
    return root


def test_an_entry_without_alias_file_is_found_by_alias_uid_or_folder(workspace: Workspace, scripts: Path) -> None:
    python, gcc = scripts / "script/get-python", scripts / "script/get-gcc"
    for text in ("script:get-python3", f"script:{'ab' * 8}", f"mine:script:{'AB' * 8}"):
        assert found(workspace, text).path == python
    assert found(workspace, "script:get-gcc").path == gcc
    assert found(workspace, "script:broken").path == scripts / "script/broken"
    assert set(listed(workspace, "script:get-*")) == {"mine:script:get-python3", "mine:script:get-gcc"}


def test_a_name_that_no_meta_has_in_it_is_known_to_be_nowhere_without_a_catalog(
    workspace: Workspace, scripts: Path
) -> None:
    del scripts
    for text in ("script:get-pythom", f"script:{'e' * 16}"):
        with pytest.raises(NotFoundError, match="no artifact"):
            found(workspace, text)
    with pytest.raises(NotFoundError, match="did you mean get-python"):
        found(workspace, "script:get-pythom")
    assert not workspace.catalog.exists()


def test_what_cant_be_told_quickly_is_looked_up_in_the_catalog(workspace: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "r"
    (root / "below/script/x").mkdir(parents=True)
    (root / "cmr.yaml").write_text(f"alias: mine\nuid: {'c' * 16}\nprefix: below\n")
    (root / "below/script/x/_cm.json").write_text('{"alias": "d\\u00e9tection", "uid": "' + "1" * 16 + '"}')
    repos.register(workspace, root)
    assert found(workspace, "script:détection").path == root / "below/script/x"
    assert found(workspace, f"script:{'1' * 16}").path == root / "below/script/x"
