"""Which situation reports are due: by the schedule, and by request of a person at a desk.

Both follow from what is on disk (the journal and the reports already written), never from a queue, so
that a flushed Redis costs promptness and nothing else.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from stormops.core.entry import SituationReportRequested
from stormops.journal.port import Journal, JournalUnavailable

PAGE = 5_000
"""Entries looked at in one go."""

ASKED_FOR = "asked for by "
"""Before the name and the reason of who asked for a report."""

FOLLOWED = ".followed"
"""File of the reports folder: the position until which all that was asked for is done."""

REMEMBER_EVERY = 20_000
"""Entries between two notes of it: a start reads at most about so many again."""


class Dues:
    """What is due in a reports folder. A due report stays due until `done` is told of it."""

    def __init__(self, journal: Journal, folder: Path, every_ms: int) -> None:
        self._journal = journal
        self._folder = folder
        self._every_ms = every_ms
        self._after = -1
        self._remembered = 0
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

    def _begin(self) -> None:
        """Not from the journal's beginning, if what was asked for until later is known to be done."""
        try:
            after = int((self._folder / FOLLOWED).read_text())
            self._after = after if after <= self._journal.last() else 0  # else it was another journal
        except (OSError, ValueError):
            self._after = 0

    def _remember(self) -> None:
        """Until where nothing is asked for that is not done. A note that is lost costs a little reading."""
        open_ones = [int(due.rpartition("-")[2]) for due in self._asked if not self._mark(due).exists()]
        after = min([self._after + 1, *open_ones]) - 1
        if after - self._remembered >= REMEMBER_EVERY and self._folder.is_dir():
            with contextlib.suppress(OSError):
                draft = self._folder / f"{FOLLOWED}.{os.getpid()}"
                draft.write_text(f"{after}")
                draft.replace(self._folder / FOLLOWED)
                self._remembered = after

    def _mark(self, due: str) -> Path:
        return self._folder / f".done-{due}"

    def _journal_begun(self) -> bool:
        return self._after > 0

    def _follow(self) -> None:
        """Look at what the journal has gained."""
        try:
            if self._after < 0:
                self._begin()
            while page := self._journal.read(self._after, PAGE):
                for entry in page:
                    if isinstance(entry.fact, SituationReportRequested):
                        asked = f"{ASKED_FOR}{entry.fact.by.person}: {entry.fact.reason}"
                        self._asked[f"requested-{entry.position}"] = asked
                self._after = page[-1].position
                self._remember()
        except JournalUnavailable:
            return
