"""Clustered map tiles: at each zoom the areas with somebody out, as points with counts. Pure.

Tiles are numbered as web maps number them (z/x/y, Web Mercator, y from the north). Which area is in
which tile and cluster is fixed by its label point, once for a city pack: a cluster is always a union of
whole areas, the same ones for ever, so no two tiles differ by part of an area (invariant 7).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from stormops.core.area import Areas

AREA_ZOOM = 12
"""From this zoom on each area is shown for itself; browsers show these tiles at every closer zoom."""

LEAST_ZOOM = 7

CELLS = 4
"""Clusters a tile and direction: at most 16 marks in 256 by 256 points, however many areas are out."""

COORDINATE_DIGITS = 5


class Tile(NamedTuple):
    """One tile."""

    z: int
    x: int
    y: int

    @property
    def name(self) -> str:
        """As in an address: "12/1107/1700"."""
        return f"{self.z}/{self.x}/{self.y}"


class Cluster(NamedTuple):
    """Whole areas (rows) shown as one mark at `lon`, `lat`; `customers` are all that live there."""

    tile: Tile
    areas: tuple[int, ...]
    customers: int
    lon: float
    lat: float


class Tiles:
    """The clusters of one partition at every zoom. Areas without a place are on no tile."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self.label = [_label(areas, row) for row in range(len(areas))]
        self._clusters = [cluster for zoom in range(LEAST_ZOOM, AREA_ZOOM + 1) for cluster in self._at(zoom)]

    def _at(self, zoom: int) -> list[Cluster]:
        found: dict[tuple[int, int, int], list[int]] = {}
        for row, point in enumerate(self.label):
            if point is not None:
                found.setdefault((*_cell(*point, zoom), row if zoom == AREA_ZOOM else -1), []).append(row)
        return [self._cluster(Tile(zoom, x // CELLS, y // CELLS), rows) for (x, y, _), rows in found.items()]

    def _cluster(self, tile: Tile, rows: list[int]) -> Cluster:
        points = np.array([self.label[row] for row in rows])
        sizes = self._areas.premises[rows]
        lon, lat = np.average(points, axis=0, weights=sizes).round(COORDINATE_DIGITS).tolist()
        return Cluster(tile, tuple(rows), int(sizes.sum()), lon, lat)

    def features(
        self, out: Mapping[str, Mapping[str, Any]], incidents: Mapping[str, list[str]]
    ) -> dict[Tile, dict[str, Any]]:
        """Tiles as GeoJSON feature collections; a tile where nobody is out is not there.

        `out` by area id as in the public view, `incidents` the names of the shown incidents by area id.
        """
        tiles: dict[Tile, list[dict[str, Any]]] = {}
        for cluster in self._clusters:
            ids = [self._areas.id[row] for row in cluster.areas]
            dark = [out[name] for name in ids if name in out]
            if not dark:
                continue
            properties = {
                "customers": cluster.customers,
                "out": sum(area["out"] for area in dark),
                "areas": len(dark),
                "since_ms": min(area["since_ms"] for area in dark),
            }
            if cluster.tile.z == AREA_ZOOM:
                properties |= {"id": ids[0], "name": dark[0]["name"], "incidents": incidents.get(ids[0], [])}
            point = {"type": "Point", "coordinates": [cluster.lon, cluster.lat]}
            tiles.setdefault(cluster.tile, []).append({"type": "Feature", "geometry": point, "properties": properties})
        return {tile: {"type": "FeatureCollection", "features": features} for tile, features in tiles.items()}


def _label(areas: Areas, row: int) -> tuple[float, float] | None:
    """A point in the area that depends on nothing but its outline."""
    outline = areas.polygon[row]
    if outline.is_empty:
        return None
    point = outline.representative_point()
    return round(point.x, COORDINATE_DIGITS), round(point.y, COORDINATE_DIGITS)


def _cell(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the cluster's cell among all of a zoom, from the north-west."""
    across = CELLS * 2**zoom
    x = (lon + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return min(across - 1, int(x * across)), min(across - 1, max(0, int(y * across)))
