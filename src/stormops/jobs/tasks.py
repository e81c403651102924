"""What RQ runs: tasks by name, with nothing but plain values as arguments.

The worker process installs the real work once (`install`); RQ finds the task by its import path.
"""

from __future__ import annotations

from collections.abc import Callable

Work = Callable[[str, str], None]

_installed: list[Work] = []


def install(work: Work) -> None:
    """Give this process its work: `work(due, why)` writes a due situation report."""
    _installed[:] = [work]


def situation_report(due: str, why: str) -> None:
    """Write a situation report that is due."""
    _installed[0](due, why)
