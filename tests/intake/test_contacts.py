from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.intake.contacts import FILE, RECENT_MS, ROWS_MAX, Contact, Contacts
from tests.intake.telephone_line import SECRET

DAY_MS = 86_400_000
CONTACT = Contact(
    language="es", receipt="01-2345-6789-012-3", premise="P1", address="", reported_ms=5, asked="water", asked_ms=6
)


class Clock:
    now = 10

    def now_ms(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def contacts(tmp_path: Path, clock: Clock) -> Contacts:
    return Contacts(tmp_path / FILE, SECRET, clock.now_ms)


def test_what_is_remembered_is_on_disk_and_seen_by_another_process(contacts: Contacts, tmp_path: Path) -> None:
    assert contacts.get("8505550101") == Contact()
    contacts.put("8505550101", CONTACT)
    other = Contacts(tmp_path / FILE, SECRET, lambda: 10)
    assert other.get("8505550101") == CONTACT
    assert other.get("8505550102") == Contact()
    assert other.place_of(CONTACT.receipt) == ("P1", "")
    other.close()
    assert contacts.get("8505550101") == CONTACT


def test_only_what_must_be_is_forced_to_the_disk(contacts: Contacts) -> None:
    forced = []
    for durable in (False, True, False):
        contacts.put("8505550101", CONTACT, durable=durable)
        forced.append(contacts._open().execute("PRAGMA synchronous").fetchone()[0])
    assert forced == [1, 2, 1]  # NORMAL, FULL


def test_phones_and_receipts_are_not_in_the_file_in_clear(contacts: Contacts, tmp_path: Path) -> None:
    contacts.put("8505550101", CONTACT._replace(receipt=""))
    contacts.close()
    assert b"8505550101" not in (tmp_path / FILE).read_bytes()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_old_receipts_are_offered_no_more_but_consent_and_language_stay(contacts: Contacts, clock: Clock) -> None:
    contacts.put("8505550101", CONTACT._replace(stopped=True))
    clock.now += RECENT_MS + 1
    assert contacts.get("8505550101") == Contact(stopped=True, language="es", asked="water", asked_ms=6)


def test_a_lost_file_is_filled_again_from_the_doors_in_their_order(tmp_path: Path) -> None:
    said = [("1", True), ("2", True), ("2", False), ("3", False), ("3", True)]
    contacts = Contacts(tmp_path / FILE, SECRET, lambda: 10, lambda: said)
    assert [contacts.get(phone).stopped for phone in "1234"] == [True, False, True, False]
    contacts.close()
    said[:] = [("1", False)]
    assert contacts.get("1").stopped  # the file is there: the doors are not asked again


def test_a_rebuild_that_fails_leaves_no_file_that_would_pass_for_whole(tmp_path: Path) -> None:
    def broken() -> list[tuple[str, bool]]:
        raise OSError("unreadable")

    with pytest.raises(OSError, match="unreadable"):
        Contacts(tmp_path / FILE, SECRET, lambda: 10, broken).get("1")
    assert not (tmp_path / FILE).exists()
    assert Contacts(tmp_path / FILE, SECRET, lambda: 10, lambda: [("1", True)]).get("1").stopped


def test_a_full_file_forgets_the_longest_silent_never_an_opt_out(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ROWS_MAX > 200_000  # a city's phones
    monkeypatch.setattr("stormops.intake.contacts.ROWS_MAX", 3)
    contacts = Contacts(tmp_path / FILE, SECRET, clock.now_ms)
    for phone in range(6):
        clock.now += 1
        contacts.put(str(phone), Contact(stopped=phone == 0, language="es"))
    contacts.close()
    assert [contacts.get(str(phone)).language for phone in range(6)] == ["es", "", "", "", "es", "es"]
    assert contacts.get("0").stopped


def test_a_disk_that_is_away_is_an_error_for_the_caller_to_hide(tmp_path: Path) -> None:
    with pytest.raises((OSError, sqlite3.Error)):
        Contacts(tmp_path / "away" / FILE, SECRET, lambda: 10).get("1")


@settings(max_examples=25)
@given(phone=st.text(), stopped=st.booleans(), text=st.text(st.characters(exclude_categories=["Cs"])))
def test_anything_can_be_remembered(
    tmp_path_factory: pytest.TempPathFactory, phone: str, stopped: bool, text: str
) -> None:
    contacts = Contacts(tmp_path_factory.getbasetemp() / "any.sqlite", SECRET, lambda: 10)
    contact = Contact(stopped, text, text, text, text, 1, text, 1)
    contacts.put(phone, contact)
    assert contacts.get(phone) == contact
    contacts.close()
