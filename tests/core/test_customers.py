"""Evidence counted by what changed, and counted afresh."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.customers import COLUMNS, Customers
from stormops.core.hearing import Hearing, Rates
from stormops.core.onset import QUANTUM_MS, Onsets
from stormops.core.standing import Standing

NOON = 490_000 * 3_600_000
ONSETS = Onsets.at(NOON)
ODDS = (0.1, 3.0, 30.0)
TABLE = Hearing(ONSETS, Rates(wrong_link=0.05), ONSETS.weights(43_200_000.0), np.zeros((1, 2)), odds=ODDS)


def some_customers() -> Customers:
    leaf = np.repeat(np.arange(-1, 11, dtype=np.intp), 5)
    here = np.arange(60)
    near = np.stack([(here + 7) % 60, (here + 23) % 60], axis=1).astype(np.int32)
    customers = Customers(leaf, 12, near, Standing(here % 7 // 3, ODDS))
    customers.hear_by(np.where(here % 3, -1, 0))
    customers.live_near(np.array([-1, 0, 5, 5, 12, 26, -1, 3, 3, 0, 1, 26]))
    return customers


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_words_is_of_no_matter_and_all_can_be_taken_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    customers = some_customers()
    customers.recount(TABLE)
    nothing = customers.told.copy()
    words = [(str(rng.choice(COLUMNS)), int(rng.integers(60)), NOON - int(rng.integers(10**7))) for _ in range(60)]
    for column, premise, at_ms in words:
        customers.tell(column, np.array([premise]), at_ms)
        if rng.random() < 0.5:
            customers.count(TABLE)
    customers.count(TABLE)
    fresh = some_customers()
    for name, at in customers.columns.items():
        fresh.tell(name, np.arange(60), at)
    fresh.recount(TABLE)
    assert (fresh.told == customers.told).all()
    customers.recount(TABLE)
    assert (fresh.told == customers.told).all()
    assert (fresh.special() == customers.special()).all()
    for name in COLUMNS:
        customers.tell(name, np.arange(60), 0)
    touched = customers.count(TABLE)
    assert touched.tolist() == list(range(11))
    assert not len(customers.words(ONSETS).hushed)
    assert (customers.told == nothing).all()
    assert not len(customers.special())


def test_how_it_stands_near_by_counts_for_who_speaks_and_for_who_is_silent() -> None:
    customers = some_customers()
    customers.tell("report_ms", np.array([6, 11, 16]), NOON - 10**6)
    customers.recount(TABLE)
    evidence = customers.told.copy()
    alone = [TABLE.evidence(customers.heard(customers.members(place), ONSETS)).sum(axis=0) for place in range(11)]
    assert (evidence[:, :11] == np.array(alone).T).all()
    customers.live_near(np.full(12, -1))
    customers.recount(TABLE)
    moved = (customers.told != evidence).any(axis=0)
    assert moved[[1, 2, 3, 4, 5]].all()
    assert not moved[[0, 6]].any()


def test_who_is_outside_the_network_says_nothing_of_it() -> None:
    customers = some_customers()
    customers.recount(TABLE)
    customers.tell("report_ms", np.arange(5), NOON)
    assert not len(customers.count(TABLE))


def test_a_meter_on_again_after_its_gasp_says_nothing_of_the_gasp() -> None:
    customers = some_customers()
    customers.tell("off_ms", np.array([7]), NOON - 10 * QUANTUM_MS)
    customers.tell("on_ms", np.array([7]), NOON - 5 * QUANTUM_MS)
    heard = customers.heard(np.array([7]), ONSETS)
    assert (heard.off[0], heard.on[0]) == (-1, 5)
