"""Questions to a tree of devices in which some are open. Services are numbered N + premise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.network import Tree

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NEVER = 1 << 50
"""A time after every storm."""


def below_open(tree: Tree, opened: Bools) -> Bools:
    """(N) Whether a device of `opened` (N) is above each device, itself not counted."""
    above = np.zeros(len(tree), np.bool_)
    for depth in range(1, int(tree.depth.max(initial=0)) + 1):
        level = np.flatnonzero(tree.depth == depth)
        up = tree.parent[level]
        above[level] = above[up] | opened[up]
    return above


def topmost(tree: Tree, opened: Bools) -> Bools:
    """(N + P) Those of `opened` (N + P) with none of them above."""
    devices = opened[: len(tree)]
    above = below_open(tree, devices)
    dark = np.append(devices | above, False)[tree.premise_device]  # -1 reads the last row
    return np.concatenate([devices & ~above, opened[len(tree) :] & ~dark])


def customers_out(tree: Tree, opened: Bools) -> Bools:
    """(P) Customers below a device of `opened` (N + P), or whose own service is."""
    devices = opened[: len(tree)]
    dark = np.append(devices | below_open(tree, devices), False)[tree.premise_device]
    return np.asarray(dark | opened[len(tree) :])


def mask_of(tree: Tree, devices: Ints) -> Bools:
    """(N + P) True at the numbers given."""
    mask = np.zeros(len(tree) + len(tree.premise_device), np.bool_)
    mask[devices] = True
    return mask


def counts_below(tree: Tree, premises: Bools) -> Ints:
    """(N) How many of `premises` (P) are below each device."""
    running = np.concatenate([[0], np.cumsum(premises[tree.order])]).astype(np.int64)
    return np.asarray(running[tree.last] - running[tree.first])
