from __future__ import annotations

from datetime import date

import msgspec
import pytest

from stormops.accounts.catalogue import KINDS
from stormops.accounts.rules.watching import AuditWatch
from tests.accounts.policies import PACKS


def test_a_pack_may_say_what_its_audit_asks_about() -> None:
    assert KINDS["audit_watch"] is AuditWatch
    terms = PACKS["palmetto"].terms(AuditWatch, date(2026, 7, 1))
    assert terms is not None
    assert (terms.opens_hour, terms.closes_hour, terms.given_count) == (7, 19, 3)
    assert PACKS["gru"].terms(AuditWatch, date(2026, 7, 1)) is None


@pytest.mark.parametrize("wrong", [{"opens_hour": 25}, {"given_count": 0}, {"round": 1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    good = {"opens_hour": 7, "closes_hour": 19, "round_to": 100, "share_percent": 50, "given_count": 3}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(good | wrong, AuditWatch, strict=False)
