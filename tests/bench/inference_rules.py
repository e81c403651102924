"""The rivals: threshold rules in two published tunings, a plain ratio roll-up, and nearest-neighbour clusters.

The rules are those of the reference scenario; on networks of other shape the same words are kept (a fuse's children
are whatever is right below it, a premise right below counts as affected when it reports).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from stormops.core.network import EdgeKind, Tree
from tests.bench.inference_method import Answer, Bools, Ints, News, Session, Told
from tests.bench.inference_standing import Standing
from tests.bench.inference_tree import counts_below, topmost

CHILDREN_LEAST = 2


class Threshold(NamedTuple):
    """Reports below, and share of the children affected, from which on a device is predicted."""

    calls: int
    share: float


Tuning = dict[EdgeKind, Threshold]

TUNED_A: Tuning = {
    EdgeKind.TRANSFORMER: Threshold(2, 0.15),
    EdgeKind.FUSE: Threshold(3, 0.3),
    EdgeKind.RECLOSER: Threshold(6, 0.5),
    EdgeKind.BREAKER: Threshold(10, 0.6),
    EdgeKind.POWER_TRANSFORMER: Threshold(10, 0.6),
}
TUNED_B: Tuning = {
    EdgeKind.TRANSFORMER: Threshold(2, 0.15),
    EdgeKind.FUSE: Threshold(3, 0.5),
    EdgeKind.RECLOSER: Threshold(6, 0.7),
    EdgeKind.BREAKER: Threshold(10, 0.7),
    EdgeKind.POWER_TRANSFORMER: Threshold(10, 0.7),
}
RATIO: Tuning = {kind: Threshold(0, 0.3) for kind in TUNED_A}

NEAR_M, NEAR = 75.0, 5
"""Clusters join a report with its nearest others, so many at most, within so many metres."""


def by_rules(tree: Tree, reporting: Bools, tuning: Tuning, *, any_report: bool = False) -> Bools:
    """(N) Devices that the rules predict, before the topmost wins. `any_report`: that is enough for every child."""
    n = len(tree)
    calls = counts_below(tree, reporting)
    least, share = np.full(max(EdgeKind) + 1, np.iinfo(np.int64).max), np.ones(max(EdgeKind) + 1)
    for of_kind, threshold in tuning.items():
        least[of_kind], share[of_kind] = threshold
    leaf = tree.premise_device
    children = np.bincount(leaf[leaf >= 0], minlength=n) + np.bincount(tree.parent[tree.parent >= 0], minlength=n)
    affected = np.bincount(leaf[(leaf >= 0) & reporting], minlength=n)
    by_report = np.isin(tree.kind, [EdgeKind.FUSE, EdgeKind.TRANSFORMER]) | any_report
    predicted = np.zeros(n, np.bool_)
    for depth in range(int(tree.depth.max(initial=0)), -1, -1):
        level = np.flatnonzero(tree.depth == depth)
        kind = tree.kind[level]
        enough = affected[level] >= np.maximum(CHILDREN_LEAST, share[kind] * children[level])
        predicted[level] = enough & (calls[level] >= least[kind])
        up = tree.parent[level]
        counts = (up >= 0) & np.where(by_report[up], calls[level] > 0, predicted[level])
        np.add.at(affected, up[counts], 1)
    return predicted


def with_singles(tree: Tree, predicted: Bools, reporting: Bools) -> Ints:
    """The topmost predicted devices, and each report not below one as its premise's own service."""
    return np.flatnonzero(topmost(tree, np.concatenate([predicted, reporting]))).astype(np.int64)


class _Rules:
    def __init__(self, told: Told, tuning: Tuning, *, any_report: bool) -> None:
        self._tree, self._tuning, self._any = told.tree, tuning, any_report
        self._standing = Standing(told)

    def hear(self, news: News) -> None:
        self._standing.hear(news)

    def answer(self, now_ms: int) -> Answer:
        """What the reports standing at that moment roll up to."""
        del now_ms
        reporting = self._standing.reporting()
        predicted = by_rules(self._tree, reporting, self._tuning, any_report=self._any)
        # As products do: a device that telemetry knows closed is not predicted.
        predicted[list(self._standing.known_closed)] = False
        return Answer(predicted=with_singles(self._tree, predicted, reporting))


class Rules:
    """Threshold rules with one tuning."""

    def __init__(self, name: str, tuning: Tuning, *, any_report: bool = False) -> None:
        self.name = name
        self._tuning, self._any = tuning, any_report

    def begin(self, told: Told) -> Session:
        return _Rules(told, self._tuning, any_report=self._any)


def cluster(where: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Ints:
    """The cluster of each of (R, 2) positions: hanging together by nearest neighbours."""
    if len(where) < 2:
        return np.zeros(len(where), np.int64)
    far, near = map(np.asarray, cKDTree(where).query(where, k=min(NEAR + 1, len(where)), distance_upper_bound=NEAR_M))
    a, nth = np.nonzero(np.isfinite(far))
    b = near[a, nth]
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(len(where), len(where)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def common_device(tree: Tree, positions: Ints) -> int:
    """The lowest device above all of these positions of `tree.order`; -1 when none is."""
    low, high = int(positions.min()), int(positions.max())
    device = int(tree.premise_device[tree.order[low]])
    while device >= 0 and not (tree.first[device] <= low and high < tree.last[device]):
        device = int(tree.parent[device])
    return device


class _Clusters:
    def __init__(self, told: Told) -> None:
        self._tree, self._where = told.tree, told.where
        self._standing = Standing(told)
        self._position = np.full(len(told.where), -1, np.int64)
        self._position[told.tree.order] = np.arange(len(told.tree.order))

    def hear(self, news: News) -> None:
        self._standing.hear(news)

    def answer(self, now_ms: int) -> Answer:
        """Each cluster of two or more is blamed on the lowest device that all of it shares, feeder by feeder."""
        del now_ms
        tree = self._tree
        reporting = self._standing.reporting()
        who = np.flatnonzero(reporting & (self._position >= 0) & ~np.isnan(self._where[:, 0]))
        label = cluster(self._where[who])
        feeder = tree.feeder[tree.premise_device[who]].astype(np.int64)
        order = np.lexsort((feeder, label))
        key = np.stack([label[order], feeder[order]])
        begins = np.flatnonzero(np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0)))
        predicted = np.zeros(len(tree), np.bool_)
        for part in np.split(who[order], begins[1:]) if len(who) else []:
            if len(part) >= CHILDREN_LEAST:
                predicted[common_device(tree, self._position[part])] = True
        return Answer(predicted=with_singles(tree, predicted, reporting))


class Clusters:
    """Reports grouped by nearness alone."""

    name = "clusters"

    def begin(self, told: Told) -> Session:
        return _Clusters(told)


RIVALS = (
    Clusters(),
    Rules("rules A", TUNED_A),
    Rules("rules B", TUNED_B),
    Rules("ratio", RATIO, any_report=True),
)
