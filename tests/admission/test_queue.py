from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormops.admission.queue import Lane, WorkQueue


@dataclass(eq=False)
class Item:
    lane: int
    work_s: float = 0.0625
    expires_at: float = float("inf")


def test_safety_then_p0_then_the_rest_each_in_its_order() -> None:
    queue: WorkQueue[Item] = WorkQueue(1.0)
    items = [Item(lane) for lane in (4, 1, 0, 3, 2, 1, 0)]
    for item in items:
        assert queue.offer(item) == []
    assert [items.index(queue.pop()) for _ in items] == [2, 6, 1, 5, 4, 3, 0]
    with pytest.raises(IndexError):
        queue.pop()


def test_the_newest_of_the_lowest_goes_first_and_an_equal_is_refused() -> None:
    queue: WorkQueue[Item] = WorkQueue(0.1875)
    p1, p3, p3_newer = Item(Lane.P1), Item(Lane.P3), Item(Lane.P3)
    for item in (p1, p3, p3_newer):
        queue.offer(item)
    assert queue.offer(Item(Lane.P3)) is None
    assert queue.offer(Item(Lane.P0)) == [p3_newer]
    assert queue.offer(Item(Lane.P0, 0.125)) == [p3, p1]
    assert queue.offer(Item(Lane.P0)) is None
    assert queue.offer(Item(Lane.SAFETY)) is not None


def test_one_may_wait_however_large_it_is() -> None:
    queue: WorkQueue[Item] = WorkQueue(0.1)
    assert queue.offer(Item(Lane.P3, 5.0)) == []
    assert queue.offer(Item(Lane.P3, 0.01)) is None


def test_p2_gets_its_share_and_p3_none() -> None:
    queue: WorkQueue[Item] = WorkQueue(1e9)
    for lane in (Lane.P0, Lane.P2, Lane.P3):
        for _ in range(2000):
            queue.offer(Item(lane))
    out = [queue.pop().lane for _ in range(2000)]
    assert 0.02 <= out.count(Lane.P2) / len(out) <= 0.05
    assert out.count(Lane.P3) == 0


def test_who_waited_in_vain_is_taken_out() -> None:
    queue: WorkQueue[Item] = WorkQueue(1.0)
    early, late = Item(Lane.P1, expires_at=1.0), Item(Lane.P1, expires_at=2.0)
    queue.offer(early)
    queue.offer(late)
    assert queue.expire(1.0) == [early]
    assert queue.head() is late


class Bounded(RuleBasedStateMachine):
    """Whatever is offered and taken: the bound holds, the sums are right, nothing higher was put out for lower."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: WorkQueue[Item] = WorkQueue(0.25)
        self.inside: list[Item] = []

    @rule(lane=st.sampled_from(Lane), work=st.floats(0.001, 0.2))
    def offer(self, lane: Lane, work: float) -> None:
        item = Item(lane, work)
        could = self.queue.would_take(lane, work)
        evicted = self.queue.offer(item)
        assert could == (evicted is not None)
        if evicted is not None:
            assert all(one.lane > lane for one in evicted)
            self.inside = [one for one in self.inside if one not in evicted] + [item]

    @rule()
    def pop(self) -> None:
        if self.inside:
            aged = self.queue.aged
            item = self.queue.pop()
            assert aged or item.lane == min(one.lane for one in self.inside)
            self.inside.remove(item)

    @invariant()
    def bound(self) -> None:
        work = sum(item.work_s for item in self.inside)
        assert len(self.queue) == len(self.inside)
        assert self.queue.work_s == pytest.approx(work, abs=1e-9)
        assert work <= 0.25 + 1e-9 or len(self.inside) == 1


TestBounded = Bounded.TestCase


@given(st.lists(st.sampled_from(Lane), max_size=60))
def test_put_back_is_first_of_its_lane(lanes: list[Lane]) -> None:
    queue: WorkQueue[Item] = WorkQueue(1e9)
    for lane in lanes:
        queue.offer(Item(lane))
    mine = Item(Lane.P1)
    queue.put_back(mine)
    while (item := queue.pop()).lane < Lane.P1:
        pass
    assert item is mine
