"""Which situation reports are due: by the schedule, and by request of a person at a desk.

Both follow from what is on disk (the journal and the reports already written), never from a queue, so
that a flushed Redis costs promptness and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from stormops.core.entry import SituationReportRequested
from stormops.journal.port import Journal, JournalUnavailable

PAGE = 5_000
"""Entries looked at in one go."""


class Dues:
    """What is due in a reports folder. A due report stays due until `done` is told of it."""

    def __init__(self, journal: Journal, folder: Path, every_ms: int) -> None:
        self._journal = journal
        self._folder = folder
        self._every_ms = every_ms
        self._after = 0
        self._asked: dict[str, str] = {}

    def find(self, now_ms: int) -> dict[str, str]:
        """Due reports: id → why. Ids are the same however often they are asked for."""
        self._follow()
        found = {due: why for due, why in self._asked.items() if not self._mark(due).exists()}
        period = now_ms // self._every_ms
        due = f"scheduled-{self._every_ms}-{period}"
        if self._journal_begun() and not self._mark(due).exists():
            found[due] = "scheduled"
        return found

    def done(self, due: str) -> None:
        """A due report was written: remember it, across restarts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mark(due).touch()
        self._asked.pop(due, None)

    def _mark(self, due: str) -> Path:
        return self._folder / f".done-{due}"

    def _journal_begun(self) -> bool:
        return self._after > 0

    def _follow(self) -> None:
        """Look at what the journal has gained."""
        try:
            while page := self._journal.read(self._after, PAGE):
                for entry in page:
                    if isinstance(entry.fact, SituationReportRequested):
                        asked = f"asked for by {entry.fact.by.person}: {entry.fact.reason}"
                        self._asked[f"requested-{entry.position}"] = asked
                self._after = page[-1].position
        except JournalUnavailable:
            return
