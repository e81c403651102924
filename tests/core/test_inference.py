"""The network's inference: one answer whatever the order and the steps, and what people know."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.calling import TEXT, Calling, LocalTime, Shut
from stormops.core.hearing import Rates
from stormops.core.inference import CLOSED_NOW, Inference
from stormops.core.most_probable import most_probable
from stormops.core.network import EdgeKind, Tree, trace
from stormops.core.strays import Vicinity, rate
from tests.core.callers import Caller, Callers
from tests.core.radial import radial_city
from tests.core.trees import Known, enumerate_all

MINUTE = 60_000
NOON = 490_000 * 3_600_000
CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=6)
TREE = trace(CITY.network, CITY.premises)
NOBODY = np.empty(0, np.intp)
HABITS = Rates(report=0.4, wrong_link=0.0, service=0.0, hush=0.2, misplaced=0.05, span_ms=7_200_000.0)
DOWN = Shut(TEXT, NOON - 30 * MINUTE, NOON - 9 * MINUTE)
DAWN = Calling(LocalTime((0,), (13 * 3_600_000,)), (0.5, 0.2, 0.3), (DOWN,))


def device(kind: EdgeKind, premise: int) -> int:
    """The device of a kind above a premise."""
    return next(d for d in TREE.path(premise) if TREE.kind[d] == kind)


def engine() -> Inference:
    opens = np.where(TREE.kind == EdgeKind.TRANSFORMER, 1e-3, 1e-2)
    near = Vicinity(*CITY.metres(CITY.premises.lon, CITY.premises.lat)).near(TREE.premise_device)
    return Inference(TREE, opens, Rates(), near=near)


def predicted(inference: Inference) -> list[int]:
    return sorted(inference.places.node[inference.prediction.predicted()].tolist())


def report(inference: Inference, premises: list[int] | range, minutes: float) -> None:
    inference.customers.tell("report_ms", np.array(premises), NOON + round(minutes * MINUTE))


def same(one: Inference, other: Inference) -> None:
    for name in ("inside", "message", "above", "cause", "first", "top", "since"):
        assert np.array_equal(getattr(one.posterior, name), getattr(other.posterior, name)), name
    assert (one.prediction.top == other.prediction.top).all()


@pytest.mark.parametrize("seed", range(12))
def test_updates_give_bit_for_bit_what_a_fresh_engine_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inference, now, before = engine(), NOON, NOBODY
    inference.deafen(np.where(np.arange(576) % 2, 0, -1), np.zeros((1, 2), np.int64))
    for _ in range(12):
        now += int(rng.choice([1, 1_000, 200_000, 4_000_000]))
        some = np.unique(rng.integers(24, size=rng.integers(1, 8)) + 24 * int(rng.integers(24)))
        column = str(rng.choice(["report_ms", "report_ms", "off_ms", "on_ms", "answered_ms"]))
        inference.customers.tell(column, some, now - int(rng.integers(3_000_000)) * int(rng.random() < 0.8))
        if rng.random() < 0.3:
            inference.hold(int(rng.integers(len(TREE))), held=bool(rng.random() < 0.6))
        if rng.random() < 0.2:
            inference.close(rng.integers(len(TREE), size=1).astype(np.intp), int(rng.choice([now, CLOSED_NOW, 0])))
        before = inference.prediction.predicted()
        inference.update(now, before)
    fresh = engine()
    fresh.deafen(inference.customers.area, np.zeros((1, 2), np.int64))
    for name, column_of in inference.customers.columns.items():
        fresh.customers.tell(name, rng.permutation(576), column_of[rng.permutation(576)] * 0)
        fresh.customers.tell(name, np.arange(576), column_of)
    for place in np.flatnonzero(inference.held):
        fresh.hold(int(inference.places.node[place]), held=True)
    for place in np.flatnonzero(inference.closed_ms):
        fresh.close(inference.places.node[[place]], int(inference.closed_ms[place]))
    fresh.update(now, before)
    same(inference, fresh)


def test_weighing_gives_the_likelihood_that_settling_does_and_what_follows_is_not_touched_by_it() -> None:
    inference, other = engine(), engine()
    for one in (inference, other):
        report(one, [24, 31, 37, 44], 3)
    weight = inference.weigh(NOON + 5 * MINUTE)
    other.update(NOON + 5 * MINUTE, NOBODY)
    assert weight == other.posterior.message[-1, other.places.parent < 0].sum()
    inference.update(NOON + 5 * MINUTE, NOBODY)
    same(inference, other)


def test_reports_of_a_lateral_are_its_fuse_and_all_its_customers_are_out() -> None:
    inference = engine()
    report(inference, [24, 31, 37, 44], 3)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    fuse = device(EdgeKind.FUSE, 24)
    assert predicted(inference) == [fuse]
    out = inference.out()
    assert (out[24:48] > 0.9).all()
    assert (out[48:] < 0.1).all()


def test_one_report_is_no_device() -> None:
    inference = engine()
    report(inference, [30], 3)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    assert predicted(inference) == []


def test_nothing_is_predicted_through_a_device_known_closed() -> None:
    inference = engine()
    fuse = device(EdgeKind.FUSE, 24)
    report(inference, [24, 31, 37, 44], 3)
    inference.close(np.array([fuse]), CLOSED_NOW)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    assert fuse not in predicted(inference)
    assert inference.posterior.cause[:, inference.places.place[fuse]].sum() == 0


def test_who_is_still_out_after_a_restoration_has_a_fault_below() -> None:
    inference = engine()
    fuse, transformer = device(EdgeKind.FUSE, 24), device(EdgeKind.TRANSFORMER, 24)
    report(inference, [24, 31, 37, 44], 3)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    report(inference, [24, 31, 37, 44], -NOON / MINUTE)
    inference.customers.tell("answered_ms", np.arange(24, 48), NOON + 60 * MINUTE)
    inference.close(np.array([fuse]), NOON + 60 * MINUTE)
    inference.update(NOON + 61 * MINUTE, NOBODY)
    assert predicted(inference) == []
    report(inference, [25, 26, 28], 75)
    inference.update(NOON + 90 * MINUTE, NOBODY)
    assert predicted(inference) == [transformer]


def test_below_a_device_known_open_nothing_else_is_predicted_and_all_are_out() -> None:
    inference = engine()
    fuse = device(EdgeKind.FUSE, 24)
    inference.hold(fuse, held=True)
    report(inference, [24, 25, 26, 27, 31, 37, 44], 3)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    assert predicted(inference) == []
    assert (inference.out()[24:48] == 1).all()
    inference.hold(fuse, held=False)
    inference.update(NOON + 60 * MINUTE, NOBODY)
    assert predicted(inference) == [fuse]


def test_silent_meters_speak_for_service_only_while_they_can_be_heard() -> None:
    chances = []
    for silent in (False, True):
        inference = engine()
        since = NOON - MINUTE if silent else 0
        inference.deafen(np.full(576, int(silent)), np.array([[0, 0], [since, NOON + 60 * MINUTE * silent]]))
        report(inference, [24, 31], 3)
        inference.update(NOON + 30 * MINUTE, NOBODY)
        chances.append(inference.out()[24])
    assert chances[0] < 0.5 < chances[1]


def test_everybody_s_chance_is_the_mean_over_since_when_it_may_be_lost_above() -> None:
    inference = engine()
    area = np.arange(576, dtype=np.int32) % 3 - 1
    inference.deafen(area, np.array([[0, 0], [NOON - MINUTE, 0]]))
    report(inference, [24, 25, 31, 37, 300], 3)
    inference.customers.tell("off_ms", np.array([26, 40, 100]), NOON + 2 * MINUTE)
    inference.update(NOON + 30 * MINUTE, NOBODY)
    out, customers = inference.out(), inference.customers
    for premise in range(576):
        heard = customers.heard(np.array([premise]), inference.hearing.onsets)
        on = inference.hearing.powered(heard)[0] @ inference.posterior.since[:, customers.leaf[premise]]
        assert np.isclose(out[premise], 1 - on, atol=1e-12)
    served, _ = inference.served(np.array([100]))
    own = 1 - served[0] * inference.posterior.since[-1, customers.leaf[100]]
    assert out[100] > own, "who gasped alone is out by their own service, or where they hang in truth"


def test_a_city_without_a_network() -> None:
    city = radial_city()
    city.network.bus_source[:] = False
    tree = trace(city.network, city.premises)
    inference = Inference(tree, np.empty(0), Rates())
    report(inference, [5], 0)
    assert not len(inference.update(NOON, NOBODY))
    assert inference.out().tolist() == [0.0] * len(city.premises)


def small() -> tuple[Inference, Tree]:
    """A breaker, two fuses below it, two transformers; at dawn, when a line was down and neighbours had reported."""
    city = radial_city(feeders=1, laterals=2, transformers=1, houses=4)
    tree = trace(city.network, city.premises)
    near = Vicinity(*city.metres(city.premises.lon, city.premises.lat)).near(tree.premise_device)
    opens = np.where(tree.kind == EdgeKind.TRANSFORMER, 0.02, 0.1)
    inference = Inference(tree, opens, HABITS, widths=(20, 6, 1), near=near)
    inference.call_by(DAWN)
    for premise, minutes in ((0, -31), (1, -19), (3, -5), (4, -18), (6, -1)):
        report(inference, [premise], minutes)
    inference.update(NOON, NOBODY)
    return inference, tree


def test_the_posterior_is_that_of_all_histories_of_all_callers_counted_step_by_step() -> None:
    inference, tree = small()
    onsets, customers = inference.hearing.onsets, inference.customers
    callers = Callers(onsets, HABITS, DAWN)
    at_ms = customers.columns["report_ms"]
    ages = np.where(at_ms > 0, onsets.ages(at_ms), -1)
    steps = customers.heard(np.arange(8), onsets).stray
    assert (steps >= 0).sum() == 3
    evidence = np.zeros((len(tree), 4))
    for premise in range(8):
        device = int(tree.premise_device[premise])
        below = np.flatnonzero((tree.premise_device == device) & (ages >= 0))
        ratios = callers.ratios(Caller(int(ages[premise]), tuple(ages[below].tolist()), float(rate(steps)[premise])))
        evidence[device, :-1] += np.log(ratios)
    prior = inference.posterior.prior.T[inference.places.place]
    known = Known(tree.parent, prior, evidence)
    counted, node = enumerate_all(known), inference.places.node
    np.testing.assert_allclose(inference.posterior.cause.T, counted.cause[node], atol=1e-9, rtol=0)
    np.testing.assert_allclose(inference.posterior.since.T, counted.since[node], atol=1e-9, rtol=0)
    best, weight = most_probable(inference.places, inference.posterior.prior.T, inference.posterior.evidence.T)
    assert best[inference.places.place].tolist() == list(counted.best)
    assert abs(weight - counted.weight) < 1e-8
