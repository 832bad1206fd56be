"""Saved searches keep their names and UIDs apart, and none ever replaces another silently."""

import pytest

from ckexplore.store import saved_searches
from ckexplore.store.errors import InvalidRequestError, NotFoundError
from ckexplore.store.formats import ck
from ckexplore.store.saved_searches import SavedSearch, remove_search, rename_search, save_search
from ckexplore.store.workspace import Workspace


def test_searches_are_saved_listed_renamed_and_removed(workspace: Workspace) -> None:
    drafts = save_search(workspace, "drafts", " tag:draft ", scope="repository:r", order="-module")
    assert drafts == SavedSearch("drafts", "tag:draft", "repository:r", "-module")
    models = save_search(workspace, "All models", "tag:onnx -draft")
    assert saved_searches.saved_searches(workspace) == (models, drafts)
    uid = ck.uid_of_alias(workspace.local / "search", "drafts")
    renamed = rename_search(workspace, "drafts", "open ends")
    assert ck.uid_of_alias(workspace.local / "search", "open ends") == uid
    assert ck.alias_of_uid(workspace.local / "search", uid) == "open ends"
    assert ck.aliases(workspace.local / "search") == {"All models", "open ends"}
    assert saved_searches.saved_searches(workspace) == (models, renamed)
    with pytest.raises(InvalidRequestError, match="is there already"):
        rename_search(workspace, "open ends", "All models")
    remove_search(workspace, "open ends")
    assert saved_searches.saved_searches(workspace) == (models,)
    for attempt in (remove_search, saved_searches.saved_search):
        with pytest.raises(NotFoundError, match="did you mean All models"):
            attempt(workspace, "all models")


def test_another_search_of_the_same_name_is_never_replaced_silently(workspace: Workspace) -> None:
    save_search(workspace, "drafts", "tag:draft")
    save_search(workspace, "drafts", "tag:draft")
    with pytest.raises(InvalidRequestError, match="another search is saved as drafts"):
        save_search(workspace, "drafts", "tag:other")
    (workspace.local / "search/drafts/.cm/meta.json").write_text("{")
    with pytest.raises(InvalidRequestError, match="another search is saved as drafts"):
        save_search(workspace, "drafts", "tag:draft")
    assert save_search(workspace, "drafts", "tag:other", replacing=True).query == "tag:other"


@pytest.mark.parametrize("name", ["", ".x", "a/b", "../x", "a:b", "a*", "x\n", "1" * 16, " x", "\x1b[2J", "x" * 201])
def test_a_name_that_cant_be_one_is_refused_and_not_listed(workspace: Workspace, name: str) -> None:
    for attempt in (lambda: save_search(workspace, name, "q"), lambda: rename_search(workspace, "sound", name)):
        save_search(workspace, "sound", "q")
        with pytest.raises(InvalidRequestError):
            attempt()
    assert [one.name for one in saved_searches.saved_searches(workspace)] == ["sound"]


def test_a_search_for_nothing_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidRequestError, match="--query="):
        save_search(workspace, "nothing", " ")


def test_a_merged_search_never_replaces_another(workspace: Workspace) -> None:
    save_search(workspace, "drafts", "tag:mine")
    theirs = SavedSearch("drafts", "tag:theirs")
    assert saved_searches.merge(workspace, theirs)
    assert not saved_searches.merge(workspace, theirs)
    found = {one.name: one.query for one in saved_searches.saved_searches(workspace)}
    assert found == {"drafts": "tag:mine", "drafts (2)": "tag:theirs"}
