from __future__ import annotations

import pytest

from stormops.core.area import UNPLACED
from stormops.feed.publish.tiles import AREA_ZOOM, CELLS, LEAST_ZOOM, Tiles
from tests.feed.publish.trees import partition, storm_day


@pytest.fixture(scope="module")
def city() -> tuple[Tiles, list[str], dict[str, int]]:
    parted = partition(storm_day())
    return Tiles(parted), parted.id, dict(zip(parted.id, parted.premises.tolist(), strict=True))


def dark(ids: list[str]) -> dict[str, dict[str, object]]:
    return {key: {"name": key, "out": 3 + at, "since_ms": 100 + at} for at, key in enumerate(ids)}


def test_every_zoom_tells_of_everybody_once(city: tuple[Tiles, list[str], dict[str, int]]) -> None:
    tiles, ids, homes = city
    out = dark(ids)
    made = tiles.features(out, {})
    total = sum(int(str(area["out"])) for area in out.values())
    for zoom in range(LEAST_ZOOM, AREA_ZOOM + 1):
        marks = [m["properties"] for tile, body in made.items() if tile.z == zoom for m in body["features"]]
        assert sum(mark["out"] for mark in marks) == total
        assert sum(mark["customers"] for mark in marks) == sum(homes.values())
        assert sum(mark["areas"] for mark in marks) == len(ids)
        assert min(mark["since_ms"] for mark in marks) == 100


def test_clusters_keep_their_place_and_customers_whoever_is_out(city: tuple[Tiles, list[str], dict[str, int]]) -> None:
    tiles, ids, _ = city

    def marks(chosen: list[str]) -> dict[tuple[str, tuple[float, float]], int]:
        return {
            (tile.name, tuple(mark["geometry"]["coordinates"])): mark["properties"]["customers"]
            for tile, body in tiles.features(dark(chosen), {}).items()
            for mark in body["features"]
        }

    everybody, some = marks(ids), marks(ids[::3])
    assert some.items() <= everybody.items()
    assert 0 < len(some) < len(everybody)


def test_a_tile_holds_no_more_marks_than_can_be_read(city: tuple[Tiles, list[str], dict[str, int]]) -> None:
    tiles, ids, _ = city
    for tile, body in tiles.features(dark(ids), {}).items():
        if tile.z < AREA_ZOOM:
            assert len(body["features"]) <= CELLS * CELLS


def test_the_closest_tiles_name_areas_and_their_incidents(city: tuple[Tiles, list[str], dict[str, int]]) -> None:
    tiles, ids, _ = city
    made = tiles.features(dark(ids[:2]), {ids[0]: ["abc"]})
    marks = [m["properties"] for tile, body in made.items() if tile.z == AREA_ZOOM for m in body["features"]]
    assert {mark["id"]: mark["incidents"] for mark in marks} == {ids[0]: ["abc"], ids[1]: []}
    assert UNPLACED not in ids


def test_nobody_out_is_no_tile(city: tuple[Tiles, list[str], dict[str, int]]) -> None:
    assert city[0].features({}, {}) == {}
