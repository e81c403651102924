"""Street lines for the basemap, drawn from address points when no street layer is at hand.

Along a street the addresses follow each other by house number, odd and even on either side; the
mean over a few neighbours lies near the middle of the road. It is a sketch, good to a lot's depth.
"""

from __future__ import annotations

import re

import numpy as np
import shapely

from stormops.core.network import Bytes, Floats, Ints, Premises
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import distance_m

GAP_M = 400.0
"""Neighbouring addresses further apart than this are not joined: another part of the street, or a mistake."""

SIMPLIFY_M = 4.0
"""Points nearer than this to the line without them are left out."""

SMOOTHINGS = 4
"""Passes of the 1-2-1 mean: enough to flatten the zigzag between the sides, too few to cut a bend."""

COLLECTOR_M = 1_500.0
"""A street drawn at least this long in all is a collector."""

_ARTERIAL = re.compile(r"\b(?:highway|hwy|route|rte|turnpike|tpke|expressway)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_METRE_DEG = 1 / 111_320


def draw_streets(premises: Premises, findings: Findings) -> tuple[list[Floats], Ints]:
    """One line of (lon, lat) a street part, and the street (index) of each; streets of one locality at a time."""
    number = np.array([_leading(text) for text in premises.house_number], np.int64)
    usable = np.flatnonzero((number > 0) & ~np.isnan(premises.lon) & (_named(premises)))
    order = usable[np.lexsort((number[usable], premises.locality[usable], premises.street[usable]))]
    street, locality = premises.street[order], premises.locality[order]
    lon, lat = premises.lon[order], premises.lat[order]
    joined = (street[1:] == street[:-1]) & (locality[1:] == locality[:-1])
    joined &= distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]) <= GAP_M
    points = np.column_stack([lon, lat])
    starts = np.flatnonzero(joined & ~np.concatenate([[False], joined[:-1]]))
    ends = np.flatnonzero(joined & ~np.concatenate([joined[1:], [False]])) + 1
    lines: list[Floats] = []
    names: list[int] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        line = shapely.LineString(middle_line(points[start : end + 1]))
        lines.append(shapely.get_coordinates(shapely.simplify(line, SIMPLIFY_M * _METRE_DEG)))
        names.append(int(street[start]))
    drawn = set(names)
    have = np.unique(premises.street[_named(premises)])
    findings.add_all("street-no-line", (premises.streets[s] for s in have.tolist() if s not in drawn))
    return lines, np.array(names, np.int32)


def rank_streets(lines: list[Floats], street: Ints, names: list[str]) -> Bytes:
    """Rank of each line for the basemap: 2 arterial by its name, 1 collector by its street's length, else 0 local."""
    length = np.array([distance_m(p[:-1, 0], p[:-1, 1], p[1:, 0], p[1:, 1]).sum() for p in lines])
    whole = np.bincount(street, weights=length, minlength=len(names))
    rank = (whole >= COLLECTOR_M).astype(np.uint8)
    rank[[i for i, name in enumerate(names) if _ARTERIAL.search(name)]] = 2
    ranks: Bytes = rank[street]
    return ranks


def middle_line(points: Floats) -> Floats:
    """A line along the middle of points that lie on both sides of a road, shape (points, 2); two stay as they are."""
    if len(points) < 3:
        return points
    line: Floats = (points[1:] + points[:-1]) / 2
    for _ in range(SMOOTHINGS):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return line


def _leading(house_number: str) -> int:
    """The number at the beginning of a house number such as `21 1/2` or `23A`; 0 when there is none."""
    match = _DIGITS.match(house_number)
    return int(match[0]) if match and len(match[0]) < 10 else 0


def _named(premises: Premises) -> np.ndarray:
    empty = [i for i, name in enumerate(premises.streets) if not name]
    named: np.ndarray = ~np.isin(premises.street, empty)
    return named
