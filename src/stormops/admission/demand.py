"""How much of a core this process would use if it had one: what it computes, and what it waits for a core.

A process that shares its core with a busy one uses half of it and is as overloaded as one that uses all of it.
Only Linux tells the wait; elsewhere a process is judged by what it uses.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

SCHEDSTAT = "/proc/thread-self/schedstat"
"""Of this thread: nanoseconds on a core, nanoseconds ready to run without one, time slices."""


def demanded_seconds(path: str = SCHEDSTAT) -> Callable[[], float]:
    """A reading that grows by the seconds of a core used by the process and wanted in vain by the calling thread."""
    file = -1
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read() -> float:
        waited_ns = int(os.pread(file, 100, 0).split()[1]) if file >= 0 else 0
        return time.process_time() + waited_ns / 1e9

    return read
