"""Oracle case 46 and every exclusion; the notice of 25-6.105, the certificate of 366.15."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stormops.accounts.rules.disconnection import Clearance, Cut, may_cut
from tests.accounts.policies import PACKS, TODAY, proved, refused

CITY = PACKS["palmetto"]
NOTICE = date(2026, 6, 22)


def cut(**changed: Any) -> Cut:
    return Cut(**{"past_due": {"electric": 120_00, "fire": 16_75}, "notice": NOTICE, **changed})


def test_a_debt_with_a_notice_that_ran_out_may_cut() -> None:
    decision = proved(may_cut(CITY, TODAY, cut()))
    assert decision.value == Clearance(amount=120_00, earliest=date(2026, 6, 29))
    assert proved(may_cut(CITY, TODAY, cut(notice=date(2026, 6, 24)))).value.earliest == TODAY
    assert proved(may_cut(CITY, TODAY, cut(past_due={"electric": 50_00}))).value.amount == 50_00


def test_case_46_an_unpaid_fire_fee_cuts_nobody() -> None:
    asked = cut(past_due={"fire": 16_75})
    assert refused(may_cut(CITY, TODAY, asked)) == "nothing_disconnectable"
    assert refused(may_cut(CITY, TODAY, cut(past_due={"fire": 1_000_00, "electric": 0}))) == "nothing_disconnectable"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"stayed": True}, "bankruptcy"),
        ({"medical_certified": date(2025, 7, 2)}, "medical"),
        ({"moratorium": "Hurricane Idalia, until restoration is complete"}, "moratorium"),
        ({"weather": "forecast 96 °F"}, "weather"),
        ({"arrangement_kept": True}, "arrangement"),
        ({"disputed": 80_00}, "disputed"),
        ({"notice": None}, "no_notice"),
        ({"notice": date(2026, 6, 25)}, "notice_running"),
        ({"holidays": (date(2026, 6, 23), date(2026, 6, 24), date(2026, 6, 25))}, "notice_running"),
        ({"stayed": True, "notice": None, "weather": "heat"}, "bankruptcy"),
    ],
)
def test_every_exclusion_stops_a_cut_and_is_kept_as_proof(changed: dict[str, Any], code: str) -> None:
    decision = may_cut(CITY, TODAY, cut(**changed))
    assert refused(decision) == code
    tested = {step.name for step in decision.formula}
    assert tested >= {"bankruptcy", "medical", "moratorium", "weather", "arrangement", "no notice"}


def test_a_certificate_holds_for_twelve_months() -> None:
    assert refused(may_cut(CITY, TODAY, cut(medical_certified=date(2026, 1, 1)))) == "medical"
    assert proved(may_cut(CITY, TODAY, cut(medical_certified=date(2025, 7, 1)))).value


def test_a_dispute_leaves_the_rest_of_the_debt() -> None:
    assert proved(may_cut(CITY, TODAY, cut(disputed=60_00))).value.amount == 60_00


def test_a_dispute_of_more_than_the_debt_is_no_debt() -> None:
    assert refused(may_cut(CITY, TODAY, cut(disputed=500_00))) == "disputed"
