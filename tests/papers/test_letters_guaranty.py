from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from stormops.accounts.records_money import Deposit, Receivable
from stormops.accounts.records_place import Account, Party, PartyRole, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.papers.document import Due
from tests.accounts.asking.paper import Paper
from tests.accounts.world import HASH
from tests.papers.city import NAME, amounts, customer, said, written


def stood(language: str = "en") -> Paper:
    """Bo has stood for Ada's deposit of $150 since January; her service is final, and more than that is not paid."""
    world, _, _ = customer()
    world.put(
        replace(world.get(Party, world.get(Account, "b1").party), name="Bo Lee", language=language),
        replace(world.get(Account, "a1"), opened=date(2026, 1, 1)),
        Deposit(
            id="d1",
            account="a1",
            fund="electric",
            required=15_000,
            state="instrument",
            instrument="guarantor",
            instrument_cents=15_000,
            guarantor="b1",
            guaranty_premise="p1",
        ),
        PartyRole(id="r1", party="bo", account="a1", role="guarantor", basis=HASH, since=date(2026, 1, 5)),
    )
    for each in world.books.where(ServiceAgreement, account="a1"):
        world.put(replace(each, state="finalled", until=world.day))
    return world


def refused(world: Paper, kind: str) -> str:
    with pytest.raises(Refused) as found:
        written(world, kind, "d1")
    return found.value.refusal.code


def test_a_guarantor_is_told_what_is_called_for_up_to_what_they_stand_for() -> None:
    world = stood()
    owing = sum(each.owed for each in world.books.where(Receivable, account="a1"))
    assert owing > 15_000
    paper = written(world, "guaranty_call", "d1")
    due = next(part for part in paper.parts if isinstance(part, Due))
    assert (due.amount, due.note) == ("$150.00", "Charged to your account on September 11, 2026 at the earliest")
    assert amounts(paper)["Total"] == f"${owing / 100:,.2f}"
    text = said(paper)
    assert paper.recipient[0] == "Bo Lee"
    assert NAME in text
    assert "January 5, 2026" in text
    assert "You stand for $150.00 at most" in text
    assert ("Account", "b1") in paper.facts


def test_it_is_less_where_less_is_owed_and_none_where_nobody_is_called_on() -> None:
    world = stood()
    keep, *rest = world.books.where(Receivable, account="a1")
    for each in rest:
        world.put(replace(each, owed=0))
    world.put(replace(keep, owed=4_000))
    due = next(part for part in written(world, "guaranty_call", "d1").parts if isinstance(part, Due))
    assert due.amount == "$40.00"
    world.put(replace(keep, owed=0))
    assert refused(world, "guaranty_call") == "nothing_owed"


@pytest.mark.parametrize(("spoilt", "code"), [("served", "in_service"), ("stayed", "stayed"), ("bond", "no_letter")])
def test_no_notice_while_there_is_service_a_stay_or_another_instrument(spoilt: str, code: str) -> None:
    world = stood()
    if spoilt == "served":
        world.put(replace(world.get(ServiceAgreement, "g-electric"), state="active"))
    if spoilt == "stayed":
        world.put(replace(world.get(Account, "a1"), stayed_by="case"))
    if spoilt == "bond":
        world.put(replace(world.get(Deposit, "d1"), instrument="bond", guarantor=""))
    assert refused(world, "guaranty_call") == code


@pytest.mark.parametrize(
    ("language", "free", "called"),
    [
        ("en", "You are free of it since", "Notice of default to a guarantor"),
        ("es", "Está libre de ello desde el", "Aviso de incumplimiento al garante"),
        ("ht", "Ou lib depi", "Avi bay garan"),
    ],
)
def test_both_letters_are_in_the_guarantors_language(language: str, free: str, called: str) -> None:
    world = stood(language)
    assert called in said(written(world, "guaranty_call", "d1"))
    assert refused(world, "guaranty_release") == "no_letter"
    ended: dict[str, Any] = {"state": "released"}
    world.put(replace(world.get(Deposit, "d1"), **ended), replace(world.get(PartyRole, "r1"), until=date(2026, 8, 30)))
    paper = written(world, "guaranty_release", "d1")
    assert free in said(paper)
    assert "$150.00" in said(paper)
    assert paper.recipient[0] == "Bo Lee"
    assert refused(world, "guaranty_call") == "no_letter"
