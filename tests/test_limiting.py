from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.limiting import Bucket, source_of


@given(
    st.floats(0.1, 500),
    st.lists(st.tuples(st.integers(0, 1_000), st.floats(0, 5, allow_subnormal=False)), max_size=40),
)
def test_over_any_time_no_more_whole_tokens_than_its_rate_and_its_burst(
    per_second: float, asks: list[tuple[int, float]]
) -> None:
    bucket, now = Bucket(max(1.0, per_second), per_second, 0.0), 0.0
    taken: list[tuple[float, int]] = []
    for wanted, later in asks:
        now += later
        got = bucket.take_whole(wanted, now)
        assert 0 <= got <= wanted
        taken.append((now, got))
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            seconds = taken[last][0] - taken[first][0]
            together = sum(count for _, count in taken[first : last + 1])
            assert together <= max(1.0, per_second) + seconds * per_second + 1e-6


def test_a_slow_bucket_lets_one_go_at_a_time() -> None:
    bucket = Bucket(1.0, 0.5, 0.0)
    assert [bucket.take_whole(9, now) for now in (0.0, 0.5, 1.9, 2.0, 4.0)] == [1, 0, 0, 1, 1]


def test_a_household_of_ipv6_is_one_source_and_ipv4_is_itself_however_it_is_written() -> None:
    assert source_of("2001:db8::1") == source_of("2001:db8::ffff") != source_of("2001:db8:1::1")
    assert source_of("203.0.113.9") == source_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert source_of("no:address") == source_of("testclient") == "unknown"
