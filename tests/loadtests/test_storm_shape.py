from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.storm_shape import EVENTS_PER_BODY, PACING_S, load_shapes

SHAPES = load_shapes()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_each_shape_reaches_its_height_and_knows_its_users(name: str) -> None:
    shape = SHAPES[name]
    assert set(shape.rates) <= set(PACING_S)
    assert max(multiplier for _, multiplier in shape.curve) == 1
    whole = sum(shape.users(60_000).values())
    moments = [shape.moment(step / 100, 60_000) for step in range(100)]
    assert max(moments) <= whole
    assert max(moments) >= 0.9 * whole
    assert min(moments) >= 1


def test_users_make_the_rate_of_life() -> None:
    """Isaias: 0.136 call attempts an hour for each customer."""
    callers = SHAPES["isaias"].users(100_000)["caller"]
    an_hour = callers / PACING_S["caller"] * 3600
    assert an_hour == pytest.approx(0.136 * 100_000, rel=0.02)
    bodies = SHAPES["michael"].users(116_700)["head_end"] / PACING_S["head_end"]
    assert bodies * EVENTS_PER_BODY >= 283 / 60


def test_between_its_points_the_curve_is_a_line() -> None:
    shape = SHAPES["map_rush"]
    assert shape.multiplier(0) == 0.1
    assert shape.multiplier(2.5 / 30) == pytest.approx(0.55)
    assert shape.multiplier(1) == 0.5


def test_a_curve_that_goes_back_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "shapes.toml"
    wrong.write_text('[x]\ntitle = "x"\n[x.rates]\nreporter = 1\n[x.play]\ncurve = [[0, 1], [5, 1], [3, 1]]\n')
    with pytest.raises(ValueError, match="ascend"):
        load_shapes(wrong)
