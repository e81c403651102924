"""The dynamic programme finds what trying every set of failures finds."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.beliefs import Beliefs
from stormops.core.causes import Causes
from stormops.core.evidence import UNIT, Table
from stormops.core.hierarchy import hierarchy

BELIEFS = Beliefs(recent=2, coarse=(), fewest=1)
SLOTS = 3
PARENT = [-1, 0, 0, 1]
PER_LEAF = {1: 3, 2: 4, 3: 2}
"""Node 0 over 1 and 2, 1 over 3; premises right below 1, 2 and 3."""
LEAF = [node for node, count in PER_LEAF.items() for _ in range(count)]
PRIOR = [-3.0, -2.5, -2.0, -4.0]
PLACES = hierarchy(np.array(PARENT, np.int32), np.array(LEAF, np.int32), np.array(PRIOR))
CUSTOMERS = (PLACES.last - PLACES.first).astype(np.int64)


def under(leaf: int, node: int) -> bool:
    while leaf >= 0 and leaf != node:
        leaf = PARENT[leaf]
    return leaf == node


def worth(starts: tuple[int, ...], slots: list[int], table: Table) -> float:
    """The value of failures at these slots (one a node, SLOTS = none), counted report by report."""
    total, explained = 0.0, set()
    for node, start in enumerate(starts):
        cut = SLOTS
        over = PARENT[node]
        while over >= 0:
            cut, over = min(cut, starts[over]), PARENT[over]
        if start >= cut:
            if start < SLOTS:
                return -np.inf  # a failure below one that came before it is not seen
            continue
        counts = np.zeros((1, SLOTS))
        for premise, slot in enumerate(slots):
            if slot >= 0 and under(LEAF[premise], node) and slot < cut:
                counts[0, slot] += 1
                if slot >= start:
                    explained.add(premise)
        pair = cut * (cut - 1) // 2 + start
        total += PRIOR[node] * UNIT + table._when[pair] + table._causes(counts, CUSTOMERS[node : node + 1])[0, pair]
    alone = sum(1 for premise, slot in enumerate(slots) if slot >= 0 and premise not in explained)
    return total + alone * table.single


@settings(max_examples=60, deadline=None)
@given(slots=st.lists(st.integers(-1, SLOTS - 1), min_size=len(LEAF), max_size=len(LEAF)))
def test_no_set_of_failures_is_better(slots: list[int]) -> None:
    table = Table(BELIEFS, 100)
    causes = Causes(PLACES, table, silent=False)
    reporting = [premise for premise, slot in enumerate(slots) if slot >= 0]
    causes.count(PLACES.leaf[reporting], np.array([slots[p] for p in reporting], np.int8), 1)
    causes.settle(CUSTOMERS, SLOTS)
    best = max(worth(starts, slots, table) for starts in itertools.product(range(SLOTS + 1), repeat=len(PARENT)))
    assert abs(causes._best[0, SLOTS] - best) < UNIT / 100


def test_rows_name_the_cause_of_each_slot() -> None:
    """Node 3 fails in slot 1 and all of node 1 hours later: earlier reports below 3 keep their cause."""
    hours = Beliefs(recent=8, coarse=())
    causes = Causes(PLACES, Table(hours, 100), silent=False)
    leaf, slot = np.array([3, 3, 1, 1, 1], np.int32), np.array([1, 1, 8, 8, 8], np.int8)
    causes.count(leaf, slot, 1)
    rows, _ = causes.settle(CUSTOMERS, 9)
    assert set(causes.row[3, 1:8].tolist()) <= {3, 1}
    assert (causes.row[3, 1], causes.row[3, 8]) == (3, 1)
    assert (causes.row[1, 1], causes.row[1, 8]) == (-1, 1)
    assert {1, 3} <= set(rows.tolist())
    assert causes.chance[1] > 9_000
    causes.count(leaf, slot, -1)
    causes.settle(CUSTOMERS, 9)
    assert (causes.row[1] == -1).all()
    assert not causes._best.any()


def test_customers_that_changed_are_worked_out_again() -> None:
    causes = Causes(PLACES, Table(BELIEFS, 100), silent=False)
    causes.count(np.array([2, 2], np.int32), np.array([2, 2], np.int8), 1)
    causes.settle(CUSTOMERS, SLOTS)
    before = causes._best[2, SLOTS]
    fewer = CUSTOMERS.copy()
    fewer[[0, 2]] -= 2
    causes.distrust(fewer != CUSTOMERS)
    causes.settle(fewer, SLOTS)
    assert causes._best[2, SLOTS] > before
