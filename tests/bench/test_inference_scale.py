"""The speed benchmark, small: it measures the real engine in a storm, and says what it measured."""

from __future__ import annotations

import numpy as np

from stormops.core.onset import QUANTUM_MS
from tests.bench.bars import Bars
from tests.bench.inference_scale import NOON, city, engine, measure, recompute


def test_the_engine_explains_the_storm_that_is_measured() -> None:
    inference, reporting = engine(6)
    recompute(inference, NOON)
    assert len(inference.prediction.predicted())
    first = inference.posterior.since.copy()
    recompute(inference, NOON + QUANTUM_MS)
    assert not np.array_equal(first, inference.posterior.since), "another quantum, another answer"
    assert len(reporting) > 20


def test_both_parts_say_what_they_measured() -> None:
    bars: Bars = {}
    city(bars, 2, updates=40)
    assert all(measured > 0 for measured, *_ in bars.values())
    one = measure(2)
    assert one.customers > 2_000
    assert 0 < one.out < 1
