from __future__ import annotations

import pytest

from stormops.accounts.commands_party import AddRole, OpenAccount, UpdateContact
from stormops.accounts.records_place import Account, ContactPoint, Party, PartyRole
from tests.accounts.world import HASH, city


def test_nobody_gets_an_account_unverified_or_unnamed_or_twice() -> None:
    world = city()
    assert world.refused(OpenAccount(account="n1", category="residential", party="new", name="Nu")) == "not_verified"
    assert world.refused(OpenAccount(account="n1", category="residential", party="new", verified="x")) == "no_name"
    assert world.refused(OpenAccount(account="a1", category="residential", party="ada")) == "account_exists"
    world.do(OpenAccount(account="a3", category="commercial", party="ada"))
    assert world.get(Account, "a3").party == "ada"
    assert world.get(Party, "ada").verified == "photo id"


def test_of_two_changes_the_later_said_is_current_whichever_arrives_last() -> None:
    world = city()
    late, early = world.envelope(), world.envelope()
    assert early.at_ms > late.at_ms
    for said, number in ((early, "850-555-0002"), (late, "850-555-0001")):
        world.number = int(said.key[1:]) - 1
        world.do(UpdateContact(account="a1", kind="phone", value=number))
    points = world.books.where(ContactPoint, party="ada")
    assert {(p.value, p.current) for p in points} == {("850-555-0001", False), ("850-555-0002", True)}
    world.number = early.at_ms % 86_400_000
    world.do(UpdateContact(account="a1", kind="email", value="ada@example.org"))
    assert sum(p.current for p in world.books.where(ContactPoint, party="ada")) == 2


def test_a_new_mailing_address_is_young_and_a_language_is_the_partys() -> None:
    world = city()
    world.later(50)
    world.do(UpdateContact(account="a1", kind="mailing", value="9 Far St"))
    assert world.get(Account, "a1").mailing_changed == world.day
    world.do(UpdateContact(account="a1", kind="language", value="ht"))
    assert world.get(Party, "ada").language == "ht"
    assert world.refused(UpdateContact(account="a1", kind="phone", value=" ")) == "no_value"


@pytest.mark.parametrize(
    ("kind", "wrong", "right", "code"),
    [
        ("mobile", "555-0142", "(850) 555-0142", "no_phone"),
        ("phone", "call my son", "+49 30 1234567 ext. 12", "no_phone"),
        ("phone", "850" * 10, "1 850 555 0142", "no_phone"),
        ("email", "ada at example.org", "ada@example.org", "no_mail"),
        ("email", "ada@example", "a.b+c@mail.example.org", "no_mail"),
        ("language", "Spanish", "es", "no_language"),
    ],
)
def test_a_contact_detail_is_one_that_messages_reach(kind: str, wrong: str, right: str, code: str) -> None:
    world = city()
    assert world.refused(UpdateContact(account="a1", kind=kind, value=wrong)) == code
    world.do(UpdateContact(account="a1", kind=kind, value=right))


def test_a_role_stands_on_a_document() -> None:
    world = city()
    made = world.do(AddRole(account="a1", party="bo", role="landlord", basis=HASH, since="2026-03-01"))
    assert world.get(PartyRole, made["party_role"]).role == "landlord"
    guarantor = AddRole(account="a1", party="bo", role="guarantor", basis=HASH, since="2026-03-01")
    assert world.refused(guarantor) == "by_record"
    assert world.refused(AddRole(account="a1", party="xx", role="agent", basis=HASH, since="2026-03-01")) == (
        "unknown_party"
    )


def test_nobody_works_on_their_own_account() -> None:
    world = city()
    change = UpdateContact(account="s1", kind="phone", value="850-555-0001")
    assert world.refused(change, "sam") == "own_account"
    world.do(change, "ann")
