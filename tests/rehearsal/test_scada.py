from __future__ import annotations

import msgspec
import numpy as np
import pytest

from stormops.core.network import EdgeKind
from stormops.rehearsal.scada import WORD_MS, Word, make_words
from stormops.rehearsal.storm import Storm, load_storm
from stormops.rehearsal.truth import Failure, Truth

HOUR_MS = 3_600_000


def seen(telemetered: dict[str, float], lost: float = 0.0) -> Storm:
    return msgspec.structs.replace(load_storm("squall"), telemetered=telemetered, telemetry_lost=lost)


@pytest.fixture
def breaker(truth: Truth) -> int:
    return int(np.flatnonzero(truth.tree.kind == EdgeKind.BREAKER)[0])


def broken(truth: Truth, device: int) -> Truth:
    """Only this device fails, from the first hour to the third."""
    customers = int(truth.tree.customers[device])
    return Truth(truth.city, truth.tree, [Failure(device, -1, customers, HOUR_MS, 3 * HOUR_MS)])


def test_a_telemetered_device_is_told_at_once_when_it_opens_and_closes(truth: Truth, breaker: int) -> None:
    words = make_words(broken(truth, breaker), seen({"breaker": 1.0}), 1)
    assert [word for word in words if word.device == breaker] == [
        Word(0, breaker, "closed", 0),
        Word(HOUR_MS + WORD_MS, breaker, "open", HOUR_MS),
        Word(3 * HOUR_MS + WORD_MS, breaker, "closed", 3 * HOUR_MS),
    ]
    breakers = set(np.flatnonzero(truth.tree.kind == EdgeKind.BREAKER).tolist())
    assert {word.device for word in words} == breakers
    assert [word.at_ms for word in words] == sorted(word.at_ms for word in words)


def test_a_share_of_a_kind_is_telemetered_and_nothing_without_it(truth: Truth) -> None:
    assert make_words(truth, load_storm("squall"), 1) == []
    fuses = int((truth.tree.kind == EdgeKind.FUSE).sum())
    told = {word.device for word in make_words(truth, seen({"fuse": 0.5}), 1)}
    assert 0.3 * fuses < len(told) < 0.7 * fuses
    assert make_words(truth, seen({"fuse": 0.5}), 1) == make_words(truth, seen({"fuse": 0.5}), 1)


def test_a_lost_link_is_unknown_and_silent_until_it_tells_how_the_device_stands(truth: Truth, breaker: int) -> None:
    silent = 0
    for seed in range(20):
        words = make_words(broken(truth, breaker), seen({"breaker": 1.0}, lost=1.0), seed)
        mine = [word for word in words if word.device == breaker]
        (lost,) = [word for word in mine if word.state == "unknown"]
        back = mine[mine.index(lost) + 1]
        assert lost.since_ms == lost.at_ms <= back.since_ms <= back.at_ms
        assert back.state == ("open" if HOUR_MS <= back.at_ms < 3 * HOUR_MS else "closed")
        silent += any(lost.at_ms <= at < back.at_ms for at in (HOUR_MS + WORD_MS, 3 * HOUR_MS + WORD_MS))
        assert mine[-1].state == "closed"
    assert silent
