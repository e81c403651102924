"""Counts per level of an electric network, so that a generated city can be held against a real one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.core.network import EdgeKind, Network, Tree


class Level(NamedTuple):
    """How one thing is distributed over the devices of a level, e.g. customers per transformer."""

    name: str
    devices: int
    mean: float
    low: float
    median: float
    high: float
    most: float


def _level(name: str, values: npt.NDArray[np.int64]) -> Level:
    if not len(values):
        return Level(name, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
    low, median, high, most = np.percentile(values, [10, 50, 90, 100]).tolist()
    return Level(name, len(values), float(values.mean()), low, median, high, most)


def _below(tree: Tree) -> npt.NDArray[np.int64]:
    """(D, kinds) devices of each kind at and below each device."""
    below = np.zeros((len(tree), len(EdgeKind)), np.int64)
    below[np.arange(len(tree)), tree.kind] = 1
    for device in range(len(tree) - 1, -1, -1):
        if tree.parent[device] >= 0:
            below[tree.parent[device]] += below[device]
    return below


def _feeders(tree: Tree, below: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Feeder heads: breakers with transformers below them and no further breaker or power transformer.

    Breakers of the transmission side and of station bars stand above others and are none.
    """
    breaker = (tree.kind == EdgeKind.BREAKER) & (below[:, EdgeKind.TRANSFORMER] > 0)
    last = (below[:, EdgeKind.BREAKER] == 1) & (below[:, EdgeKind.POWER_TRANSFORMER] == 0)
    return np.flatnonzero(breaker & last)


def levels(tree: Tree) -> list[Level]:
    """Customers and devices per device of each level; `low` and `high` are the 10th and 90th percentile."""
    below = _below(tree)
    customers = tree.customers.astype(np.int64)
    transformers = below[:, EdgeKind.TRANSFORMER]
    bank = tree.kind == EdgeKind.TRANSFORMER
    fuse = (tree.kind == EdgeKind.FUSE) & (transformers > 0) & (below[:, EdgeKind.BREAKER] == 0)
    recloser = (tree.kind == EdgeKind.RECLOSER) & (transformers > 0)
    feeder = _feeders(tree, below)
    station = tree.parent[feeder]
    while (rising := (station >= 0) & (tree.kind[station] != EdgeKind.POWER_TRANSFORMER)).any():
        station = np.where(rising, tree.parent[station], station)
    fed = np.bincount(station[station >= 0], minlength=len(tree))
    return [
        _level("customers per transformer", customers[bank]),
        _level("customers per fused lateral", customers[fuse]),
        _level("transformers per fused lateral", transformers[fuse]),
        _level("customers per recloser", customers[recloser]),
        _level("customers per feeder", customers[feeder]),
        _level("transformers per feeder", transformers[feeder]),
        _level("fused laterals per feeder", below[feeder, EdgeKind.FUSE]),
        _level("reclosers per feeder", below[feeder, EdgeKind.RECLOSER]),
        _level("feeders per power transformer", fed[fed > 0]),
    ]


def per_customer(network: Network, tree: Tree) -> dict[str, float]:
    """Figures of the whole network: metres of line and buses a customer, open ties a feeder, customers with a path."""
    premises = len(tree.premise_device)
    lines = network.edge_kind == EdgeKind.LINE
    feeders = len(_feeders(tree, _below(tree)))
    return {
        "metres of line per customer": float(np.nansum(network.edge_length_m[lines])) / max(premises, 1),
        "buses per customer": len(network.bus_id) / max(premises, 1),
        "open switches per feeder": int(network.edge_open.sum()) / max(feeders, 1),
        "share of customers with a path to a source": float((tree.premise_device >= 0).mean()) if premises else 0.0,
    }
