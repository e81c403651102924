"""The networks on which outage inference is judged: the reference generator, the demo city, and real feeders.

Nothing of the platform is used but the city, its tree of devices, the demo city and the importer.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from stormops.core.network import City, EdgeKind, Tree, trace
from stormops.core.radial import by_depth, first_premise

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Where the real data is, beside the project."""

FOLDERS = {
    "greensboro": "network-greensboro",
    "ieee8500": "networks-test/ieee8500",
    "epri_ckt5": "networks-test/epri_ckt5",
}
MASTERS = {"ieee8500": "Run_RecloserSiting.DSS"}
"""The script that has the feeder's fuses."""

ORIGIN = (-84.6, 30.2)
"""Where feeders whose coordinates are in feet are put (degrees)."""

FEEDERS = 88
ZONES = 3


class Ground(NamedTuple):
    """A network as it truly is: `tree`, and where each premise stands, metres on a plane (P, 2)."""

    name: str
    tree: Tree
    where: Floats


class Absent(Exception):
    """The real data is not there."""


@lru_cache(maxsize=2)
def ground(network: str, customers: int = 30_000) -> Ground:
    """The network of that name. `customers` is for the demo city. Raises Absent when real data is missing."""
    if network == "reference":
        return reference(seed=1)
    if network == "demo":
        from geo.generate import generate_city

        return _of_city(network, generate_city(customers))
    folder = SHARED / FOLDERS[network]
    if not folder.exists():
        raise Absent(f"the data of {network} is not at {folder}")
    from stormops.gis.importing.city import ImportOptions, read_city

    options = ImportOptions(
        name=network.replace("_", "-"),
        network=folder,
        network_master=MASTERS.get(network, ""),
        origin=None if network == "greensboro" else ORIGIN,
    )
    return _of_city(network, read_city(options)[0])


def _of_city(name: str, city: City) -> Ground:
    x, y = city.metres(city.premises.lon, city.premises.lat)
    return Ground(name, trace(city.network, city.premises), np.stack([x, y], axis=1))


def reference(seed: int, feeders: int = FEEDERS) -> Ground:
    """The reference city: feeders of 3 recloser zones, 6-14 fused laterals a zone, 3-9 transformers a lateral,
    3-13 customers a transformer, all uniform integers.

    The scenario has no ground; ours is an assumption: feeders on a grid of 3 km, zones and laterals as branches,
    transformers every 60 m along a lateral, customers about 25 m around them.
    """
    chance = np.random.default_rng([seed, 88])
    feeder = np.arange(feeders)
    zone_feeder = np.repeat(feeder, ZONES)
    laterals = chance.integers(6, 15, len(zone_feeder))
    lateral_zone = np.repeat(np.arange(len(zone_feeder)), laterals)
    banks = chance.integers(3, 10, len(lateral_zone))
    bank_lateral = np.repeat(np.arange(len(lateral_zone)), banks)
    customers = chance.integers(3, 14, len(bank_lateral))
    zones_from = feeders
    laterals_from = zones_from + len(zone_feeder)
    banks_from = laterals_from + len(lateral_zone)
    parent = np.concatenate(
        [np.full(feeders, -1), zone_feeder, zones_from + lateral_zone, laterals_from + bank_lateral]
    )
    kinds = (EdgeKind.BREAKER, EdgeKind.RECLOSER, EdgeKind.FUSE, EdgeKind.TRANSFORMER)
    counts = (feeders, len(zone_feeder), len(lateral_zone), len(bank_lateral))
    kind = np.repeat([int(k) for k in kinds], counts)
    premise_bank = np.repeat(np.arange(len(bank_lateral)), customers)
    where = _spread(chance, (zone_feeder, lateral_zone, bank_lateral), premise_bank)
    return Ground("reference", lay_out(parent, kind, banks_from + premise_bank), where)


def _spread(chance: np.random.Generator, above: tuple[Ints, Ints, Ints], premise_bank: Ints) -> Floats:
    """Positions (P, 2) of the reference city's premises."""
    zone_feeder, lateral_zone, bank_lateral = above
    head = np.stack([zone_feeder % 10, zone_feeder // 10], axis=1) * 3_000.0
    zone = head + np.stack([np.arange(len(zone_feeder)) % ZONES * 1_000.0, np.zeros(len(zone_feeder))], axis=1)
    nth = _number_within(lateral_zone)
    side = np.where(nth % 2, 1.0, -1.0)
    lateral = zone[lateral_zone] + np.stack([nth // 2 * 130.0, side * 60.0], axis=1)
    along = _number_within(bank_lateral) * 60.0 * side[bank_lateral]
    bank = lateral[bank_lateral] + np.stack([np.zeros(len(along)), along], axis=1)
    return np.asarray(bank[premise_bank] + chance.normal(0, 25.0, (len(premise_bank), 2)))


def _number_within(group: Ints) -> Ints:
    """0, 1, 2 … within each run of equal numbers."""
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    return np.arange(len(group)) - np.repeat(begins, np.diff(np.append(begins, len(group))))


def lay_out(parent: npt.ArrayLike, kind: npt.ArrayLike, premise_device: npt.ArrayLike) -> Tree:
    """A tree from its bare columns: parents before children, `premise_device` -1 = no path. No places, no buses."""
    up, leaf = np.asarray(parent, np.int32), np.asarray(premise_device, np.int32)
    n = len(up)
    levels = by_depth(up)
    own = np.bincount(leaf[leaf >= 0], minlength=n).astype(np.int32)
    customers, depth, feeder = own.copy(), np.zeros(n, np.int32), np.arange(n, dtype=np.int32)
    for level in levels[:0:-1]:
        np.add.at(customers, up[level], customers[level])
    for number, level in enumerate(levels):
        depth[level] = number
        if number:
            feeder[level] = feeder[up[level]]
    first = first_premise(up, own, customers, levels)
    fed = np.flatnonzero(leaf >= 0)
    order = fed[np.argsort(first[leaf[fed]], kind="stable")].astype(np.int32)
    nothing = np.empty(0, np.int32)
    return Tree(
        edge=np.arange(n, dtype=np.int32),
        kind=np.asarray(kind, np.uint8),
        parent=up,
        depth=depth,
        feeder=feeder,
        lon=np.zeros(n),
        lat=np.zeros(n),
        customers=customers,
        first=first,
        last=first + customers,
        order=order,
        premise_device=leaf,
        loop_edges=nothing,
        island_of_bus=nothing,
        bus_device=nothing,
    )


def mislink(place: Ground, share: float, chance: np.random.Generator) -> tuple[Tree, npt.NDArray[np.bool_]]:
    """The tree as a utility's records have it when a share of the customers hangs on a wrong transformer near by.

    The wrong one is one of the six nearest other transformers, by the middle of their customers. Gives the
    tree and which premises (P) are wrong.
    """
    tree = place.tree
    wrong = (chance.random(len(tree.premise_device)) < share) & (tree.premise_device >= 0)
    leaf = tree.premise_device.copy()
    banks = np.flatnonzero(np.bincount(leaf[leaf >= 0], minlength=len(tree)))
    count = np.bincount(leaf[leaf >= 0], minlength=len(tree))[banks]
    middle = np.stack(
        [np.bincount(leaf[leaf >= 0], place.where[leaf >= 0, axis], len(tree))[banks] / count for axis in (0, 1)],
        axis=1,
    )
    near = np.asarray(cKDTree(middle).query(place.where[wrong], k=min(7, len(banks)))[1])
    pick = banks[near[np.arange(len(near)), chance.integers(1, near.shape[1], len(near))]]
    same = pick == leaf[wrong]
    pick[same] = banks[near[same, 0]]
    was = leaf[wrong]
    leaf[wrong] = pick
    wrong[np.flatnonzero(wrong)[pick == was]] = False
    return lay_out(tree.parent, tree.kind, leaf), wrong
