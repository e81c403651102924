"""Marginals against counting every history; a change against working everything out afresh."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.forest import forest
from stormops.core.posterior import APART, Posterior
from tests.core.trees import Known, enumerate_all, random_tree

SIZES = [(1, 1), (1, 4), (2, 3), (5, 4), (6, 3), (7, 3), (8, 2), (9, 2), (12, 1), (14, 1)]


def settled(known: Known) -> Posterior:
    """The posterior of a tree, from nothing."""
    places = forest(known.parent)
    posterior = Posterior(places, known.prior.shape[1])
    posterior.believe(known.prior[places.node].T.copy())
    posterior.evidence[:] = known.evidence[places.node].T
    posterior.everything()
    return posterior


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(8))
def test_every_marginal_is_that_of_all_histories(seed: int, size: tuple[int, int]) -> None:
    known = random_tree(seed * 100 + size[0], *size)
    posterior, counted = settled(known), enumerate_all(known)
    node = posterior.places.node
    np.testing.assert_allclose(posterior.cause.T, counted.cause[node], atol=1e-9, rtol=0)
    np.testing.assert_allclose(posterior.since.T, counted.since[node], atol=1e-9, rtol=0)


def test_evidence_that_outweighs_all_numbers_is_weighed_exactly() -> None:
    """Nats by the thousand for one slot against another, beside places of which little is heard."""
    far = 0
    for seed in range(20):
        known = random_tree(seed, 6, 3)
        scale = np.random.default_rng(seed).choice([1.0, 40.0], (6, 1))
        known = known._replace(evidence=known.evidence * scale)
        posterior, counted = settled(known), enumerate_all(known)
        node = posterior.places.node
        far += int((np.ptp(posterior.inside, axis=0) > APART).sum())
        np.testing.assert_allclose(posterior.cause.T, counted.cause[node], atol=1e-9, rtol=0)
        np.testing.assert_allclose(posterior.since.T, counted.since[node], atol=1e-9, rtol=0)
    assert far > 20


@pytest.mark.parametrize("seed", range(20))
def test_a_change_gives_bit_for_bit_what_working_out_afresh_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = random_tree(seed, 200, 5)
    posterior = settled(known)
    for _ in range(5):
        places = np.unique(rng.integers(200, size=rng.integers(1, 6)))
        posterior.evidence[:, places] += rng.normal(size=(6, len(places))) * rng.choice([0.0, 1.0, 30.0, 500.0])
        changed = posterior.settle(places)
        fresh = settled(known._replace(evidence=posterior.evidence.T[posterior.places.place]))
        for name in ("inside", "message", "above", "cause", "first", "top", "since"):
            assert np.array_equal(getattr(posterior, name), getattr(fresh, name)), name
        assert set(places) <= set(changed.tolist())


def test_only_what_differs_is_followed() -> None:
    parent = np.array([-1, -1, 0, 1, 2, 3], np.int32)
    posterior = settled(Known(parent, np.full((6, 2), 0.01), np.zeros((6, 3))))
    here = int(posterior.places.place[4])
    posterior.evidence[:, here] = [5.0, 2.0, 0.0]
    changed = posterior.places.node[posterior.settle(np.array([here]))]
    assert sorted(changed.tolist()) == [0, 2, 4]


def test_a_forest_without_nodes() -> None:
    posterior = settled(Known(np.empty(0, np.int32), np.empty((0, 3)), np.empty((0, 4))))
    assert posterior.cause.shape == (3, 0)
