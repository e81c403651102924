"""A hierarchy of places that can lose service together: what is below each, and how likely each fails.

Two kinds are built elsewhere and explained by one algorithm (`core.explanation`): the network's
devices (`core.inference`), and neighbourhoods of service points where no network is known
(`core.clustering`). Premises are laid out in Euler order, so that what is below a node is one slice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormops.core.network import Floats, Ints, Tree

NEVER = -1e9
"""Natural logarithm of the odds of a node that is no cause: no evidence outweighs it."""


@dataclass(slots=True, frozen=True)
class Hierarchy:
    """Nodes as columns, parents before children; P premises, N nodes, L levels.

    `parent` (N, -1 at the top), `first`/`last` (N): the premises below node d are
    `order[first[d]:last[d]]`. `order` (P) holds every premise of the city once; `position` (P) is its
    inverse; `leaf` (P) the node right above each premise. `own` (N) counts the premises right below a
    node; they come first in its slice. `ancestors` (N, L) is the path from each node to the top,
    nearest first, filled up with N. `level` (N) is 0 at the top. `prior` (N) is the natural logarithm
    of the odds that the node fails in a storm. Node N-1 holds the premises that nothing is known about.
    """

    parent: Ints
    level: Ints
    first: Ints
    last: Ints
    own: Ints
    order: Ints
    position: Ints
    leaf: Ints
    ancestors: Ints
    prior: Floats

    def __len__(self) -> int:
        return len(self.parent)


def hierarchy(parent: Ints, leaf: Ints, prior: Floats, order: Ints | None = None) -> Hierarchy:
    """Lay out a forest: `parent` (N, parents before children, -1 at the top) and `leaf` (P, -1 = nowhere).

    `order` gives the wished order of premises within their leaf (by index when absent). One node is
    added at the end, a top of its own that never fails, for the premises that are nowhere.
    """
    nowhere = len(parent)
    n = nowhere + 1
    up = np.append(parent, -1).astype(np.int32)
    above = np.where(leaf >= 0, leaf, nowhere).astype(np.int32)
    own = np.bincount(above, minlength=n).astype(np.int32)
    level, first = np.zeros(n, np.int32), np.zeros(n, np.int32)
    below = own.astype(np.int64)
    parents = up.tolist()
    for node in range(n - 1, -1, -1):
        if parents[node] >= 0:
            below[parents[node]] += below[node]
    sizes, own_sizes = below.tolist(), own.tolist()
    cursor, top, starts, levels = [0] * n, 0, [0] * n, [0] * n
    for node, over in enumerate(parents):
        if over < 0:
            starts[node], top = top, top + sizes[node]
        else:
            starts[node] = cursor[over]
            cursor[over] += sizes[node]
            levels[node] = levels[over] + 1
        cursor[node] = starts[node] + own_sizes[node]
    level[:], first[:] = levels, starts
    members = np.arange(len(leaf)) if order is None else order
    laid = members[np.argsort(first[above[members]], kind="stable")].astype(np.int32)
    position = np.empty(len(leaf), np.int32)
    position[laid] = np.arange(len(leaf), dtype=np.int32)
    ancestors = np.full((n, int(level.max()) + 1), n, np.int32)
    ancestors[:, 0] = np.arange(n)
    padded = np.append(up, n).astype(np.int32)
    padded[padded < 0] = n
    for step in range(1, ancestors.shape[1]):
        ancestors[:, step] = padded[ancestors[:, step - 1]]
    return Hierarchy(
        parent=up,
        level=level,
        first=first,
        last=(first + below).astype(np.int32),
        own=own,
        order=laid,
        position=position,
        leaf=above,
        ancestors=ancestors,
        prior=np.append(prior, NEVER),
    )


def ranges(first: npt.NDArray[np.integer], count: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """The numbers of all ranges [first, first + count), one range after the other."""
    total = int(count.sum())
    if not total:
        return np.empty(0, np.intp)
    ahead = np.cumsum(count) - count
    return np.repeat(first - ahead, count) + np.arange(total)


def of_tree(tree: Tree, prior: Floats) -> Hierarchy:
    """The network's devices as a hierarchy; node numbers are the tree's device numbers. `prior` as there."""
    return hierarchy(tree.parent, tree.premise_device, prior)
