"""The desk's reads of switches: found by name, and what it would do to operate one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stormops.core.area import areas
from stormops.core.entry import Entry, SwitchChanged
from stormops.core.network import trace
from stormops.core.situation import Situation
from stormops.feed.answers import FoundSwitches, SwitchDetail
from stormops.feed.board import Board
from stormops.feed.switches import FOUND_MAX, find_switches, switch_detail
from tests.core.test_switching import CITY, FAR, MIDDLE, TIE


@pytest.fixture
def board() -> Board:
    situation = Situation(CITY, trace(CITY.network, CITY.premises))
    situation.apply([Entry(1, 9, "", 0, 1, 0, SwitchChanged(device=MIDDLE, open=True, at_ms=9, by="dora"))])
    hub: Any = None
    journal: Any = None
    return Board(situation, journal, hub, areas(CITY, 20))


def test_names_are_found_by_a_part_of_them_the_shortest_first(board: Board) -> None:
    told = msgspec.convert(find_switches(board, MIDDLE), FoundSwitches)
    assert told.switches[0].device == MIDDLE
    assert told.switches[0].open
    names = [one.device for one in msgspec.convert(find_switches(board, " 1 "), FoundSwitches).switches]
    assert len(names) <= FOUND_MAX
    assert names == sorted(names, key=lambda name: (len(name), name))
    assert all("1" in name for name in names)
    for nothing in ("", "   ", "no such device", "x" * 10_000):
        assert find_switches(board, nothing)["switches"] == []


def test_transformers_are_not_operated(board: Board) -> None:
    transformer = board.situation.device_ids[int(board.situation.tree.premise_device[0])]
    assert transformer not in [one["device"] for one in find_switches(board, transformer)["switches"]]
    assert switch_detail(board, transformer, None) is None
    assert switch_detail(board, "gone", None) is None


def test_what_it_would_do_is_told_for_the_other_state_or_the_one_asked_for(board: Board) -> None:
    tie = msgspec.convert(switch_detail(board, TIE, None), SwitchDetail)
    assert (tie.effect.open, tie.effect.fed, tie.effect.dark, tie.effect.parallel) == (False, len(FAR), 0, False)
    assert len(tie.effect.feeders) == 1
    again = msgspec.convert(switch_detail(board, MIDDLE, True), SwitchDetail)
    assert (again.effect.open, again.effect.moved, again.effect.dark, again.effect.fed) == (True, 0, 0, 0)
