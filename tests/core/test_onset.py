"""Slots of time."""

from __future__ import annotations

import numpy as np

from stormops.core.onset import AGES, QUANTUM_MS, WIDTHS, Onsets, openings

NOON = 490_000 * 3_600_000


def test_all_moments_of_a_quantum_have_the_same_slots() -> None:
    assert Onsets.at(NOON) == Onsets.at(NOON + QUANTUM_MS - 1)
    assert Onsets.at(NOON).as_of == NOON + QUANTUM_MS


def test_every_age_has_its_slot_the_newest_last() -> None:
    onsets = Onsets.at(NOON)
    slots = onsets.slot_of_age()
    assert len(slots) == AGES
    assert np.bincount(slots).tolist() == list(WIDTHS)
    assert slots[0] == len(WIDTHS) - 1
    assert (np.diff(slots) <= 0).all()
    older, newer = onsets.edges[:-1], onsets.edges[1:]
    assert all(newer[slot] <= age < older[slot] for age, slot in enumerate(slots))


def test_ages_of_moments_are_bounded() -> None:
    onsets = Onsets.at(NOON)
    at = np.array([NOON + 10 * QUANTUM_MS, NOON, NOON - 1, NOON - QUANTUM_MS, 0])
    assert onsets.ages(at).tolist() == [0, 0, 1, 1, AGES - 1]


def test_weights_fall_with_age_or_lie_within_the_storm() -> None:
    onsets = Onsets.at(NOON)
    weights = onsets.weights(43_200_000.0)
    assert 0.95 < weights.sum() < 1
    density = weights / np.array(WIDTHS)
    assert (np.diff(density) > 0).all()
    hour = onsets.weights(12 * 3_600_000.0, NOON + QUANTUM_MS - 3_600_000)
    assert np.isclose(hour.sum(), 1 / 12)
    assert hour[0] == 0


def test_how_much_of_each_slot_is_younger_than_an_age() -> None:
    share = Onsets(0, (10, 4, 1)).younger(3.0)
    assert share.tolist() == [0.0, 0.5, 1.0]


def test_chances_to_open_first_are_those_of_the_hazards() -> None:
    hazard = np.array([[0.0, 0.3, 2.0], [1e-9, 0.0, 1e-9]])
    chance = openings(hazard.T).T
    assert np.allclose(chance.sum(axis=1), -np.expm1(-hazard.sum(axis=1)), rtol=1e-9)
    assert np.allclose(chance[0], [0, 1 - np.exp(-0.3), np.exp(-0.3) * (1 - np.exp(-2.0))])
