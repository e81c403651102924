"""No case has it: a use is looked at that is far from the bills before it and from the same time a year ago."""

from __future__ import annotations

import pytest

from stormops.accounts.rules.use_check import Checked, Used, check
from tests.accounts.policies import PACKS, TODAY, proved, refused

PACK = PACKS["palmetto"]
USUAL = (Used(900, 30), Used(1_020, 34))


@pytest.mark.parametrize(
    ("used", "last_year", "unusual"),
    [
        (Used(900, 30), None, ""),
        (Used(2_250, 30), None, ""),
        (Used(2_251, 30), None, "high"),
        (Used(2_251, 45), None, ""),
        (Used(225, 30), None, ""),
        (Used(224, 30), None, "low"),
        (Used(2_251, 30), Used(1_000, 31), ""),
        (Used(2_600, 30), Used(1_000, 31), "high"),
        (Used(0, 30), Used(40, 31), ""),
        (Used(0, 30), Used(950, 31), "low"),
    ],
)
def test_it_is_unusual_only_against_all_that_is_known(used: Used, last_year: Used | None, unusual: str) -> None:
    given = Checked(used=used, before=USUAL, last_year=last_year)
    assert proved(check(PACK, TODAY, given, "electric")).value.unusual == unusual


def test_little_more_than_little_is_nothing() -> None:
    given = Checked(used=Used(9, 30), before=(Used(1, 30),))
    assert check(PACK, TODAY, given, "water").value.unusual == "high"
    assert check(PACK, TODAY, Checked(used=Used(5, 30), before=(Used(1, 30),)), "water").value.unusual == ""


def test_what_goes_with_the_season_is_compared_with_last_year_only() -> None:
    given = Checked(used=Used(90, 30), before=(Used(5, 30),))
    assert check(PACK, TODAY, given, "gas").value.unusual == ""
    year = Checked(used=Used(90, 30), before=(Used(5, 30),), last_year=Used(20, 30))
    assert check(PACK, TODAY, year, "gas").value.unusual == "high"


def test_without_a_bill_before_it_nothing_is_said_and_without_a_policy_nothing_is_done() -> None:
    assert check(PACK, TODAY, Checked(used=Used(9_000, 30), before=()), "electric").value.unusual == ""
    assert refused(check(PACKS["danville"], TODAY, Checked(used=Used(1, 30), before=()))) == "no_policy"
    assert refused(check(PACK, TODAY, Checked(used=Used(1, 0), before=USUAL), "electric")) == "bad_usage"
