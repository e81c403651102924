from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.core.explained import Explained


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=60))
def test_who_is_explained_who_joined_and_since_when(steps: list[tuple[int, int]]) -> None:
    explained, first, before = Explained(), dict[int, int](), set[int]()
    for number, (premise, since) in enumerate(steps):
        if premise in first and since == 1:
            explained.remove(premise, first.pop(premise))
        else:
            explained.forget(first.get(premise, since))
            first[premise] = since
            explained.add(premise, since)
        assert explained.premises == first.keys()
        assert explained.since(first) == min(first.values(), default=0)
        assert explained.joined == set(first) - before
        assert explained.changed == (set(first) != before)
        if number % 3 == 0:
            assert explained.tell() == tuple(sorted(set(first) - before))
            before = set(first)


@given(st.lists(st.tuples(st.sets(st.integers(0, 5), min_size=1), st.booleans()), max_size=30))
def test_many_come_and_go_as_one_by_one(steps: list[tuple[set[int], bool]]) -> None:
    one, many, first = Explained(), Explained(), {premise: 10 - premise // 2 for premise in range(6)}
    for premises, come in steps:
        if come:
            for premise in premises:
                one.add(premise, first[premise])
            many.take_over(premises, first)
        else:
            here = premises & one.premises
            for premise in here:
                one.remove(premise, first[premise])
            many.give_up(here, first)
        assert (many.premises, many.joined, many.changed) == (one.premises, one.joined, one.changed)
        assert many.since(first) == one.since(first)
        if len(premises) == 1:
            assert many.tell() == one.tell()
