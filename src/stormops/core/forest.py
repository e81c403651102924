"""A forest laid out for passes over it: level by level, the children of every node side by side.

Nodes keep the numbers that others know them by; here they have *places*, 0 at the top. In places the
parents never descend, so that the children of a node are one slice and a level is one slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from stormops.core.network import Bools, Floats, Ints
from stormops.core.radial import by_depth

Rows = npt.NDArray[np.intp]


@dataclass(slots=True, frozen=True)
class Forest:
    """N nodes in L levels. All columns are by place.

    `node` (N): the number of the node at a place; `place` (N) its inverse. `parent` (N): place of the
    parent, -1 at the top. The children of v are places `begin[v]` to `begin[v + 1]`. Level l is places
    `level[l]` to `level[l + 1]`.
    """

    node: Ints
    place: Ints
    parent: Rows
    begin: Rows
    level: Rows

    def __len__(self) -> int:
        return len(self.node)

    def children(self, places: Rows) -> Rows:
        """The children of these ascending places, in order."""
        at = span(places)
        if isinstance(at, slice):
            return np.arange(self.begin[at.start], self.begin[at.stop])
        return ranges(self.begin[places], self.begin[places + 1])

    def split(self, places: Rows) -> list[Rows]:
        """Ascending places by level, the top first."""
        cuts = np.searchsorted(places, self.level)
        return [places[a:b] for a, b in pairwise(cuts)]

    def gather(self, values: Floats, places: Rows) -> Floats:
        """(K, M): the sums of `values` (K, N) over the children of each of these ascending places.

        They are always added in the same order.
        """
        if not len(places) or places[0] > self.parent[-1]:  # parents never descend: nobody from here on has a child
            return np.zeros((len(values), len(places)))
        at = span(places)
        if isinstance(at, slice):
            begin = self.begin[at.start : at.stop + 1]
            first = begin[:-1]
            if (begin[1:] > first).all():
                return np.asarray(np.add.reduceat(values[:, first[0] : begin[-1]], first - first[0], axis=1))
        total = np.zeros((len(values), len(places)))
        counts = self.begin[places + 1] - self.begin[places]
        some = counts.nonzero()[0]
        if len(some):
            counts = counts[some]
            children = pick(values, span(self.children(places)))
            total[:, some] = np.add.reduceat(children, counts.cumsum() - counts, axis=1)
        return total

    def topmost(self, marked: Bools) -> Ints:
        """(N): the topmost marked place at or above each place, -1 = none."""
        top = np.where(marked, np.arange(len(self)), -1).astype(np.int32)
        for first, last in pairwise(self.level[1:]):
            above = top[self.parent[first:last]]
            top[first:last] = np.where(above >= 0, above, top[first:last])
        return top


def forest(parent: Ints) -> Forest:
    """Lay out a forest given by the number of each node's parent (N, -1 at the top)."""
    count = len(parent)
    place = np.zeros(count, np.int32)
    node = np.zeros(count, np.int32)
    cuts = [0]
    for rows in by_depth(parent) if count else []:
        order = np.argsort(place[parent[rows]], kind="stable") if cuts[-1] else np.arange(len(rows))
        last = cuts[-1] + len(rows)
        node[cuts[-1] : last] = rows[order]
        place[rows[order]] = np.arange(cuts[-1], last)
        cuts.append(last)
    above = parent[node]
    up = np.where(above >= 0, place[above], -1).astype(np.intp)
    begin = np.searchsorted(up, np.arange(count + 1)).astype(np.intp)
    return Forest(node, place, up, begin, np.array(cuts, np.intp))


def ranges(first: Rows, last: Rows) -> Rows:
    """The numbers of all ranges [first, last), one range after the other."""
    if len(first) == 1:
        return np.arange(first[0], last[0])
    counts = last - first
    total = int(counts.sum())
    if not total:
        return np.empty(0, np.intp)
    return np.repeat(last - np.cumsum(counts), counts) + np.arange(total)


def span(rows: Rows) -> slice | Rows:
    """The same ascending numbers, as a slice where they follow each other: what it picks is no copy then."""
    count = len(rows)
    if count and rows[-1] - rows[0] == count - 1:
        return slice(int(rows[0]), int(rows[0]) + count)
    return rows


def pick(values: Floats, at: slice | Rows) -> Floats:
    """Columns of (K, N), as `span` names them: no copy where they follow each other, else quicker than `[]`."""
    return values[:, at] if isinstance(at, slice) else values.take(at, axis=1)


def merged(one: Rows, other: Rows | Ints) -> Rows:
    """The numbers of both, ascending, each once; both are ascending, the other perhaps with repetitions."""
    if not len(other) or _reaches(one, other):
        return one
    return distinct(np.sort(np.concatenate([one, other])))


def _reaches(one: Rows, other: Rows | Ints) -> bool:
    """Whether the one has all numbers from the first to the last of the other."""
    return len(one) > 1 and bool(one[0] <= other[0] and other[-1] <= one[-1]) and isinstance(span(one), slice)


def distinct(rows: Rows) -> Rows:
    """Ascending numbers, each once (`numpy.unique` of few takes longer than all else that is done with them)."""
    return np.asarray(rows[begins(rows)])


def differs(new: Floats, old: Floats) -> Bools:
    """(M): which columns of the two (K, M) are not the same."""
    return np.asarray(np.logical_or.reduce(new != old, axis=0))


def begins(rows: Rows | Ints) -> Bools:
    """Which of these differ from what is before them."""
    news = np.empty(len(rows), np.bool_)
    news[:1] = True
    np.not_equal(rows[1:], rows[:-1], out=news[1:])
    return news
