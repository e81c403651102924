"""Papers of service and payment: receipt, welcome, stop."""

from __future__ import annotations

from stormops.accounts.chart import CREDITS, DEPOSITS, LOAN_INTEREST, LOANS
from stormops.accounts.decision import usd
from stormops.accounts.records_money import Deposit, Receipt
from stormops.accounts.records_place import Read, ServiceAgreement
from stormops.accounts.rules.arrangements import ArrangementLimits, ExtensionLimits
from stormops.pages.words import Words
from stormops.papers.document import Document, Due, Note, Points, Rows, Say
from stormops.papers.writing import CUSTOMERS, Desk, Writing

TOWARDS = {DEPOSITS: "deposit", LOANS: "loan_principal", LOAN_INTEREST: "loan_interest"}
"""Accounts of the chart that a payment answers when it is for a deposit or a loan, and the words for it."""


def receipt(desk: Desk, record: Receipt) -> Document:
    """What was paid, how, and which charges it answered."""
    writing = Writing(desk, record.account)
    words = writing.words
    entry = desk.books.journal(record.journal) if record.journal else None
    applied = [] if entry is None else writing.lines(entry, CUSTOMERS | TOWARDS.keys())
    answered: dict[str, int] = {}  # of one kind of charge one line, also where two bills had it
    for line in applied:
        ahead = "ahead" if line.account == CREDITS else TOWARDS.get(line.account, "")
        label = words(f"receipt.{ahead}") if ahead else writing.named("charge", line.charge)
        answered[label] = answered.get(label, 0) - line.signed
    note = f"{writing.day(record.day)} · {writing.named('tender', record.tender)}"
    state = words(f"receipt.{record.state}") if record.state in {"provisional", "returned", "voided"} else ""
    return writing.paper(
        "receipt",
        words("receipt.title", number=record.number),
        [
            Due(words("receipt.received"), usd(record.cents), note),
            Note(state) if state else None,
            writing.charges(words("receipt.applied"), list(answered.items())) if answered else None,
            Say(words("receipt.keep")),
        ],
        [(words("common.receipt"), record.number), *_towards(words, record)],
        record.day,
    )


def _towards(words: Words, record: Receipt) -> list[tuple[str, str]]:
    kind, _, key = record.towards.partition(":")
    return [(words(f"receipt.{kind}"), key)] if kind else []


def _agreement(writing: Writing, record: ServiceAgreement) -> list[tuple[str, str]]:
    words = writing.words
    return [
        (words("common.service"), writing.named("charge", record.service)),
        (words("common.service_at"), writing.address(record.id)),
    ]


def welcome(desk: Desk, record: ServiceAgreement) -> Document:
    """Service that was begun: where, since when, by which rate, with which deposit, what to expect."""
    writing = Writing(desk, record.account)
    words = writing.words
    deposits = [each for each in desk.books.where(Deposit, account=record.account) if each.agreement == record.id]
    rows = [
        (words("common.service"), writing.named("charge", record.service)),
        (words("common.service_at"), writing.address(record.id)),
        (words("welcome.since"), writing.day(record.since)),
        (words("welcome.rate"), record.rate),
    ]
    reads = desk.books.where(Read, point=record.point) if record.point else []
    first = min((each for each in reads if each.day >= record.since), key=lambda read: read.day, default=None)
    if first is not None:
        rows.append((words("welcome.read"), words.number(first.register)))
    rows += [(words("welcome.deposit"), usd(each.required)) for each in deposits if each.required]
    told = ["bills", "medical", "outage"]
    if writing.has(ArrangementLimits, ExtensionLimits):
        told.insert(2, "hardship")
    return writing.paper(
        "welcome",
        words("welcome.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Say(words("welcome.said")),
            Rows(words("common.service"), (words("common.service"), ""), tuple(rows)),
            Points(tuple(writing.phoned(f"welcome.{each}") for each in told)),
            writing.decided(record.deposit_decision),
        ],
        _agreement(writing, record),
    )


def stop(desk: Desk, record: ServiceAgreement) -> Document:
    """Service that ends: the day, the final bill, and what becomes of the deposit."""
    writing = Writing(desk, record.account)
    words = writing.words
    held = sum(each.held + each.interest for each in desk.books.where(Deposit, account=record.account))
    until = writing.day(record.until) if record.until else ""
    return writing.paper(
        "stop",
        words("stop.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Say(words("stop.said", service=writing.named("charge", record.service), day=until)),
            Points(
                (
                    words("stop.final"),
                    words("stop.deposit", amount=usd(held)) if held else words("stop.no_deposit"),
                    writing.phoned("stop.mailing"),
                )
            ),
        ],
        _agreement(writing, record),
    )
