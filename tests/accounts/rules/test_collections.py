"""Placement, recall, commission, write-off (Danville's 75 days, Deltona's 180); held in a storm."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stormops.accounts.rules.collections import Debt, Recovery, Stale, commission, place, recall, write_off
from tests.accounts.policies import PACKS, proved, refused

CITY = PACKS["palmetto"]
FINAL, AGENCY = date(2026, 8, 29), date(2026, 11, 12)


def debt(**changed: Any) -> Debt:
    return Debt(**{"balance": 412_00, "finalled": FINAL, "approvers": ("a", "b"), **changed})


def test_a_final_debt_is_placed_after_75_days_by_two_persons() -> None:
    assert proved(place(CITY, AGENCY, debt())).value == 412_00
    assert proved(place(CITY, AGENCY, debt(balance=25_00))).value == 25_00


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"stayed": True}, "bankruptcy"),
        ({"disputed": True}, "disputed"),
        ({"arrangement_kept": True}, "arrangement"),
        ({"storm_hold": True}, "storm_hold"),
        ({"unposted": 1}, "storm_hold"),
        ({"finalled": None}, "not_final"),
        ({"finalled": date(2026, 8, 30)}, "not_eligible"),
        ({"balance": 24_99}, "not_eligible"),
        ({"approvers": ("a", "a")}, "approvals"),
    ],
)
def test_what_keeps_a_debt_here(changed: dict[str, Any], code: str) -> None:
    assert refused(place(CITY, AGENCY, debt(**changed))) == code


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"stayed": True}, "bankruptcy"),
        ({"stayed": True, "storm_hold": True}, "bankruptcy"),
        ({"disputed": True}, "disputed"),
        ({"arrangement_kept": True}, "arrangement"),
        ({"balance": 0}, "paid"),
        ({"given_back": True}, "given_back"),
        ({"placed": AGENCY}, "same_day"),
    ],
)
def test_what_calls_a_placed_debt_back_in_a_storm_too(changed: dict[str, Any], why: str) -> None:
    assert proved(recall(CITY, AGENCY, debt(**changed))).value == why


def test_a_placed_debt_stays_where_it_is() -> None:
    assert refused(recall(CITY, AGENCY, debt(storm_hold=True))) == "stays"
    assert refused(recall(CITY, AGENCY, debt(balance=1))) == "stays"
    assert refused(recall(CITY, AGENCY, debt(placed=date(2026, 11, 11)))) == "stays"


def test_the_agencys_share() -> None:
    assert proved(commission(CITY, AGENCY, Recovery(collected=412_03))).value == 82_41


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"due": date(2026, 5, 16)}, "too_young"),
        ({"resolution": ""}, "no_resolution"),
        ({"stayed": True}, "bankruptcy"),
    ],
)
def test_what_is_not_written_off(changed: dict[str, Any], code: str) -> None:
    stale = Stale(**{"balance": 412_00, "due": date(2026, 5, 1), "resolution": "2026-30", **changed})
    assert refused(write_off(PACKS["deltona"], AGENCY, stale)) == code


def test_after_more_than_180_days_a_resolution_writes_off() -> None:
    stale = Stale(balance=412_00, due=date(2026, 5, 15), resolution="2026-30")
    assert proved(write_off(PACKS["deltona"], AGENCY, stale)).value == 412_00
