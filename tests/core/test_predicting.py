"""The best set of predicted devices, and what it takes to change it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from stormops.core.forest import Forest, forest
from stormops.core.predicting import CHURN, CUSTOMER, WORTH, Prediction

NOBODY = np.empty(0, np.intp)


def best_by_trying(places: Forest, worth: np.ndarray) -> float:
    best, nodes = 0.0, range(len(places))
    for size in range(len(places) + 1):
        for chosen in itertools.combinations(nodes, size):
            marked = np.isin(np.arange(len(places)), chosen)
            if (places.topmost(marked)[list(chosen)] == list(chosen)).all():
                best = max(best, float(worth[list(chosen)].sum()))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_no_other_set_is_worth_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = np.array([rng.integers(-1, i) if i else -1 for i in range(9)], np.int32)
    places = forest(parent)
    some = rng.random(9) < 0.2
    before = np.flatnonzero(some & (places.topmost(some) == np.arange(9)))
    chance, lost, customers = 0.6 * rng.random(9), rng.random(9), rng.integers(0, 30, 9)
    prediction = Prediction(places, customers)
    prediction.choose(np.arange(9), (chance, chance, lost), before)
    worth = chance - WORTH + CHURN * np.isin(np.arange(9), before)
    for v in range(9):
        below = places.topmost(np.arange(9) == v) == v
        worth[v] += CUSTOMER * (customers * (lost - 0.5))[below].sum()
    assert np.isclose(worth[prediction.predicted()].sum(), best_by_trying(places, worth))


@pytest.mark.parametrize("seed", range(20))
def test_changes_give_what_choosing_afresh_gives_and_no_news_no_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = np.array([rng.integers(-1, i) if i else -1 for i in range(40)], np.int32)
    places, customers = forest(parent), rng.integers(0, 30, 40)
    chance, first, lost = rng.random((3, 40))
    prediction, before = Prediction(places, customers), NOBODY
    prediction.choose(np.arange(40), (chance, first, lost), before)
    for _ in range(10):
        before = prediction.predicted()
        some = np.unique(rng.integers(40, size=3))
        chance[some], first[some], lost[some] = rng.random((3, len(some)))
        old = prediction.top.copy()
        changed = prediction.choose(some, (chance[some], first[some], lost[some]), before)
        assert sorted(changed.tolist()) == np.flatnonzero(old != prediction.top).tolist()
        fresh = Prediction(places, customers)
        fresh.choose(np.arange(40), (chance, first, lost), before)
        assert (fresh.top == prediction.top).all()
        assert not len(prediction.choose(NOBODY, (np.empty(0),) * 3, prediction.predicted()))


def test_a_prediction_moves_only_for_much_better_evidence() -> None:
    places = forest(np.array([-1, 0], np.int32))
    prediction = Prediction(places, np.zeros(2, np.intp))
    both, even = np.array([0, 1]), np.full(2, 0.5)
    prediction.choose(both, (np.array([0.56, 0.49]), np.zeros(2), even), NOBODY)
    assert prediction.predicted().tolist() == [0]
    prediction.choose(both, (np.array([0.44, 0.56]), np.zeros(2), even), np.array([0]))
    assert prediction.predicted().tolist() == [0]
    prediction.choose(both, (np.array([0.4, 0.6]), np.zeros(2), even), np.array([0]))
    assert prediction.predicted().tolist() == [1]
    assert prediction.top.tolist() == [-1, 1]


def test_two_devices_in_a_row_do_not_leave_their_customers_unexplained() -> None:
    prediction = Prediction(forest(np.array([-1, 0], np.int32)), np.array([0, 40]))
    prediction.choose(np.array([0, 1]), (np.array([0.46, 0.45]), np.zeros(2), np.array([0.46, 0.91])), NOBODY)
    assert prediction.predicted().tolist() == [0]


def test_what_opened_first_is_predicted_below_what_opened_later() -> None:
    prediction = Prediction(forest(np.array([-1, 0, 1], np.int32)), np.array([9, 9, 9]))
    first = np.array([0.2, 0.1, 0.85])
    prediction.choose(np.arange(3), (np.array([0.9, 0.05, 0.02]), first, np.full(3, 0.99)), NOBODY)
    assert prediction.top.tolist() == [0, 0, 2]
