"""The palette and the completion: every named action of the screen, and every CK command."""

from collections.abc import Callable, Iterable, Sequence

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.suggester import Suggester

from ..actions.kernel import all_actions, known_modules
from ..store.artifact import Artifact
from .keys import BROWSER, NamedAction

_MOST = 50


class NamedActionProvider(Provider):
    """The palette's view of the registry of named actions."""

    async def discover(self) -> Hits:
        """Offer everything before anything is typed."""
        for action in BROWSER:
            yield DiscoveryHit(_label(action), self._runner(action), help=action.explanation)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for action in BROWSER:
            label = _label(action)
            score = matcher.match(label)
            if score > 0:
                yield Hit(score, matcher.highlight(label), self._runner(action), help=action.explanation)

    def _runner(self, action: NamedAction) -> Callable[[], object]:
        screen = self.screen

        async def run() -> None:
            await screen.run_action(action.name)

        return run


def _label(action: NamedAction) -> str:
    return f"{action.title}  ({action.shown_keys})"


class CommandSuggester(Suggester):
    """Completes a CK command: the action, the module, then the artifact."""

    def __init__(self, artifacts: Callable[[], Sequence[Artifact]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._artifacts = artifacts

    async def get_suggestion(self, value: str) -> str | None:
        """Give the whole line with the present word completed, or None."""
        head, separator, word = value.rpartition(" ")
        if not word:
            return None
        candidates = self._words(head.split(), word)
        found = next((one for one in candidates if one.startswith(word) and one != word), None)
        return None if found is None else f"{head}{separator}{found}"

    def _words(self, before: list[str], word: str) -> Iterable[str]:
        if not before:
            return sorted(all_actions())
        module, colon, _ = word.partition(":")
        if colon:
            return sorted(f"{module}:{one.title}" for one in self._artifacts() if one.module == module)
        return sorted({one.module for one in self._artifacts()} | set(known_modules()))
