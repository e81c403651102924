"""Leon County after Michael: a mast alone needs no permit; without the permit system one is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stormops.accounts.rules.releases import Inspection, release
from tests.accounts.policies import PACKS, TODAY, proved, refused

CITY = PACKS["palmetto"]


def inspection(**changed: Any) -> Inspection:
    return Inspection(
        **{"damage": "meter_base", "passed": True, "inspector": "i-7", "evidence": True, "permit": "", **changed}
    )


def test_damage_to_the_mast_alone_needs_no_permit() -> None:
    found = Inspection(damage="mast_only", passed=False)
    assert proved(release(CITY, TODAY, found)).value.permit_owed_by is None


def test_a_new_meter_base_needs_a_permit_and_an_inspection() -> None:
    assert proved(release(CITY, TODAY, inspection(permit="26-118"))).value.permit_owed_by is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "no_permit"),
        ({"passed": False, "permit": "26-118"}, "not_inspected"),
        ({"inspector": ""}, "not_inspected"),
        ({"evidence": False}, "not_inspected"),
        ({"permit_system_up": False, "granted_today": 20}, "exceptions"),
    ],
)
def test_what_is_missing(changed: dict[str, Any], code: str) -> None:
    assert refused(release(CITY, TODAY, inspection(**changed))) == code


def test_while_permits_cannot_be_had_one_is_owed_for_thirty_days() -> None:
    found = proved(release(CITY, TODAY, inspection(permit_system_up=False, granted_today=19))).value
    assert found.permit_owed_by == TODAY + timedelta(30)
