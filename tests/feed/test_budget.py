"""The budget is never overdrawn, first come is first served, and who gives up leaves no hole."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormops.feed.budget import Budget


def budget_of(most: int) -> tuple[Budget[str], list[tuple[str, int]]]:
    granted: list[tuple[str, int]] = []
    return Budget(most, lambda who, size: granted.append((who, size))), granted


def test_what_fits_is_taken_at_once() -> None:
    budget, granted = budget_of(10)
    assert budget.take(4, "a") == 4
    assert budget.take(6, "b") == 6
    assert budget.used == 10
    assert granted == []


def test_more_than_everything_takes_everything() -> None:
    budget, _ = budget_of(10)
    assert budget.take(1_000, "a") == 10
    budget.give(10)
    assert budget.used == 0


def test_first_come_is_first_served() -> None:
    budget, granted = budget_of(10)
    budget.take(8, "first")
    assert budget.take(9, "big") == 0
    assert budget.take(1, "small") == 0, "there would be room, but it is not its turn"
    assert budget.take(9, "big") == 0, "who waits already does not wait twice"
    budget.give(8)
    assert granted == [("big", 9), ("small", 1)]


def test_who_stops_waiting_lets_the_next_through() -> None:
    budget, granted = budget_of(10)
    budget.take(5, "first")
    budget.take(9, "impatient")
    budget.take(5, "patient")
    budget.forget("impatient")
    assert granted == [("patient", 5)]
    budget.forget("a stranger")
    assert budget.used == 10


class Crowd(RuleBasedStateMachine):
    """Any crowd stays within the budget, and everybody is served in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.budget: Budget[int] = Budget(100, self.granted)
        self.holding: dict[int, int] = {}
        self.waiting: list[int] = []
        self.count = 0

    def granted(self, who: int, size: int) -> None:
        assert self.waiting.pop(0) == who
        self.holding[who] = size

    @rule(size=st.integers(1, 150))
    def come(self, size: int) -> None:
        self.count += 1
        taken = self.budget.take(size, self.count)
        if taken:
            self.holding[self.count] = taken
        else:
            self.waiting.append(self.count)

    @rule(which=st.integers(0, 100))
    def go(self, which: int) -> None:
        if self.holding:
            self.budget.give(self.holding.pop(sorted(self.holding)[which % len(self.holding)]))

    @rule(which=st.integers(0, 100))
    def give_up(self, which: int) -> None:
        if self.waiting:
            self.budget.forget(self.waiting.pop(which % len(self.waiting)))

    @invariant()
    def never_overdrawn(self) -> None:
        assert self.budget.used == sum(self.holding.values()) <= 100

    def teardown(self) -> None:
        while self.holding:
            self.go(0)
        assert self.waiting == []
        assert self.budget.used == 0


Crowd.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestCrowd = Crowd.TestCase
