from __future__ import annotations

from typing import Any

from stormops.accounts.commands_letter import IssueLetter, VoidLetter
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.records_work import Letter
from tests.accounts.world import HASH, World, city

DOCUMENT = {"kind": "receipt", "title": "Receipt"}


def issue(about: str, **fields: Any) -> IssueLetter:
    made = {"account": "a1", "kind": "receipt", "about": about, "language": "en", "hash": HASH, "document": DOCUMENT}
    return IssueLetter(**made | fields)


def paid() -> tuple[World, str]:
    world = city()
    taken = TakePayment(account="a1", number="n1", cents=500, tender="bank")
    return world, world.do(taken)["receipt"]


def test_a_letter_is_kept_whole_and_voided_with_a_reason() -> None:
    world, receipt = paid()
    key = world.do(issue(receipt), channel="mail")["letter"]
    letter = world.get(Letter, key)
    assert (letter.document, letter.hash, letter.by, letter.channel, letter.day) == (
        DOCUMENT,
        HASH,
        "ann",
        "mail",
        world.day,
    )
    assert world.refused(VoidLetter(letter=key, reason=" ")) == "no_text"
    world.do(VoidLetter(letter=key, reason="the wrong envelope"))
    assert (world.get(Letter, key).state, world.get(Letter, key).reason) == ("voided", "the wrong envelope")
    assert world.refused(VoidLetter(letter=key, reason="again")) == "final_state"


def test_the_same_letter_is_not_issued_twice_but_again_once_it_is_void() -> None:
    world, receipt = paid()
    key = world.do(issue(receipt))["letter"]
    assert world.refused(issue(receipt)) == "letter_stands"
    world.do(issue(receipt, hash="b" * 64))
    world.do(VoidLetter(letter=key, reason="x"))
    world.do(issue(receipt))


def test_a_letter_is_about_what_is_there_in_its_state_and_of_the_account() -> None:
    world, receipt = paid()
    assert world.refused(issue(receipt, kind="poem")) == "unknown_letter"
    assert world.refused(issue("x")) == "unknown_receipt"
    assert world.refused(issue(receipt, kind="returned_payment")) == "no_letter"
    assert world.refused(issue(receipt, account="b1")) == "other_account"


def test_each_kind_has_the_permission_of_the_work_that_it_is_part_of() -> None:
    world, receipt = paid()
    world.without["nan"] = {"contact"}
    assert world.refused(issue(receipt), "nan") == "no_permission"
