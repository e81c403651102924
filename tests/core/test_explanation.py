"""What every grouper promises: the answer is a function of the open reports, holds and last tick alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.clustering import Clusters
from stormops.core.grouping import Group, Grouper
from stormops.core.network import trace
from stormops.core.network_groups import Explanations
from tests.core.radial import radial_city

CITY = radial_city()
TREE = trace(CITY.network, CITY.premises)
MINUTE = 60_000

MAKERS: dict[str, Callable[[], Grouper]] = {
    "clusters": lambda: Clusters(CITY),
    "explanations": lambda: Explanations(CITY, TREE),
}

step = st.one_of(
    st.tuples(st.just("block"), st.integers(0, len(CITY.premises) - 1), st.integers(1, 25)),
    st.tuples(st.just("withdraw"), st.integers(0, 10_000), st.integers(1, 20)),
    st.tuples(st.just("hold"), st.integers(0, len(TREE) - 1), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 20 * 60), st.just(0)),
)


class Story:
    """Plays steps on a grouper and remembers what is open, as a model."""

    def __init__(self, make: Callable[[], Grouper], chance: random.Random) -> None:
        self.make, self.chance = make, chance
        self.grouper = make()
        self.open: list[tuple[int, int]] = []
        self.held: set[int] = set()
        self.now = 1_000_000 * MINUTE
        self.shown: dict[tuple[int, int], Group] = {}

    def play(self, kind: str, a: int, b: int) -> None:
        if kind == "block":
            for _ in range(b):
                premise = (a + self.chance.randrange(12)) % len(CITY.premises)
                report = premise, self.now - self.chance.randrange(-20, 90) * MINUTE
                self.open.append(report)
                self.grouper.add(*report)
        elif kind == "withdraw":
            for _ in range(min(b, len(self.open))):
                self.grouper.remove(*self.open.pop(self.chance.randrange(len(self.open))))
        elif kind == "hold":
            held = a not in self.held
            (self.held.add if held else self.held.discard)(a)
            self.grouper.hold(a if isinstance(self.grouper, Explanations) else -1, held=held)
        else:
            self.now += a * MINUTE

    def update(self) -> None:
        delta = self.grouper.update(self.now)
        for key in delta.gone:
            del self.shown[key]
        for told in delta.changed:
            group = told._replace(premises=tuple(sorted(told.premises)))
            assert self.shown.get(group.key) != group
            self.shown[group.key] = group

    def batch(self) -> list[Group]:
        fresh = self.make()
        again = list(self.open)
        self.chance.shuffle(again)
        for report in again:
            fresh.add(*report)
        if isinstance(fresh, Explanations):
            for device in self.held:
                fresh.hold(device, held=True)
            fresh.remember(device for device, _ in self.shown if device >= 0 and device not in self.held)
        fresh.update(self.now)
        return fresh.groups()


@pytest.mark.parametrize("name", sorted(MAKERS))
@settings(max_examples=40, deadline=None)
@given(steps=st.lists(step, max_size=12), seed=st.integers(0, 999))
def test_answer_is_that_of_a_batch_at_every_step(name: str, steps: list[tuple[str, int, int]], seed: int) -> None:
    story = Story(MAKERS[name], random.Random(seed))
    for one in steps:
        story.play(*one)
        story.update()
        groups = story.grouper.groups()
        assert groups == story.batch()
        assert groups == [story.shown[key] for key in sorted(story.shown)]
        assert sorted(p for g in groups for p in g.premises) == sorted({p for p, _ in story.open})
        check_out(groups)


def check_out(groups: list[Group]) -> None:
    out = [p for g in groups for p in g.out]
    assert len(out) == len(set(out))
    for group in groups:
        premises = list(group.premises)
        assert premises == sorted(premises)
        assert 1 <= group.probability <= 9_999
        if group.device < 0:
            assert set(group.premises) <= set(group.out)
            assert group.anchor == premises[0]
        else:
            assert group.out == ()


def test_report_that_is_not_open_cannot_be_taken_back() -> None:
    grouper = Explanations(CITY, TREE)
    grouper.add(3, 1)
    with pytest.raises(ValueError, match="not in list"):
        grouper.remove(3, 2)
    with pytest.raises(KeyError):
        grouper.remove(4, 1)
