"""The likeliest history against counting every one."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.forest import forest
from stormops.core.most_probable import most_probable
from tests.core.test_posterior import SIZES
from tests.core.trees import enumerate_all, random_tree


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(8))
def test_no_history_is_likelier(seed: int, size: tuple[int, int]) -> None:
    known = random_tree(seed * 100 + size[0], *size)
    places, counted = forest(known.parent), enumerate_all(known)
    opened, weight = most_probable(places, known.prior[places.node], known.evidence[places.node])
    assert abs(weight - counted.weight) < 1e-9
    assert tuple(opened[places.place].tolist()) == counted.best


def test_of_equals_closed_and_then_the_earliest() -> None:
    places = forest(np.array([-1], np.int32))
    even = np.full((1, 2), 1 / 3)
    assert most_probable(places, even, np.zeros((1, 3)))[0].tolist() == [2]
    assert most_probable(places, even, np.array([[1.0, 1.0, 0.0]]))[0].tolist() == [0]
