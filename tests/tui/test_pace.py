import threading
from collections.abc import Callable
from time import monotonic, process_time

import pytest

from ckexplore.tui import pace
from ckexplore.tui.pace import Pace


def seconds_of(rest: Callable[[], None]) -> float:
    begun = monotonic()
    rest()
    return monotonic() - begun


def use_processor(seconds: float) -> None:
    until = process_time() + seconds
    while process_time() < until:
        pass


def test_somebody_at_the_keys_never_waits_for_what_the_display_costs() -> None:
    here = Pace()
    use_processor(0.1)  # for which nobody would look again for seconds
    assert seconds_of(here.rest) < pace._LONGEST


def test_while_nobody_types_the_display_costs_a_hundredth_of_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_AT_KEYS", -1.0)
    nobody = Pace()
    use_processor(0.01)
    assert seconds_of(nobody.rest) >= 0.9


def test_what_costs_much_is_still_looked_at_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_AT_KEYS", -1.0)
    monkeypatch.setattr(pace, "_LONGEST", 0.3)
    nobody = Pace()
    use_processor(0.1)
    assert 0.2 <= seconds_of(nobody.rest) < 5.0


def test_a_key_after_a_rest_lets_the_jobs_be_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_AT_KEYS", 0.0)
    monkeypatch.setattr(pace, "_LONGEST", 600.0)
    display = Pace()
    use_processor(0.1)
    looking = threading.Thread(target=display.rest, daemon=True)
    looking.start()
    threading.Event().wait(0.2)
    assert looking.is_alive()
    display.touch()
    looking.join(5.0)
    assert not looking.is_alive()
