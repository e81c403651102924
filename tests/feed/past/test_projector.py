"""A projector: the nearest snapshot, the rest folded; damaged snapshots, some of its own, a journal that ends."""

from __future__ import annotations

import pytest

from stormops.core.entry import Entry
from stormops.feed.past import projector as module
from stormops.feed.past.projector import Interrupted, Projector
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import JournalUnavailable
from stormops.journal.snapshots import MemorySnapshots
from tests.feed.past.history import History, history


class Counting(MemoryJournal):
    """Counts the entries that are read."""

    def __init__(self, of: MemoryJournal) -> None:
        super().__init__()
        self._entries = of.read(0, 1_000_000)
        self.counted = 0

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        page = super().read(after, limit)
        self.counted += len(page)
        return page


class Full(MemorySnapshots):
    """A disk without room."""

    def save(self, position: int, schema: str, body: bytes) -> None:
        raise JournalUnavailable(f"no room for {len(body)} bytes of {schema} at {position}")


def projector_of(recorded: History, *stores: MemorySnapshots) -> tuple[Projector, Counting]:
    journal = Counting(recorded.day.journal)
    return Projector(recorded.day.city, recorded.day.tree, journal, stores), journal


@pytest.fixture(autouse=True)
def _restoring_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTORE_ENTRIES", 30)


def test_it_starts_from_the_nearest_snapshot_and_goes_on_when_that_is_nearer() -> None:
    recorded = history()
    positions = recorded.positions
    kept = recorded.keyframes.positions(recorded.day.situation.schema)
    assert len(kept) > 2
    projector, journal = projector_of(recorded, recorded.keyframes)
    target = next(n for n in positions if n > kept[1])
    assert projector.cost(target) == target - kept[1] + module.RESTORE_ENTRIES
    projector.to(target)
    assert journal.counted == target - kept[1]
    assert dict(projector.picture().values) == recorded.live[target][1]
    after = next(n for n in positions if n > target)
    journal.counted = 0
    assert projector.cost(after) == after - target
    projector.to(after)
    assert journal.counted == after - target, "it went on"
    assert dict(projector.picture().values) == recorded.live[after][1]
    projector.to(target)
    assert dict(projector.picture().values) == recorded.live[target][1], "and back"


def test_without_any_snapshot_it_folds_from_the_beginning() -> None:
    recorded = history()
    projector, journal = projector_of(recorded, MemorySnapshots())
    projector.to(recorded.positions[-1])
    assert journal.counted == recorded.positions[-1]
    assert projector.scene.situation.digest() == recorded.day.situation.digest()


def test_a_damaged_snapshot_is_passed_over() -> None:
    recorded = history()
    schema = recorded.day.situation.schema
    broken = MemorySnapshots()
    for position in recorded.positions[5::10]:
        broken.save(position, schema, b"\xc1 not a snapshot")
    for stores in ([broken], [recorded.keyframes, broken]):
        projector, _ = projector_of(recorded, *stores)
        projector.to(recorded.positions[-1])
        assert projector.scene.situation.digest() == recorded.day.situation.digest()


def test_it_keeps_snapshots_on_a_long_way_and_comes_back_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAVE_EVERY", 100)
    monkeypatch.setattr(module, "FOLD_ENTRIES", 20)
    recorded = history()
    own = MemorySnapshots()
    projector, journal = projector_of(recorded, own)
    last = recorded.positions[-1]
    projector.to(last)
    saved = own.positions(recorded.day.situation.schema)
    assert saved, "on the way from nothing"
    again, journal = projector_of(recorded, own)
    again.to(last)
    assert journal.counted == last - saved[-1]
    assert again.scene.situation.digest() == recorded.day.situation.digest()
    full, _ = projector_of(recorded, Full())
    full.to(last)
    assert full.scene.situation.digest() == recorded.day.situation.digest(), "a full disk costs time alone"


def test_it_stops_for_what_is_urgent_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLD_ENTRIES", 20)
    recorded = history()
    projector, _ = projector_of(recorded, MemorySnapshots())
    last = recorded.positions[-1]
    projector.to(recorded.positions[0])
    projector.picture()
    stops = 0
    while projector.position < last:
        try:
            projector.to(last, lambda: True)
        except Interrupted:
            stops += 1
    assert stops > 2
    assert dict(projector.picture().values) == recorded.live[last][1], "what was touched before is not forgotten"


def test_a_position_that_is_not_there_is_a_journal_that_is_away() -> None:
    recorded = history()
    projector, _ = projector_of(recorded, MemorySnapshots())
    with pytest.raises(JournalUnavailable):
        projector.to(recorded.positions[-1] + 1)
