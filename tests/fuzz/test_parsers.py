"""No parser of the intake crashes or hangs, whatever it is given. `make bench-fuzz` does this for longer."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

HANG_SECONDS = 2.0
EXAMPLES = 30


def damaged(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Inputs near those that are taken: cut, doubled, with bytes put in and others left out; and any bytes at all."""
    seed = st.sampled_from(seeds)
    place = st.integers(0, max(map(len, seeds)))
    spliced = st.builds(lambda s, a, b, x: s[:a] + x + s[b:], seed, place, place, st.binary(max_size=12))
    twice = st.builds(lambda s, a, n: s[:a] + s[a:] * n, seed, place, st.integers(0, 300))
    spoken = st.builds(lambda s, a, x: s[:a] + x.encode("utf-8", "replace") + s[a:], seed, place, st.text(max_size=20))
    return st.one_of(spliced, twice, spoken, st.binary(max_size=300))


@pytest.mark.parametrize("name", list(TARGETS))
def test_it_neither_crashes_nor_hangs(name: str) -> None:
    target = TARGETS[name]
    for seed in target.seeds:
        target.run(seed)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged(target.seeds))
    def drive(body: bytes) -> None:
        started = time.perf_counter()
        target.run(body)
        assert time.perf_counter() - started < HANG_SECONDS

    drive()
