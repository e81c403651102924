"""The single most probable history: which devices opened, and in which slot of time (max-product, exact).

The same model as `core.posterior`, which sums over all histories; this finds the one that is likeliest of all, by
dynamic programming in O(nodes x slots) with back-pointers (Viterbi on a tree). Where two devices explain the same
about as well, it names one and says nothing of the other: what is predicted goes by the posterior.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Forest, Rows
from stormops.core.network import Floats


def most_probable(places: Forest, prior: Floats, evidence: Floats) -> tuple[Rows, float]:
    """The slot in which each place opened (N; S = it stayed closed), and the logarithm of that history's weight.

    `prior` (N, S) and `evidence` (N, S + 1) as in `core.posterior.Posterior`. Of equals: the earliest slot, and
    closed before open.
    """
    n, slots = prior.shape
    with np.errstate(divide="ignore"):
        opens, closed = np.log(prior), np.log1p(-prior.sum(axis=1))
    unseen, unseen_slot = _unseen(opens, closed)
    inside, best = evidence.copy(), np.zeros((n, slots + 1))
    choice = np.full((n, slots + 1), -1, np.int32)
    for first, last in zip(places.level[-2::-1], places.level[:0:-1], strict=True):
        here = np.arange(first, last)
        inside[here] += places.gather(best.T, here).T
        best[here] = unseen[here] + inside[here]
        first_best, first_slot = np.full(len(here), -np.inf), np.full(len(here), -1, np.int32)
        for slot in range(slots):
            value = opens[here, slot] + inside[here, slot]
            better = value > first_best
            first_best[better], first_slot[better] = value[better], slot
            wins = first_best > best[here, slot + 1]
            best[here[wins], slot + 1], choice[here[wins], slot + 1] = first_best[wins], first_slot[wins]
    return _read_out(places, choice, unseen_slot), float(best[places.parent < 0, slots].sum())


def _unseen(opens: Floats, closed: Floats) -> tuple[Floats, Rows]:
    """(N, S + 1): the best that a node may do that changes nothing once service above was lost in a slot."""
    n, slots = opens.shape
    best, slot = np.empty((n, slots + 1)), np.empty((n, slots + 1), np.intp)
    best[:, slots], slot[:, slots] = closed, slots
    for s in range(slots - 1, -1, -1):
        better = (opens[:, s] > best[:, s + 1]) | ((opens[:, s] == best[:, s + 1]) & (slot[:, s + 1] < slots))
        best[:, s] = np.where(better, opens[:, s], best[:, s + 1])
        slot[:, s] = np.where(better, s, slot[:, s + 1])
    return best, slot


def _read_out(places: Forest, choice: Rows, unseen_slot: Rows) -> Rows:
    slots = choice.shape[1] - 1
    since = np.full(len(places) + 1, slots)
    opened = np.empty(len(places), np.intp)
    for first, last in zip(places.level[:-1], places.level[1:], strict=True):
        here = np.arange(first, last)
        above = since[places.parent[here]]
        chosen = choice[here, above]
        opened[here] = np.where(chosen >= 0, chosen, unseen_slot[here, above])
        since[here] = np.where(chosen >= 0, chosen, above)
    return opened
