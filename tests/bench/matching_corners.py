"""Street corners for the matching benchmark: where two street lines share a point, asked as "A & B".

A corner is a place, not a house: right is a premise that stands by it, or candidates that do.
"""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import combinations

import numpy as np

from stormops.core.matching import Matched, Matcher
from stormops.core.network import METRES_PER_DEGREE, City

_BY_M = 150.0
"""A premise this near to the crossing stands by it."""
_JOINS = ("{} & {}", "{} and {}", "corner of {} and {}", "{} at {}", "{} / {}")

Spots = list[tuple[float, float]]


def crossings(city: City) -> dict[tuple[int, int], Spots]:
    """Pairs of differently named streets and the points (lon, lat) that their lines share."""
    at: dict[tuple[float, float], set[int]] = defaultdict(set)
    for line, street in zip(city.street_lines, city.street_line_street.tolist(), strict=True):
        if street >= 0:
            for lon, lat in np.round(line, 6).tolist():
                at[lon, lat].add(street)
    found: dict[tuple[int, int], Spots] = defaultdict(list)
    for point, streets in sorted(at.items()):
        for pair in combinations(sorted(streets), 2):
            found[pair].append(point)
    return dict(found)


def _by(city: City, premise: int, spots: Spots) -> bool:
    """Whether a premise stands by one of the points."""
    lon, lat = city.premises.lon[premise], city.premises.lat[premise]
    scale = np.cos(np.radians(lat))
    away = [np.hypot((x - lon) * scale, y - lat) * METRES_PER_DEGREE for x, y in spots]
    return bool(min(away) <= _BY_M)


def measure(city: City, matcher: Matcher, count: int, rng: random.Random) -> dict[str, float]:
    """Percent of corners matched by the corner, matched elsewhere (wrong), and led to by candidates."""
    found = crossings(city)
    if not found:
        return {}
    pairs = rng.choices(sorted(found), k=count)
    tally = {"matched": 0, "wrong": 0, "candidates": 0}
    for a, b in pairs:
        names = city.premises.streets[a], city.premises.streets[b]
        answer = matcher.match_address(rng.choice(_JOINS).format(*names))
        if isinstance(answer, Matched):
            tally["matched" if _by(city, answer.premise, found[a, b]) else "wrong"] += 1
        else:
            tally["candidates"] += any(_by(city, c.premise, found[a, b]) for c in answer.candidates)
    return {name: 100 * n / count for name, n in tally.items()}
