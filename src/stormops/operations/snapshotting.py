"""Snapshots written beside the loop: the copy is made on it, quickly; bytes and disk are a thread's work."""

from __future__ import annotations

from threading import Thread

from stormops.core.situation import Situation
from stormops.journal.port import JournalUnavailable, Snapshots
from stormops.telemetry import Log

SNAPSHOT_EVERY = 40_000
"""Entries between two snapshots: a restart folds at most about this many after the newest."""


WORTH_A_LAST_ONE = 1_000
"""Entries after which a snapshot is written at a clean end, so that the next start is quick."""


class Snapshotting:
    """At most one snapshot is being written; one that falls due meanwhile waits until it is done."""

    def __init__(self, snapshots: Snapshots, log: Log, every: int | None = None) -> None:
        self._snapshots = snapshots
        self._log = log
        self._every = SNAPSHOT_EVERY if every is None else every
        self._at = 0
        self._writer: Thread | None = None

    def begin(self, position: int) -> None:
        """The newest snapshot stands at this position."""
        self._at = position

    def look(self, situation: Situation) -> None:
        """Start a snapshot if one is due. Between ticks only."""
        if situation.position - self._at < self._every or (self._writer is not None and self._writer.is_alive()):
            return
        self._start(situation)

    def _start(self, situation: Situation) -> None:
        self._at = situation.position
        frozen, schema = situation.freeze(), situation.schema

        def write() -> None:
            try:
                self._snapshots.save(frozen.position, schema, frozen.encode())
            except JournalUnavailable as error:  # Replaying more is slower, and right all the same.
                self._log.warning("journal_unavailable", sentence=str(error))
            else:
                self._log.info("snapshot_saved", position=frozen.position)

        self._writer = Thread(target=write, name="snapshot", daemon=True)
        self._writer.start()

    def end(self, situation: Situation) -> None:
        """At a clean end: one more if it is worth it, and all of them on disk."""
        self.wait()
        if situation.position - self._at >= min(self._every, WORTH_A_LAST_ONE):
            self._start(situation)
            self.wait()

    def wait(self) -> None:
        """Until the snapshot being written is on disk."""
        if self._writer is not None:
            self._writer.join()
