from __future__ import annotations

from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.decision import usd
from stormops.accounts.records_money import Bill
from stormops.accounts.records_place import Account, MedicalCert, Read, ServiceAgreement, ServicePoint
from stormops.accounts.refusal import Refused
from stormops.papers.document import Bars, Due, Note, Rows
from stormops.papers.statement import statement, sums_of
from stormops.papers.writing import Writing
from tests.accounts.asking.paper import Paper
from tests.accounts.policies import PACKS
from tests.papers.city import OFFICE, amounts, bill, customer, desk, said, written


def test_a_bill_goes_from_the_balance_before_by_payments_to_what_is_due() -> None:
    world, second, _ = customer()
    paper = written(world, "statement", second)
    rows = amounts(paper)
    assert rows["Balance of the last bill"] == "$225.53"
    assert rows["Payment received Sep 1, 2026, thank you"] == "-$90.00"
    assert rows["Charges of this bill"] == rows["Total"] == "$265.45"
    owed = sum(each.owed for each in Writing(desk(world), "a1").receivables())
    assert rows["Amount due"] == usd(owed) == "$400.98"
    assert Due("Amount due", "$400.98", "Please pay by September 20, 2026") in paper.parts
    assert ("Service address", "1 Palm Ave") in paper.facts


def test_each_line_has_its_service_its_days_its_use_and_its_reads() -> None:
    world, second, _ = customer()
    world.put(replace(world.get(ServicePoint, "sp-electric"), meter="M-7"))
    tables = [part for part in written(world, "statement", second).parts if isinstance(part, Rows)]
    assert ("Electric", "Jul 31, 2026 to Aug 31, 2026", "1,321 kWh", "$141.59") in tables[1].rows
    assert ("Water", "Jul 31, 2026 to Aug 31, 2026", "6 kgal", "$20.40") in tables[1].rows
    assert ("Electric M-7", "Estimated (storm)", "1,100", "2,421", "42.6", "") in tables[2].rows
    assert tables[2].rows[1][1:] == ("Read", "105", "111", "0.2", "")


def test_the_chart_has_the_months_before_and_says_itself_in_words() -> None:
    world, second, _ = customer()
    charts = [part for part in written(world, "statement", second).parts if isinstance(part, Bars)]
    assert [[bar.value for bar in chart.bars] for chart in charts] == [[1000, 1321], [5, 6]]
    assert charts[0].alt == "Electric by month (kWh): July 2026: 1,000 kWh; August 2026: 1,321 kWh"


def test_a_year_before_stands_beside_the_day_of_now() -> None:
    world, second, _ = customer()
    now = world.get(Bill, second)
    ago = tuple(replace(line, since=date(2025, 7, 31), until=date(2025, 8, 31), quantity=620) for line in now.lines[:1])
    world.put(replace(now, id="old", issued=date(2025, 9, 1), lines=ago))
    use = [part for part in written(world, "statement", second).parts if isinstance(part, Rows)][2]
    assert use.rows[0][-2:] == ("42.6", "20.0")


def test_what_protects_a_customer_is_said_and_what_the_city_has_no_policy_for_is_not() -> None:
    world, second, _ = customer()
    world.put(MedicalCert(id="c", account="a1", state="valid", expires=date(2027, 1, 1)))
    quiet = said(written(world, "statement", second))
    assert "Medically essential service is on record here until January 1, 2027." in quiet
    assert "The storm kept us from reading every meter" in quiet
    assert "Storm protection" not in quiet
    storm = desk(world, office=OFFICE._replace(storm=True))
    assert "Storm protection" in said(statement(storm, world.get(Bill, second)))
    without = said(statement(storm._replace(pack=PACKS["psc-florida"]), world.get(Bill, second)))
    assert "Storm protection" not in without
    assert "instalments" not in without


def test_a_stayed_account_is_not_asked_for_what_was_before_the_petition() -> None:
    world, second, _ = customer()
    world.put(replace(world.get(Account, "a1"), stayed_by="case"))
    notes = [part.text for part in written(world, "statement", second).parts if isinstance(part, Note)]
    assert notes[0].startswith("Your account is under a bankruptcy stay.")


def test_the_last_bill_says_that_it_is_the_last() -> None:
    world, second, _ = customer()
    for key in ("electric", "water", "sewer", "solid_waste", "stormwater", "fire"):
        world.put(replace(world.get(ServiceAgreement, f"g-{key}"), until=date(2026, 8, 31), state="finalled"))
    assert written(world, "statement", second).title == "Final bill"


def test_a_credit_asks_for_nothing() -> None:
    world, _, _ = customer()
    world.do(TakePayment(account="a1", number="R-9", cents=100_000, tender="bank"))
    world.later(30)
    world.put(*(replace(read, id=f"{read.id}x", day=world.day, register=read.register + 1) for read in latest(world)))
    paper = written(world, "statement", bill(world, "2026-08-31", world.day.isoformat(), "2026-10-20"))
    due = next(part for part in paper.parts if isinstance(part, Due))
    assert (due.label, due.note) == ("Credit on your account", "Nothing to pay now")
    assert due.amount == amounts(paper)["Credit on your account"]


def latest(world: Paper) -> list[Read]:
    return [world.get(Read, "r3-electric"), world.get(Read, "r3-water")]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["pay", "return", "fee"]), st.integers(1, 60_000)), max_size=6))
def test_whatever_is_posted_between_two_bills_it_adds_up_to_what_the_ledger_says(moves: list[tuple[str, int]]) -> None:
    world, _, receipt = customer()
    returned = False
    for number, (move, cents) in enumerate(moves):
        if move == "pay":
            world.do(TakePayment(account="a1", number=f"P-{number}", cents=cents, tender="bank"))
        elif move == "return" and not returned:
            world.do(world.command("return_payment", receipt=receipt))
            returned = True
        elif move == "fee":
            with suppress(Refused):
                world.do(world.command("charge_fee", account="a1", due="2026-12-01"))
    world.put(*(replace(read, id=f"{read.id}x", day=date(2026, 10, 31)) for read in latest(world)))
    world.day = date(2026, 11, 1)
    third = world.get(Bill, bill(world, "2026-08-31", "2026-10-31", "2026-11-20"))
    sums = sums_of(Writing(desk(world), "a1"), third)
    owed = sum(each.owed for each in Writing(desk(world), "a1").receivables())
    assert sums.total == owed - world.get(Account, "a1").credit
    assert sums.now == third.cents
