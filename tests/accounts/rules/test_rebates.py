"""Tallahassee's solar water heater rebate; the 60 days of Beaches Energy; a storm does not eat the deadline."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stormops.accounts.dates import Span
from stormops.accounts.rules.rebates import Claim, claim
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]
HEATER = "solar-water-heater"


def application(**changed: Any) -> Claim:
    return Claim(
        **{
            "invoice": 5_000_00,
            "completed": date(2026, 6, 1),
            "applied": date(2026, 7, 31),
            "on_file": ("audit", "licensed_installer", "permit", "inspection"),
            "budget_left": 10_000_00,
            **changed,
        }
    )


def test_450_dollars_on_the_sixtieth_day() -> None:
    assert proved(claim(CITY, TODAY, application(budget_left=450_00), HEATER)).value == 450_00


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"applied": date(2026, 8, 1)}, "too_late"),
        ({"paid_before": True}, "duplicate"),
        ({"on_file": ("audit", "licensed_installer", "permit")}, "missing"),
        ({"budget_left": 449_99}, "budget"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], code: str) -> None:
    assert refused(claim(CITY, TODAY, application(**changed), HEATER)) == code


def test_days_of_storm_mode_are_added_to_the_deadline() -> None:
    storm = (Span(date(2026, 7, 18), date(2026, 7, 27)),)
    assert proved(claim(CITY, TODAY, application(applied=date(2026, 8, 10), tolled=storm), HEATER)).value == 450_00
    late = application(applied=date(2026, 8, 11), tolled=storm)
    assert refused(claim(CITY, TODAY, late, HEATER)) == "too_late"


def test_a_rebate_is_no_more_than_was_paid_nor_than_its_most() -> None:
    assert proved(claim(CITY, TODAY, application(invoice=300_00), HEATER)).value == 300_00
    packs = one("rebate", percent=20, most=400, once_per_premise=False)
    again = application(paid_before=True, applied=date(2027, 1, 1))
    assert proved(claim(packs["test"], TODAY, again), packs).value == 400_00
    assert proved(claim(packs["test"], TODAY, application(invoice=1_000_00)), packs).value == 200_00
