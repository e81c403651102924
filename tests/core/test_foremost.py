from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.core.foremost import Foremost


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 9), st.integers(-3, 3))), max_size=400))
def test_the_weightiest_comes_first_with_its_newest_weight(steps: list[tuple[int, int] | None]) -> None:
    foremost, weights = Foremost(), dict[int, int]()
    for step in steps:
        if step is None:
            expected = min(weights, key=lambda key: (-weights[key], key), default=None)
            assert foremost.pop() == expected
            weights.pop(-1 if expected is None else expected, None)
        else:
            weights[step[0]] = step[1]
            foremost.put(*step)
        assert len(foremost) == len(weights)
