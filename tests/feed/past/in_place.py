"""The archive of a storm's day, asked without a process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stormops.feed.past.archive import Answer, Archive, Ask
from stormops.journal.port import Keyframes
from stormops.journal.snapshots import MemorySnapshots
from tests.core.storm_day import StormDay


def archive_of(day: StormDay, file: Path, stores: Sequence[Keyframes] = ()) -> Archive:
    """`file`: where marks are remembered; `stores`: where snapshots are."""
    return Archive(day.city, day.tree, day.journal, stores or [MemorySnapshots()], file=file, now_ms=lambda: day.now_ms)


class InPlace:
    """`Past` without a process: it answers at once."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    async def ask(self, ask: Ask) -> Answer:
        return self.archive.ask(ask)

    async def close(self) -> None: ...
