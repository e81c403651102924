from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.mode import Mode
from stormops.feed.publish.ladder import (
    PAGE_SECONDS_LEAST,
    RUNGS,
    Rung,
    cadence_of,
    choose,
    hand_of,
    rung_of_load,
    rung_of_mode,
)


def test_modes_climb_the_ladder_and_never_down() -> None:
    rungs = [RUNGS.index(rung_of_mode(mode)) for mode in Mode]
    assert rungs == sorted(rungs)
    assert rung_of_mode(Mode.STORM) is Rung.LIVE
    assert rung_of_mode(Mode.SURGE) is Rung.MINUTE
    assert rung_of_mode(Mode.ISLAND) is Rung.FIVE_MINUTES


@given(live=st.floats(2, 60))
def test_no_page_reloads_itself_faster_than_every_30_seconds(live: float) -> None:
    for rung in Rung:
        page = cadence_of(rung, live).page
        assert page == 0 or page >= PAGE_SECONDS_LEAST == 30
    assert cadence_of(Rung.STATIC, live).page == 0
    pauses = [cadence_of(rung, live).publish for rung in Rung]
    assert pauses == sorted(pauses)


@pytest.mark.parametrize(
    ("sockets", "cost", "rung"),
    [
        (0.0, 0.1, Rung.LIVE),
        (0.89, 2.5, Rung.LIVE),
        (0.95, 0.1, Rung.MINUTE),
        (0.0, 2.6, Rung.MINUTE),
        (0.0, 31.0, Rung.FIVE_MINUTES),
        (1.0, 1000.0, Rung.FIVE_MINUTES),
    ],
)
def test_load_asks_for_rarer_trees(sockets: float, cost: float, rung: Rung) -> None:
    assert rung_of_load(sockets_share=sockets, cost_seconds=cost, live_seconds=5) is rung


def test_the_harsher_of_mode_and_load_counts_and_the_hand_above_both() -> None:
    assert choose(Mode.NORMAL, Rung.LIVE, None) is Rung.LIVE
    assert choose(Mode.NORMAL, Rung.MINUTE, None) is Rung.MINUTE
    assert choose(Mode.ISLAND, Rung.MINUTE, None) is Rung.FIVE_MINUTES
    assert choose(Mode.ISLAND, Rung.MINUTE, Rung.LIVE) is Rung.LIVE
    assert choose(Mode.NORMAL, Rung.LIVE, Rung.STATIC) is Rung.STATIC


def test_a_hand_that_is_no_rung_is_none() -> None:
    assert [hand_of(rung.value + "\n") for rung in Rung] == list(Rung)
    assert hand_of("auto") is hand_of("") is hand_of("2min") is None
