from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select, update

from stormops.accounts import abridged, catalogue
from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.billing import priced
from stormops.accounts.command import Circumstances
from stormops.accounts.commands_run import QUEUE
from stormops.accounts.controls import Grant, Grants
from stormops.accounts.cycles import cycle_of
from stormops.accounts.policy_limits import limits
from stormops.accounts.records_money import Bill, BillingRun
from stormops.accounts.records_place import Account, Read, ServiceAgreement, Umbrella
from stormops.accounts.records_work import Task
from stormops.accounts.refusal import Refusal
from stormops.books import billing_run, checks, listing
from stormops.books.billing_run import Done, Order, Person, bill_all, key_of
from stormops.books.columns import from_row, to_row, values_of
from stormops.books.inserting import add
from stormops.books.reading import SqlReader
from stormops.books.schema import TABLES
from stormops.books.store import Books
from stormops.core.mode import FUNCTIONS
from tests.customers import UNTIL, policy

LEVELS = {function.name: function.levels[0].value for function in FUNCTIONS.values()}
NOW = Circumstances(limits=limits(policy(), UNTIL), levels=LEVELS)
ANN = Person(Grants("ann", (Grant("billing", 10**9),)), NOW, 1_796_000_000_000, UNTIL)


@pytest.fixture
def books(customers: Path, tmp_path: Path) -> Iterator[Books]:
    path = tmp_path / "books.sqlite"
    shutil.copy(customers, path)
    made = Books(path)
    yield made
    made.close()


def order(cycle: int) -> Order:
    until = UNTIL.replace(day=cycle + 1)
    return Order(until, until + timedelta(days=20), cycle)


def month(books: Books, person: Person = ANN) -> list[Done]:
    made = [bill_all(books, policy(), order(cycle), person) for cycle in range(1, 21)]
    assert not [each for each in made if isinstance(each, Refusal)]
    return [each for each in made if isinstance(each, Done)]


def bills(books: Books) -> list[Bill]:
    """Those of the runs."""
    table = TABLES["bill"]
    with books.database.reading() as connection:
        rows = connection.execute(select(table).where(table.c.id.like("run-%")).order_by(table.c.id)).mappings()
        return [from_row(Bill, row) for row in rows]


def sound(books: Books) -> None:
    found = checks.soundness(books.database)
    assert (found.unbalanced_funds, found.differences, found.broken_at, found.ends_early) == ({}, (), None, False)


def tasks(books: Books) -> list[Task]:
    return [each for each in listing.in_state(books.database, Task, ("open",)) if each.owner == QUEUE]


def forget_reads(books: Books, account: str, since: date) -> None:
    """As if the account's meters had not been read from a day on."""
    with books.database.writing() as connection:
        agreement, read = TABLES["service_agreement"], TABLES["read"]
        mine = select(agreement.c.point).where(agreement.c.account == account)
        connection.execute(delete(read).where(read.c.day >= since, read.c.point.in_(mine)))


def test_a_month_is_billed_once_and_every_bill_comes_out_again(books: Books) -> None:
    done = month(books)
    made = bills(books)
    assert sum(each.bills for each in done) == len(made) > 50
    assert sum(each.cents for each in done) == sum(bill.cents for bill in made)
    sound(books)
    for bill in made:
        if "bill" in bill.decision:
            continue
        run = books.get(BillingRun, bill.decision["run"])
        assert run is not None
        for part in abridged.whole(bill.decision, run):
            decision = catalogue.from_plain(part)
            assert catalogue.RULES[decision.rule](policy(), decision.on, decision.inputs, decision.of) == decision
    again = month(books)
    assert [each.bills for each in again] == [0] * 20
    assert sum(each.billed_before for each in again) >= len({bill.account for bill in made}) - 20
    assert bills(books) == made
    runs = [books.get(BillingRun, each.run) for each in done]
    assert [(run.bills, run.cents, run.finished) for run in runs if run] == [(d.bills, d.cents, True) for d in done]


def test_a_bill_is_what_the_counter_would_have_made_of_it(books: Books) -> None:
    table = TABLES["account"]
    with books.database.reading() as connection:
        keys = list(connection.scalars(select(table.c.id).where(table.c.category == "residential").limit(12)))
        reader = SqlReader(connection)
        work = Work(reader, policy(), UNTIL)
        wanted = {}
        for key in keys:
            account = reader.get(Account, key)
            last = max(line.until for bill in reader.where(Bill, account=key) for line in bill.lines)
            assert account is not None
            try:
                lines = priced(work, account, last, order(cycle_of(key)).until, (key,))
            except Exception:  # noqa: BLE001, S112 - its meter was not read this month, as some are not
                continue
            wanted[key] = [each.line for each in lines]
    assert len(wanted) > 8
    month(books)
    for key, expected in wanted.items():
        bill = books.get(Bill, key_of(order(cycle_of(key)).run, key))
        assert bill is not None
        assert list(bill.lines) == expected


def test_interrupted_it_goes_on_where_it_stopped(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing_run, "AT_ONCE", 5)
    every = Order(UNTIL.replace(day=22), UNTIL, 0, 20)

    class Stopped(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done >= 15:
            raise Stopped

    with pytest.raises(Stopped):
        bill_all(books, policy(), every, ANN, stop)
    before = bills(books)
    assert before
    sound(books)
    done = bill_all(books, policy(), every, ANN)
    assert isinstance(done, Done)
    assert done.billed_before > 0
    after = bills(books)
    assert len(after) == len(before) + done.bills
    assert {bill.id for bill in before} < {bill.id for bill in after}
    run = books.get(BillingRun, every.run)
    assert run is not None
    assert (run.bills, run.cents, run.finished) == (len(after), sum(bill.cents for bill in after), True)
    sound(books)


def alone(books: Books, service: str) -> str:
    """An account with the service and no part in a building's bill."""
    agreement = TABLES["service_agreement"]
    with books.database.reading() as connection:
        roof = from_row(Umbrella, connection.execute(select(TABLES["umbrella"])).mappings().one())
        keys = connection.scalars(select(agreement.c.account).where(agreement.c.service == service)).all()
    shared = {member.account for member in roof.members}
    return next(str(key) for key in sorted(keys) if key not in shared)


def latest(books: Books, account: str, service: str) -> tuple[ServiceAgreement, list[Read]]:
    """The account's agreement on a service, and the reads of its meter, the oldest first."""
    with books.reading() as reader:
        found = next(each for each in reader.where(ServiceAgreement, account=account) if each.service == service)
        return found, sorted(reader.where(Read, point=str(found.point)), key=lambda read: read.day)


def test_a_use_far_from_what_is_usual_is_looked_at_before_its_bill_goes_out(books: Books) -> None:
    key = alone(books, "electric")
    table = TABLES["read"]
    _, reads = latest(books, key, "electric")
    end = order(cycle_of(key)).until
    last = next(read for read in reversed(reads) if read.day <= end)
    with books.database.writing() as connection:
        connection.execute(update(table).where(table.c.id == last.id).values(register=last.register + 90_000))
    run = order(cycle_of(key))
    done = bill_all(books, policy(), run, ANN)
    assert isinstance(done, Done)
    assert done.exceptions["high_use"] == 1
    assert books.get(Bill, key_of(run.run, key)) is None
    (task,) = [each for each in tasks(books) if each.account == key]
    assert "The use of electric is high" in task.text
    with books.database.writing() as connection:
        connection.execute(update(table).where(table.c.id == last.id).values(register=last.register))
    bill_all(books, policy(), run, ANN)
    assert books.get(Bill, key_of(run.run, key)) is not None, "the right read was recorded, and the same run bills it"


def test_a_meter_that_was_set_before_it_was_told_is_billed_from_its_day(books: Books) -> None:
    key = alone(books, "water")
    agreement, reads = latest(books, key, "water")
    end = order(cycle_of(key)).until
    set_on = end - timedelta(days=40)
    before = [read for read in reads if read.day <= set_on]
    new = Read(id="set", point=str(agreement.point), day=set_on, register=before[-1].register, kind="actual")
    table, bill = TABLES["service_agreement"], TABLES["bill"]
    with books.database.writing() as connection:
        connection.execute(update(table).where(table.c.id == agreement.id).values(since=set_on))
        add(connection, TABLES["read"], [values_of(new, 1)])
        for row in connection.execute(select(bill).where(bill.c.account == key)).mappings().all():
            old = from_row(Bill, row)
            lines = tuple(line for line in old.lines if line.agreement != agreement.id)
            connection.execute(
                update(bill).where(bill.c.id == old.id).values(lines=to_row(replace(old, lines=lines))["lines"])
            )
    run = order(cycle_of(key))
    bill_all(books, policy(), run, ANN)
    made = books.get(Bill, key_of(run.run, key))
    assert made is not None
    spans = {line.charge: (line.since, line.until) for line in made.lines if line.agreement == agreement.id}
    assert spans == {"water": (set_on, end)}
    others = {line.since for line in made.lines if line.charge != "water"}
    assert min(others) > set_on
    closing = next(read.register for read in reversed(reads) if read.day <= end)
    assert next(line.quantity for line in made.lines if line.charge == "water") == closing - new.register


def test_a_missing_read_is_estimated_and_none_to_estimate_from_is_for_somebody(books: Books) -> None:
    with books.database.reading() as connection:
        agreement = TABLES["service_agreement"]
        keys = connection.scalars(select(agreement.c.account).where(agreement.c.service == "gas")).all()
        roof = from_row(Umbrella, connection.execute(select(TABLES["umbrella"])).mappings().one())
        shared = {member.account for member in roof.members}
    missing, none = [key for key in keys if key not in shared][:2]
    forget_reads(books, missing, UNTIL.replace(day=1))
    forget_reads(books, none, date(2000, 1, 1))
    done = month(books)
    assert sum(each.estimated for each in done) >= 2
    bill = books.get(Bill, key_of(order(cycle_of(missing)).run, missing))
    assert bill is not None
    assert any(part[0] == "estimates.allowed" for part in bill.decision["decisions"])
    assert all(line.quantity >= 0 for line in bill.lines)
    assert books.get(Bill, key_of(order(cycle_of(none)).run, none)) is None
    mine = [each for each in tasks(books) if each.account == none]
    assert len(mine) == 1
    assert "has no read" in mine[0].text
    month(books)
    assert len([each for each in tasks(books) if each.account == none]) == 1
    sound(books)


def test_a_stay_holds_and_an_own_account_is_anothers(books: Books) -> None:
    table = TABLES["account"]
    with books.database.writing() as connection:
        stayed, own = connection.scalars(select(table.c.id).where(table.c.category == "commercial").limit(2)).all()
        connection.execute(update(table).where(table.c.id == stayed).values(stayed_by="case"))
    related = ANN._replace(grants=Grants("ann", ANN.grants.given, frozenset({own})))
    done = month(books, related)
    assert sum(each.held for each in done) == 1
    assert {each.account for each in bills(books)}.isdisjoint({stayed, own})
    assert [each.account for each in tasks(books) if "close to this customer" in each.text] == [own]


def test_who_may_not_bill_and_a_held_function_run_nothing(books: Books) -> None:
    position = books.position()
    nobody = ANN._replace(grants=Grants("vic", ()))
    refused = bill_all(books, policy(), order(1), nobody)
    assert isinstance(refused, Refusal)
    assert refused.code == "no_permission"
    hold = replace(NOW, levels={**LEVELS, "service_start": "suspend"})
    assert isinstance(bill_all(books, policy(), order(1), ANN._replace(now=hold)), Refusal)
    assert bills(books) == []
    assert books.position() == position + 2, "both are in the audit"


def test_a_long_time_without_a_bill_is_looked_at(books: Books) -> None:
    late = Order(UNTIL + timedelta(days=90), UNTIL + timedelta(days=110), 0, 20)
    done = bill_all(books, policy(), late, ANN)
    assert isinstance(done, Done)
    assert done.bills == 0
    assert done.exceptions["long_period"] > 50


@pytest.mark.parametrize("account", ["a1", "x" * 96, "with space", "ünï"])
def test_every_account_has_a_key_of_its_own(account: str) -> None:
    key = key_of("run-2026-11-21-20of20", account)
    assert len(key) <= 62
    assert msgspec.json.decode(msgspec.json.encode(key)) == key
    assert key != key_of("run-2026-11-21-20of20", account + "1")
    assert all(letter.isascii() and (letter.isalnum() or letter in "._:-") for letter in key)
