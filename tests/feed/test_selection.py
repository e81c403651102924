"""Selections: what is in them, by key and value alone; and the same for all who look at nearly the same."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.area import areas
from stormops.feed.selection import (
    KEY_CHARACTERS_MAX,
    KEYS_MAX,
    Box,
    Selection,
    boxes_of,
    place_of_areas,
    place_on_desk,
)
from tests.core.radial import radial_city

BOX = (-85.7, 30.1, -85.6, 30.2)
INSIDE, OUTSIDE = {"lon": -85.65, "lat": 30.15}, {"lon": -85.0, "lat": 30.15}


def has(selection: Selection, key: str, value: object) -> bool:
    return selection.has(key, msgspec.json.encode(value), place_on_desk)


def test_a_box_has_what_is_in_it_and_what_has_no_place() -> None:
    selection = Selection(bbox=BOX)
    assert has(selection, "incident/E1", INSIDE)
    assert not has(selection, "incident/E1", OUTSIDE)
    assert not has(selection, "report/R1", OUTSIDE)
    assert has(selection, "incident/E1", {"lon": None, "lat": None, "hull": None})
    assert has(selection, "unmatched/R1", {"candidates": [OUTSIDE]})


def test_an_incident_is_where_its_hull_is() -> None:
    hull = [[-85.0, 30.0], [-85.61, 30.0], [-85.61, 30.15]]
    assert has(Selection(bbox=BOX), "incident/E1", OUTSIDE | {"hull": hull})


def test_danger_and_how_it_stands_are_in_every_selection() -> None:
    selection = Selection(keys=("incident/",), bbox=BOX)
    for key in ("city", "mode", "totals", "safety/R1", "refusal/a"):
        assert has(selection, key, OUTSIDE)
    assert not has(selection, "report/R1", INSIDE)
    assert has(selection, "incident/E1", INSIDE)


@pytest.mark.parametrize(
    "view",
    [
        {"bbox": [1, 2, 3]},
        {"bbox": [5, 0, 4, 1]},
        {"bbox": [0, 0, 1, 91]},
        {"keys": ["x" * (KEY_CHARACTERS_MAX + 1)]},
        {"keys": ["a"] * (KEYS_MAX + 1)},
        {"other": 1},
    ],
)
def test_a_selection_that_is_none_is_refused(view: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(view), type=Selection)


EDGES = st.tuples(st.floats(-180, 179, allow_nan=False), st.floats(-90, 89), st.floats(0, 1), st.floats(0, 1)).map(
    lambda t: (t[0], t[1], t[0] + t[2], t[1] + t[3])
)


@given(EDGES, st.lists(st.sampled_from("abc")))
def test_the_normal_one_is_wider_and_settled(edges: tuple[float, float, float, float], keys: list[str]) -> None:
    selection = Selection(tuple(keys), edges)
    normal = selection.normal()
    assert normal.bbox is not None
    assert normal.bbox[0] <= edges[0] + 1e-9
    assert normal.bbox[3] >= edges[3] - 1e-9
    again = Selection(tuple(reversed(keys)) + tuple(keys), normal.bbox)
    assert len(normal.name) == 12
    assert again.normal().keys == normal.keys


def test_areas_are_where_their_shapes_are() -> None:
    city = radial_city(feeders=2, laterals=2, transformers=3, houses=5)
    partition = areas(city, 10)
    boxes = boxes_of(partition)
    where = place_of_areas(boxes)
    first = partition.id[0]
    assert where(f"area/{first}", b"{}") == Box(*partition.polygon[0].bounds)
    assert where("totals", b"{}") is None
    assert where("area/nowhere", b"{}") is None
