from __future__ import annotations

from pathlib import Path

import msgspec

from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_place import AddPremise, AddServicePoint
from stormops.accounts.commands_review import AddTask, StepTask
from stormops.accounts.commands_work import TakeTicket
from stormops.accounts.record import Record
from stormops.accounts.records_place import MeterRelease
from stormops.accounts.records_work import Task, Visit
from stormops.books import listing
from tests.books.desk import SqlWorld, opened


def world(tmp_path: Path) -> SqlWorld:
    return opened(tmp_path / "books.sqlite")


def test_records_are_listed_by_their_state_the_longest_unchanged_first(tmp_path: Path) -> None:
    books = world(tmp_path)
    keys = [books.do(AddTask(text=f"task {n}", owner="ann", due_ms=10**13))["task"] for n in range(3)]
    books.do(StepTask(task=keys[0], step="pass_on", owner="bob"))
    books.do(StepTask(task=keys[2], step="complete"))
    assert [each.id for each in listing.in_state(books.store.database, Task, ["open"])] == [keys[1], keys[0]]
    assert [each.id for each in listing.in_state(books.store.database, Task, ["open", "done"], 2)] == [keys[1], keys[0]]
    assert listing.in_state(books.store.database, Visit, ["waiting"]) == []


def test_whose_a_record_is_and_where_is_read_by_every_way_to_it(tmp_path: Path) -> None:
    books = world(tmp_path)
    place = books.do(AddPremise(address="9 Oak St"))["premise"]
    point = books.do(AddServicePoint(premise=place, utility="electric", meter="M-1", needs_release=False))
    release = MeterRelease(id="m", point=point["service_point"], clearance="reconnect", state="released")
    task = Task(id="t", text="x", owner="ann", due_ms=1, state="open", account="a1")
    nobodys = Visit(id="v", ticket="1", topic="t", language="en", state="waiting", taken_ms=1)
    found = listing.whose(books.store.database, [release, task, nobodys])
    assert found == {
        "m": listing.Whose(address="9 Oak St"),
        "t": listing.Whose("Ada Núñez O'Neil"),
        "v": listing.Whose(),
    }


def test_how_many_wait_is_counted_without_reading_them(tmp_path: Path) -> None:
    books = world(tmp_path)
    keys = [books.do(AddTask(text=f"task {n}", owner="ann", due_ms=10**13))["task"] for n in range(3)]
    books.do(StepTask(task=keys[2], step="complete"))
    wanted: dict[str, tuple[type[Record], list[str]]] = {
        "tasks": (Task, ["open"]),
        "ended": (Task, ["done", "cancelled"]),
        "visits": (Visit, ["waiting"]),
    }
    assert listing.counts(books.store.database, wanted) == {"tasks": 2, "ended": 1, "visits": 0}


def test_an_accounts_journals_are_its_own_the_latest_first(tmp_path: Path) -> None:
    books = world(tmp_path)
    for number, account in (("1", "a1"), ("2", "b1"), ("3", "a1")):
        books.do(TakePayment(account=account, number=number, cents=100, tender="bank"))
    found = listing.of_account(books.store.database, "a1")
    assert [entry.event for entry in found] == ["paid", "paid"]
    assert found[0].posted_ms > found[1].posted_ms


def test_what_was_done_is_paged_from_the_end(tmp_path: Path) -> None:
    books = world(tmp_path)
    for number in range(3):
        books.do(TakeTicket(ticket=f"t{number}", topic="billing"))
    last = books.store.position()
    found = listing.done(books.store.database, limit=2)
    assert [one.position for one in found] == [last, last - 1]
    assert [one.position for one in listing.done(books.store.database, before=last - 1, limit=1)] == [last - 2]


def test_a_command_is_kept_as_it_was_decided_refused_ones_too(tmp_path: Path) -> None:
    books = world(tmp_path)
    done = books.do(TakeTicket(ticket="t1", topic="billing"))
    kept = listing.command(books.store.database, done["key"])
    assert kept is not None
    assert (kept.name, kept.refusal) == ("take_ticket", None)
    assert msgspec.json.decode(kept.body)["ticket"] == "t1"
    outcome = books.send(TakeTicket(ticket="t1", topic="billing"))
    refused = listing.command(books.store.database, outcome.key)
    assert refused is not None
    assert "ticket_taken" in str(refused.refusal)
    assert listing.command(books.store.database, "nobody's") is None
