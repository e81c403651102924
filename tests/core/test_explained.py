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
