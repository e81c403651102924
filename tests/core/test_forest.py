"""A forest laid out level by level."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.forest import forest, ranges

PARENT = np.array([-1, 0, -1, 2, 0, 3, 1, 2], np.int32)


def test_levels_and_children_are_slices() -> None:
    laid = forest(PARENT)
    assert laid.level.tolist() == [0, 2, 6, 8]
    assert laid.node[:2].tolist() == [0, 2]
    assert (np.diff(laid.parent) >= 0).all()
    for v in range(8):
        children = laid.node[laid.begin[laid.place[v]] : laid.begin[laid.place[v] + 1]]
        assert sorted(children.tolist()) == np.flatnonzero(v == PARENT).tolist()
    assert (laid.node[laid.place] == np.arange(8)).all()


@pytest.mark.parametrize("seed", range(10))
def test_gather_adds_over_children(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = np.array([rng.integers(-1, i) if i else -1 for i in range(60)], np.int32)
    laid, values = forest(parent), rng.random((60, 3))
    some = np.unique(rng.integers(60, size=20))
    by_node = values[laid.place]
    for row, place in zip(laid.gather(values.T, some).T, some, strict=True):
        np.testing.assert_allclose(row, by_node[parent == laid.node[place]].sum(axis=0))
    assert np.concatenate(laid.split(some)).tolist() == some.tolist()


def test_topmost_is_the_highest_marked_at_or_above() -> None:
    laid = forest(PARENT)
    marked = np.isin(laid.node, [1, 6, 3])
    top = {int(laid.node[p]): int(laid.node[t]) if t >= 0 else -1 for p, t in enumerate(laid.topmost(marked))}
    assert top == {0: -1, 1: 1, 2: -1, 3: 3, 4: -1, 5: 3, 6: 1, 7: -1}


def test_nothing() -> None:
    laid = forest(np.empty(0, np.int32))
    assert len(laid) == 0
    assert laid.split(np.empty(0, np.intp)) == []
    assert laid.topmost(np.empty(0, np.bool_)).tolist() == []
    assert ranges(np.array([3, 5]), np.array([3, 8])).tolist() == [5, 6, 7]
