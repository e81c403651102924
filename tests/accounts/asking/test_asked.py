from __future__ import annotations

import pytest

from stormops.accounts.asking.asked import asked_fingerprint, parts_of, plain, together
from stormops.accounts.asking.billing import AskFee
from stormops.accounts.records_place import Account
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import fees
from tests.accounts.asking.paper import paper


def test_a_rules_refusal_is_raised_at_the_field_it_answers() -> None:
    work = paper().work
    with pytest.raises(Refused) as refused:
        work.decide(fees.waive_late, fees.WaiverAsked(reason="because"), field="waiver_reason")
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("no_reason", "waiver_reason")


def test_what_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(Refused) as refused:
        paper().work.get(Account, "nobody")
    assert refused.value.refusal.code == "unknown_account"


def test_one_decision_is_kept_as_it_is_and_several_with_all_their_steps() -> None:
    work = paper().work
    fee = work.decide(fees.late, fees.PastDue(balance=10_000))
    alone, both = plain(fee), plain(fee, fee)
    assert parts_of(alone) == [alone]
    assert parts_of(both) == [alone, alone]
    assert len(both["formula"]) == 2 * len(alone["formula"])
    assert both["policy"] == "palmetto"
    assert together(alone) is alone


def test_the_fingerprint_is_of_who_asks_for_what() -> None:
    body = AskFee(account="a1", due="2026-09-01")
    one = asked_fingerprint("ann", "charge_fee", body)
    assert one == asked_fingerprint("ann", "charge_fee", AskFee(account="a1", due="2026-09-01"))
    assert len({one, asked_fingerprint("bob", "charge_fee", body), asked_fingerprint("ann", "post_bill", body)}) == 3
