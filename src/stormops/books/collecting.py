"""Work on much at once without the collector of cycles, which would walk through all that is remembered each time."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """While the block lasts, nothing is collected unless it is asked for (`gc.collect`)."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
