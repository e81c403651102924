from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from stormops.accounts.estimating import of_period, register_at, standing
from stormops.accounts.records_place import Read

START = date(2025, 1, 1)


def reads(*of: tuple[int, int]) -> list[Read]:
    """By day after the start, and register."""
    return [Read(id=f"r{n}", point="p", day=START + timedelta(n), register=m, kind="actual") for n, m in of]


def test_a_register_goes_on_by_the_daily_use_of_the_year_before() -> None:
    assert register_at(reads((0, 100), (100, 1_100)), START + timedelta(130)) == 1_400
    assert register_at(reads((0, 0), (400, 0), (500, 50)), START + timedelta(520)) == 60
    assert register_at(reads((0, 0), (3, 1)), START + timedelta(5)) == 2  # 1.67, to the nearest


def test_a_bill_goes_by_the_last_read_at_each_end() -> None:
    told = reads((0, 100), (1, 110), (30, 400), (31, 410))
    found = of_period(told, START + timedelta(1), START + timedelta(30))
    assert found is not None
    assert [each.register for each in found] == [110, 400]
    assert of_period(told, START + timedelta(31), START + timedelta(60)) is None


def test_of_a_day_the_read_that_was_recorded_last_stands() -> None:
    told = reads((0, 100), (30, 400), (30, 300))
    assert [each.register for each in standing(reversed([replace(x, changed=n) for n, x in enumerate(told)]))] == [
        100,
        300,
    ]


def test_without_a_use_that_is_known_none_is_made_up() -> None:
    assert register_at(reads((0, 100)), START + timedelta(30)) is None
    assert register_at(reads((0, 100), (0, 100)), START + timedelta(30)) is None
    assert register_at(reads((0, 100), (30, 90)), START + timedelta(60)) is None
    assert register_at(reads((0, 100), (30, 130)), START + timedelta(30)) is None
