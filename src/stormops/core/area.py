"""Public areas: the one fixed partition of a city in which outages are told to everybody (invariant 7).

Areas are unions of hexagons about 700 m across, joined to their neighbours until each holds at least
*k* premises. There is one partition, at one size, for all zooms, tables and times, and areas never
overlap: whatever is made of published regions by union and difference is a union of whole areas, so
it holds no premise or at least *k*.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from stormops.core.network import METRES_PER_DEGREE, City, Floats, Ints

ACROSS_M = 700.0
"""Width of a hexagon: some 300 to 600 premises in a built-up place, a few minutes' walk."""

UNPLACED = "Without a known place"
"""Name of the area of the premises that have no position (only if they are at least *k*)."""

_SIDES = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
_CORNERS = ((1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2), (1, -1))


@dataclass(slots=True)
class Areas:
    """A rows of areas, ordered from north-west to south-east; ids are stable for one city pack and *k*.

    `polygon` (Multi)Polygons in lon/lat degrees (6 decimals), empty for the unplaced; neighbours share
    their corners exactly. `premises` counts premises; `area_of_premise` (P,) is -1 throughout when the
    whole city has fewer than *k* premises, for then nothing may be published.
    """

    id: list[str]
    name: list[str]
    polygon: list[shapely.Geometry]
    premises: Ints
    area_of_premise: Ints

    def __len__(self) -> int:
        return len(self.id)


def areas(city: City, k: int) -> Areas:
    """Part the premises into areas of at least `k` each. The same pack and `k` give the same areas."""
    premises = city.premises
    if len(premises) < max(k, 1):
        return Areas([], [], [], np.empty(0, np.int32), np.full(len(premises), -1, np.int32))
    placed = np.flatnonzero(~(np.isnan(premises.lon) | np.isnan(premises.lat)))
    x, y = city.metres(premises.lon[placed], premises.lat[placed])
    hexes, hex_of = _hexagons(x, y)
    group_of_hex = _join(hexes, np.bincount(hex_of, minlength=len(hexes)), k)
    count = int(group_of_hex.max(initial=-1)) + 1
    area_of = np.full(len(premises), -1, np.int32)
    area_of[placed] = group_of_hex[hex_of]
    centre = city.centre
    polygons = [_polygon(centre, part) for part in _filled(hexes, group_of_hex, count)]
    names = _names(city, area_of, count)
    area_of, polygons, names = _without_position(area_of, polygons, names, k)
    sizes = np.bincount(area_of, minlength=len(names)).astype(np.int32)
    width = max(3, len(str(len(names))))
    ids = [f"A{number:0{width}d}" for number in range(1, len(names) + 1)]
    return Areas(ids, names, polygons, sizes, area_of)


def _without_position(
    area_of: Ints, polygons: list[shapely.Geometry], names: list[str], k: int
) -> tuple[Ints, list[shapely.Geometry], list[str]]:
    """Premises nowhere: an area of their own if they are enough, else counted with the largest area.

    The placed ones are then themselves fewer than k only if all are nowhere or too few: one area.
    """
    nowhere = area_of < 0
    lost = int(nowhere.sum())
    sizes = np.bincount(area_of[~nowhere], minlength=len(names))
    if not len(names) or int(sizes.min()) < k:
        return np.zeros_like(area_of), [shapely.union_all(polygons)], [UNPLACED if not names else names[0]]
    if lost >= k:
        polygons, names = [*polygons, shapely.Polygon()], [*names, UNPLACED]
    area_of[nowhere] = len(names) - 1 if lost >= k else int(sizes.argmax())
    return area_of, polygons, names


def _hexagons(x: Floats, y: Floats) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Occupied hexagons (H, 2) as axial (q, r), north-west first, and the hexagon of every point.

    Centres lie at x = ACROSS (q + r/2), y = ACROSS r sqrt(3)/2; rounding is in cube coordinates.
    """
    r = y / (ACROSS_M * np.sqrt(3) / 2)
    q = x / ACROSS_M - r / 2
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    fix_q = (dq > dr) & (dq > ds)
    fix_r = ~fix_q & (dr > ds)
    rq, rr = np.where(fix_q, -rr - rs, rq), np.where(fix_r, -rq - rs, rr)
    found, of = np.unique(np.stack([-rr, rq], axis=1).astype(np.int32), axis=0, return_inverse=True)
    return np.stack([found[:, 1], -found[:, 0]], axis=1), of.reshape(-1)


def _join(hexes: Ints, sizes: npt.NDArray[np.int64], k: int) -> Ints:
    """Group of every hexagon: the smallest group joins its nearest neighbour until all have `k`.

    O(H log H) while groups touch; a group that touches none looks at all groups.
    """
    at = {(int(q), int(r)): h for h, (q, r) in enumerate(hexes.tolist())}
    centre = np.stack([hexes[:, 0] + hexes[:, 1] / 2, hexes[:, 1] * np.sqrt(3) / 2], axis=1)
    members: dict[int, list[int]] = {h: [h] for h in range(len(hexes))}
    near: dict[int, set[int]] = {
        h: {at[q + dq, r + dr] for dq, dr in _SIDES if (q + dq, r + dr) in at} for (q, r), h in at.items()
    }
    size = dict(enumerate(sizes.tolist()))
    heap = [(n, h) for h, n in size.items() if n < k]
    heapq.heapify(heap)
    while heap:
        n, small = heapq.heappop(heap)
        if size.get(small) != n or len(members) == 1:
            continue
        candidates = sorted(near[small] or set(members) - {small})
        away = np.hypot(*(centre[candidates] - centre[small]).T)
        into = candidates[int(np.argmin(np.round(away, 6)))]
        centre[into] = (centre[into] * size[into] + centre[small] * n) / max(size[into] + n, 1)
        size[into] += size.pop(small)
        members[into] += members.pop(small)
        for other in near.pop(small):
            near[other].discard(small)
            if other != into:
                near[other].add(into)
                near[into].add(other)
        if size[into] < k:
            heapq.heappush(heap, (size[into], into))
    group = np.empty(len(hexes), np.int32)
    for number, own in enumerate(sorted(members.values(), key=min)):
        group[own] = number
    return group


def _filled(hexes: Ints, group: Ints, count: int) -> list[list[tuple[int, int]]]:
    """Hexagons of every group, with the empty ones that four or more occupied ones enclose (a lake, a park)."""
    owner = {(int(q), int(r)): int(g) for (q, r), g in zip(hexes.tolist(), group.tolist(), strict=True)}
    for _ in range(3):
        around: dict[tuple[int, int], list[int]] = {}
        for (q, r), g in owner.items():
            for dq, dr in _SIDES:
                if (q + dq, r + dr) not in owner:
                    around.setdefault((q + dq, r + dr), []).append(g)
        enclosed = {at: max(sorted(set(gs)), key=gs.count) for at, gs in around.items() if len(gs) >= 4}
        if not enclosed:
            break
        owner |= enclosed
    parts: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for at, g in sorted(owner.items()):
        parts[g].append(at)
    return parts


def _polygon(centre: tuple[float, float], part: list[tuple[int, int]]) -> shapely.Geometry:
    """Union of hexagons in degrees; made on whole numbers, so that neighbours' corners are the same."""
    shapes = [shapely.Polygon([(2 * q + r + a, 3 * r + b) for a, b in _CORNERS]) for q, r in part]
    union = shapely.union_all(shapes)
    lon0, lat0 = centre
    east = METRES_PER_DEGREE * np.cos(np.radians(lat0))

    def degrees(corners: Floats) -> Floats:
        x = corners[:, 0] * ACROSS_M / 2
        y = corners[:, 1] * ACROSS_M / np.sqrt(3) / 2
        return np.round(np.stack([lon0 + x / east, lat0 + y / METRES_PER_DEGREE], axis=1), 6)

    return shapely.transform(union, degrees)


_WINDS = ("East", "Northeast", "North", "Northwest", "West", "Southwest", "South", "Southeast")


def _names(city: City, area_of: Ints, count: int) -> list[str]:
    """A name each: the commonest locality, where in it when it has several areas, a number when that is not enough."""
    premises = city.premises
    rows = np.flatnonzero(area_of >= 0)
    if not len(rows):
        return []
    x, y = city.metres(premises.lon[rows], premises.lat[rows])
    area, locality = area_of[rows], premises.locality[rows]
    keys, times = np.unique(area.astype(np.int64) * (1 << 31) + locality, return_counts=True)
    order = np.lexsort((keys, -times, keys >> 31))
    first = order[np.append(True, np.diff(keys[order] >> 31) != 0)]
    commonest = (keys[first] & ((1 << 31) - 1)).astype(np.int64)
    weight = np.maximum(np.bincount(area, minlength=count), 1)
    middle = np.stack([np.bincount(area, v, count) / weight for v in (x, y)], axis=1)
    places = len(premises.localities)
    people = np.maximum(np.bincount(locality, minlength=places), 1)
    home = np.stack([np.bincount(locality, v, places) / people for v in (x, y)], axis=1)
    areas_of_place = np.bincount(commonest, minlength=places)
    plain = []
    for number in range(count):
        name = premises.localities[commonest[number]] or city.title
        if areas_of_place[commonest[number]] > 1:
            dx, dy = middle[number] - home[commonest[number]]
            wind = _WINDS[round(float(np.arctan2(dy, dx)) / (np.pi / 4)) % 8]
            name = f"{name} {'Central' if np.hypot(dx, dy) < ACROSS_M / 2 else wind}"
        plain.append(name)
    return _numbered(plain)


def _numbered(names: list[str]) -> list[str]:
    """Names that come more than once get a number each."""
    times, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} {seen[name]}" if times[name] > 1 else name)
    return found
