from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np
import pytest
import shapely

from geo.generate import generate_city
from stormops.core.area import areas
from stormops.core.network import City, EdgeKind, Tree, trace
from stormops.gis import basemap

MB = 1_000_000


@pytest.fixture(scope="module")
def city() -> City:
    return generate_city(4000, seed=2)


@pytest.fixture(scope="module")
def tree(city: City) -> Tree:
    return trace(city.network, city.premises)


def _features(body: bytes) -> list[dict[str, Any]]:
    collection = msgspec.json.decode(body)
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        if feature["geometry"] is not None:
            shapely.from_geojson(msgspec.json.encode(feature["geometry"]))
    return list(collection["features"])


def _length(feature: dict[str, Any]) -> float:
    return float(shapely.length(shapely.from_geojson(msgspec.json.encode(feature["geometry"]))))


def test_every_street_is_drawn_once_with_name_and_class(city: City) -> None:
    features = _features(basemap.streets(city))
    names = {f["properties"]["name"] for f in features}
    assert names == {city.premises.streets[s] for s in city.street_line_street}
    assert {f["properties"]["class"] for f in features} == {"local", "collector", "arterial"}
    drawn = sum(map(_length, features))
    true = sum(float(shapely.length(shapely.LineString(line))) for line in city.street_lines)
    assert drawn == pytest.approx(true, rel=0.02)


def test_public_coordinates_have_five_decimals_and_no_more(city: City) -> None:
    for body in (basemap.streets(city), basemap.ground(city), basemap.landmarks(city)):
        decimals = [len(d) for d in re.findall(rb"\d\.(\d+)", body)]
        assert max(decimals, default=0) <= 5


def test_a_city_without_street_lines_has_an_empty_layer(city: City) -> None:
    bare = City("x", "X", "UTC", city.premises, city.network)
    assert _features(basemap.streets(bare)) == []
    assert _features(basemap.ground(bare)) == []
    assert _features(basemap.landmarks(bare)) == []


def test_streets_without_a_class_or_a_name_are_drawn_too(city: City) -> None:
    bare = City("x", "X", "UTC", city.premises, city.network, street_lines=city.street_lines[:3])
    bare.street_line_street = np.full(3, -1, np.int32)
    (only,) = _features(basemap.streets(bare))
    assert only["properties"] == {"name": "", "class": "local"}


def test_areas_are_polygons_with_name_and_count(city: City) -> None:
    made = areas(city, 20)
    features = _features(basemap.areas_geojson(made, city))
    assert [f["properties"]["id"] for f in features] == made.id
    assert sum(f["properties"]["premises"] for f in features) == len(city.premises)
    for feature, polygon in zip(features, made.polygon, strict=True):
        drawn = shapely.from_geojson(msgspec.json.encode(feature["geometry"]))
        assert shapely.equals(drawn, polygon)


def test_an_area_without_a_place_has_no_geometry(city: City) -> None:
    lon, lat = city.premises.lon.copy(), city.premises.lat.copy()
    try:
        city.premises.lon[:30] = np.nan
        last = _features(basemap.areas_geojson(areas(city, 20), city))[-1]
    finally:
        city.premises.lon, city.premises.lat = lon, lat
    assert last["geometry"] is None
    assert last["properties"]["premises"] == 30


def test_the_network_is_drawn_whole_by_device_and_level(city: City, tree: Tree) -> None:
    primary = _features(basemap.network(city, tree))
    whole = _features(basemap.network(city, tree, service=True))
    assert {f["properties"]["level"] for f in primary} == {"main", "lateral"}
    assert {f["properties"]["level"] for f in whole} == {"main", "lateral", "service"}
    net = city.network
    lines = np.flatnonzero((net.edge_kind == EdgeKind.LINE) & ~net.edge_open)
    a, b = net.edge_from[lines], net.edge_to[lines]
    true = float(np.hypot(net.bus_lon[a] - net.bus_lon[b], net.bus_lat[a] - net.bus_lat[b]).sum())
    assert sum(map(_length, whole)) == pytest.approx(true, rel=0.01)
    devices = [f["properties"]["device"] for f in whole]
    assert len(set(devices)) == len(devices)
    fuses = {net.edge_id[e] for e, kind in zip(tree.edge, tree.kind, strict=True) if kind == EdgeKind.FUSE}
    laterals = {f["properties"]["device"] for f in primary if f["properties"]["level"] == "lateral"}
    assert laterals <= fuses
    feeders = {f["properties"]["feeder_id"] for f in primary}
    assert all(f.startswith(("BRK-", "PT-")) for f in feeders)


def test_lines_of_an_island_name_no_device(city: City) -> None:
    opened = city.network.edge_open.copy()
    opened[city.network.edge_kind == EdgeKind.BREAKER] = True
    dark = trace(city.network, city.premises, opened)
    features = _features(basemap.network(city, dark))
    assert {f["properties"]["device"] for f in features} == {""}
    assert {f["properties"]["feeder"] for f in features} == {-1}


def test_devices_are_points_with_their_customers(city: City, tree: Tree) -> None:
    features = {f["properties"]["id"]: f["properties"] for f in _features(basemap.devices(city, tree))}
    plain = (city.network.edge_kind == EdgeKind.SWITCH) & ~city.network.edge_open
    assert len(features) == len(tree) + int(city.network.edge_open.sum()) + int(plain.sum())
    for device in range(0, len(tree), 37):
        properties = features[city.network.edge_id[tree.edge[device]]]
        assert properties["customers"] == tree.customers[device]
        assert properties["kind"] == EdgeKind(int(tree.kind[device])).name.lower()
        assert properties["feeder"] == tree.feeder[device]
    ties = [p for p in features.values() if p["kind"] == "tie"]
    assert len(ties) == int(city.network.edge_open.sum())
    assert sum(p["kind"] == "switch" for p in features.values()) == int(plain.sum()) > 0


def test_what_has_no_position_is_left_out(city: City) -> None:
    lon = city.network.bus_lon.copy()
    tree = trace(city.network, city.premises)
    before = len(_features(basemap.devices(city, tree)))
    try:
        city.network.bus_lon[city.network.edge_to[tree.edge[:5]]] = np.nan
        holed = trace(city.network, city.premises)
        assert len(_features(basemap.devices(city, holed))) < before
        _features(basemap.network(city, holed))
    finally:
        city.network.bus_lon = lon


def test_layers_say_nothing_personal(city: City, tree: Tree) -> None:
    whole = b"".join(
        [basemap.network(city, tree, service=True), basemap.devices(city, tree), basemap.streets(city)]
    ).decode()
    for premise in range(0, len(city.premises), 97):
        assert city.premises.address(premise) not in whole
        assert f'"{city.premises.id[premise]}"' not in whole
        assert city.premises.account[premise] not in whole


def test_layers_are_small_enough_for_a_browser_and_the_same_every_time() -> None:
    """Bounds for 60,000 customers, tried at a third of them."""
    town = generate_city(20_000, seed=2)
    tree = trace(town.network, town.premises)
    assert len(basemap.streets(town)) <= 2 / 3 * MB
    assert len(basemap.network(town, tree)) <= 8 / 3 * MB
    devices = basemap.devices(town, tree)
    assert len(devices) <= 3 / 3 * MB
    assert devices == basemap.devices(town, trace(town.network, town.premises))
