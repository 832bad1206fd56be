"""The palette and the completion: every named action of the screen, and every CK command."""

from asyncio import to_thread
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.suggester import Suggester

from .keys import BROWSER, JOBS, NamedAction
from .listing import Listing

_MOST = 50


class NamedActionProvider(Provider):
    """The palette's view of the registry of named actions."""

    async def discover(self) -> Hits:
        """Offer everything before anything is typed."""
        for action in self._actions:
            yield DiscoveryHit(_label(action), self._runner(action), help=action.explanation)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for action in self._actions:
            label = _label(action)
            score = matcher.match(label)
            if score > 0:
                yield Hit(score, matcher.highlight(label), self._runner(action), help=action.explanation)

    @property
    def _actions(self) -> tuple[NamedAction, ...]:
        """The named actions of the screen that the palette was opened over."""
        return getattr(self.screen, "NAMED_ACTIONS", (*BROWSER, *JOBS))

    def _runner(self, action: NamedAction) -> Callable[[], object]:
        screen = self.screen

        async def run() -> None:
            await screen.run_action(action.name)

        return run


def _label(action: NamedAction) -> str:
    return f"{action.title}  ({action.shown_keys})"


class CommandSuggester(Suggester):
    """Completes a CK command: the action, the module, then the artifact."""

    def __init__(self, listing: Callable[[], Listing]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._listing = listing

    async def get_suggestion(self, value: str) -> str | None:
        """Give the whole line with the present word completed, or None."""
        head, separator, word = value.rpartition(" ")
        if not word:
            return None
        candidates = _actions if not head.split() else partial(_cids, self._listing(), word)
        found = await to_thread(_first, candidates, word)
        return None if found is None else f"{head}{separator}{found}"


def _first(candidates: Callable[[], Iterable[str]], word: str) -> str | None:
    return next((one for one in candidates() if one.startswith(word) and one != word), None)


def _actions() -> Iterable[str]:
    from ..actions.kernel import all_actions  # noqa: PLC0415  (every action's module)

    return sorted(all_actions())


def _cids(listing: Listing, word: str) -> Iterable[str]:
    module, colon, name = word.partition(":")
    if not colon:
        from ..actions.kernel import known_modules  # noqa: PLC0415

        counted = listing.counted.modules.values() if listing.counted is not None else ()
        return sorted({*known_modules(), *chain.from_iterable(counted)})
    found = listing.answer.index.beginning(module, name) if listing.answer is not None else ()
    return (f"{module}:{one.title}" for one in found)
