"""Papers to a guarantor, in their own language: called on for what the customer does not pay, and free again."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.guaranteeing import debts_at, liability, served
from stormops.accounts.commands_guaranty import called_on, noticed_on
from stormops.accounts.dates import DAY
from stormops.accounts.decision import usd
from stormops.accounts.records_money import GUARANTOR, Deposit
from stormops.accounts.records_place import Account, Party, PartyRole, Premise
from stormops.accounts.refusal import Refused
from stormops.accounts.rules.deposit_life import Guaranty
from stormops.papers.document import Document, Due, Note, Points, Say
from stormops.papers.writing import Desk, Writing


class _Stood(NamedTuple):
    """For whom and where somebody stands, and their contract."""

    account: Account
    customer: str
    address: str
    contract: PartyRole | None


def _stood(writing: Writing, record: Deposit) -> _Stood:
    books = writing.books
    account = books.get(Account, record.account)
    party = None if account is None else books.get(Party, account.party)
    premise = books.get(Premise, record.guaranty_premise)
    if account is None or party is None or premise is None:
        raise Refused("unknown_account", f"There is no account {record.account}.", "account")
    roles = books.where(PartyRole, account=account.id)
    mine = [each for each in roles if each.role == GUARANTOR and each.party == writing.account.party]
    return _Stood(account, party.name, premise.address, max(mine, key=lambda each: each.since, default=None))


def _facts(writing: Writing, stood: _Stood) -> list[tuple[str, str]]:
    words = writing.words
    since = writing.day(stood.contract.since) if stood.contract is not None else ""
    return [
        (words("guaranty.for_account"), stood.account.id),
        (words("common.service_at"), stood.address),
        (words("guaranty.contract"), since),
    ]


def guaranty_call(desk: Desk, record: Deposit) -> Document:
    """The notice of default: what is not paid, up to what they stand for, and from when it is charged to them.

    Raises Refused while the customer has service, under a stay, and where nothing is left to call for.
    """
    writing = Writing(desk, record.guarantor)
    stood, words = _stood(writing, record), writing.words
    work = Work(desk.books, desk.pack, desk.day)
    if stood.account.stayed_by:
        raise Refused("stayed", f"Account {stood.account.id} is stayed: its balances move by its case only.", "account")
    if served(work, stood.account.id):
        raise Refused("in_service", "A guarantor is called on when all service is final.", "about")
    debts = [each for each in debts_at(work, stood.account.id, record.guaranty_premise) if each.owed]
    owing = sum(each.owed for each in debts)
    liable = liability(work, record, stood.account, record.guaranty_premise, owing)[0]
    left = record.instrument_cents - called_on(desk.books, stood.account.id, record.guarantor)
    called = min(liable.value, left)
    terms = desk.pack.terms(Guaranty, desk.day)
    if called <= 0 or terms is None:
        raise Refused("nothing_owed", "Nothing is owed now.", "about")
    charged: Counter[str] = Counter()
    for each in debts:
        charged[each.charge] += each.owed
    day = writing.day((noticed_on(desk.books, record) or desk.day) + DAY * terms.notice_days)
    limit = words("guaranty_call.limit", amount=usd(left))
    ways = ("pay", "customer", "wrong", "bankruptcy")
    return writing.paper(
        "guaranty_call",
        words("guaranty_call.title"),
        [
            Due(words("guaranty_call.called"), usd(called), words("guaranty_call.from", day=day)),
            Say(words("common.dear", name=writing.party.name)),
            Note(words("guaranty_call.said", name=stood.customer, address=stood.address, day=day)),
            writing.charges(
                words("guaranty_call.owed"), [(writing.named("charge", name), cents) for name, cents in charged.items()]
            ),
            Say(limit),
            Points(tuple(writing.phoned(f"guaranty_call.{way}") for way in ways)),
            writing.clause(Guaranty, desk.day),
        ],
        _facts(writing, stood),
    )


def guaranty_release(desk: Desk, record: Deposit) -> Document:
    """They stand for it no more: since when, and that nothing is asked of them by the contract."""
    writing = Writing(desk, record.guarantor)
    stood, words = _stood(writing, record), writing.words
    ended = stood.contract.until if stood.contract is not None else None
    return writing.paper(
        "guaranty_release",
        words("guaranty_release.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Note(
                words(
                    "guaranty_release.said",
                    name=stood.customer,
                    address=stood.address,
                    amount=usd(record.instrument_cents),
                    day=writing.day(ended or desk.day),
                )
            ),
            Points(tuple(writing.phoned(f"guaranty_release.{each}") for each in ("nothing", "again", "ask"))),
            writing.decided(record.guaranty),
        ],
        _facts(writing, stood),
    )
