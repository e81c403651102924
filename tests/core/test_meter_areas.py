"""The fixed partition of the meters."""

from __future__ import annotations

import numpy as np

from geo.generate import generate_city
from stormops.core.listening import METERS_LEAST
from stormops.core.meter_areas import ELSEWHERE, meter_areas
from tests.core.radial import radial_city


def test_every_meter_is_in_one_area_and_those_that_are_judged_alone_have_enough() -> None:
    city = generate_city(3_000)
    parts = meter_areas(city)
    metered = np.array([bool(meter) for meter in city.premises.meter])
    assert ((parts.of_premise >= 0) == metered).all()
    assert parts.meters.sum() == metered.sum()
    assert (parts.meters[1:] >= METERS_LEAST).all()
    assert parts.id[0] == ELSEWHERE
    assert len(parts) == len(set(parts.id)) == len(parts.name) > 3
    assert np.isfinite(parts.lon[1:]).all()
    assert parts.row_of()[parts.id[2]] == 2


def test_a_city_of_few_meters_is_one_area() -> None:
    parts = meter_areas(radial_city(feeders=1, laterals=2, transformers=4, houses=6))
    assert parts.id == [ELSEWHERE]
    assert (parts.of_premise == 0).all()
    assert parts.meters.tolist() == [48]


def test_too_few_left_over_are_heard_with_the_smallest_area() -> None:
    parts = meter_areas(radial_city(feeders=3, laterals=8, transformers=4, houses=6))
    assert parts.meters[0] == 0
    assert (parts.meters[1:] >= METERS_LEAST).all()
    assert parts.meters.sum() == 576
