"""Python's garbage collector, kept from looking again and again through what is no garbage.

It looks at every object that can refer to others, in whichever thread it happens to, and all others wait for it: a
tenth of a second over the rows of 100,000 artifacts.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing while very many objects are made."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


MANY = 20_000
"""Artifacts: from here on a look through what is known of them would be felt."""


def leave_out_what_is_there() -> None:
    """Never look through the present objects any more.

    They still go when nothing refers to them; only those that refer to each other in a circle would stay.
    """
    gc.freeze()


def look_seldom() -> None:
    """Look through what has lasted a tenth as often as usual, where each look would be felt by whoever types."""
    gc.set_threshold(700, 10, 100)
