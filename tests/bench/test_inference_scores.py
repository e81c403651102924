"""The benchmark's metrics, worked by hand on a tree of seven devices and eight customers.

0 breaker ─ 1 fuse ─ 3 transformer (customers 0, 1)
          │        └ 4 transformer (customers 2, 3)
          └ 2 fuse ─ 5 transformer (customers 4, 5)
                   └ 6 transformer (customers 6, 7)
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from stormops.core.network import EdgeKind
from tests.bench.inference_networks import lay_out
from tests.bench.inference_scores import Churn, Clock, Dispatches, Flat, calibration, flat, hits, recall_at, sweep
from tests.bench.inference_tree import below_open, counts_below, customers_out, mask_of, topmost

BREAKER, FUSE, BANK = EdgeKind.BREAKER, EdgeKind.FUSE, EdgeKind.TRANSFORMER
TREE = lay_out([-1, 0, 0, 1, 1, 2, 2], [BREAKER, FUSE, FUSE, BANK, BANK, BANK, BANK], [3, 3, 4, 4, 5, 5, 6, 6])
N = 7
NOTHING = np.zeros(N + 8, np.bool_)


def opened(*devices: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return mask_of(TREE, np.array(devices, np.int64))


def score(true: tuple[int, ...], said: tuple[int, ...], *, known: tuple[int, ...] = (), closed: int = -1) -> Flat:
    known_closed = opened(closed) if closed >= 0 else NOTHING
    return flat((TREE, TREE), opened(*true), np.array(said, np.int64), (opened(*known), known_closed))


def test_the_tree_is_laid_out() -> None:
    assert TREE.customers.tolist() == [8, 4, 4, 2, 2, 2, 2]
    assert TREE.below(2).tolist() == [4, 5, 6, 7]
    assert TREE.depth.tolist() == [0, 1, 1, 2, 2, 2, 2]
    assert counts_below(TREE, np.arange(8) % 2 == 1).tolist() == [4, 2, 2, 1, 1, 1, 1]


def test_what_is_open_above_hides_what_is_below() -> None:
    """Fuse 1 is open; transformer 3 and customer 3's service below it are nested, customer 7's service is a cause."""
    mask = opened(1, 3, N + 3, N + 7)
    assert np.flatnonzero(topmost(TREE, mask)).tolist() == [1, N + 7]
    assert np.flatnonzero(customers_out(TREE, mask)).tolist() == [0, 1, 2, 3, 7]
    assert np.flatnonzero(below_open(TREE, mask[:N])).tolist() == [3, 4]


def test_flat_figures_count_the_exact_device() -> None:
    """True: fuse 1 and customer 7's service. Said: fuse 1 and transformer 6. One of two right, both ways."""
    found = score((1, N + 7), (1, 6))
    assert found.ratios() == (0.5, 0.5, 5 / 6, 1.0)
    assert found == Flat(2, 1, 2, 6, 5, 5, 0, 0, 2)


def test_a_device_above_the_true_one_is_wrong_and_shows_too_many_out() -> None:
    assert score((3,), (1,)).ratios() == (0.0, 0.0, 0.5, 1.0)


def test_only_the_topmost_prediction_counts() -> None:
    assert score((1,), (1, 3, N)).ratios() == (1.0, 1.0, 1.0, 1.0)


def test_nested_failures_are_counted_apart() -> None:
    """Transformer 3 is open, but fuse 1 above it too: to say 3 is not the cause, and not nothing either."""
    found = score((1, 3), (3,))
    assert (found.predicted, found.right, found.true, found.nested) == (1, 0, 1, 1)


def test_what_is_known_is_scored_for_nobody() -> None:
    """Fuse 1 was confirmed: neither it nor what is said below it counts; transformer 5 does."""
    found = score((1, 5), (1, 4, 5), known=(1,))
    assert found == Flat(1, 1, 1, 2, 2, 2, 0, 0, 1)


def test_a_prediction_through_a_device_known_closed_is_counted() -> None:
    assert score((5,), (2,), closed=2).closed == 1
    assert score((5,), (5,), closed=2).closed == 0


def test_nothing_said_has_no_precision() -> None:
    assert math.isnan(score((1,), ()).ratios()[0])


def test_mislinked_customers_are_out_where_they_truly_are() -> None:
    """The records hang customer 0 on transformer 6: shown for fuse 1 are 1, 2, 3, truly out 0 to 3."""
    records = lay_out(TREE.parent, TREE.kind, [6, 3, 4, 4, 5, 5, 6, 6])
    found = flat((TREE, records), opened(1), np.array([1]), (NOTHING, NOTHING))
    assert (found.shown, found.shown_right, found.out) == (3, 3, 4)


def test_recall_at_a_precision_by_hand() -> None:
    p = np.array([0.9, 0.8, 0.8, 0.6, 0.5, 0.1])
    true = np.array([True, True, False, True, True, True])
    assert recall_at(p, true, 0.7) == 1.0
    assert recall_at(p, np.array([True, False, True, True, True, False]), 0.8) == 1.0
    assert recall_at(p, true, 0.9) == pytest.approx(1 / 5), "of two alike, one is wrong"
    assert recall_at(p, ~true, 0.9) == 0.0
    assert math.isnan(recall_at(p, np.zeros(6, np.bool_), 0.9))


def test_calibration_by_hand() -> None:
    """Two bins of two: .2 said, one of two true; .8 said, both true. Errors .3 and .2; .01 is no item."""
    found = calibration(np.array([0.8, 0.2, 0.01, 0.2, 0.8]), np.array([True, False, True, True, True]))
    assert found.items == 4
    assert found.error == pytest.approx((0.3 + 0.2) / 2)
    assert found.brier == pytest.approx((0.04 + 0.64 + 0.04 + 0.04) / 4)
    assert found.base == pytest.approx(0.75 * 0.25)
    assert [items for *_, items in found.bins] == [2, 2]


def test_bins_have_equal_mass_and_enough_items() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.02, 0.98, 1_000)
    found = calibration(p, rng.random(1_000) < p)
    assert [items for *_, items in found.bins] == [200] * 5
    assert found.error < 0.06
    assert found.brier < found.base


def test_no_items_no_calibration() -> None:
    assert math.isnan(calibration(np.array([0.0, 1.0]), np.array([True, False])).error)


def test_sweep_by_hand() -> None:
    """Falling threshold: right, wrong, right; two of three causes have a probability at all."""
    points = sweep(np.array([0.5, 0.9, 0.7]), np.array([True, True, False]), 3)
    assert points == [(1 / 3, 1.0), (1 / 3, 1 / 2), (2 / 3, 2 / 3)]


def test_time_to_the_right_device_is_that_of_its_first_right_look() -> None:
    clock = Clock()
    begin = np.array([60_000, 120_000])
    clock.look(300_000, np.array([0]), begin)
    clock.look(600_000, np.array([0, 1]), begin)
    assert clock.minutes == [4.0, 8.0]
    assert clock.median() == 6.0


def test_a_crew_goes_once_to_what_stands_at_two_looks() -> None:
    dispatches = Dispatches()
    dispatches.look(np.array([1, 4]), opened(1), NOTHING)
    dispatches.look(np.array([1, 5]), opened(1), NOTHING)
    dispatches.look(np.array([1, 5]), opened(1), NOTHING)
    assert (dispatches.sent, dispatches.wrong) == (2, 1)


def test_no_crew_is_sent_to_what_is_known() -> None:
    dispatches = Dispatches()
    for _ in range(2):
        dispatches.look(np.array([1]), opened(1), opened(1))
    assert dispatches.sent == 0


def test_churn_counts_what_comes_and_goes_above_the_service() -> None:
    """At 10-minute looks: 1 and a service, then 3 instead of 1 (two changes), then 3 is confirmed (no change)."""
    churn = Churn()
    churn.look(np.array([1, N + 2]), N, NOTHING)
    churn.look(np.array([3]), N, NOTHING)
    churn.look(np.array([3]), N, opened(3))
    assert churn.changed == 2
    assert churn.an_hour(10) == pytest.approx(2 / (20 / 60))


def test_mislinks_by_hand() -> None:
    assert hits(np.array([0, 1, 5]), np.arange(8) < 4) == (3, 2, 4)
