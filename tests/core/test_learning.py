"""Rates learned from what was heard."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.hearing import Rates
from stormops.core.inference import Inference
from stormops.core.learning import Learned, learn, slopes
from stormops.core.nearby import Nearby
from stormops.core.network import EdgeKind, trace
from stormops.core.onset import Profile
from stormops.core.standing import Standing
from stormops.core.strays import Vicinity
from tests.core.radial import radial_city

CITY = radial_city(feeders=20, laterals=10, transformers=5, houses=8)
TREE = trace(CITY.network, CITY.premises)
WHERE = CITY.metres(CITY.premises.lon, CITY.premises.lat)
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
        learn(inference, believed, start, KIND[inference.places.node], 1)
    return inference.rates, np.log1p(-inference.opens) / np.log1p(-start) * inference.profile.times[-1]


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


def test_records_that_are_right_are_believed_the_more_and_the_share_that_is_out_is_found() -> None:
    """Who reports below a device with power is one of few: fewer than wrong links would let hear."""
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind])
    believed = Rates(report=0.6, delay_ms=0, false=1e-4, share_out=1e-3, wrong_link=0.05)
    rates, _ = learned(storm(4, 0.6, 1e-4), believed, opens)
    assert rates.wrong_link < 0.02
    assert 0.1 < rates.share_out < 0.5


def test_without_evidence_nothing_is_learned_but_that_nobody_speaks() -> None:
    opens = np.full(len(TREE), 1e-4)
    believed = Rates(delay_ms=0)
    rates, factor = learned(np.empty(0, np.intp), believed, opens)
    assert rates.report == pytest.approx(believed.report, rel=0.05)
    assert believed.false / 2 < rates.false <= believed.false
    assert (factor <= 1.001).all()


@pytest.mark.parametrize("opens", [1e-3, 0.5])
def test_a_city_all_of_which_reports_again_and_again_does_not_drive_the_rates_out_of_bounds(opens: float) -> None:
    rates, factor = learned(np.arange(len(CITY.premises)), Rates(delay_ms=0), np.full(len(TREE), opens), steps=40)
    assert np.isfinite([*rates, *factor]).all()
    assert max(rates.report, rates.false, rates.wrong_link) < 1
    assert -np.expm1(factor * np.log1p(-opens)).max() < 1


MINUTE = 60_000
NOON = 490_000 * 3_600_000


def in_time(seed: int, *, metered: bool, wrong_link: float = 0.0) -> Inference:
    """Some failures of the last hours, with calls and gasps as they come."""
    rng = np.random.default_rng(seed)
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind])
    rates = Rates(report=0.2, false=2e-3, service=1e-9, wrong_link=wrong_link, prompt=0.1)
    near = Vicinity(*WHERE).near(TREE.premise_device)
    standing = Standing(np.arange(len(TREE.premise_device)) % 7 // 3, (0.1, 1.0, 20.0))
    inference = Inference(TREE, opens, rates, begun_ms=NOON - 240 * MINUTE, near=near, standing=standing)
    inference.believe(rates, inference.opens, inference.profile, np.arange(len(TREE)) % 113 - 1)
    if metered:
        inference.deafen(np.zeros(len(CITY.premises), np.int32), np.zeros((1, 2), np.int64))
    for device in rng.choice(len(TREE), 25, replace=False):
        below = TREE.below(device)
        lost = NOON - int(rng.integers(10, 240)) * MINUTE
        called = below[rng.random(len(below)) < 0.2]
        late = rng.lognormal(np.log(20), 1.0, len(called)) * MINUTE
        at = lost + late.astype(np.int64)
        inference.customers.tell("report_ms", called[at < NOON].astype(np.intp), at[at < NOON])
        if metered:
            inference.customers.tell("off_ms", below[rng.random(len(below)) < 0.5].astype(np.intp), lost)
    if metered:
        alone = rng.choice(len(CITY.premises), 10, replace=False)
        inference.customers.tell("off_ms", alone, NOON - rng.integers(0, 240, 10) * MINUTE)
    return inference


def likelihood(inference: Inference, learned: Learned) -> float:
    """Of everything heard, by the exact sum over all histories."""
    inference.believe(*learned)
    inference.update(NOON, np.empty(0, np.intp))
    posterior, customers = inference.posterior, inference.customers
    reported = np.flatnonzero(customers.columns["report_ms"])
    strays = inference.hearing.strays(customers.heard(reported, inference.hearing.onsets))
    assert (strays > 0).sum() > 5
    everybody = len(customers.leaf) * np.log1p(-learned.rates.false)
    known = 0.0
    for place in np.flatnonzero(inference.held):
        below = inference.places.place[[d for d in range(len(TREE)) if inference.places.node[place] in up(d)]]
        known += np.logaddexp.reduce(
            np.log(np.maximum(posterior.prior[:, place], 1e-300)) + customers.told[:-1, below].sum(axis=1)
        )
    falsely = np.log(learned.rates.false + strays).sum() + everybody
    return float(known + posterior.message[-1, posterior.places.parent < 0].sum() + falsely)


def up(device: int) -> list[int]:
    """The device and all above it."""
    above = [device]
    while TREE.parent[above[-1]] >= 0:
        above.append(int(TREE.parent[above[-1]]))
    return above


@pytest.mark.parametrize("metered", [False, True])
@pytest.mark.parametrize("held", [(), (40, 300)])
def test_slopes_are_those_of_the_exact_likelihood(held: tuple[int, ...], metered: bool) -> None:
    inference = in_time(5, metered=metered)
    for device in held:
        inference.hold(device, held=True)
    kind = KIND[inference.places.node]
    inference.update(NOON, np.empty(0, np.intp))
    edges = inference.hearing.onsets.edges[:-1].astype(np.int64) * 120_000
    profile = Profile(tuple((inference.hearing.onsets.as_of - edges).tolist()), (1.0,) * len(edges))
    start = Learned(inference.rates, inference.opens, profile, inference.customers.near_out)
    likelihood(inference, start)
    found = slopes(inference, kind).sum(axis=0)[:-1]

    def moved(parameter: int, by: float) -> Learned:
        slots, rates = len(edges), start.rates
        if parameter < slots:
            times = [t * np.exp(by * (slot == parameter)) for slot, t in enumerate(profile.times)]
            return start._replace(profile=profile._replace(times=tuple(times)))
        if parameter < slots + 3:
            scaled = -np.expm1(np.log1p(-start.opens) * np.exp(by))
            return start._replace(opens=np.where(kind == parameter - slots, scaled, start.opens))
        name = ("report", "false", "gasp")[parameter - slots - 3]
        value = getattr(rates, name)
        odds = value / (1 - value) * np.exp(by)
        value = value * np.exp(by) if name == "false" else odds / (1 + odds)
        return start._replace(rates=rates._replace(**{name: value}))

    for parameter, slope in enumerate(found):
        step = 1e-4
        there, back = (likelihood(inference, moved(parameter, by)) for by in (step, -step))
        by_trying = (there - back) / (2 * step)
        assert slope == pytest.approx(by_trying, abs=2e-2, rel=2e-2), parameter


@pytest.mark.parametrize("metered", [False, True])
@pytest.mark.parametrize("held", [(), (40, 300)])
def test_the_slope_by_wrong_links_is_that_of_the_exact_likelihood(held: tuple[int, ...], metered: bool) -> None:
    inference = in_time(5, metered=metered, wrong_link=0.03)
    for device in held:
        inference.hold(device, held=True)
    inference.update(NOON, np.empty(0, np.intp))
    start = Learned(inference.rates, inference.opens, inference.profile, inference.customers.near_out)
    found = slopes(inference, KIND[inference.places.node])[:, -1].sum()

    def heard(odds: float) -> float:
        odds *= 0.03 / 0.97
        return likelihood(inference, start._replace(rates=start.rates._replace(wrong_link=odds / (1 + odds))))

    step = 1e-3
    assert found == pytest.approx((heard(np.exp(step)) - heard(np.exp(-step))) / (2 * step), abs=1e-2, rel=1e-3)


def test_how_it_stands_near_by_is_learned_and_tells_false_reports_from_wrong_links() -> None:
    """Lone reports far from whatever is out are false; beside it, as many are of who hangs there in truth."""
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind]) / 10
    believed = Rates(report=0.6, delay_ms=0, false=1e-3)
    rng = np.random.default_rng(2)
    out = TREE.below(int(np.flatnonzero(TREE.kind == EdgeKind.FUSE)[7]))
    lone = rng.choice(np.setdiff1d(np.arange(len(CITY.premises)), out), 12, replace=False)
    said = np.concatenate([out[rng.random(len(out)) < 0.6], lone]).astype(np.intp)
    found = []
    for where in (WHERE, [np.full(len(CITY.premises), np.nan)] * 2):
        inference = Inference(TREE, opens, believed, widths=(1,))
        inference.customers.tell("report_ms", said, 1)
        nearby = Nearby(inference, *where)
        for _ in range(8):
            inference.update(1, np.empty(0, np.intp))
            learn(inference, believed, opens[inference.places.node], KIND[inference.places.node], 1, nearby)
        inference.update(1, np.empty(0, np.intp))
        found.append((inference.rates, inference.served(lone)[1].max(), inference.customers.near_out))
    (rates, doubt, near_out), (blind, blindly, nothing) = found
    assert (nothing == -1).all()
    assert (near_out >= 0).sum() == len(np.unique(TREE.premise_device))
    assert doubt < blindly
    assert rates.false > blind.false


@pytest.mark.parametrize(("count", "least", "most"), [(0, 0.0, 0.4), (60, 10.0, 25.0)])
def test_gasps_of_meters_that_have_power_are_found_as_often_as_they_are(count: int, least: float, most: float) -> None:
    """Of 8,000 meters nearly three are believed to gasp falsely in a storm."""
    rates = Rates(service=1e-6)
    inference = Inference(TREE, np.full(len(TREE), 1e-5), rates, begun_ms=NOON - int(rates.span_ms))
    inference.deafen(np.zeros(len(CITY.premises), np.int32), np.zeros((1, 2), np.int64))
    rng = np.random.default_rng(6)
    alone = rng.choice(len(CITY.premises), count, replace=False)
    inference.customers.tell("off_ms", alone, NOON - rng.integers(0, int(rates.span_ms), count))
    start = inference.opens
    for _ in range(8):
        inference.update(NOON, np.empty(0, np.intp))
        learn(inference, rates, start, KIND[inference.places.node], NOON)
    assert least <= inference.rates.false_gasp / rates.false_gasp <= most


@pytest.mark.parametrize(("lost", "least", "most"), [(0.0, 0.93, 0.98), (0.5, 0.45, 0.6)])
def test_words_that_power_is_back_are_believed_to_be_lost_as_often_as_they_are(
    lost: float, least: float, most: float
) -> None:
    """Restored half an hour ago: where half are silent at random no device is open; a street silent as a whole is."""
    rates = Rates()
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind]) / 3
    inference = Inference(TREE, opens, rates, begun_ms=NOON - 240 * MINUTE)
    inference.deafen(np.zeros(len(CITY.premises), np.int32), np.zeros((1, 2), np.int64))
    rng = np.random.default_rng(4)
    fuses = np.flatnonzero(TREE.kind == EdgeKind.FUSE)
    back = TREE.below(int(TREE.parent[fuses[0]])).astype(np.intp)
    street = TREE.below(int(fuses[0])).astype(np.intp)
    inference.customers.tell("answered_ms", back, NOON - 30 * MINUTE)
    spoke = back[(rng.random(len(back)) >= lost) & ~np.isin(back, street)]
    inference.customers.tell("on_ms", spoke, NOON - 25 * MINUTE)
    start = inference.opens
    for _ in range(6):
        inference.update(NOON, np.empty(0, np.intp))
        learn(inference, rates, start, KIND[inference.places.node], NOON)
    inference.update(NOON, np.empty(0, np.intp))
    assert least <= inference.rates.power_up <= most
    assert inference.places.node[inference.prediction.predicted()].tolist() == [int(fuses[0])]


@pytest.mark.parametrize(("count", "least", "most"), [(0, 0.0, 0.1), (600, 5.0, 10.0)])
def test_meters_that_fall_silent_for_good_are_found_as_many_as_they_are(count: int, least: float, most: float) -> None:
    """Of 8,000 meters eighty are believed to in a storm; all others are read each quarter of an hour."""
    rates = Rates(service=1e-6, read_every_ms=15 * MINUTE)
    inference = Inference(TREE, np.full(len(TREE), 1e-5), rates, begun_ms=NOON - int(rates.span_ms))
    inference.deafen(np.zeros(len(CITY.premises), np.int32), np.zeros((1, 2), np.int64))
    rng = np.random.default_rng(6)
    read = NOON - rng.integers(0, 15, len(CITY.premises)) * MINUTE
    mute = rng.choice(len(CITY.premises), count, replace=False)
    read[mute] -= rng.integers(5, 40, count) * 15 * MINUTE
    inference.customers.tell("on_ms", np.arange(len(CITY.premises)), read)
    start = inference.opens
    for _ in range(8):
        inference.update(NOON, np.empty(0, np.intp))
        learn(inference, rates, start, KIND[inference.places.node], NOON)
    assert least <= inference.rates.mute / rates.mute <= most


def test_a_storm_that_comes_and_goes_is_seen_in_its_profile() -> None:
    """All failures in one hour of four: the hazard of that hour is learned higher than that of the hours after."""
    rng = np.random.default_rng(8)
    opens = np.array([TRUE[EdgeKind(int(k))] for k in TREE.kind]) / 3
    rates = Rates(report=0.2, false=1e-3)
    inference = Inference(TREE, opens, rates, begun_ms=NOON - 240 * MINUTE)
    start = inference.opens
    fuses = np.flatnonzero(TREE.kind == EdgeKind.FUSE)
    for device in rng.choice(fuses, 60, replace=False):
        below = TREE.below(int(device))
        called = below[rng.random(len(below)) < 0.2]
        lost = NOON - int(rng.integers(180, 240)) * MINUTE
        at = lost + (rng.lognormal(np.log(20), 1.0, len(called)) * MINUTE).astype(np.int64)
        inference.customers.tell("report_ms", called[at < NOON].astype(np.intp), at[at < NOON])
    for _ in range(6):
        inference.update(NOON, np.empty(0, np.intp))
        learn(inference, rates, start, KIND[inference.places.node], NOON)
    ages = (NOON - np.array(inference.profile.since_ms)) / MINUTE
    times = np.array(inference.profile.times)
    early, late = times[(ages > 170) & (ages < 250)], times[ages < 120]
    assert early.min() > 3 * late.max()
    assert 0.15 < inference.rates.report < 0.25
