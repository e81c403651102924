from __future__ import annotations

from datetime import date

from stormops.accounts.records_money import BankruptcyCase, Deposit
from tests.accounts.asking.paper import Paper, paper


def filed(chapter: int = 13) -> Paper:
    world = paper()
    world.put(
        BankruptcyCase(
            id="b1",
            account="a1",
            court="Bankr. N.D. Fla.",
            number="26-1",
            chapter=chapter,
            petition=date(2026, 7, 16),
            noticed=date(2026, 7, 20),
            state="stayed",
        )
    )
    return world


def test_the_split_is_by_day_of_service() -> None:
    world = filed()
    world.owes("r1", "electric", 30_000, date(2026, 8, 20), since=date(2026, 7, 1), until=date(2026, 7, 31))
    world.owes("r2", "electric", 5_000, date(2026, 6, 20), since=date(2026, 5, 1), until=date(2026, 6, 1))
    world.owes("r3", "electric", 7_000, date(2026, 8, 20), since=date(2026, 7, 16), until=date(2026, 7, 31))
    world.owes("r4", "late_fee", 300, date(2026, 7, 10))
    world.owes("r5", "late_fee", 400, date(2026, 7, 30))
    command = world.command("split_at_petition", case="b1", new_account="a9")
    assert {part.receivable: part.cents for part in command.before} == {"r1": 15_000, "r2": 5_000, "r4": 300}
    assert (command.assurance_due, command.claim_bar) == ("2026-08-05", "2027-01-12")
    assert command.worksheet["decisions"][0]["rule"] == "bankruptcy.dates"


def test_nothing_before_the_petition_is_nothing_to_split() -> None:
    assert filed().no("split_at_petition", case="b1", new_account="a9") == "nothing_before"


def test_a_deposit_is_held_in_chapter_13_and_may_be_set_off_in_chapter_11() -> None:
    for chapter, code in ((13, "hold"), (11, "")):
        world = filed(chapter)
        world.put(Deposit(id="d1", account="a1", fund="electric", required=100, state="stayed", held=100))
        if code:
            assert world.no("set_off_deposit", case="b1", deposit="d1") == code
        else:
            assert world.command("set_off_deposit", case="b1", deposit="d1").decision["rule"] == "bankruptcy.set_off"
