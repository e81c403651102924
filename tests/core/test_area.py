"""The public partition: every area has k premises, every premise one area, and no overlay isolates fewer than k."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.generate import generate_city
from stormops.core.area import UNPLACED, Areas, areas
from stormops.core.network import City, Floats

_SMALL = generate_city(100, seed=1)


def _scattered(seed: int, count: int, clumps: int, lost: int) -> City:
    """A city of premises strewn around a few places, `lost` of them without a position."""
    rng = np.random.default_rng(seed)
    city = _SMALL
    where = rng.normal(0, 0.03, (clumps, 2))[rng.integers(0, clumps, count)] + rng.normal(0, 0.008, (count, 2))
    lon, lat = 10.0 + where[:, 0], 55.0 + where[:, 1]
    lon[:lost] = np.nan
    blank = [""] * count
    small = city.premises
    premises = dataclasses.replace(
        small, id=[str(i) for i in range(count)], house_number=blank, street=np.zeros(count, np.int32), unit=blank,
        locality=rng.integers(0, 3, count).astype(np.int32), postcode=blank, lon=lon, lat=lat,
        building=np.zeros(count, np.int32), kind=np.zeros(count, np.uint8), services=np.ones(count, np.uint8),
        account=blank, phone=blank, meter=blank, bus=np.full(count, -1, np.int32),
        localities=["", "Oldtown", "Newtown"],
    )  # fmt: skip
    return dataclasses.replace(city, premises=premises)


ROUNDING = 2e-6
"""Degrees: corners of areas are rounded to six decimals."""


def _by_a_border(shapes: list[shapely.Geometry], points: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    borders = shapely.union_all([shapely.boundary(shape) for shape in shapes])
    near: npt.NDArray[np.bool_] = shapely.dwithin(borders, points, ROUNDING)
    return near


CITIES = st.builds(
    _scattered,
    seed=st.integers(0, 10_000),
    count=st.integers(0, 400),
    clumps=st.integers(1, 6),
    lost=st.sampled_from([0, 0, 3, 40]),
)


@settings(max_examples=50, deadline=None)
@given(CITIES, st.integers(5, 60))
def test_every_area_has_k_and_every_premise_one_area(city: City, k: int) -> None:
    made = areas(city, k)
    if len(city.premises) < k:
        assert len(made) == 0
        assert (made.area_of_premise == -1).all()
        return
    assert (made.premises >= k).all()
    assert made.premises.tolist() == np.bincount(made.area_of_premise, minlength=len(made)).tolist()
    assert made.area_of_premise.min() >= 0
    assert len({*made.id}) == len({*made.name}) == len(made.polygon) == len(made)


@settings(max_examples=25, deadline=None)
@given(CITIES, st.integers(5, 40), st.integers(0, 10_000))
def test_no_overlay_of_published_regions_isolates_fewer_than_k(city: City, k: int, seed: int) -> None:
    """The attacker adds and subtracts published shapes at will, then counts the known address points inside."""
    made = areas(city, k)
    known = ~np.isnan(city.premises.lon)
    if not len(made) or not known.any():
        return
    points = shapely.points(city.premises.lon[known], city.premises.lat[known])
    shapes = [p for p in made.polygon if not p.is_empty]
    rng = np.random.default_rng(seed)
    everything = shapely.union_all(shapes)
    assert shapely.dwithin(everything, points, ROUNDING).all()
    # Premises without a place lie in no polygon; unless they are an area of their own, they count with another.
    # A point within a hand of a border may be drawn on its other side, for corners are rounded to 0.1 m.
    hidden = 0 if any(p.is_empty for p in made.polygon) else int((~known).sum())
    hidden += int(_by_a_border(shapes, points).sum())
    for _ in range(6):
        region = everything if rng.random() < 0.3 else shapes[rng.integers(len(shapes))]
        for _ in range(int(rng.integers(1, 6))):
            other = shapes[rng.integers(len(shapes))]
            operation = (shapely.union, shapely.difference, shapely.symmetric_difference)[rng.integers(3)]
            region = operation(region, other)
        inside = int(shapely.contains(region, points).sum())
        assert inside == 0 or inside >= k - hidden


@pytest.fixture(scope="module")
def city() -> City:
    return generate_city(3000, seed=3)


@pytest.fixture(scope="module")
def made(city: City) -> Areas:
    return areas(city, 20)


def test_premises_lie_in_the_polygon_of_their_area_and_polygons_do_not_overlap(city: City, made: Areas) -> None:
    points = shapely.points(city.premises.lon, city.premises.lat)
    clear = ~_by_a_border(made.polygon, points)
    assert clear.mean() > 0.99
    for number, polygon in enumerate(made.polygon):
        inside = shapely.contains(polygon, points)
        assert np.array_equal(inside[clear], made.area_of_premise[clear] == number)
    whole = shapely.union_all(made.polygon)
    assert shapely.area(whole) == pytest.approx(sum(p.area for p in made.polygon), rel=1e-9)


def test_the_same_pack_gives_the_same_areas(city: City, made: Areas) -> None:
    again = areas(generate_city(3000, seed=3), 20)
    assert again.id == made.id
    assert again.name == made.name
    assert [p.wkb for p in again.polygon] == [p.wkb for p in made.polygon]
    assert np.array_equal(again.area_of_premise, made.area_of_premise)
    assert len(city.premises) == int(again.premises.sum())


def test_names_are_of_neighbourhoods_never_of_streets(city: City, made: Areas) -> None:
    places = set(city.premises.localities)
    assert all(any(name.startswith(place) for place in places) for name in made.name)
    assert not any(street in name for name in made.name for street in city.premises.streets)


def test_premises_without_a_position_have_an_area_only_when_they_are_enough() -> None:
    many = areas(_scattered(1, 300, 2, lost=40), 20)
    assert many.name[-1] == UNPLACED
    assert many.premises[-1] == 40
    assert many.polygon[-1].is_empty
    few = areas(_scattered(1, 300, 2, lost=3), 20)
    assert UNPLACED not in few.name
    largest = few.area_of_premise[0]
    assert few.area_of_premise[:3].tolist() == [largest] * 3
    assert few.premises[largest] == few.premises.max()


def test_a_lake_in_the_middle_is_no_hole() -> None:
    angle = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    city = _scattered(1, 900, 1, 0)
    ring: Floats = 0.0085 + 0.003 * np.random.default_rng(1).random(900)
    city.premises.lon = 10 + ring * np.cos(angle) / np.cos(np.radians(55))
    city.premises.lat = 55 + ring * np.sin(angle)
    whole = shapely.union_all(areas(city, 20).polygon)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
