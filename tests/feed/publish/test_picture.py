from __future__ import annotations

import json

from tests.feed.publish.trees import partition, pictures, storm_day, taker


def test_a_picture_is_the_public_view_and_says_its_position() -> None:
    day = storm_day()
    parted = partition(day)
    take = taker(day, parted)
    for picture in pictures(day, take, 8):
        assert (picture.n, picture.at_ms) == (day.situation.position, day.situation.at_ms)
        assert picture.totals["customers_out"] == sum(area["out"] for area in picture.areas.values())
        assert [area["out"] for area in picture.areas.values()] == sorted(
            (area["out"] for area in picture.areas.values()), reverse=True
        )
        assert set(picture.by_area) <= set(parted.id)
        assert all(one.least == sum(least for _, least in one.areas) for one in picture.incidents)
    assert taker(day, parted).take(day.situation) == picture  # from the position alone


def test_names_tell_nothing_of_the_incidents_numbers_and_stay() -> None:
    day = storm_day()
    take = taker(day, partition(day))
    first = [picture.incidents for picture in pictures(day, take, 8)]
    assert any(first)
    names = {one.name for shown in first for one in shown}
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)
    ids = {incident.id for incident in day.situation.incidents.values()}
    assert not any(key in json.dumps(first) for key in ids)
    both = [{one.name for one in shown} for shown in first if shown]
    assert both[-1] & both[-2]
