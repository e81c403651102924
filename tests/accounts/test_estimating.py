from __future__ import annotations

from datetime import date, timedelta

from stormops.accounts.estimating import register_at
from stormops.accounts.records_place import Read

START = date(2025, 1, 1)


def reads(*of: tuple[int, int]) -> list[Read]:
    """By day after the start, and register."""
    return [Read(id=f"r{n}", point="p", day=START + timedelta(n), register=m, kind="actual") for n, m in of]


def test_a_register_goes_on_by_the_daily_use_of_the_year_before() -> None:
    assert register_at(reads((0, 100), (100, 1_100)), START + timedelta(130)) == 1_400
    assert register_at(reads((0, 0), (400, 0), (500, 50)), START + timedelta(520)) == 60
    assert register_at(reads((0, 0), (3, 1)), START + timedelta(5)) == 2  # 1.67, to the nearest


def test_without_a_use_that_is_known_none_is_made_up() -> None:
    assert register_at(reads((0, 100)), START + timedelta(30)) is None
    assert register_at(reads((0, 100), (0, 100)), START + timedelta(30)) is None
    assert register_at(reads((0, 100), (30, 90)), START + timedelta(60)) is None
    assert register_at(reads((0, 100), (30, 130)), START + timedelta(30)) is None
