"""Rates learned from what was heard."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.hearing import Rates
from stormops.core.inference import Inference
from stormops.core.learning import learn
from stormops.core.network import EdgeKind, trace
from tests.core.radial import radial_city

CITY = radial_city(feeders=20, laterals=10, transformers=5, houses=8)
TREE = trace(CITY.network, CITY.premises)
TRUE = {EdgeKind.TRANSFORMER: 0.02, EdgeKind.FUSE: 0.1, EdgeKind.BREAKER: 0.15}
ORDER = [int(k) for k in (EdgeKind.FUSE, EdgeKind.BREAKER, EdgeKind.TRANSFORMER)]
KIND = np.searchsorted(ORDER, TREE.kind).astype(np.int32)


def storm(seed: int, report: float, false: float, scale: float = 1.0) -> np.ndarray:
    """Who reports in a storm without times."""
    rng = np.random.default_rng(seed)
    opened = rng.random(len(TREE)) < scale * np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind])
    out = np.array([opened[TREE.path(p)].any() for p in range(len(CITY.premises))])
    return np.flatnonzero((out & (rng.random(len(out)) < report)) | (rng.random(len(out)) < false))


def learned(reports: np.ndarray, believed: Rates, opens: np.ndarray, steps: int = 8) -> tuple[Rates, np.ndarray]:
    inference = Inference(TREE, opens, believed, widths=(1,))
    start = inference.opens
    inference.customers.tell("report_ms", reports, 1)
    for _ in range(steps):
        inference.update(1, np.empty(0, np.intp))
        inference.believe(*learn(inference, believed, start, KIND[inference.places.node]))
    return inference.rates, inference.opens / start


@pytest.mark.parametrize("told", [0.05, 0.3])
def test_the_share_that_reports_is_found_whatever_was_believed(told: float) -> None:
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind])
    rates, _ = learned(storm(1, 0.15, 1e-3), Rates(report=told, delay_ms=0, false=5e-3), opens)
    assert 0.12 < rates.report < 0.18
    assert rates.false < 5e-3


def test_false_reports_of_a_quiet_day_are_told_from_failures() -> None:
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind]) / 10
    rates, factor = learned(storm(2, 0.1, 4e-3, scale=0.0), Rates(delay_ms=0, false=4e-4), opens)
    assert rates.false > 1.5e-3
    assert factor.max() < 1.1


def test_a_storm_is_worse_than_was_forecast() -> None:
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind]) / 5
    _, factor = learned(storm(3, 0.2, 1e-3), Rates(report=0.2, delay_ms=0, false=1e-3), opens)
    assert factor.max() > 1.8


def test_without_evidence_nothing_is_learned_but_that_nobody_speaks() -> None:
    opens = np.full(len(TREE), 1e-4)
    believed = Rates(delay_ms=0)
    rates, factor = learned(np.empty(0, np.intp), believed, opens)
    assert rates.report == pytest.approx(believed.report, rel=0.05)
    assert believed.false / 2 < rates.false <= believed.false
    assert (factor <= 1.001).all()
