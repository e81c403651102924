"""Staff find a place when the public has taken all of its own; who does not is told when to come back."""

from __future__ import annotations

import re

from stormops.feed.room import CLIENTS_MAX, COME_BACK_SECONDS, STAFF_PLACES, Room
from stormops.feed.session import TOO_MANY


def test_the_public_leaves_places_for_staff() -> None:
    room = Room(20_000)
    assert room.places == {"desk": CLIENTS_MAX, "public": CLIENTS_MAX - STAFF_PLACES}
    assert room.refusal("public", CLIENTS_MAX - STAFF_PLACES - 1, 0.5) is None
    assert room.refusal("public", CLIENTS_MAX - STAFF_PLACES, 0.5) is not None
    assert room.refusal("desk", CLIENTS_MAX - 1, 0.5) is None
    assert room.refusal("desk", CLIENTS_MAX, 0.5) is not None


def test_a_process_with_few_descriptors_has_fewer_places() -> None:
    room = Room(1024)
    assert room.places["desk"] < 1024
    assert 0 < room.places["public"] < room.places["desk"]


def test_who_is_sent_away_comes_back_at_another_time_than_others() -> None:
    waits = set()
    for chance in (0.0, 0.3, 0.6, 1.0):
        close = Room(100).refusal("public", 100, chance)
        assert close is not None
        assert close.code == TOO_MANY
        match = re.fullmatch(r"too many clients; retry_s=(\d+)", close.reason)
        assert match
        waits.add(int(match[1]))
    assert (min(waits), max(waits)) == COME_BACK_SECONDS
    assert len(waits) == 4
