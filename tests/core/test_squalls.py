"""Squalls against counting every history, with and without one; a change against working everything out afresh."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.forest import forest
from stormops.core.onset import openings
from stormops.core.squalls import CHANCE, SHARE, TIMES, Squalls
from tests.core.trees import Floats, Known, enumerate_all, random_tree

RECENT = np.array([0.0, 0.4, 1.0])


def hazards(seed: int, nodes: int) -> tuple[Known, Floats]:
    """Any forest and evidence, and hazards of storms."""
    known = random_tree(seed, nodes, 3)
    hazard = np.random.default_rng(seed).choice([0.0, 1e-4, 3e-3], (nodes, 3))
    return known, hazard


def settled(known: Known, hazard: Floats) -> Squalls:
    places = forest(known.parent)
    squalls = Squalls(places, 3)
    squalls.expect(hazard[places.node].T.copy(), RECENT)
    squalls.evidence[:] = known.evidence[places.node].T
    squalls.everything()
    return squalls


def trees(parent: np.ndarray) -> list[np.ndarray]:
    """The nodes below each top, ascending."""
    top = np.arange(len(parent))
    for node, above in enumerate(parent):
        top[node] = top[above] if above >= 0 else node
    return [np.flatnonzero(top == one) for one in np.unique(top)]


@pytest.mark.parametrize("nodes", [1, 3, 6, 7])
@pytest.mark.parametrize("seed", range(8))
def test_every_marginal_is_that_of_all_histories_with_and_without_a_squall(seed: int, nodes: int) -> None:
    known, hazard = hazards(100 * seed + nodes, nodes)
    squalls = settled(known, hazard)
    place = squalls.places.place
    total = 0.0
    for tree in trees(known.parent):
        parent = np.array([np.searchsorted(tree, p) if p >= 0 else -1 for p in known.parent[tree]], np.int32)
        times = 1 - RECENT + RECENT * np.array([[(1 - SHARE) / (1 - CHANCE)], [TIMES]])
        counted = [enumerate_all(Known(parent, openings((hazard[tree] * t).T).T, known.evidence[tree])) for t in times]
        logs = np.array([one.total for one in counted]) + np.log([1 - CHANCE, CHANCE])
        weight = np.exp(logs - np.logaddexp(*logs))
        for name in ("cause", "since"):
            expected = sum(w * getattr(one, name) for w, one in zip(weight, counted, strict=True))
            np.testing.assert_allclose(getattr(squalls, name)[:, place[tree]], expected.T, atol=1e-9, rtol=0)
        total += float(np.logaddexp(*logs))
    assert squalls.likelihood() == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_a_change_gives_bit_for_bit_what_working_out_afresh_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known, hazard = hazards(seed, 200)
    squalls = settled(known, hazard)
    for _ in range(5):
        places = np.unique(rng.integers(200, size=rng.integers(1, 6)))
        before = {name: getattr(squalls, name).copy() for name in ("cause", "since", "first", "top")}
        squalls.evidence[:, places] += rng.normal(size=(4, len(places))) * rng.choice([0.0, 1.0, 30.0])
        changed = squalls.settle(places)
        fresh = settled(known._replace(evidence=squalls.evidence.T[squalls.places.place]), hazard)
        still = np.setdiff1d(np.arange(200), changed)
        for name, was in before.items():
            assert np.array_equal(getattr(squalls, name), getattr(fresh, name)), name
            assert np.array_equal(getattr(squalls, name)[..., still], was[..., still]), name


def test_devices_that_open_often_are_weighed_too() -> None:
    """Learned hazards a hundred times over would be surer than certain."""
    rng = np.random.default_rng(1)
    for seed in range(20):
        known, _ = hazards(seed, 60)
        squalls = settled(known, rng.uniform(0.0, 1.0, (60, 3)))
        assert np.isfinite(squalls.since).all()
        assert np.allclose(squalls.since.sum(axis=0), 1)


def test_weighing_gives_the_likelihood_that_settling_does() -> None:
    known, hazard = hazards(3, 50)
    squalls, other = settled(known, hazard), settled(known, hazard)
    for one in (squalls, other):
        one.evidence[:-1, 7] += 5.0
    other.settle(np.array([7]))
    assert squalls.weigh(np.array([7])) == other.likelihood()


def test_as_many_failures_are_expected_as_without_but_two_are_likelier() -> None:
    known = Known(np.array([-1, 0, 0], np.int32), np.empty(0), np.zeros((3, 4)))
    hazard = np.array([[0, 0, 0], [0, 0, 1e-6], [0, 0, 1e-6]])
    nothing = settled(known, hazard)
    assert nothing.top[1:] == pytest.approx(1e-6, rel=1e-3)
    known.evidence[1, :3] = 40.0
    one = settled(known, hazard)
    assert one.top[1] == pytest.approx(1.0)
    assert one.top[2] == pytest.approx(1e-6 * ((1 - SHARE) ** 2 + SHARE * TIMES), rel=1e-2)
