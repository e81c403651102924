"""The fold of sightings alone: the last word on each device, until it is taken back."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core import fold_sightings
from stormops.core.network import trace
from stormops.core.situation import Situation
from stormops.core.summary import Sighting
from tests.core.radial import radial_city
from tests.core.test_fold_reports import AT, fold

CITY = radial_city(feeders=2, laterals=2, transformers=2, houses=3)
TREE = trace(CITY.network, CITY.premises)
TRANSFORMER, FUSE, BREAKER = TREE.path(0)


@pytest.fixture
def situation() -> Situation:
    return Situation(CITY, TREE)


def closed(action: str, after: int, *rows: int, by: str = "dora", incident: str = "") -> facts.DevicesClosed:
    names = [CITY.network.edge_id[int(TREE.edge[row])] for row in rows]
    return facts.DevicesClosed(
        devices=[*names, "no-such"], action=action, by=by, at_ms=AT + after, reason="patrol", incident=incident
    )


def dropped(sighting: str) -> facts.SightingDropped:
    return facts.SightingDropped(sighting=sighting, action="z", by="ana")


def test_what_people_saw_closed_is_that_device_and_the_latest_word(situation: Situation) -> None:
    touched = fold(situation, closed("a", 5, FUSE))
    first = Sighting((FUSE,), AT + 5, "dora", "patrol", -1)
    assert (touched.closed, touched.sightings) == ({FUSE}, True)
    assert (situation.sightings.said, situation.sightings.last) == ({"a": first}, {FUSE: first})
    fold(situation, closed("b", 4, FUSE, by="ana"))
    assert situation.sightings.last == {FUSE: first}
    assert [situation.closed_at_ms(row) for row in (TRANSFORMER, FUSE, BREAKER)] == [0, AT + 5, 0]
    fold(situation, closed("c", 6, FUSE, BREAKER, by="ana", incident="E-0002"))
    last = Sighting((FUSE, BREAKER), AT + 6, "ana", "patrol", 8)
    assert situation.sightings.last == {FUSE: last, BREAKER: last}


def test_what_is_taken_back_leaves_what_others_saw(situation: Situation) -> None:
    fold(situation, closed("a", 5, FUSE, BREAKER), closed("b", 9, FUSE, by="ana"))
    touched = fold(situation, dropped("b"))
    assert touched.closed == {FUSE}
    assert situation.sightings.last[FUSE].by == "dora"
    made = Situation(CITY, TREE)
    made.restore(situation.snapshot())
    assert made.sightings.said == situation.sightings.said
    assert made.sightings.last == situation.sightings.last
    situation.closed_ms[BREAKER] = AT + 1
    assert fold(situation, dropped("a")).closed == {FUSE, BREAKER}
    assert not situation.sightings.last
    assert [situation.closed_at_ms(row) for row in (FUSE, BREAKER)] == [0, AT + 1]
    assert not fold(situation, dropped("a")).sightings


def test_of_the_oldest_stays_when_the_device_was_closed(situation: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_sightings, "SIGHTINGS_MAX", 2)
    for number in range(3):
        fold(situation, closed(f"a{number}", number, (FUSE, BREAKER, TRANSFORMER)[number]))
    assert [*situation.sightings.said] == ["a1", "a2"]
    assert FUSE not in situation.sightings.last
    assert situation.closed_at_ms(FUSE) == AT
