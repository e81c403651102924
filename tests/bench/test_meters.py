"""The meters' benchmark measures what it says; a town of 3,780, against the same bars."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from stormops.intake.meters import read_json
from stormops.intake.meters_xml import read_multispeak, read_pon
from tests.bench.meters import BODY_AGE_S, BODY_EVENTS, as_json, as_multispeak, as_pon, bodies, main, storm

METERS = [f"M-{number}" for number in range(5_000)]


def test_every_meter_speaks_once_and_a_fifth_of_them_twice_in_other_words() -> None:
    sent = storm(METERS, 10, 1)
    spoken = Counter(event.meter for events in sent.values() for event in events)
    assert set(spoken) == set(METERS)
    assert Counter(spoken.values()) == {1: 4_000, 2: 1_000}
    times = {(event.meter, event.at_ms) for events in sent.values() for event in events}
    assert len(times) == 5_000
    assert all(event.at_ms <= event.sent_s * 1000 <= 10_000 for events in sent.values() for event in events)


def test_bodies_lose_nothing_and_are_closed_full_or_old() -> None:
    for events in storm(METERS, 10, 1).values():
        closed = list(bodies(events))
        assert [event for _, body in closed for event in body] == events
        for at_s, body in closed:
            assert len(body) <= BODY_EVENTS
            assert body[-1].sent_s <= at_s <= body[0].sent_s + BODY_AGE_S + 1e-9


def test_the_three_forms_say_the_same() -> None:
    events = [event._replace(at_ms=event.at_ms + 1_789_408_987_000) for event in storm(METERS, 10, 1)["pon"][:50]]
    one = read_json(as_json(events))
    assert read_multispeak(as_multispeak(events)) == read_pon(as_pon(events)) == one
    assert one.meters == [event.meter for event in events]


@pytest.mark.system
@pytest.mark.alone
def test_a_towns_last_gasps_meet_the_bars(capsys: pytest.CaptureFixture[str]) -> None:
    missed = main(["--scale", "0.03"])
    bars = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not missed, bars
