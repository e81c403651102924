"""Invariant 11: every journal balances in each fund, nothing in the ledger is edited, one posting a command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import copy
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from stormops.accounts import ledger
from stormops.accounts.command import Command, Envelope
from stormops.accounts.deciding import Effects, decide
from stormops.accounts.ledger import Journal
from stormops.accounts.records_money import Rebate, RebateBudget
from stormops.books import checks
from stormops.books.reading import journals
from stormops.books.schema import JOURNAL, TABLES
from stormops.books.store import Books, Outcome
from tests.accounts.any_commands import Hand, Move, moves
from tests.accounts.world import World, city
from tests.beancount_books import complaints
from tests.books.desk import SqlWorld, opened

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]

FREE = ("bill", "fee", "pay_by_bank", "card", "settle", "return", "apply_credit", "deposit", "pay_deposit", "interest",
        "credit_interest", "apply_deposit", "loan", "sign")  # fmt: skip
"""On one account, with nothing shared: in what order two accounts' commands come is free."""


class Sent(NamedTuple):
    """A command as it was sent, and by whom."""

    command: Command
    envelope: Envelope


def drawn_on(world: World, hand: Hand, drawn: list[Move]) -> list[Sent]:
    """Decide and write the moves in memory; what was sent, in order, refused ones too."""
    sent = []
    for move in drawn:
        command, person = hand.command(move)
        envelope = world.envelope(person)
        answer = decide(world.books, command, envelope, world.grants(person), world.now)
        sent.append(Sent(command, envelope))
        if isinstance(answer, Effects):
            world.books.write(answer)
    return sent


def check(entries: list[Journal]) -> None:
    """Every journal balances in each fund, ids are used once, and an independent checker agrees."""
    for entry in entries:
        funds = {line.fund for line in entry.lines}
        assert not any(sum(line.signed for line in entry.lines if line.fund == fund) for fund in funds), entry
        refusal = ledger.check(entry, {})
        assert refusal is None, (entry, refusal)
    assert len({entry.id for entry in entries}) == len(entries)
    mirrored = [entry.reverses for entry in entries if entry.reverses]
    assert len(set(mirrored)) == len(mirrored)
    trial = ledger.balances(entries)
    assert sum(trial.values()) == 0
    assert complaints(entries, trial) == []


@settings(max_examples=200, suppress_health_check=SLOW)
@given(moves(most=60))
def test_invariant_11_any_commands_leave_balanced_journals_and_true_sub_ledgers(drawn: list[Move]) -> None:
    world = city()
    before = dict(world.books.journals)
    sent = drawn_on(world, Hand(world, world.books, "a1", "a2"), drawn)
    check(list(world.books.journals.values()))
    assert world.books.out_of_balance() == {}
    for budget in world.books.where(RebateBudget):
        of = [each for each in world.books.where(Rebate) if each.budget == budget.id]
        assert budget.encumbered == sum(each.cents for each in of if each.state in {"applied", "inspected"})
        assert budget.spent == sum(each.cents for each in of if each.state == "granted")
        assert budget.left >= 0
    keys = {each.envelope.key for each in sent}
    assert {key.split("~")[0] for key in world.books.journals.keys() - before.keys()} <= keys


@settings(max_examples=200, suppress_health_check=SLOW)
@given(moves(most=40))
def test_invariant_11_nothing_posted_is_ever_edited(drawn: list[Move]) -> None:
    world = city()
    hand = Hand(world, world.books, "a1", "a2")
    for move in drawn:
        before = dict(world.books.journals)
        drawn_on(world, hand, [move])
        for key, entry in before.items():
            after = world.books.journals[key]
            assert after.lines == entry.lines
            assert after == entry or entry.state is ledger.JournalState.PENDING


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books with people and charges and nothing else, to be copied."""
    path = tmp_path_factory.mktemp("books") / "fresh.sqlite"
    opened(path).store.close()
    return path


@pytest.fixture
def again() -> Iterator[list[Books]]:
    """Where new books are kept until they are closed."""
    made: list[Books] = []
    yield made
    for books in made:
        books.close()


def new_books(fresh: Path, tmp_path: Path, made: list[Books]) -> Books:
    path = tmp_path / f"{len(made)}.sqlite"
    copy(fresh, path)
    made.append(Books(path))
    return made[-1]


def send(books: Books, sent: list[Sent]) -> list[Outcome]:
    world = SqlWorld(books)
    return [books.execute(each.command, each.envelope, world.grants(each.envelope.actor), world.now) for each in sent]


def contents(books: Books) -> dict[str, list[dict[str, object]]]:
    """All records, but for the position at which they changed."""
    with books.database.reading() as connection:
        found = {}
        for name, table in TABLES.items():
            rows = [dict(row) for row in connection.execute(table.select().order_by(table.c.id)).mappings()]
            found[name] = [{field: value for field, value in row.items() if field != "changed"} for row in rows]
        return found


@settings(max_examples=12, suppress_health_check=SLOW)
@given(moves(least=5, most=30), st.integers(0, 2**32))
def test_invariant_11_a_log_replayed_one_to_five_times_out_of_order_posts_each_command_once(
    fresh: Path, tmp_path_factory: pytest.TempPathFactory, drawn: list[Move], seed: int
) -> None:
    """Bar B6: each command comes for the first time in its order, and again whenever, up to five times in all."""
    world, folder = city(), tmp_path_factory.mktemp("replayed")
    made: list[Books] = []
    sent = drawn_on(world, Hand(world, world.books, "a1", "a2"), drawn)
    rng = Random(seed)
    once, often = (new_books(fresh, folder, made) for _ in range(2))
    first = {outcome.key: replace(outcome, replayed=False) for outcome in send(once, sent)}
    log: list[tuple[float, Sent]] = list(enumerate(sent))
    log += [(rng.uniform(place, len(sent)), each) for place, each in log for _ in range(rng.randrange(5))]
    outcomes = send(often, [each for _, each in sorted(log, key=lambda row: row[0])])
    for outcome in outcomes:
        assert replace(outcome, replayed=False) == first[outcome.key]
    assert sum(not outcome.replayed for outcome in outcomes) == len(sent)
    assert contents(once) == contents(often)
    for books in made:
        sound = checks.soundness(books.database)
        assert (sound.unbalanced_funds, sound.differences, sound.broken_at, sound.ends_early) == ({}, (), None, False)
        books.close()


@settings(max_examples=12, suppress_health_check=SLOW)
@given(moves(least=3, most=20), moves(least=3, most=20), st.integers(0, 2**32))
def test_invariant_11_two_customers_commands_in_any_order_leave_the_same_books(
    fresh: Path, tmp_path_factory: pytest.TempPathFactory, ada: list[Move], bo: list[Move], seed: int
) -> None:
    world, folder = city(), tmp_path_factory.mktemp("shuffled")
    made: list[Books] = []
    theirs = [
        drawn_on(world, Hand(world, world.books, account, account, FREE), drawn)
        for account, drawn in (("a1", ada), ("b1", bo))
    ]
    rng, places = Random(seed), [0] * len(theirs[0]) + [1] * len(theirs[1])
    rng.shuffle(places)
    queues = [iter(sent) for sent in theirs]
    for order in (theirs[0] + theirs[1], theirs[1] + theirs[0], [next(queues[place]) for place in places]):
        send(new_books(fresh, folder, made), order)
    found = [(contents(books), checks.trial_balance(books.database)) for books in made]
    assert found[0] == found[1] == found[2]
    for books in made:
        assert checks.differences(books.database) == []
        books.close()


def test_invariant_11_the_books_hold_what_was_decided_in_memory(
    fresh: Path, tmp_path: Path, again: list[Books]
) -> None:
    """The same commands in memory and through the database leave the same journals, read back."""
    world = city()
    world.books.journals.clear()
    rng = Random(11)
    drawn = [Move(rng.randrange(10_000), rng.randrange(1, 9_000), rng.randrange(9), sloppy=False) for _ in range(150)]
    sent = drawn_on(world, Hand(world, world.books, "a1", "a2"), drawn)
    books = new_books(fresh, tmp_path, again)
    send(books, sent)
    with books.database.reading() as connection:
        kept = journals(connection, select(JOURNAL.c.number))
    mine = sorted(world.books.journals.values(), key=lambda entry: entry.id)
    assert len(kept) > 40
    assert [msgspec.to_builtins(entry) for entry in kept] == [msgspec.to_builtins(entry) for entry in mine]
    check(kept)
