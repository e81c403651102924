from __future__ import annotations

from datetime import date

from stormops.accounts.asking.asked import plain
from stormops.accounts.ledger import Head
from stormops.accounts.postings import BANK, paid
from stormops.accounts.rules import fees
from stormops.counter.answers import journal_words, why
from tests.accounts.policies import PACKS, only

DAY = date(2026, 7, 1)


def test_a_journal_is_told_by_the_charts_names() -> None:
    words = journal_words(paid(Head("k", DAY, 1), BANK, "a1", [], 500))
    assert (words.event, words.cents) == ("paid", 500)
    assert {(line.name, line.side) for line in words.lines} == {
        ("Cash at bank", "Dr"),
        ("Customer credits, unapplied", "Cr"),
    }


def test_a_decision_is_the_same_today_until_its_policy_is_changed() -> None:
    pack = PACKS["palmetto"]
    kept = plain(fees.late(pack, DAY, fees.PastDue(balance=10_000)))
    assert [(one.same, one.again) for one in why(kept, pack)] == [(True, None)]
    forged = kept | {"result": 1}
    assert [one.same for one in why(forged, pack)] == [False]
    assert why(forged, pack)[0].again == kept


def test_what_no_rule_of_ours_decided_is_said_to_be_so() -> None:
    pack = only("late_fee", percent=1)
    assert why({"policy": "x", "version": "1", "formula": "by hand"}, pack)[0].same is None
    kept = plain(fees.late(PACKS["palmetto"], DAY, fees.PastDue(balance=10_000)))
    assert why(kept, pack)[0].same is None
