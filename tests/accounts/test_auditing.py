from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from stormops.accounts.audit import AuditEvent
from stormops.accounts.auditing import Doubt, Looked, Watch, doubts, stood_in
from stormops.accounts.commands_cash import OpenDrawer
from stormops.accounts.commands_payment import PostStandIn, StandInPayment, TakePayment
from stormops.accounts.records_money import Approval, Receipt, Request
from stormops.accounts.records_work import Evidence
from tests.accounts.world import HASH, city

WATCH = Watch(
    opens_hour=7, closes_hour=19, offset_hours=-5, round_to=10_000, share_of_ten_thousand=5_000, given_count=3
)
HOUR = 3_600_000
YES = Approval("bob", 5, "north", "lead")
GOOD = Request(
    id="q1",
    kind="adjustment",
    state="posted",
    maker="ann",
    made=date(2026, 3, 5),
    accounts=("a1",),
    cents=12_345,
    proposal={},
    decision={"policy": "p"},
    evidence=(HASH,),
    approvals=(YES,),
)
EVENT = AuditEvent("k1", "post_request", "f", 17 * HOUR, "ann", "desk", "north", 1, "normal", 5, "done", (), ("k1",))


def asked(*requests: Request, events: tuple[AuditEvent, ...] = (), right: bool = True) -> set[tuple[str, str]]:
    evidence = [Evidence(id=HASH, kind="photo", by="ann", at_ms=5)]
    looked = Looked(requests, evidence, events, lambda _: right)
    return {(doubt.rule, doubt.about) for doubt in doubts(looked, WATCH)}


def test_what_is_in_order_raises_no_question() -> None:
    assert asked(GOOD, events=(EVENT,)) == set()


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (replace(GOOD, evidence=()), "unproved"),
        (replace(GOOD, evidence=(HASH, "b" * 64)), "unproved"),
        (replace(GOOD, approvals=(replace(YES, by="ann"),)), "one_hand"),
        (replace(GOOD, approvals=(YES, YES)), "one_hand"),
        (replace(GOOD, cents=50_000), "round"),
        (replace(GOOD, state="reversed"), "undone"),
    ],
)
def test_each_rule_asks(request_: Request, rule: str) -> None:
    assert asked(request_) == {(rule, "q1")}
    assert asked(replace(request_, state="submitted")) == set()


def test_what_does_not_come_out_again_is_asked_about() -> None:
    assert asked(GOOD, right=False) == {("not_recomputed", "q1")}


def test_who_gives_much_of_all_is_asked_about() -> None:
    mine = [replace(GOOD, id=f"q{n}", cents=3_001) for n in range(3)]
    theirs = replace(GOOD, id="q9", maker="cid", cents=9_003)
    assert asked(*mine, theirs) == set(), "half is not more than half"
    assert asked(*mine, replace(theirs, cents=9_002)) == {("one_giver", "ann")}
    assert asked(*mine[:2]) == set(), "two are few"
    billed = [replace(each, kind="back_bill") for each in mine]
    assert asked(*billed, replace(theirs, cents=1)) == set()


@pytest.mark.parametrize(("hour", "late"), [(11, True), (12, False), (23, False), (24, True), (0, True)])
def test_money_moved_outside_the_hours_of_a_quiet_day_is_asked_about(hour: int, late: bool) -> None:
    event = replace(EVENT, at_ms=hour * HOUR)
    assert asked(events=(event,)) == ({("after_hours", "k1")} if late else set())
    for quiet in (replace(event, mode="storm"), replace(event, journals=()), replace(event, outcome="own_account")):
        assert asked(events=(quiet,)) == set()


def test_questions_come_in_order_and_once() -> None:
    wrong = replace(GOOD, evidence=(), state="reversed")
    looked = Looked((wrong, wrong), (), (), lambda _: True)
    assert doubts(looked, WATCH) == [
        Doubt("undone", "q1", "It was posted and undone."),
        Doubt("unproved", "q1", "Posted, and its evidence is not all there."),
    ]


def test_every_stand_in_is_reviewed_also_when_it_is_posted() -> None:
    world = city()
    drawer = world.do(OpenDrawer())["drawer"]
    stand_ins = [
        world.do(StandInPayment(account="a1", number=f"n{n}", cents=5, tender="cash", drawer=drawer))["receipt"]
        for n in range(2)
    ]
    world.do(PostStandIn(receipt=stand_ins[0]))
    world.do(TakePayment(account="a1", number="n9", cents=5, tender="bank"))
    assert stood_in(world.books.where(Receipt, account="a1")) == stand_ins
