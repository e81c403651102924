"""What a commit writes and answers, drafted without a disk; test_door_file has the same on one."""

from __future__ import annotations

import pytest

from stormops.core.entry import AnyFact, ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.draft import BYTES_ON_LOOP_MAX, WINDOW_MS, Draft, Drafter, ForThread
from stormops.journal.keys import Keys
from stormops.journal.port import Bundle, Group, Kept, KeptBundle, KeyReused, Offer
from stormops.journal.receipt import Minter
from stormops.journal.rows import KeyRow, unpack

SECRET = bytes(32)
NOW_MS = 1_700_000_000_000
MINTER = Minter(1, SECRET)
REPORTS = [Report(symptom=Symptom.TREE, account=str(i)) for i in range(5)]
CONTENTS = [b"%d" % i for i in range(5)]


def fact(receipt: str) -> ReportReceived:
    return ReportReceived(receipt=receipt, channel=Channel.API, report=REPORTS[0])


def bundle(keys: list[str] | None = None, dangers: frozenset[int] = frozenset()) -> Bundle:
    return Bundle(
        channel=Channel.API,
        reports=REPORTS,
        sender="partner 311",
        keys=keys or [],
        contents=CONTENTS if keys else [],
        dangers=dangers,
    )


@pytest.fixture
def drafter() -> Drafter:
    return Drafter(MINTER, SECRET, Keys())


def draft(drafter: Drafter, *groups: Group, serial: int = 0, known: KeyRow | None = None) -> Draft:
    return Draft(drafter, groups, serial, NOW_MS, find=(lambda _: known) if known else None)


def lanes(made: Draft) -> tuple[list[AnyFact], list[AnyFact]]:
    facts, safety, _ = made.bodies
    return unpack(facts) if facts else [], unpack(safety) if safety else []


def receipts(facts: list[AnyFact]) -> list[str]:
    return [one.receipt for one in facts if isinstance(one, ReportReceived)]


def test_reports_of_one_body_are_the_facts_that_they_would_be_alone(drafter: Drafter) -> None:
    made = draft(drafter, [Offer(fact)], bundle(), [Offer(fact)], serial=10)
    first, together, last = made.answers
    assert isinstance(together, KeptBundle)
    assert together == KeptBundle([MINTER.mint(i) for i in range(12, 17)], 5)
    assert isinstance(first, list)
    assert isinstance(last, list)
    assert [first[0].counter, last[0].counter] == [11, 17]
    facts, safety = lanes(made)
    assert (made.ordinary, made.safety, safety) == (7, 0, [])
    assert facts[1:6] == [
        ReportReceived(receipt=receipt, channel=Channel.API, report=report)
        for receipt, report in zip(together.receipts, REPORTS, strict=True)
    ]
    assert made.bodies[2] is None


def test_invariant_12_the_dangers_of_a_body_go_into_the_safety_lane(drafter: Drafter) -> None:
    made = draft(drafter, bundle(dangers=frozenset({1, 3})), serial=100)
    (together,) = made.answers
    assert isinstance(together, KeptBundle)
    facts, safety = lanes(made)
    assert receipts(facts) == [together.receipts[i] for i in (0, 2, 4)]
    assert receipts(safety) == [together.receipts[i] for i in (1, 3)]
    assert (made.ordinary, made.safety, made.safety_serial) == (3, 2, 104)


def test_a_key_in_a_body_is_one_report_wherever_it_comes_again(drafter: Drafter) -> None:
    keys = ["a", "", "b", "", "c"]
    one = Offer(fact, "partner 311", "b", CONTENTS[2])
    made = draft(drafter, bundle(keys), bundle(keys), [one])
    first, second, third = made.answers
    assert isinstance(first, KeptBundle)
    assert isinstance(second, KeptBundle)
    assert (first.new, second.new) == (5, 2), "those without a key are new each time"
    assert [first.receipts[i] for i in (0, 2, 4)] == [second.receipts[i] for i in (0, 2, 4)]
    assert third == [Kept(first.receipts[2], 3, NOW_MS, repeated=True)]
    facts, _ = lanes(made)
    assert [(f.key, f.sender) for f in facts if isinstance(f, ReportReceived)] == [
        (key, "partner 311" if key else "") for key in (*keys, "", "")
    ]


def test_one_key_of_a_body_that_stands_for_something_else_refuses_all_of_it(drafter: Drafter) -> None:
    other = Offer(fact, "partner 311", "b", b"something else")
    made = draft(drafter, [other], bundle(["a", "", "b", "", ""]), [Offer(fact, "partner 311", "a", b"mine")])
    assert made.answers[1] == KeyReused(MINTER.mint(1), place=2)
    assert made.answers[2] == [Kept(MINTER.mint(2), 2, NOW_MS, repeated=False)], "its key stands for nothing"
    assert made.ordinary == 2


def test_what_is_known_from_before_is_looked_up_or_left_to_who_can(drafter: Drafter) -> None:
    asked = Offer(fact, "ann", "k", b"lights out")
    row = KeyRow(7, NOW_MS - 5, drafter.digest("ann", b"k"), drafter.digest("", b"lights out"))
    drafter.keys.add([(row.hash, row.counter)])
    with pytest.raises(ForThread):
        draft(drafter, [asked], serial=9)
    made = draft(drafter, [asked], serial=9, known=row)
    assert made.answers == [[Kept(MINTER.mint(7), 7, NOW_MS - 5, repeated=True)]]
    assert made.bodies == (None, None, None)
    old = row._replace(recorded_ms=NOW_MS - WINDOW_MS - 1)
    (answer,) = draft(drafter, [asked], serial=9, known=old).answers
    assert answer == [Kept(MINTER.mint(10), 10, NOW_MS, repeated=False)]


def test_what_is_large_is_left_to_the_thread(drafter: Drafter) -> None:
    large = Offer(fact, "head end", "k", bytes(BYTES_ON_LOOP_MAX + 1))
    with pytest.raises(ForThread):
        draft(drafter, [large])
    there = Draft(drafter, [[large]], 0, NOW_MS, find=lambda _: None)
    assert there.answers == [[Kept(MINTER.mint(1), 1, NOW_MS, repeated=False)]]
