from __future__ import annotations

import numpy as np
import pytest

from stormops.core.network import City, trace
from stormops.rehearsal.storm import load_storm
from stormops.rehearsal.truth import HOUR_MS, Truth, make_truth


def test_the_same_seed_gives_the_same_truth_and_another_seed_another(city: City, truth: Truth) -> None:
    tree, storm = truth.tree, load_storm("squall")
    assert make_truth(city, tree, storm, 7).failures == truth.failures
    assert make_truth(city, tree, storm, 8).failures != truth.failures


@pytest.mark.parametrize("name", ["squall", "michael"])
def test_the_peak_share_goes_out_and_everyone_comes_back(city: City, name: str) -> None:
    storm = load_storm(name)
    made = make_truth(city, trace(city.network, city.premises), storm, 3)
    begin, end = made.plateau_ms()
    peak = made.out(begin).sum()
    assert peak == max(made.out(f.fails_ms).sum() for f in made.failures)
    assert peak == made.out(end - 1).sum()
    assert peak / len(city.premises) == pytest.approx(storm.peak_share, rel=0.08)
    assert made.out(storm.hours * HOUR_MS).sum() == 0


def test_spells_say_the_same_as_asking_at_any_time(truth: Truth) -> None:
    for hour in (0.5, 1.2, 2.0, 5.0, 9.0):
        at = int(hour * HOUR_MS)
        dark = {s.premise for s in truth.spells() if s.begin_ms <= at < s.end_ms}
        assert dark == set(np.flatnonzero(truth.out(at)).tolist())


def test_nothing_is_repaired_before_it_fails(truth: Truth) -> None:
    assert all(f.fails_ms < f.repaired_ms for f in truth.failures)
