from __future__ import annotations

from pathlib import Path

import pytest

from stormops.rehearsal.storm import StormError, load_storm, storm_names


@pytest.mark.parametrize("name", storm_names())
def test_every_storm_rises_to_its_peak_and_is_repaired_in_its_time(name: str) -> None:
    storm = load_storm(name)
    for points in (storm.onset, storm.repairs):
        assert points == sorted(points)
        assert [share for _, share in points] == sorted(share for _, share in points)
        assert points[-1][1] == 1.0
    assert storm.repairs[-1][0] < storm.hours
    assert 0 < storm.peak_share <= 1


def test_an_unknown_storm_is_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(StormError, match=r"no storm 'gale'.*squall"):
        load_storm("gale")
    wrong = tmp_path / "gale.toml"
    wrong.write_text('title = "Gale"\n')
    with pytest.raises(StormError, match=r"gale\.toml.*hours"):
        load_storm(str(wrong))
