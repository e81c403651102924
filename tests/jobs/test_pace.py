from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.jobs.pace import Pace


@given(
    st.floats(0.1, 500),
    st.lists(st.tuples(st.integers(0, 1_000), st.floats(0, 5, allow_subnormal=False)), max_size=40),
)
def test_over_any_time_no_more_than_its_pace_and_a_seconds_worth(
    per_second: float, asks: list[tuple[int, float]]
) -> None:
    pace, now = Pace(per_second, 0.0), 0.0
    taken: list[tuple[float, int]] = []
    for wanted, later in asks:
        now += later
        got = pace.take(wanted, now)
        assert 0 <= got <= wanted
        taken.append((now, got))
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            seconds = taken[last][0] - taken[first][0]
            together = sum(count for _, count in taken[first : last + 1])
            assert together <= max(1.0, per_second) + seconds * per_second + 1e-6


def test_a_slow_pace_lets_one_go_at_a_time() -> None:
    pace = Pace(0.5, 0.0)
    assert [pace.take(9, now) for now in (0.0, 0.5, 1.9, 2.0, 4.0)] == [1, 0, 0, 1, 1]
