from __future__ import annotations

from stormops.core.entry import (
    AnyFact,
    ContactPreference,
    Entry,
    MessagesDropped,
    MessagesDue,
    MessagesGranted,
    Tick,
)
from stormops.core.messages import Due
from stormops.jobs.outbox import Outbox


def say(outbox: Outbox, *facts: AnyFact) -> None:
    outbox.apply([Entry(outbox.position + 1 + i, 0, "", 0, 0, 0, fact) for i, fact in enumerate(facts)])


def due(*numbers: int, kind: str = "assumed", after_ms: int = 10, until_ms: int = 100) -> MessagesDue:
    return MessagesDue(kind=kind, numbers=list(numbers), after_ms=after_ms, until_ms=until_ms)


def granted(claim: str, *numbers: int) -> MessagesGranted:
    many = len(numbers)
    return MessagesGranted(claim=claim, numbers=list(numbers), kinds=["assumed"] * many, languages=["en"] * many)


def test_what_is_due_is_ready_in_its_order_within_its_time() -> None:
    outbox = Outbox(7, {1: Due("ask", 0, 50)})
    say(outbox, due(2, 3), Tick(number=1, at_ms=1))
    assert outbox.position == 9
    assert outbox.ready(5) == [1]
    assert outbox.ready(10) == [1, 2, 3]
    say(outbox, due(1, kind="assumed"))
    assert outbox.ready(10) == [2, 3, 1], "it goes to the end"
    assert outbox.ready(100) == []
    assert not outbox.due


def test_a_grant_ends_the_claim_and_whatever_of_it_was_not_granted_is_due_no_more() -> None:
    outbox = Outbox(0, {})
    say(outbox, due(1, 2, 3))
    outbox.claim("a", [1, 2])
    assert outbox.waits
    say(outbox, granted("a", 1), due(2))
    assert not outbox.waits
    assert [fact.numbers for fact in outbox.granted] == [[1]]
    assert sorted(outbox.due) == [2, 3], "what was decided anew after the grant is due"


def test_what_another_sender_was_granted_is_not_ours() -> None:
    outbox = Outbox(0, {})
    say(outbox, due(1), granted("b", 1))
    assert not outbox.due
    assert not outbox.granted


def test_a_claim_that_did_not_get_there_is_made_again() -> None:
    outbox = Outbox(0, {})
    say(outbox, due(1))
    outbox.claim("a", [1])
    outbox.unclaim("a")
    assert not outbox.waits
    assert outbox.ready(10) == [1]


def test_under_way_is_called_back_by_what_is_newer_and_by_a_stop() -> None:
    outbox = Outbox(0, {})
    say(outbox, ContactPreference(phone="1", stopped=True))
    outbox.claim("a", [1, 2, 3])
    say(outbox, granted("a", 1, 2, 3))
    assert outbox.wanted("a", 1, "1"), "whom that stop stops was never granted"
    say(outbox, due(1), MessagesDropped(numbers=[2, 9], why="untrue"), ContactPreference(phone="3", stopped=True))
    assert [outbox.wanted("a", number, f"{number}") for number in (1, 2, 3)] == [False] * 3
    say(outbox, ContactPreference(phone="3", stopped=False))
    assert outbox.wanted("a", 3, "3")
    say(outbox, ContactPreference(phone="3", stopped=True))
    for number in (1, 2, 3):
        outbox.end("a", number)
    outbox.claim("c", [3])
    say(outbox, granted("c", 3))
    assert outbox.wanted("c", 3, "3"), "nothing was under way any more: nothing is remembered"


def test_a_newer_message_to_the_same_number_is_sent_and_the_older_is_not() -> None:
    outbox = Outbox(0, {})
    outbox.claim("a", [1])
    say(outbox, due(1), granted("a", 1), due(1, kind="restored"))
    outbox.claim("b", [1])
    say(outbox, granted("b", 1))
    assert not outbox.wanted("a", 1, "1")
    assert outbox.wanted("b", 1, "1")
    outbox.end("a", 1)
    assert outbox.wanted("b", 1, "1")
