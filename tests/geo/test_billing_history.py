from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from geo.billing_history import history
from geo.generate import generate_city
from stormops.accounts import abridged, catalogue, ledger
from stormops.accounts.record import Record
from stormops.accounts.records_money import Bill, BillingRun, Deposit, Receipt
from stormops.accounts.records_place import Account, Read, Umbrella
from stormops.books import checks
from stormops.books.database import Database
from tests.beancount_books import complaints
from tests.customers import MONTHS, PREMISES, SEED, UNTIL, parts, policy

R = TypeVar("R", bound=Record)


def of(kind: type[R]) -> list[R]:
    return [each for part in parts() for each in part.records if isinstance(each, kind)]


def test_everybody_has_every_months_bill_and_it_balances(customers: Path) -> None:
    bills = Counter(bill.account for bill in of(Bill))
    umbrella = next(iter(of(Umbrella)))
    shared = {member.account for member in umbrella.members}
    for account in of(Account):
        expected = 0 if account.id == umbrella.account else MONTHS * (1 + (account.id in shared))
        assert bills[account.id] == expected, account
    database = Database(customers)
    found = checks.soundness(database)
    assert (found.unbalanced_funds, found.differences, found.broken_at, found.ends_early) == ({}, (), None, False)
    assert found.trial["1100"].keys() >= {"electric", "water", "sewer", "solid_waste"}
    database.close()


def test_beancount_adds_up_the_same() -> None:
    journals = [entry for part in parts() for entry in part.journals if entry.effective.year == 2026][:1_500]
    assert complaints(journals, ledger.balances(journals)) == []


def test_every_bill_comes_out_again_to_the_cent_by_the_policy_of_its_day() -> None:
    runs = {run.id: run for run in of(BillingRun)}
    by_id = {bill.id: bill for bill in of(Bill)}
    pack, versions = policy(), set()
    for bill in by_id.values():
        kept = json.loads(msgspec.json.encode(bill.decision))
        kept = json.loads(msgspec.json.encode(by_id[kept["bill"]].decision)) if "bill" in kept else kept
        priced = 0
        for part in abridged.whole(kept, runs[kept["run"]]):
            decision = catalogue.from_plain(part)
            assert catalogue.RULES[decision.rule](pack, decision.on, decision.inputs, decision.of) == decision
            versions.add(decision.clause.start if decision.clause else None)
            value = decision.value
            if decision.rule == "metered.charge":
                priced += value.total
            elif decision.rule.startswith("property."):
                priced += value
        if not any(part[0] == "umbrella.allocate" for part in kept["decisions"]):
            assert (priced, sum(line.cents for line in bill.lines)) == (bill.cents, bill.cents)
    assert len(versions) > 2, "rates changed in between, and both were used"


def test_there_is_what_a_citys_books_have() -> None:
    bills = of(Bill)
    events = Counter(entry.event for part in parts() for entry in part.journals)
    assert events["billed"] == len(bills)
    assert events["paid"] == len(of(Receipt))
    assert events["fee_charged"] > 0
    assert events["deposit_paid"] == len(of(Deposit)) > 0
    latest = [read for read in of(Read) if read.day.month == UNTIL.month and read.day.year == UNTIL.year]
    assert latest, "this month is read and not billed"
    assert max(bill.issued for bill in bills) < UNTIL.replace(day=1)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    city = generate_city(200)
    again = list(history(city, policy(), UNTIL, 2, seed=SEED, limit=20))
    assert again == list(history(city, policy(), UNTIL, 2, seed=SEED, limit=20))
    assert again != list(history(city, policy(), UNTIL, 2, seed=SEED + 1, limit=20))
    assert sum(part.customers for part in parts()) >= PREMISES


def test_without_rates_for_the_time_nothing_is_made() -> None:
    with pytest.raises(ValueError, match="policy"):
        list(history(generate_city(200), policy(), UNTIL.replace(year=2009), 2, limit=5))
