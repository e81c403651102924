from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from stormops.accounts.records_money import Bill, Deposit
from stormops.accounts.records_place import ServiceAgreement, ServicePoint, Unit
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import metered
from tests.accounts.asking.paper import Paper
from tests.accounts.asking.paper import paper as usual
from tests.accounts.policies import PACKS
from tests.accounts.world import HASH

START: dict[str, Any] = {
    "account": "a1",
    "premise": "p1",
    "service": "gas",
    "rate": "gas",
    "since": "2026-08-01",
    "occupancy": HASH,
    "point": "sp-gas",
}


def paper(category: str = "residential") -> Paper:
    """The usual world, with a gas meter that nobody uses yet."""
    world = usual(category)
    world.put(ServicePoint(id="sp-gas", premise="p1", utility="gas"))
    return world


def test_a_homes_deposit_is_set_by_its_service() -> None:
    command = paper().command("start_service", **START)
    assert (command.deposit_cents, command.deposit_fund) == (5_000, "gas")
    assert command.deposit_decision["rule"] == "deposits.for_services"


def test_a_service_without_a_deposit_starts_without_one() -> None:
    command = paper().command("start_service", **START | {"service": "solid_waste"})
    assert command.deposit_cents == 0
    assert command.deposit_decision["policy"] == "palmetto"


def test_a_business_gives_months_of_its_bills_and_none_without_them() -> None:
    world = paper("commercial")
    command = world.command("start_service", **START, monthly_bills=[10_000, 12_000])
    assert command.deposit_cents == 22_000
    assert world.no("start_service", **START) == "no_bills"


def test_a_service_the_city_does_not_have_is_refused() -> None:
    assert paper().no("start_service", **START | {"service": "telephone"}) == "unknown_service"


def test_metered_service_starts_at_a_meter_of_its_own_with_a_plan_of_its_own() -> None:
    world = paper()
    assert world.no("start_service", **START | {"point": None}) == "no_point"
    assert world.no("start_service", **START | {"point": "sp-water"}) == "other_utility"
    for plan in ("residential", "gass"):  # electricity's, and nobody's
        with pytest.raises(Refused) as refused:
            world.command("start_service", **START | {"rate": plan})
        assert refused.value.refusal.sentence == f"{plan} is no rate plan of this service. Its plans: gas."
        assert refused.value.refusal.field == "rate"


def test_a_move_starts_there_as_any_start() -> None:
    command = paper().command("transfer_service", agreement="g-electric", until="2026-08-31", start=START)
    assert command.start.deposit_cents == 5_000


def test_a_deposit_goes_by_the_accounts_own_bills() -> None:
    world = paper("commercial")
    world.put(
        Bill(id="x1", account="a1", issued=date(2026, 6, 1), due=date(2026, 6, 20), cents=9_000, lines=()),
        Bill(id="x2", account="a1", issued=date(2026, 7, 1), due=date(2026, 7, 20), cents=11_000, lines=()),
    )
    command = world.command("require_deposit", account="a1", service="electric", monthly_bills=[1])
    assert command.cents == 20_000
    assert command.decision["inputs"]["basis"] == "actual"


@pytest.mark.parametrize(("held", "code"), [(20_000, "nothing_required"), (30_000, "nothing_required")])
def test_who_holds_enough_gives_no_more(held: int, code: str) -> None:
    world = paper("commercial")
    world.put(
        Bill(id="x1", account="a1", issued=date(2026, 7, 1), due=date(2026, 7, 20), cents=10_000, lines=()),
        Deposit(id="d1", account="a1", fund="electric", required=held, state="held", held=held),
    )
    assert world.no("require_deposit", account="a1", service="electric") == code


def test_no_deposit_is_raised_in_a_storm() -> None:
    world = paper("commercial")
    world.episode = "storm-1"
    world.put(
        Bill(id="x1", account="a1", issued=date(2026, 7, 1), due=date(2026, 7, 20), cents=50_000, lines=()),
        Deposit(id="d1", account="a1", fund="electric", required=100, state="held", held=100),
    )
    assert world.no("require_deposit", account="a1", service="electric") == "storm"


def test_interest_is_for_the_days_held() -> None:
    world = paper()
    world.put(Deposit(id="d1", account="a1", fund="electric", required=15_000, state="held", held=15_000))
    command = world.command("accrue_deposit_interest", deposit="d1", held_from="2025-08-01", since="2025-08-01")
    assert command.cents == 300  # 2 % of $150 for a year
    assert (
        world.no("accrue_deposit_interest", deposit="d1", held_from="2026-07-31", since="2026-07-31") == "no_interest"
    )
    assert world.no("accrue_deposit_interest", deposit="d1", held_from="2026-02-30", since="2026-07-31") == "no_day"


def test_a_buildings_deposit_for_water_goes_by_its_dwellings_at_its_plans_price() -> None:
    world = paper("multi_unit")
    ask = {"account": "a1", "service": "water"}
    assert world.no("require_deposit", **ask) == "no_units"
    gone = Unit(id="u9", premise="p1", name="9", since=date(2020, 1, 1), until=date(2025, 1, 1))
    world.put(gone, *(Unit(id=f"u{n}", premise="p1", name=str(n), since=date(2020, 1, 1)) for n in range(3)))
    command = world.command("require_deposit", **ask)
    charge, gallons = command.decision["decisions"]
    assert (charge["rule"], gallons["rule"]) == ("metered.charge", "deposits.volume")
    assert gallons["result"] == 3 * 8_000 * 2
    priced = metered.charge(PACKS["palmetto"], world.day, metered.Usage(use={metered.PLAIN: Decimal(48)}), "water")
    assert command.cents == priced.value.total > 0
    assert command.fund == "water"
    world.put(Deposit(id="d1", account="a1", fund="water", required=1, state="held", held=command.cents))
    assert world.no("require_deposit", **ask) == "nothing_required"
    assert world.no("require_deposit", **ask | {"service": "electric"}) == "no_bills"  # of other services by bills


def test_a_building_without_water_has_no_dwellings_to_go_by() -> None:
    world = paper("multi_unit")
    world.put(replace(world.get(ServiceAgreement, "g-water"), state="finalled"))
    assert world.no("require_deposit", account="a1", service="water") == "no_water_service"
