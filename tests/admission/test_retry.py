from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.retry import jittered, retry_after


@given(st.floats(0, 3600), st.floats(0, 1, exclude_max=True))
def test_a_quarter_to_each_side(seconds: float, chance: float) -> None:
    assert 0.75 * seconds <= jittered(seconds, chance) <= 1.25 * seconds


def test_the_shortest_wait_still_spreads_a_crowd_over_three_seconds() -> None:
    waits = [retry_after(0, n / 100) for n in range(100)]
    assert {3, 4, 5} == set(waits)
    assert max(waits.count(w) for w in (3, 4, 5)) <= 52
