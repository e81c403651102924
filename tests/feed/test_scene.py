"""A scene: it folds, and gives words back, from memory or from the journal."""

from __future__ import annotations

import pytest

from stormops.core.entry import ReportReceived
from stormops.core.situation import Situation
from stormops.feed import scene as module
from stormops.feed.scene import Scene
from stormops.journal.port import JournalUnavailable
from tests.core.storm_day import StormDay, small_city


def test_words_come_from_memory_or_from_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECALL_MAX", 3)
    day = StormDay(4, *small_city())
    scene = Scene(Situation(day.city, day.tree), day.journal)
    touched: set[int] = set()
    for _ in range(6):
        touched |= scene.fold(day.step()).receipts
    assert touched
    assert (scene.position, scene.at_ms) == (day.journal.last(), day.situation.at_ms)
    assert scene.situation.digest() == day.situation.digest()
    entries = day.journal.read(0, 100_000)
    told = [entry for entry in entries if isinstance(entry.fact, ReportReceived)]
    assert len(told) > 3
    for entry in [*told, *told[:2]]:
        assert scene.recall(entry.position) == entry.fact
        assert scene.entry(entry.position) == entry
    assert len(scene._recent) == 3
    with pytest.raises(JournalUnavailable):
        scene.recall(day.journal.last() + 1)
