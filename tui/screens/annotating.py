"""What the browser's keys write about artifacts: own tags, notes, bookmarks; and searches saved under a name."""

from textual.widgets import Input

from ...store.artifact import Artifact
from ..listing import ALL, Listing
from .acting import ActingScreen


class AnnotatingScreen(ActingScreen):
    """The annotating part of the browser."""

    listing: Listing

    def action_tag(self) -> None:
        """Type the user's own tags of the artifact."""
        artifact: Artifact | None = self.artifact
        if artifact is None:
            return

        def store(text: str) -> None:
            self.in_thread(self.work.annotate, self.workspace, artifact, tags=text.split(","), group="request")

        own = ", ".join(artifact.own_tags)
        self.type_line(store, own, f"your tags for {artifact.title}, separated by commas")

    def action_note(self) -> None:
        """Write a note about the artifact."""
        from .note import NoteScreen  # noqa: PLC0415  (a text editor, which the first paint doesn't need)

        artifact: Artifact | None = self.artifact
        if artifact is None:
            return

        def store(note: str | None) -> None:
            if note is not None:
                self.in_thread(self.work.annotate, self.workspace, artifact, note=note, group="request")

        present = self.listing.annotation(artifact)
        if present is not None and present.altered:
            where = f"local/annotation/{artifact.uid}/note.md"
            self.notify(f"this note has characters that can't be shown here; edit the file {where}", markup=False)
            return
        title = f"Your note about {artifact.module}:{artifact.title}"
        self.app.push_screen(NoteScreen(title, present.note if present else ""), store)

    def action_bookmark(self) -> None:
        """Set a bookmark at the artifact, or take it away."""
        artifact: Artifact | None = self.artifact
        if artifact is not None:
            present = self.listing.annotation(artifact)
            wanted = not (present is not None and present.bookmarked)
            self.in_thread(self.work.annotate, self.workspace, artifact, bookmarked=wanted, group="request")

    def action_save_search(self) -> None:
        """Save filter, branch of the tree and order under a name."""
        listing = self.listing
        if not listing.query and listing.scope == ALL:
            self.notify("there is no filter to save: type one with /, or choose a branch of the tree", markup=False)
            return

        def store(name: str) -> None:
            if name:
                order = f"-{listing.order}" if listing.order and listing.descending else listing.order
                self.in_thread(
                    self.work.save_search, self.workspace, name, listing.query, listing.scope, order, group="request"
                )

        self.type_line(store, "", f"a name for the search {listing.query or listing.scope}")

    def open_search(self, name: str) -> None:
        """Take filter, branch and order of a saved search."""
        saved = next((one for one in self.listing.searches if one.name == name), None)
        if saved is not None:
            field = self.query_one("#filter", Input)
            with field.prevent(Input.Changed):
                field.value = saved.query
            order = saved.order.removeprefix("-")
            self.look_at(query=saved.query, scope=saved.scope or ALL, order=order, descending=order != saved.order)

    def look_at(self, **changes: object) -> None:
        """Ask for another view; the browser knows how."""
        raise NotImplementedError
