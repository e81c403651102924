"""The grouping benchmark: its bars on a small city, that it can fail, and that its storms are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.clustering import Clusters
from stormops.core.grouping import Group
from tests.bench import clustering
from tests.bench.clustering import SHARES, Place, demo
from tests.bench.clustering_storm import HOUR_MS, STARTS_MS, dbscan, mixed_storm, plain_trace, squall

CITY, TREE = demo(8_000)


def test_bars_on_a_small_city(capsys: pytest.CaptureFixture[str]) -> None:
    bars = clustering.run(*demo(20_000), sizes=(400, 1_600), seed=1, timed=False)
    assert {name: bar for name, bar in bars.items() if not bar[2]} == {}
    assert len(bars) > 10
    assert "squall line" in capsys.readouterr().out


class OneBlob(Clusters):
    """A grouper that takes the storm for one failure."""

    def groups(self) -> list[Group]:
        members = tuple(sorted(premise for group in super().groups() for premise in group.premises))
        return [Group(-1, members[0], members, tuple(range(len(CITY.premises))), 0, 5_000)]


def test_a_blob_misses_the_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "Clusters", OneBlob)
    monkeypatch.setattr(clustering, "Explanations", lambda city, _tree: OneBlob(city))
    bars: clustering.Bars = {}
    place = Place(CITY, TREE, 1)
    clustering.agreement(place, mixed_storm(CITY, TREE, 400, 12, 1), "blob", bars)
    clustering.customers_out(place, bars)
    missed = [name for name, (_, _, met) in bars.items() if not met]
    assert "blob: ARI without network > DBSCAN" in missed
    assert "blob: ARI with network > plain trace" in missed
    assert "squall line: customer precision, worst seed" in missed


def test_storms_are_seeded_and_of_the_size_asked_for() -> None:
    one, same, other = (mixed_storm(CITY, TREE, 1_000, 12, seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one[:3], same[:3], strict=True))
    assert len(other.premise) == len(one.premise) == 1_000
    assert (one.premise != other.premise).any()
    assert (np.diff(one.at_ms) >= 0).all()
    assert (one.cause >= one.causes).sum() == 30
    assert one.at_ms[0] >= STARTS_MS
    assert one.at_ms[-1] <= STARTS_MS + 18 * HOUR_MS


def test_a_squall_line_takes_out_what_it_says() -> None:
    storm = squall(CITY, TREE, 0.11, 0.10, 3)
    assert 0.10 <= storm.out.mean() <= 0.115
    real = storm.premise[storm.cause < storm.causes]
    assert storm.out[real].all()
    assert 0.07 <= len(np.unique(real)) / storm.out.sum() <= 0.13


def test_rivals_give_every_report_a_label() -> None:
    storm = mixed_storm(CITY, TREE, 600, 12, 1)
    for label in (dbscan(CITY, storm, 1), *(plain_trace(TREE, storm, len(CITY.premises), share) for share in SHARES)):
        assert len(label) == len(storm.premise)
        assert (label >= 0).all()
        assert 20 < len(np.unique(label)) < 600
