"""The geometry of a network that is laid over the addresses of another place.

Its own coordinates mean nothing there. Loads are put at their addresses and every other bus where
it would rest if each edge were a spring, weaker the longer it is built: a bus ends at the weighted
mean of its neighbours, a device beside what it protects, a line near the customers whom it feeds.
The result is a fiction, and the pack says so.
"""

from __future__ import annotations

import numpy as np

from stormops.core.network import Floats, Network, Premises
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.radial import Forest, forest

SHORTEST_M = 5.0
"""Edges built shorter than this (switches, transformers) count as this long, or their springs would be endless."""


def warp(network: Network, premises: Premises, findings: Findings) -> None:
    """Move the buses to the addresses, in place. Buses of islands without any address are moved along."""
    here = np.flatnonzero((premises.bus >= 0) & ~np.isnan(premises.lon))
    if not len(here):
        return
    fixed = np.full((len(network.bus_id), 2), np.nan)
    fixed[premises.bus[here]] = np.column_stack([premises.lon[here], premises.lat[here]])
    place = rest(forest(network), network.edge_length_m, fixed)
    lost = np.flatnonzero(np.isnan(place[:, 0]))
    findings.add_all("bus-moved", (network.bus_id[i] for i in lost))
    old = np.column_stack([network.bus_lon, network.bus_lat])
    both = ~np.isnan(old[:, 0]) & ~np.isnan(place[:, 0])
    if both.any():
        place[lost] = old[lost] + (place[both] - old[both]).mean(axis=0)
    network.bus_lon[:], network.bus_lat[:] = place[:, 0], place[:, 1]


def rest(tree: Forest, length_m: Floats, fixed: Floats) -> Floats:
    """Where the buses rest, shape (buses, 2); NaN in a part of the forest without any fixed bus.

    `fixed` holds the places of fixed buses, NaN elsewhere. On a tree the springs are solved exactly
    in two passes: upwards each bus becomes an affine function of the bus above it (`slope` times
    that place plus `shift`), downwards the functions are filled in. O(buses).
    """
    buses = len(fixed)
    is_fixed = ~np.isnan(fixed[:, 0])
    inner = tree.via >= 0
    pull_up = np.zeros(buses)
    pull_up[inner] = 1 / np.maximum(length_m[tree.via[inner]], SHORTEST_M)
    pull, pulled = np.zeros(buses), np.zeros((buses, 2))
    slope, shift = np.zeros(buses), np.zeros((buses, 2))
    levels = [np.flatnonzero(tree.depth == level) for level in range(int(tree.depth.max(initial=-1)) + 1)]
    for at in reversed(levels):
        whole = pull[at] + pull_up[at]
        with np.errstate(invalid="ignore", divide="ignore"):
            slope[at], shift[at] = pull_up[at] / whole, pulled[at] / whole[:, None]
        known = at[is_fixed[at]]
        slope[known], shift[known] = 0.0, fixed[known]
        up, weight = tree.before[at], pull_up[at] * (1 - slope[at])
        has_up = up >= 0
        np.add.at(pull, up[has_up], weight[has_up])
        np.add.at(pulled, up[has_up], (pull_up[at, None] * shift[at])[has_up])
    place = shift.copy()
    for at in levels[1:]:
        place[at] += slope[at, None] * place[tree.before[at]]
    return place
