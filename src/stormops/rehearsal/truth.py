"""What really happens: which devices fail when, when they are repaired, and so who is out.

The truth shares the city pack with the platform and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core.network import City, EdgeKind, Tree
from stormops.rehearsal.storm import Storm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HAZARD_KINDS = {
    EdgeKind.TRANSFORMER: "transformer",
    EdgeKind.FUSE: "fuse",
    EdgeKind.RECLOSER: "recloser",
    EdgeKind.BREAKER: "breaker",
}
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that broke: a device (row of the tree), or one premise's service when device is -1."""

    device: int
    premise: int
    customers: int
    fails_ms: int
    repaired_ms: int


class Spell(NamedTuple):
    """A customer's time without power. `repairs` are failures above it repaired while another kept it out."""

    premise: int
    begin_ms: int
    end_ms: int
    repairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """The storm as it happens. Times are platform milliseconds since the storm's start."""

    city: City
    tree: Tree
    failures: list[Failure]

    def below(self, failure: Failure) -> npt.NDArray[np.int32]:
        """Premises that a failure takes out."""
        if failure.device >= 0:
            return self.tree.below(failure.device)
        return np.array([failure.premise], np.int32)

    def out(self, at_ms: float) -> Bools:
        """For every premise, whether it is out at a time."""
        dark = np.zeros(len(self.city.premises), np.bool_)
        for failure in self.failures:
            if failure.fails_ms <= at_ms < failure.repaired_ms:
                dark[self.below(failure)] = True
        return dark

    def curve(self, step_ms: int, end_ms: int) -> list[tuple[int, int]]:
        """(time, customers out) every step."""
        return [(at, int(self.out(at).sum())) for at in range(0, end_ms + 1, step_ms)]

    def plateau_ms(self) -> tuple[int, int]:
        """From when until when most customers are out (the first such time, up to the next change)."""
        changes = sorted({f.fails_ms for f in self.failures} | {f.repaired_ms for f in self.failures})
        if not changes:
            return 0, 0
        # Every failure and repair once, each customer counted while anything above keeps it out.
        depth = np.zeros(len(self.city.premises), np.int16)
        events = sorted(
            [(f.fails_ms, 1, f) for f in self.failures] + [(f.repaired_ms, -1, f) for f in self.failures],
            key=lambda e: (e[0], e[1]),
        )
        out, best, height = 0, -1, changes[0]
        for at, step, failure in events:
            below = self.below(failure)
            out += int((depth[below] == 0).sum()) if step > 0 else -int((depth[below] == 1).sum())
            depth[below] += step
            if out > best:
                best, height = out, at
        later = [f.repaired_ms for f in self.failures if f.repaired_ms > height]
        return height, min(later, default=height)

    def spells(self) -> list[Spell]:
        """Each time a customer is out, overlapping failures joined, in order of premise and time."""
        by_premise: dict[int, list[tuple[int, int]]] = {}
        for failure in self.failures:
            for premise in self.below(failure).tolist():
                by_premise.setdefault(premise, []).append((failure.fails_ms, failure.repaired_ms))
        found: list[Spell] = []
        for premise in sorted(by_premise):
            begin, end, repairs = -1, -1, list[int]()
            for fails, repaired in sorted(by_premise[premise]):
                if fails > end:
                    if begin >= 0:
                        found.append(Spell(premise, begin, end, tuple(sorted(r for r in repairs if r < end))))
                    begin, end, repairs = fails, repaired, []
                end = max(end, repaired)
                repairs.append(repaired)
            found.append(Spell(premise, begin, end, tuple(sorted(r for r in repairs if r < end))))
        return found

    def active(self, at_ms: float) -> list[Failure]:
        """What is broken at a time."""
        return [f for f in self.failures if f.fails_ms <= at_ms < f.repaired_ms]


def _chosen(storm: Storm, tree: Tree, fed: Ints, chance: np.random.Generator) -> list[tuple[int, int, int]]:
    """(device, premise, customers) of what fails: by hazard, until the peak share is out."""
    rates = np.zeros(len(tree))
    for kind, name in HAZARD_KINDS.items():
        rates[tree.kind == kind] = storm.hazard.get(name, 0.0)
    rates[tree.customers == 0] = 0.0
    service = storm.hazard.get("premise", 0.0)
    with np.errstate(divide="ignore"):
        fate = np.concatenate(
            [
                np.where(rates > 0, chance.exponential(size=len(tree)) / rates, np.inf),
                chance.exponential(size=len(fed)) / service if service else np.full(len(fed), np.inf),
            ]
        )
    wanted, dark = storm.peak_share * len(fed), np.zeros(int(fed.max(initial=-1)) + 1, np.bool_)
    out = 0
    found: list[tuple[int, int, int]] = []
    # A device too large for what is left is passed over, so that a small storm does not begin with a feeder.
    for index in np.argsort(fate, kind="stable").tolist():
        if not np.isfinite(fate[index]) or out >= wanted:
            break
        device, premise = (index, -1) if index < len(tree) else (-1, int(fed[index - len(tree)]))
        below = tree.below(device) if device >= 0 else np.array([premise])
        new = int((~dark[below]).sum())
        if out + new > wanted * 1.05 + 2:
            continue
        dark[below] = True
        out += new
        found.append((device, premise, len(below)))
    return found


def make_truth(city: City, tree: Tree, storm: Storm, seed: int) -> Truth:
    """A storm's truth by seed. The same city, storm and seed give the same truth."""
    chance = np.random.default_rng([seed, 1])
    fed = np.flatnonzero(tree.premise_device >= 0)
    chosen = _chosen(storm, tree, fed, chance)
    lon = np.array([tree.lon[d] if d >= 0 else city.premises.lon[p] for d, p, _ in chosen])
    lat = np.array([tree.lat[d] if d >= 0 else city.premises.lat[p] for d, p, _ in chosen])
    x, y = city.metres(lon, lat)
    bearing = np.radians(storm.front_from_degrees)
    along = -(x * np.sin(bearing) + y * np.cos(bearing))
    spread = float(np.ptp(along)) or 1.0
    along = along + chance.normal(scale=storm.front_scatter * spread, size=len(along))
    sizes = np.array([n for _, _, n in chosen], np.float64)
    order = np.argsort(along, kind="stable")
    reached = np.empty(len(chosen))
    reached[order] = (np.cumsum(sizes[order]) - sizes[order] / 2) / max(1.0, sizes.sum())
    fails = np.interp(reached, [s for _, s in storm.onset], [h for h, _ in storm.onset])
    # Largest first, as crews work, with exceptions; nothing is repaired before it failed.
    rank = np.argsort(np.argsort(-np.log(sizes + 1) + chance.normal(scale=0.7, size=len(sizes)), kind="stable"))
    share = (rank + 0.5) / max(1, len(chosen))
    repaired = np.interp(share, [s for _, s in storm.repairs], [h for h, _ in storm.repairs])
    repaired = np.minimum(np.maximum(repaired, fails + 0.5), storm.repairs[-1][0])
    failures = [
        Failure(device, premise, size, int(fails[i] * HOUR_MS), int(repaired[i] * HOUR_MS))
        for i, (device, premise, size) in enumerate(chosen)
    ]
    return Truth(city, tree, sorted(failures, key=lambda f: (f.fails_ms, f.device, f.premise)))
