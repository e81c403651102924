from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.records_money import Deposit, Receipt
from stormops.accounts.records_place import ServiceAgreement
from stormops.papers.document import Due
from tests.papers.city import amounts, changed, customer, said, written


def test_a_receipt_says_what_the_payment_answered() -> None:
    world, _, receipt = customer()
    paper = written(world, "receipt", receipt)
    assert Due("Received with thanks", "$90.00", "September 1, 2026 · Bank transfer") in paper.parts
    rows = amounts(paper)
    assert rows.pop("Total") == "$90.00"
    assert sum(round(100 * float(each.removeprefix("$"))) for each in rows.values()) == 9_000
    assert "Stormwater" in rows


def test_a_receipt_of_a_storm_and_of_a_returned_payment_say_so() -> None:
    world, _, receipt = customer()
    found = world.get(Receipt, receipt)
    for state, sentence in (("provisional", "Taken during the storm."), ("returned", "The bank has since returned")):
        world.put(replace(found, state=state))
        assert sentence in said(written(world, "receipt", receipt))


def test_a_welcome_has_place_rate_first_read_and_deposit() -> None:
    world, _, _ = customer()
    world.put(
        Deposit(id="d", account="a1", fund="electric", required=15_000, state="required", agreement="g-electric"),
        Deposit(id="e", account="a1", fund="water", required=4_000, state="required", agreement="g-water"),
    )
    rows = amounts(written(world, "welcome", "g-electric"))
    assert rows["Since"] == "July 1, 2026"
    assert rows["Meter at the start"] == "100"
    assert rows["Deposit"] == "$150.00"
    assert rows["Service address"] == "1 Palm Ave"


def test_an_end_names_its_day_and_what_is_held() -> None:
    world, _, _ = customer()
    agreement = world.get(ServiceAgreement, "g-water")
    key = changed(world, replace(agreement, state="stop_requested", until=date(2026, 9, 15)))
    assert "We hold no deposit of yours." in said(written(world, "stop", key))
    world.put(Deposit(id="d", account="a1", fund="water", required=4_000, state="held", held=4_000, interest=80))
    text = said(written(world, "stop", key))
    assert "your Water service ends on September 15, 2026" in text
    assert "We hold $40.80 for you" in text
