"""Where an incident is, in words and as an outline."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core import shape as module
from stormops.core.network import METRES_PER_DEGREE, trace
from stormops.core.shape import MARGIN_METRES, OUTLINE_POINTS_MAX, Shapes
from tests.core.english import english
from tests.core.radial import radial_city

CITY = radial_city()
TREE = trace(CITY.network, CITY.premises)
SHAPES = Shapes(CITY, TREE)
MARGIN_DEGREES = MARGIN_METRES / METRES_PER_DEGREE


def of(*premises: int) -> module.Shape:
    return SHAPES.of(np.array(premises, np.int32))


def test_one_premise_is_its_address() -> None:
    assert english(of(3).place) == "3 0 St"


def test_one_street_has_its_blocks() -> None:
    assert english(of(3, 4, 5).place) == "0 St, 0 block"
    street = np.flatnonzero(CITY.premises.street == 4)
    assert [int(CITY.premises.house_number[premise]) for premise in street[[0, -1]]] == [96, 119]
    assert english(SHAPES.of(street.astype(np.int32)).place) == "4 St, 0 to 100 blocks"


def test_several_streets_are_named_by_the_most_premises() -> None:
    assert english(of(0, 1, 24).place) == "0 St and 1 St"
    assert english(of(0, 1, 24, 48).place) == "0 St, 1 St and 1 more street"
    assert english(of(0, 1, 24, 48, 72).place) == "0 St, 1 St and 2 more streets"


def test_nobody_is_nowhere() -> None:
    assert of() == module.Shape("", None, None, None)


def test_what_is_not_located_has_a_place_but_no_outline() -> None:
    city = radial_city()
    city.premises.lon[:] = np.nan
    found = Shapes(city, TREE).of(np.arange(3, dtype=np.int32))
    assert english(found.place) == "0 St, 0 block"
    assert (found.lon, found.lat, found.hull) == (None, None, None)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, len(CITY.premises) - 1), min_size=1, max_size=80))
def test_an_outline_holds_its_premises_has_few_corners_and_is_closed(premises: set[int]) -> None:
    rows = np.array(sorted(premises), np.int32)
    found = SHAPES.of(rows)
    assert found.hull is not None
    assert found.hull[0] == found.hull[-1]
    assert 4 <= len(found.hull) <= OUTLINE_POINTS_MAX + 1
    ring = shapely.Polygon(found.hull)
    assert ring.is_valid
    points = shapely.points(CITY.premises.lon[rows], CITY.premises.lat[rows])
    assert (shapely.distance(ring, points) <= MARGIN_DEGREES).all()
    around = shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), 2 * MARGIN_DEGREES)
    assert shapely.area(ring) <= shapely.area(around) * 1.5


def test_what_is_below_a_device_is_worked_out_once_and_forgotten_at_the_bound() -> None:
    shapes = Shapes(CITY, TREE)
    kept = module.SHAPES_KEPT_MAX
    module.SHAPES_KEPT_MAX = 3
    try:
        first = shapes.below(0)
        assert shapes.below(0) is first
        assert first == shapes.of(TREE.below(0))
        for device in range(1, 5):
            shapes.below(device)
        assert len(shapes._of_device) == 3
        assert shapes.below(0) == first
    finally:
        module.SHAPES_KEPT_MAX = kept
