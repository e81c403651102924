"""Small random trees with evidence, and what follows from it by counting every history."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """A tree by number: parents, priors (N, S), log-evidence (N, S + 1)."""

    parent: npt.NDArray[np.int32]
    prior: Floats
    evidence: Floats


class Counted(NamedTuple):
    """By enumeration: `cause` (N, S), `since` (N, S + 1), the best history, its log-weight and that of all."""

    cause: Floats
    since: Floats
    best: tuple[int, ...]
    weight: float
    total: float


def random_tree(seed: int, nodes: int, slots: int) -> Known:
    """Any forest with any evidence, some of it strong; some priors are zero."""
    rng = np.random.default_rng(seed)
    parent = np.array([rng.integers(-1, i) if i else -1 for i in range(nodes)], np.int32)
    prior = rng.random((nodes, slots)) * rng.choice([0.0, 0.02, 0.9], (nodes, 1)) / slots
    evidence = rng.normal(size=(nodes, slots + 1)) * rng.choice([0.3, 3.0, 20.0], (nodes, 1))
    return Known(parent, prior, evidence)


def enumerate_all(known: Known) -> Counted:
    """Every assignment of a slot, or none, to every node: (S + 1) ** N of them."""
    nodes, slots = known.prior.shape
    states = np.array(list(itertools.product(range(slots + 1), repeat=nodes)), np.int8)
    weight = np.zeros(len(states))
    since = np.empty_like(states)
    caused = np.zeros(states.shape, np.bool_)
    chances = np.concatenate([known.prior, 1 - known.prior.sum(axis=1, keepdims=True)], axis=1)
    with np.errstate(divide="ignore"):
        logs = np.log(chances)
    for v in range(nodes):
        above = since[:, known.parent[v]] if known.parent[v] >= 0 else np.full(len(states), slots, np.int8)
        since[:, v] = np.minimum(above, states[:, v])
        caused[:, v] = states[:, v] < above
        weight += logs[v, states[:, v]] + known.evidence[v, since[:, v]]
    share = np.exp(weight - weight.max())
    share /= share.sum()
    cause = np.array(
        [[share[caused[:, v] & (states[:, v] == k)].sum() for k in range(slots)] for v in range(nodes)]
    ).reshape(nodes, slots)
    lost = np.array([[share[since[:, v] == k].sum() for k in range(slots + 1)] for v in range(nodes)])
    best = int(weight.argmax())
    total = float(np.logaddexp.reduce(weight))
    return Counted(cause, lost, tuple(states[best].tolist()), float(weight[best]), total)
