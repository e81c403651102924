"""Doors in tests: a disk that does not answer for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from stormops.journal.door import Door


@contextmanager
def held(door: Door) -> Iterator[None]:
    """The writer thread stands still meanwhile, as if the disk did not answer."""
    released = Event()

    def stand_still() -> None:
        assert released.wait(60)

    door._jobs.put(stand_still)
    try:
        yield
    finally:
        released.set()
