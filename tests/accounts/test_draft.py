from __future__ import annotations

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from stormops.accounts.catalogue import from_plain, to_plain
from stormops.accounts.command import text_of
from stormops.accounts.commands_billing import ChargeFee
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import JournalState
from stormops.accounts.postings import BANK, Piece, paid
from stormops.accounts.records_money import Receivable
from stormops.accounts.records_place import Account
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import fees
from stormops.accounts.rules.fees import PastDue
from tests.accounts.policies import PACKS
from tests.accounts.test_commands_service import bill
from tests.accounts.world import World, city


def draft(world: World) -> Draft:
    return Draft(world.books, world.envelope(), world.grants("ann"), world.now)


def test_a_draft_sees_what_it_changed_and_the_books_do_not() -> None:
    world = city()
    mine = draft(world)
    account = mine.account("a1")
    mine.put(replace(account, party="bo"))
    assert mine.get(Account, "a1").party == "bo"
    assert [each.id for each in mine.where(Account, party="bo")] == ["a1", "b1"]
    assert [each.id for each in mine.where(Account, party="ada")] == ["a2"]
    assert world.get(Account, "a1").party == "ada"


def test_ids_and_journals_are_named_by_the_commands_key() -> None:
    mine = draft(city())
    key = mine.envelope.key
    assert [mine.new_id() for _ in range(3)] == [key, f"{key}~2", f"{key}~3"]
    assert mine.head().id == key


@pytest.mark.parametrize(("level", "code"), [("hold", "on_hold"), ("suspend", "suspended")])
def test_what_the_mode_forbids_is_refused_whoever_asks(level: str, code: str) -> None:
    world = city()
    world.level("adjustment", level)
    with pytest.raises(Refused) as refused:
        draft(world).allow("adjustment", "adjust")
    assert refused.value.refusal.code == code
    for other in ("full", "lean", "queue", "stand_in"):
        world.level("adjustment", other)
        draft(world).allow("adjustment", "adjust")


def test_no_amount_falls_below_zero_nor_is_what_is_pending_counted() -> None:
    world = city()
    bill(world, "a1", 100)
    mine = draft(world)
    owed = world.books.where(Receivable)[0]
    too_much = Piece(owed.id, "a1", owed.charge, owed.fund, 101)
    with pytest.raises(Refused) as refused:
        mine.post(paid(mine.head(), BANK, "a1", [too_much], 0))
    assert refused.value.refusal.code == "overdrawn"
    mine.post(paid(mine.head(state=JournalState.PENDING), BANK, "a1", [too_much._replace(cents=60)], 0))
    assert mine.get(Receivable, owed.id).owed == 100


def test_a_journal_about_nothing_known_is_refused() -> None:
    mine = draft(city())
    for missing in (Piece("r1", "xx", "energy", "electric", 5), Piece("r1", "a1", "energy", "electric", 5)):
        with pytest.raises(Refused) as refused:
            mine.post(paid(mine.head(), BANK, "a1", [missing], 0))
        assert refused.value.refusal.code in {"unknown_account", "unknown_receivable"}


def test_what_is_reversed_or_ended_is_so_once() -> None:
    world = city()
    bill(world, "a1", 100)
    key = world.last.id
    mine = draft(world)
    mine.reverse(key)
    with pytest.raises(Refused) as refused:
        mine.end(key, JournalState.VOIDED)
    assert refused.value.refusal.code == "already_ended"
    with pytest.raises(Refused) as refused:
        mine.journal("nothing")
    assert refused.value.refusal.code == "unknown_journal"


def test_a_day_is_a_day() -> None:
    assert str(Draft.day("2026-02-28")) == "2026-02-28"
    with pytest.raises(Refused):
        Draft.day("2026-02-30")


def test_what_a_rule_decided_goes_with_the_command_and_what_it_refused_does_not() -> None:
    world = city()
    decision = fees.late(PACKS["gru"], world.day, PastDue(balance=25_000))
    late = ChargeFee(account="a1", charge="late", cents=decision.value, due="2026-04-01", decision=to_plain(decision))
    world.do(late)
    assert world.last.policy == f"{decision.policy} {decision.version}"
    assert from_plain(msgspec.json.decode(text_of(late))["decision"]) == decision
    unknown = fees.late(PACKS["gru"], date(1900, 1, 1), PastDue(balance=25_000))
    assert world.refused(replace(late, decision=to_plain(unknown))) == "rule_refused"
