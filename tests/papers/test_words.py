from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from stormops.accounts.charge_types import KINDS
from stormops.pages.words import LANGUAGES, table
from stormops.papers.words import PACKAGE, long_day, said, short_day

OTHERS = [language for language in LANGUAGES if language != "en"]
POSTINGS = Path(__file__).parents[2] / "src/stormops/accounts"


def flat(language: str) -> dict[str, str]:
    made = table(language, PACKAGE)
    return {f"{group}.{name}": text for group, rows in made.items() for name, text in rows.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_places_and_nothing_in_english(language: str) -> None:
    english, other = flat("en"), flat(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", other[key])), key
    assert {key for key in english if english[key] == other[key]} <= {"statement.month"}


def test_no_table_of_papers_hides_a_word_of_the_pages() -> None:
    groups = set(tomllib.loads((Path(__file__).parents[2] / "src/stormops/pages/words/en.toml").read_text()))
    assert not groups & set(table("en", PACKAGE)) - {"date"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_charge_and_every_event_that_moves_a_balance_has_its_word(language: str) -> None:
    words = said(language)
    assert [kind for kind in KINDS if not words.has(f"charge.{kind}")] == []
    text = (POSTINGS / "postings.py").read_text() + (POSTINGS / "postings_credit.py").read_text()
    events = set(re.findall(r'journal\(head, "(\w+)"', text)) | {"billed", "fee_charged", "back_billed"}
    inside = {"float_issued", "banked", "stood_in", "paid", "stand_in_posted", "drawer_over", "drawer_short"}
    elsewhere = {event for event in events if event.startswith(("pass_", "fare_", "loan_", "rebate_on", "rebate_pay"))}
    never = {"allowed", "written_off", "recovered", "recovered_late", "commission_paid", "dividend_received"}
    never |= {"refund_paid", "refund_unclaimed", "discharged"}
    assert sorted(e for e in events - inside - elsewhere - never if not words.has(f"event.{e}")) == []


def test_days_are_written_as_each_language_writes_them() -> None:
    day = date(2026, 11, 30)
    assert [long_day(said(language), day) for language in LANGUAGES] == [
        "November 30, 2026",
        "30 de noviembre de 2026",
        "30 novanm 2026",
    ]
    assert [short_day(said(language), day) for language in LANGUAGES] == ["Nov 30, 2026", "30 nov 2026", "30 nov 2026"]
    assert said("xx").language == "en"
