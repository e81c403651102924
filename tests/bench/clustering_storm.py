"""Storms whose truth is known, and the rivals: density clustering (DBSCAN) and a plain trace of the network.

Nothing of the platform is used but the city and its tree of devices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core.network import City, EdgeKind, Tree

HOUR_MS = 3_600_000
STARTS_MS = 500_000 * HOUR_MS

MIX = {EdgeKind.TRANSFORMER: 0.60, EdgeKind.FUSE: 0.35, EdgeKind.RECLOSER: 0.03, EdgeKind.BREAKER: 0.02}
"""Share of the failures of a mixed storm by kind of device."""

HAZARD = {EdgeKind.TRANSFORMER: 3e-3, EdgeKind.FUSE: 3e-2, EdgeKind.RECLOSER: 4e-2, EdgeKind.BREAKER: 4e-2}
"""Relative chance of one device to fail in a squall line."""

JITTER_M = 15.0

Ints = npt.NDArray[np.int64]


class Storm(NamedTuple):
    """Reports in order of time: premise, true cause and time of each; `causes` numbers the true failures.

    Causes from `causes` on are unrelated reports, one each. `out` are the premises without service.
    """

    premise: Ints
    cause: Ints
    at_ms: Ints
    causes: int
    out: npt.NDArray[np.bool_]


def _delays(chance: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    """From failure to report: lognormal, median 20 minutes, never more than 6 hours."""
    return np.minimum(chance.lognormal(np.log(20 * 60_000.0), 1.0, count), 6.0 * HOUR_MS)


def _storm(
    premises: int, parts: list[tuple[Ints, float]], unrelated: int, span_ms: float, chance: np.random.Generator
) -> Storm:
    """The reports of failures (who reports each, and when it begins) and as many unrelated ones."""
    causes = len(parts)
    premise = [who for who, _ in parts]
    cause = [np.full(len(who), number) for number, (who, _) in enumerate(parts)]
    at = [start + _delays(chance, len(who)) for who, start in parts]
    premise.append(chance.integers(0, premises, unrelated))
    cause.append(np.arange(causes, causes + unrelated))
    at.append(chance.uniform(0, span_ms, unrelated))
    times = np.concatenate(at)
    order = np.argsort(times, kind="stable")
    return Storm(
        np.concatenate(premise)[order].astype(np.int64),
        np.concatenate(cause)[order].astype(np.int64),
        (STARTS_MS + times[order]).astype(np.int64),
        causes,
        np.zeros(premises, np.bool_),
    )


def mixed_storm(city: City, tree: Tree, reports: int, hours: float, seed: int) -> Storm:
    """Independent failures at random times until there are so many reports.

    5 to 35 % of the customers of each failure report, 3 % of all reports are unrelated. In the largest
    storms failures overlap, as if much had been repaired and failed again.
    """
    chance = np.random.default_rng([seed, reports])
    kinds = [np.flatnonzero((tree.kind == kind) & (tree.customers > 0)) for kind in MIX]
    shares = np.array([share if len(rows) else 0.0 for rows, share in zip(kinds, MIX.values(), strict=True)])
    parts: list[tuple[Ints, float]] = []
    wanted = reports - round(reports * 0.03)
    while wanted > 0:
        rows = kinds[chance.choice(len(kinds), p=shares / shares.sum())]
        below = tree.below(int(chance.choice(rows))).astype(np.int64)
        who = below[chance.random(len(below)) < chance.uniform(0.05, 0.35)]
        if 0 < len(who) <= wanted:
            parts.append((who, chance.uniform(0, hours * HOUR_MS)))
            wanted -= len(who)
    return _storm(len(city.premises), parts, round(reports * 0.03), hours * HOUR_MS, chance)


def squall(city: City, tree: Tree, share_out: float, share_reporting: float, seed: int) -> Storm:
    """A squall line crosses in an hour and a half and leaves a share of customers out; nothing overlaps."""
    chance = np.random.default_rng([seed, 11])
    hazard = np.zeros(len(tree))
    for kind, rate in HAZARD.items():
        hazard[tree.kind == kind] = rate
    hazard[tree.customers == 0] = 0
    order = chance.choice(len(tree), int((hazard > 0).sum()), replace=False, p=hazard / hazard.sum())
    out = np.zeros(len(city.premises), np.bool_)
    wanted = share_out * len(out)
    parts: list[tuple[Ints, float]] = []
    for device in order.tolist():
        below = tree.below(device).astype(np.int64)
        fresh = below[~out[below]]
        if out.sum() + len(fresh) > 1.03 * wanted:
            continue
        out[fresh] = True
        who = fresh[chance.random(len(fresh)) < share_reporting]
        parts.append((who, chance.uniform(0, 1.5 * HOUR_MS)))
        if out.sum() >= wanted:
            break
    unrelated = int(chance.poisson(2e-4 * len(out)))
    made = _storm(len(out), parts, unrelated, 1.5 * HOUR_MS, chance)
    return made._replace(out=out)


def until(storm: Storm, at_ms: int) -> Storm:
    """The reports up to a time."""
    heard = storm.at_ms <= at_ms
    return storm._replace(premise=storm.premise[heard], cause=storm.cause[heard], at_ms=storm.at_ms[heard])


def dbscan(city: City, storm: Storm, seed: int) -> Ints:
    """A label for each report by density alone: 75 m, four reports; noise is one group each."""
    from sklearn.cluster import DBSCAN

    chance = np.random.default_rng([seed, 75])
    x, y = city.metres(city.premises.lon[storm.premise], city.premises.lat[storm.premise])
    spread = chance.normal(0, JITTER_M, (len(x), 2))
    label: Ints = DBSCAN(eps=75, min_samples=4).fit_predict(np.column_stack([x, y]) + spread).astype(np.int64)
    noise = label < 0
    label[noise] = label.max(initial=0) + 1 + np.arange(int(noise.sum()))
    return label


def plain_trace(tree: Tree, storm: Storm, premises: int, share: float) -> Ints:
    """A label for each report by the rule of thumb: climb while enough customers report.

    Enough is `share` of those below, and at least half of the devices right below.
    """
    reporting = np.zeros(premises, np.bool_)
    reporting[storm.premise] = True
    sums = np.concatenate([[0], np.cumsum(reporting[tree.order])])
    below = sums[tree.last] - sums[tree.first]
    served = (tree.customers > 0) & (tree.parent >= 0)
    children = np.bincount(tree.parent[served], minlength=len(tree))
    affected = np.bincount(tree.parent[served & (below > 0)], minlength=len(tree))
    enough = (below > 0) & (below >= share * tree.customers) & (2 * affected >= children)
    device = np.full(premises, -1, np.int64)
    for premise in np.unique(storm.premise).tolist():
        up = int(tree.premise_device[premise])
        while up >= 0 and enough[up]:
            device[premise] = up
            up = int(tree.parent[up])
    alone = len(tree) + storm.premise
    label: Ints = np.where(device[storm.premise] >= 0, device[storm.premise], alone)
    return label
