"""The catalog as messages: it is opened in a thread, and what it tells is posted."""

from functools import partial

from textual.message_pump import MessagePump

from ..store import annotations, saved_searches
from ..store.live_catalog import Annotated, LiveCatalog, Progress, Telling, Touched
from ..store.search.thread import Answer, Counted, SearchFailed
from ..store.workspace import Workspace
from . import messages


def open_catalog(target: MessagePump, workspace: Workspace) -> None:
    """Open the catalog, which goes on telling in threads of its own; called in a thread."""
    catalog = LiveCatalog(workspace, partial(catalog_told, target, workspace))
    from . import work  # noqa: F401, PLC0415  (soon needed, and takes long: while the catalog reads)

    target.post_message(messages.CatalogOpened(catalog))


def catalog_told(target: MessagePump, workspace: Workspace, told: Telling) -> None:
    """Post what the catalog tells; called in the catalog's threads."""
    match told:
        case Answer():
            target.post_message(messages.Answered(told))
        case Counted():
            target.post_message(messages.Counted(told))
        case Progress():
            target.post_message(messages.CatalogMoved(told))
        case Annotated():
            target.post_message(
                messages.AnnotationsRead(annotations.annotations(workspace), saved_searches.saved_searches(workspace))
            )
        case Touched():
            target.post_message(messages.FilesChanged(told))
        case SearchFailed():
            target.post_message(messages.Failed(f"{told.reason} (a defect of ckexplore)"))
