"""The city pack drawn as GeoJSON (RFC 7946): what the maps show beneath reports and incidents.

Public: `streets`, `ground`, `landmarks`, `areas_geojson`. For staff only: `network`, `devices`. No
layer holds an address, a premise or a service drop. Every function gives one FeatureCollection as
bytes, features in a fixed order, so the same pack gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from stormops.core.area import Areas
from stormops.core.network import METRES_PER_DEGREE, City, EdgeKind, Tree

FINE, COARSE = 6, 5
"""Decimals of degrees: 0.1 m for staff, 1 m for the public."""

STREET_CLASSES = ("local", "collector", "arterial")
LEVELS = ("main", "lateral", "service")

Feature = dict[str, Any]


def streets(city: City) -> bytes:
    """One MultiLineString a street and class; properties `name` ("" = unnamed) and `class`. Public."""
    if not city.street_lines:
        return _collection([])
    ranks = np.zeros(len(city.street_lines), np.int64)
    ranks[: len(city.street_line_class)] = city.street_line_class
    lines = _lines(np.concatenate(city.street_lines), np.array([len(line) for line in city.street_lines]))
    keys, joined = _joined(lines, city.street_line_street.astype(np.int64) * 4 + ranks, 2.0)
    names = ["" if key < 0 else city.premises.streets[key // 4] for key in keys.tolist()]
    return _collection(
        _feature(shape, {"name": name, "class": STREET_CLASSES[key % 4]}, COARSE)
        for shape, name, key in zip(joined, names, keys.tolist(), strict=True)
        if not shape.is_empty
    )


def ground(city: City) -> bytes:
    """Lakes and parks as polygons; property `kind` is water or park. Public."""
    rings = [("water", ring) for ring in city.water] + [("park", ring) for ring in city.parks]
    return _collection(_feature(shapely.Polygon(ring), {"kind": kind}, COARSE) for kind, ring in rings)


def landmarks(city: City) -> bytes:
    """Named places as points; property `name`. Public."""
    spots = shapely.points(city.landmarks.lon, city.landmarks.lat)
    return _collection(
        _feature(spot, {"name": name}, COARSE)
        for spot, name in zip(np.atleast_1d(spots), city.landmarks.name, strict=True)
    )


def areas_geojson(areas: Areas, city: City) -> bytes:
    """The public areas; properties `id`, `name`, `premises` and `city`. An area without a place has no geometry."""
    return _collection(
        _feature(shape, {"id": key, "name": name, "premises": count, "city": city.name}, FINE)
        for shape, key, name, count in zip(areas.polygon, areas.id, areas.name, areas.premises.tolist(), strict=True)
    )


def network(city: City, tree: Tree, *, service: bool = False) -> bytes:
    """Lines by the device that feeds them: one MultiLineString each, primary only unless `service`. Staff only.

    Properties: `device` (id of the nearest device above, "" in an island), `feeder` (row of its feeder
    in the tree, -1 = none), `feeder_id`, `level` (main, lateral, service). Open edges and lines
    without a position are left out.
    """
    net = city.network
    level = _levels(tree)
    rows = np.flatnonzero((net.edge_kind == EdgeKind.LINE) & ~net.edge_open)
    a, b = net.edge_from[rows], net.edge_to[rows]
    # The lower end tells what feeds a line; both ends have the same device but at a source.
    device = np.maximum(tree.bus_device[a], tree.bus_device[b])
    ends = np.stack([net.bus_lon[a], net.bus_lat[a], net.bus_lon[b], net.bus_lat[b]], axis=1)
    drawn = ~np.isnan(ends).any(axis=1) & (np.abs(ends[:, :2] - ends[:, 2:]).max(axis=1, initial=0) > 5e-7)
    if not service:
        drawn &= level[device] != LEVELS.index("service")
    lines = _lines(ends[drawn].reshape(-1, 2), np.full(int(drawn.sum()), 2))
    keys, joined = _joined(lines, device[drawn].astype(np.int64), 0.5)
    return _collection(
        _feature(shape, _line_properties(city, tree, int(key), int(level[key])), FINE)
        for shape, key in zip(joined, keys.tolist(), strict=True)
    )


def devices(city: City, tree: Tree) -> bytes:
    """Protective devices and switches as points. Staff only.

    Properties: `id`, `kind`, `customers` (below it) and `feeder` (row of the tree, -1 = none); a plain switch
    has kind `switch`, a normally open one `tie`, and neither has customers.
    """
    net = city.network
    ids = [net.edge_id[e] for e in tree.edge.tolist()]
    kinds = [EdgeKind(k).name.lower() for k in tree.kind.tolist()]
    rows = zip(ids, kinds, tree.customers.tolist(), tree.feeder.tolist(), strict=True)
    switches = np.flatnonzero(net.edge_open | (net.edge_kind == EdgeKind.SWITCH))
    a, b = net.edge_from[switches], net.edge_to[switches]
    others = zip(switches.tolist(), net.edge_open[switches].tolist(), strict=True)
    everything = [*rows, *((net.edge_id[e], "tie" if is_open else "switch", 0, -1) for e, is_open in others)]
    lon = np.concatenate([tree.lon, (net.bus_lon[a] + net.bus_lon[b]) / 2])
    lat = np.concatenate([tree.lat, (net.bus_lat[a] + net.bus_lat[b]) / 2])
    return _collection(
        _feature(shapely.Point(x, y), {"id": key, "kind": kind, "customers": count, "feeder": feeder}, FINE)
        for (key, kind, count, feeder), x, y in zip(everything, lon.tolist(), lat.tolist(), strict=True)
        if x == x and y == y  # noqa: PLR0124 (NaN is not itself)
    )


def _levels(tree: Tree) -> npt.NDArray[np.int64]:
    """Level of what each device feeds, and as the last row (-1) of what none feeds: 0 main, 1 lateral, 2 service."""
    level = np.zeros(len(tree) + 1, np.int64)
    level[:-1][tree.kind == EdgeKind.FUSE] = 1
    level[:-1][tree.kind == EdgeKind.TRANSFORMER] = 2
    by_depth = np.argsort(tree.depth, kind="stable")
    for rows in np.split(by_depth, np.flatnonzero(np.diff(tree.depth[by_depth])) + 1):
        level[rows] = np.maximum(level[rows], level[tree.parent[rows]])
    return level


def _line_properties(city: City, tree: Tree, device: int, level: int) -> dict[str, Any]:
    if device < 0:
        return {"device": "", "feeder": -1, "feeder_id": "", "level": LEVELS[level]}
    ids, feeder = city.network.edge_id, int(tree.feeder[device])
    return {
        "device": ids[tree.edge[device]],
        "feeder": feeder,
        "feeder_id": ids[tree.edge[feeder]],
        "level": LEVELS[level],
    }


def _lines(points: npt.NDArray[np.float64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Line strings from points written end to end."""
    found: npt.NDArray[np.object_] = shapely.linestrings(points, indices=np.repeat(np.arange(len(lengths)), lengths))
    return found


def _joined(
    lines: npt.NDArray[np.object_], key: npt.NDArray[np.int64], tolerance_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Lines of one key as one geometry, ends that meet joined, and points within the tolerance dropped."""
    order = np.argsort(key, kind="stable")
    keys, group = np.unique(key[order], return_inverse=True)
    parts = shapely.multilinestrings(lines[order], indices=group)
    joined = shapely.simplify(shapely.line_merge(parts), tolerance_m / METRES_PER_DEGREE)
    return keys, np.atleast_1d(joined)


def _feature(shape: shapely.Geometry, properties: dict[str, Any], decimals: int) -> Feature:
    geometry = None if shape.is_empty else {"type": shape.geom_type, "coordinates": _coordinates(shape, decimals)}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _coordinates(shape: shapely.Geometry, decimals: int) -> Any:
    """Nested lists of rounded coordinates; consecutive points that round to the same are one."""
    kind = shape.geom_type
    if kind == "Point":
        return [round(shape.x, decimals), round(shape.y, decimals)]
    if kind == "Polygon":
        outside = shapely.get_coordinates(shapely.orient_polygons(shape).exterior)
        return [_rounded(outside, decimals)]
    if kind == "LineString":
        return _rounded(shapely.get_coordinates(shape), decimals)
    return [_coordinates(part, decimals) for part in shape.geoms]


def _rounded(points: npt.NDArray[np.float64], decimals: int) -> list[list[float]]:
    short = np.round(points, decimals)
    keep = np.append(True, (np.diff(short, axis=0) != 0).any(axis=1))
    keep[-1] = True
    found: list[list[float]] = short[keep].tolist()
    return found


def _collection(features: Iterable[Feature]) -> bytes:
    return msgspec.json.encode({"type": "FeatureCollection", "features": list(features)})
