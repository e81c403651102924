from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stormops.accounts.commands_cut import NoticeCut
from stormops.accounts.commands_weather import DeclareWeatherHold, LiftWeatherHold, held_by_weather
from stormops.accounts.records_place import WeatherHold
from stormops.accounts.refusal import Refusal
from tests.accounts.asking.paper import paper
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import PROOF, World, city, premise

DAY = timedelta(1)


def hold(world: World, days: int = 2, **fields: Any) -> DeclareWeatherHold:
    made = {"kind": "heat", "since": str(world.day), "until": str(world.day + days * DAY), "reason": "heat advisory"}
    return DeclareWeatherHold(**made | fields)


def late() -> tuple[World, NoticeCut]:
    """A service whose notice may be given; it lies in the city."""
    world = city()
    agreement = world.do(start(premise(world)))["service_agreement"]
    bill(world, "a1", 4_000)
    world.later(40)
    return world, NoticeCut(agreement=agreement, earliest=str(world.day + 9 * DAY), decision=PROOF)


def test_nobody_is_cut_while_it_lasts_and_the_refusal_says_why_and_until_when() -> None:
    world, notice = late()
    key = world.do(hold(world), "dot")["weather_hold"]
    answer = world.decide(notice)
    assert isinstance(answer, Refusal)
    assert answer == Refusal(
        "excluded",
        f"Nobody may cut this service: weather (heat until {world.day + 2 * DAY}: heat advisory).",
        "weather",
    )
    world.later(2)
    assert world.refused(notice) == "excluded"
    world.later(1)
    world.do(notice)
    assert world.get(WeatherHold, key).state == "declared"  # it ended with its last day


def test_a_person_lifts_it_with_a_reason_and_only_one_who_may() -> None:
    world, notice = late()
    key = world.do(hold(world))["weather_hold"]
    world.without["dot"] = {"lift_cuts"}
    assert world.refused(LiftWeatherHold(hold=key, reason="it is cool"), "dot") == "no_permission"
    assert world.refused(LiftWeatherHold(hold=key, reason=" ")) == "no_text"
    world.do(LiftWeatherHold(hold=key, reason="it is cool"), "sue")
    lifted = world.get(WeatherHold, key)
    assert (lifted.lifted, lifted.lifted_by, lifted.by) == ("it is cool", "sue", "ann")
    assert world.refused(LiftWeatherHold(hold=key, reason="again")) == "final_state"
    world.do(notice)


@pytest.mark.parametrize(("area", "held"), [("", True), ("city", True), ("county", False)])
def test_a_hold_is_where_it_was_declared(area: str, held: bool) -> None:
    world, notice = late()
    world.do(hold(world, area=area))
    assert (world.refused(notice) == "excluded") if held else world.do(notice)


def test_a_hold_is_for_days_to_come_and_has_its_reason() -> None:
    world = city()
    assert world.refused(hold(world, days=-1)) == "bad_period"
    assert world.refused(hold(world, since="2027-01-01", until="2026-12-01")) == "bad_period"
    assert world.refused(hold(world, reason="")) == "no_text"
    holds = [world.get(WeatherHold, world.do(hold(world, since="2026-05-01", until="2026-05-03"))["weather_hold"])]
    found = [held_by_weather(holds, "city", date(2026, 5, 1) + n * DAY) != "" for n in range(-1, 4)]
    assert found == [False, True, True, True, False]


def test_a_notice_that_is_asked_for_is_refused_by_the_rule_too() -> None:
    world = paper()
    world.owes("r", "electric", 9_000, date(2026, 7, 1))
    assert world.command("notice_cut", agreement="g-electric")
    world.put(
        WeatherHold(
            id="w", kind="heat", area="", since=world.day, until=world.day, reason="x", by="dot", state="declared"
        )
    )
    assert world.no("notice_cut", agreement="g-electric") == "weather"
