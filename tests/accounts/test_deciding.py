from __future__ import annotations

from stormops.accounts.commands_billing import PostBill
from stormops.accounts.commands_work import AddContact
from stormops.accounts.deciding import Effects, audited, decide
from stormops.accounts.records_money import BillLine
from stormops.accounts.refusal import Refusal
from tests.accounts.world import PROOF, city


def test_the_same_values_give_the_same_effects_and_the_books_stay() -> None:
    world = city()
    line = BillLine("energy", 500, world.day, world.day)
    bill = PostBill(account="a1", due="2026-04-01", lines=(line,), decision=PROOF)
    envelope, before = world.envelope(as_of=7), dict(world.books.records)
    first, again = (decide(world.books, bill, envelope, world.grants("ann"), world.now) for _ in range(2))
    assert isinstance(first, Effects)
    assert first == again
    assert world.books.records == before
    event = first.audit
    assert (event.key, event.command, event.actor, event.as_of, event.outcome) == (
        envelope.key,
        "post_bill",
        "ann",
        7,
        "done",
    )
    assert event.journals == (envelope.key,)
    assert {subject.split(":")[0] for subject in event.subjects} == {"bill", "receivable"}
    assert event.policy == "example city 3"


def test_a_refusal_is_a_value_and_may_be_audited() -> None:
    world = city()
    note, envelope = AddContact(account="s1", text="x"), world.envelope("sam")
    answer = decide(world.books, note, envelope, world.grants("sam"), world.now)
    assert isinstance(answer, Refusal)
    event = audited(note, envelope, outcome=answer.code)
    assert (event.outcome, event.subjects, event.journals) == ("own_account", (), ())
