from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts.records_place import Account, ContactPoint, PartyRole
from stormops.counter.own.belonging import accounts_of, contact, party_reached, reached
from tests.accounts.world import Memory

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("850-555-0101", "8505550101"),
        (" +1 (850) 555.0101", "8505550101"),
        ("Ada@Example.org ", "ada@example.org"),
        ("555-0101", ""),
        ("850-555-0101 ext 7", ""),
        ("a@b", ""),
        ("a b@c.d", ""),
        ("", ""),
        ("٨٥٠٥٥٥٠١٠١", ""),
    ],
)
def test_a_contact_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert contact(typed) == meant


def books() -> Memory:
    made = Memory()
    records = [
        Account(id="a1", party="ada", category="residential", opened=TODAY),
        Account(id="b1", party="bo", category="residential", opened=TODAY),
        ContactPoint(id="1", party="ada", kind="mobile", value="+1 850 555 0101", said_ms=1),
        ContactPoint(id="2", party="ada", kind="mobile", value="8505550999", said_ms=0, current=False),
        ContactPoint(id="3", party="ada", kind="relay", value="8505550711", said_ms=0),
        ContactPoint(id="4", party="cy", kind="mobile", value="8505550404", said_ms=0),
    ]
    for record in records:
        made.records[type(record).__name__.lower() if type(record) is Account else "contact_point", record.id] = record
    return made


def role(name: str, until: date | None = None) -> PartyRole:
    return PartyRole(id="r", party="cy", account="a1", role=name, basis="", since=TODAY, until=until)


def test_who_is_reached_by_a_current_contact_and_by_nothing_else() -> None:
    found = books()
    assert party_reached(found, "a1", "8505550101", TODAY) == "ada"
    for account, by in (("a1", "8505550999"), ("a1", "8505550711"), ("b1", "8505550101"), ("x", "8505550101")):
        assert party_reached(found, account, by, TODAY) is None


@pytest.mark.parametrize(
    ("name", "until", "sees"),
    [
        ("authorised", None, True),
        ("liable", date(2026, 7, 2), True),
        ("authorised", TODAY, False),
        ("guarantor", None, False),
        ("landlord", None, False),
        ("agent", None, False),
    ],
)
def test_which_roles_see_an_account(name: str, until: date | None, *, sees: bool) -> None:
    found = books()
    found.records["party_role", "r"] = role(name, until)
    assert (party_reached(found, "a1", "8505550404", TODAY) == "cy") is sees
    assert (accounts_of(found, "cy", TODAY) == ["a1"]) is sees
    assert accounts_of(found, "ada", TODAY) == ["a1"]


def test_any_change_of_how_a_party_is_reached_shows() -> None:
    found = books()
    before = reached(found, "ada")
    assert before == reached(books(), "ada")
    found.records["contact_point", "5"] = ContactPoint(id="5", party="ada", kind="email", value="a@b.c", said_ms=2)
    assert reached(found, "ada") != before
