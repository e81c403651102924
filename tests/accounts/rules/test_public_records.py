from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stormops.accounts.disclosure import CLASSES
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.public_records import Asked, Exemption, Retention, answer
from stormops.books.retention import KEPT
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]


def test_an_answer_is_due_so_many_days_after_the_request_and_nobody_must_say_who_they_are() -> None:
    given = Asked(received=date(2026, 6, 28), named=False)
    assert proved(answer(CITY, TODAY, given)).value.due == date(2026, 7, 8)


@pytest.mark.parametrize("named", [True, False])
def test_a_city_may_ask_for_a_name(named: bool) -> None:
    packs = one("public_records", answer_days=3, may_be_anonymous=False)
    decision = answer(packs["test"], TODAY, Asked(received=TODAY, named=named))
    if named:
        assert decision.value.due == date(2026, 7, 4)
    else:
        assert refused(decision, packs) == "no_requester"


def test_the_demo_city_says_of_every_class_whether_it_is_exempt_and_of_every_kind_how_long_it_is_kept() -> None:
    classes = {each: CITY.terms(Exemption, TODAY, each) for each in CLASSES}
    assert [each for each, terms in classes.items() if terms is None] == []
    assert [each for each, terms in classes.items() if terms and not terms.withhold] == ["staff"]
    assert [each for each in KEPT if CITY.clause(Retention, TODAY, each) is None] == []


@pytest.mark.parametrize("terms", [{"withhold": True}, {"withhold": True, "by": "a [b]"}])
def test_what_is_withheld_says_by_what(terms: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        one("exemption", "name", **terms)
