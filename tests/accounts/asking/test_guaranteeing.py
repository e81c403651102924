from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from stormops.accounts.records_money import Bill, BillLine, Deposit, Receipt
from stormops.accounts.records_place import Account, CutOrder, ServiceAgreement
from stormops.accounts.records_work import Letter
from tests.accounts.asking.paper import Paper, paper
from tests.accounts.asking.test_requesting import no as not_wanted
from tests.accounts.asking.test_requesting import part, want
from tests.accounts.world import HASH

BO = "g-bo"


def standing() -> Paper:
    """Ada must give $150; Bo has been a customer for years."""
    world = paper()
    electric = world.get(ServiceAgreement, "g-electric")
    world.put(
        Deposit(id="d1", account="a1", fund="electric", required=15_000, state="required"),
        replace(electric, id=BO, account="b1", point=None, since=date(2024, 1, 1)),
    )
    return world


def asked(**fields: str) -> dict[str, Any]:
    return {"deposit": "d1", "guarantor": "b1", "premise": "p1", "document": HASH, **fields}


def stood() -> Paper:
    """Bo stands for it."""
    world = standing()
    stands: dict[str, Any] = {"state": "instrument", "instrument": "guarantor", "instrument_cents": 15_000}
    world.put(replace(world.get(Deposit, "d1"), **stands, guarantor="b1", guaranty_premise="p1"))
    return world


def test_a_customer_with_a_good_record_stands_for_a_deposit_and_why_is_kept() -> None:
    command = standing().command("furnish_guaranty", **asked())
    rules = [each["rule"] for each in command.decision["decisions"]]
    assert rules == ["deposits.guarantor", "deposits.satisfactory"]
    assert any("late since 2025-08-01" in step["name"] for step in command.decision["formula"])


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ("late", "paid_late"),
        ("returned", "paid_back"),
        ("cut", "was_cut"),
        ("new", "short_record"),
        ("left", "no_guarantor"),
    ],
)
def test_a_guarantor_without_such_a_record_is_refused_with_the_reason(spoilt: str, code: str) -> None:
    world = standing()
    if spoilt == "late":
        for key in ("r1", "r2"):
            world.put(replace(world.owes(key, "late_fee", 300, date(2026, 7, 1)), account="b1"))
    if spoilt == "returned":
        cheque: dict[str, Any] = {"account": "b1", "number": "1", "tender": "cheque", "till": "1010", "cents": 5}
        world.put(Receipt(id="c1", day=date(2026, 2, 1), state="returned", **cheque))
    if spoilt == "cut":
        world.put(
            CutOrder(
                id="x", account="b1", agreement=BO, state="reconnected", noticed=world.day, earliest=date(2026, 2, 1)
            )
        )
    if spoilt == "new":
        world.put(replace(world.get(Account, "b1"), opened=date(2025, 8, 2)))
    if spoilt == "left":
        world.put(replace(world.get(ServiceAgreement, BO), state="closed"))
    assert world.no("furnish_guaranty", **asked()) == code


def test_a_city_without_a_rule_on_such_a_record_takes_no_guarantor() -> None:
    world = standing()
    world.put(replace(world.get(Account, "b1"), category="commercial"))
    assert world.no("furnish_guaranty", **asked()) == "no_policy"


def test_a_guarantor_is_free_once_the_customer_has_a_good_record() -> None:
    world = stood()  # Ada's record is of 31 months, and well paid
    assert [each["rule"] for each in world.command("release_guaranty", deposit="d1").decision["decisions"]] == [
        "deposits.guarantor",
        "deposits.good_payment",
    ]
    world.put(replace(world.get(Account, "a1"), opened=date(2025, 1, 1)))
    assert world.no("release_guaranty", deposit="d1") == "still_bound"
    assert standing().no("release_guaranty", deposit="d1") == "no_guaranty"


def test_a_guarantor_is_free_once_service_is_final_and_what_is_owed_for_the_address_is_paid() -> None:
    world = stood()
    world.put(replace(world.get(Account, "a1"), opened=date(2025, 1, 1)))
    for each in world.books.where(ServiceAgreement, account="a1"):
        world.put(replace(each, state="finalled"))
    fee = world.owes("r1", "late_fee", 300, date(2026, 7, 1))
    assert world.no("release_guaranty", deposit="d1") == "still_bound"
    world.put(replace(fee, owed=0))
    assert world.command("release_guaranty", deposit="d1").deposit == "d1"


def written_to(day: date) -> Letter:
    """The notice of default to Bo."""
    told: dict[str, Any] = {"by": "ann", "channel": "desk", "hash": HASH, "document": {}, "language": "en", "at_ms": 1}
    return Letter(id="l1", account="b1", kind="guaranty_call", about="d1", day=day, state="issued", **told)


def test_a_guarantor_is_liable_for_the_address_of_the_contract_only() -> None:
    world = stood()
    world.put(replace(world.get(Account, "a1"), opened=date(2025, 1, 1)))
    electric = world.get(ServiceAgreement, "g-electric")
    world.put(replace(electric, id="g-there", premise="p2", point=None))
    for key, agreement in (("here", "g-electric"), ("there", "g-there")):
        line = BillLine("electric", 5_000, date(2026, 7, 1), world.day, agreement)
        issued: dict[str, Any] = {"account": "a1", "issued": world.day, "due": world.day, "cents": 5_000}
        world.put(Bill(id=f"bill-{key}", lines=(line,), **issued))
        world.owes(key, "electric", 5_000, world.day, bill=f"bill-{key}")
    asks = {"account": "a1", "to": "b1"}
    assert not_wanted(world, "transfer", **asks, parts=[part("here", 5_000)]) == "not_noticed"
    world.put(written_to(world.day - timedelta(days=9)))
    assert not_wanted(world, "transfer", **asks, parts=[part("here", 5_000)]) == "notice_runs"
    world.put(written_to(world.day - timedelta(days=10)))
    called = want(world, "transfer", **asks, parts=[part("here", 5_000)])
    assert "deposits.guarantor" in [each["rule"] for each in called.decision["decisions"]]
    assert not_wanted(world, "transfer", **asks, parts=[part("there", 5_000)]) == "not_liable"
    assert not_wanted(world, "transfer", **asks, parts=[part("here", 1), part("there", 1)]) == "not_liable"
    world.put(replace(world.get(Account, "a1"), opened=date(2024, 1, 1)))  # free by the customer's own record
    assert not_wanted(world, "transfer", **asks, parts=[part("here", 5_000)]) == "not_liable"
