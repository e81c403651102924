"""What cities take back for a leak: by Roxboro's, Cookeville's and Washington Court House's own codes."""

from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.leaks import Adjusted, Excess, Leak, credit, usual
from stormops.accounts.rules.use_check import Used
from tests.accounts.policies import PACKS, TODAY, only, proved, refused

BEFORE = tuple(Used(units, 30) for units in (90, 9, 5, 6, 5, 4))
"""The oldest bill was unusual too."""
REPAIRED = date(2026, 6, 20)


def leak(units: int = 40, days: int = 30, *earlier: Adjusted, before: tuple[Used, ...] = BEFORE) -> Leak:
    return Leak(bill="k7", used=Used(units, days), before=before, repaired=REPAIRED, earlier=earlier)


@pytest.mark.parametrize(
    ("city", "days", "units"),
    [
        ("roxboro", 30, "5.000"),  # 20 in four months
        ("roxboro", 31, "5.167"),
        ("cookeville", 30, "5.000"),  # 15 in three
        ("washington-court-house", 30, "19.833"),  # 119 in six
        ("palmetto", 30, "5.000"),
    ],
)
def test_the_usual_is_the_average_of_the_bills_before(city: str, days: int, units: str) -> None:
    assert str(proved(usual(PACKS[city], TODAY, leak(40, days))).value) == units


@pytest.mark.parametrize(
    ("city", "unsewered", "water", "sewer"),
    [
        ("roxboro", False, 4_501, 8_000),  # half of $90.01, half a cent upwards
        ("roxboro", True, 4_501, 16_000),
        ("cookeville", True, 4_501, 16_000),
        ("washington-court-house", False, 2_250, 4_000),
        ("washington-court-house", True, 2_250, 16_000),
    ],
)
def test_a_part_of_the_excess_is_taken_back_and_of_the_sewer_all_that_never_came_there(
    city: str, *, unsewered: bool, water: int, sewer: int
) -> None:
    given = Excess(water=(12_001, 3_000), sewer=(20_000, 4_000), unsewered=unsewered)
    made = proved(credit(PACKS[city], TODAY, given)).value
    assert (made.water, made.sewer) == (water, sewer)


def test_what_cost_nothing_more_gives_nothing_back() -> None:
    capped = Excess(water=(3_000, 3_000), sewer=(4_000, 4_500))
    assert refused(credit(PACKS["roxboro"], TODAY, capped)) == "no_excess"


def test_use_must_be_above_the_usual_by_as_much_as_the_city_says() -> None:
    assert refused(usual(PACKS["roxboro"], TODAY, leak(5))) == "no_excess"
    assert proved(usual(PACKS["roxboro"], TODAY, leak(6))).value == 5
    even = (Used(10, 30),) * 6
    assert refused(usual(PACKS["washington-court-house"], TODAY, leak(15, before=even))) == "no_excess"
    assert proved(usual(PACKS["washington-court-house"], TODAY, leak(16, before=even))).value == 10


@pytest.mark.parametrize(
    ("city", "earlier", "code"),
    [
        ("roxboro", (date(2025, 7, 1),), ""),
        ("roxboro", (date(2025, 7, 2),), "adjusted_before"),
        ("cookeville", (date(2026, 6, 30),), ""),
        ("washington-court-house", (date(2026, 6, 1),), ""),  # the second month of the leak
        ("washington-court-house", (date(2026, 5, 1), date(2026, 6, 1)), "adjusted_before"),
    ],
)
def test_it_is_done_only_so_often(city: str, earlier: tuple[date, ...], code: str) -> None:
    given = leak(90, 30, *(Adjusted(f"k{number}", day) for number, day in enumerate(earlier)))
    decision = proved(usual(PACKS[city], TODAY, given))
    assert ("" if decision.refusal is None else decision.refusal.code) == code


def test_a_bill_is_adjusted_once_and_a_leak_that_runs_on_is_not() -> None:
    assert refused(usual(PACKS["cookeville"], TODAY, leak(40, 30, Adjusted("k7", REPAIRED)))) == "adjusted_before"
    assert refused(usual(PACKS["cookeville"], date(2026, 6, 19), leak())) == "not_repaired"
    assert proved(usual(PACKS["cookeville"], REPAIRED, leak())).value == 5


def test_without_bills_before_there_is_no_usual_use_and_without_a_policy_no_adjustment() -> None:
    assert refused(usual(PACKS["roxboro"], TODAY, leak(before=()))) == "no_usual_use"
    assert refused(usual(PACKS["roxboro"], TODAY, leak(before=(Used(3, 0),)))) == "no_usual_use"
    assert refused(usual(PACKS["roxboro"], TODAY, leak(40, 0))) == "no_usual_use"
    assert refused(usual(PACKS["danville"], TODAY, leak())) == "no_policy"


@pytest.mark.parametrize("wrong", [{"average_bills": 0}, {"bills": 0}, {"percent": 101}, {"unsewered_percent": 101}])
def test_a_pack_that_gives_more_back_than_was_charged_is_refused(wrong: dict[str, int]) -> None:
    terms = {"average_bills": 3, "percent": 50, "unsewered_percent": 100, "every_months": 12}
    with pytest.raises(PolicyError):
        only("leak_adjustment", **terms | wrong)
