"""Papers of cases: a bankruptcy's stay, the proof of claim, and decisions on billing errors and adjustments."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from stormops.accounts.decision import usd
from stormops.accounts.records_money import BankruptcyCase, Receivable, Request
from stormops.accounts.records_place import Account
from stormops.accounts.rules import back_billing
from stormops.accounts.rules import bankruptcy as bankruptcy_rules
from stormops.papers.document import Document, Due, Note, Points, Rows, Say, Sign
from stormops.papers.writing import Desk, Writing


def _facts(writing: Writing, record: BankruptcyCase) -> list[tuple[str, str]]:
    words = writing.words
    return [
        (words("bankruptcy.court"), record.court),
        (words("bankruptcy.number"), f"{record.number}, {words('bankruptcy.chapter', chapter=record.chapter)}"),
        (words("bankruptcy.petition"), writing.day(record.petition)),
    ]


def bankruptcy(desk: Desk, record: BankruptcyCase) -> Document:
    """That the notice was taken: collection stopped, what is stayed, which account goes on, which assurance is due."""
    writing = Writing(desk, record.account)
    words = writing.words
    new = desk.books.get(Account, record.new_account) if record.new_account else None
    points = [words("bankruptcy.stopped"), words("bankruptcy.reconnected")]
    if new is not None:
        points.append(words("bankruptcy.new_account", account=new.id))
    if record.assurance_due is not None:
        points.append(words("bankruptcy.assurance", day=writing.day(record.assurance_due)))
    points.append(writing.phoned("bankruptcy.new_service"))
    stayed = _stayed(writing)
    return writing.paper(
        "bankruptcy",
        words("bankruptcy.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Note(words("bankruptcy.said", day=writing.day(record.noticed), number=record.number)),
            Points(tuple(points)),
            writing.charges(words("bankruptcy.table"), stayed) if stayed else None,
            Say(words("bankruptcy.counsel", counsel=record.counsel)) if record.counsel else None,
            writing.clause(bankruptcy_rules.BankruptcyRules, desk.day, str(record.chapter)),
        ],
        _facts(writing, record),
    )


def _stayed(writing: Writing) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for each in writing.receivables():
        found[each.charge] += each.stayed
    return [(writing.named("charge", charge), cents) for charge, cents in found.items() if cents]


def claim(desk: Desk, record: BankruptcyCase) -> Document:
    """What the city claims for service before the petition: charges, periods, and the worksheet's rule."""
    writing = Writing(desk, record.account)
    words = writing.words
    stayed = [each for each in writing.receivables() if each.stayed]
    rows = tuple((writing.named("charge", each.charge), _period(writing, each), usd(each.stayed)) for each in stayed)
    total = usd(sum(each.stayed for each in stayed))
    bar = words("claim.bar", day=writing.day(record.claim_bar)) if record.claim_bar else ""
    head = words("common.for"), words("common.period"), words("common.amount")
    return writing.paper(
        "claim",
        words("claim.title"),
        [
            Due(words("claim.amount"), total, bar),
            Say(words("claim.said", city=desk.office.title, name=writing.party.name, day=writing.day(record.petition))),
            Rows(words("claim.table"), head, rows, (words("common.total"), "", total)),
            Say(words("claim.unsecured")),
            writing.decided(record.worksheet) if record.worksheet else None,
            Sign((words("arrangement.city", city=desk.office.title),)),
        ],
        _facts(writing, record),
    )


def _period(writing: Writing, each: Receivable) -> str:
    if each.since is None or each.until is None:
        return writing.short(each.due)
    return writing.span(each.since, each.until)


def _request(writing: Writing, record: Request) -> list[tuple[str, str]]:
    return [(writing.words("common.reference"), record.id)]


def _billed_lines(writing: Writing, record: Request) -> Rows:
    words = writing.words
    rows = []
    for line in record.proposal.get("lines", ()):
        period = writing.span(_day(line["since"]), _day(line["until"]))
        rows.append((writing.named("charge", line["charge"]), period, usd(line["cents"])))
    head = words("common.for"), words("common.period"), words("common.amount")
    return Rows(words("common.for"), head, tuple(rows), (words("common.total"), "", usd(record.cents)))


def _day(text: Any) -> date:
    return text if isinstance(text, date) else date.fromisoformat(str(text))


def back_bill(desk: Desk, record: Request) -> Document:
    """Service that was not billed: how much, how far back the rule goes, and over how long it may be paid."""
    writing = Writing(desk, record.account or "")
    words = writing.words
    inputs = record.decision.get("inputs") or {}
    result = record.decision.get("result") or {}
    months, parts = tuple(inputs.get("months", ())), tuple(result.get("parts", ()))
    cause = str(inputs.get("cause", "utility"))
    spread = [words("back_bill.spread", count=len(parts), amount=usd(max(parts)))] if len(parts) > 1 else []
    return writing.paper(
        "back_bill",
        words("back_bill.title"),
        [
            Due(words("back_bill.amount"), usd(record.cents), words("statement.due_by", day=_due(writing, record))),
            Say(words("common.dear", name=writing.party.name)),
            Say(words(f"back_bill.{cause}", found=len(months), billed=len(parts) or len(months))),
            _billed_lines(writing, record),
            Points((*spread, writing.phoned("back_bill.help"))),
            writing.decided(record.decision) or writing.clause(back_billing.BackBilling, desk.day),
        ],
        _request(writing, record),
    )


def _due(writing: Writing, record: Request) -> str:
    return writing.day(_day(record.proposal["due"]))


def overcharge(desk: Desk, record: Request) -> Document:
    """What was charged too much, and how it is given back."""
    writing = Writing(desk, record.account or "")
    words = writing.words
    way = "refund" if record.proposal.get("refund") else "credit"
    return writing.paper(
        "overcharge",
        words("overcharge.title"),
        [
            Due(words("overcharge.amount"), usd(record.cents), words(f"overcharge.{way}")),
            Say(words("common.dear", name=writing.party.name)),
            Say(words("overcharge.said")),
            _billed_lines(writing, record),
            Say(writing.phoned("common.ask")),
            writing.decided(record.decision),
        ],
        _request(writing, record),
    )


def adjustment(desk: Desk, record: Request) -> Document:
    """A charge that was taken back, or that the city refused to take back."""
    writing = Writing(desk, record.account or "")
    words = writing.words
    granted = record.state == "posted"
    parts = []
    for part in record.proposal.get("parts", ()):
        found = desk.books.get(Receivable, str(part["receivable"]))
        parts.append((writing.named("charge", "" if found is None else found.charge), int(part["cents"])))
    parts += [
        (writing.named("charge", line["charge"]), int(line["cents"])) for line in record.proposal.get("lines", ())
    ]
    why = str(record.proposal.get("type", record.kind))
    return writing.paper(
        "adjustment",
        words("adjustment.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Note(words("adjustment.granted" if granted else "adjustment.declined", amount=usd(record.cents))),
            Say(words("adjustment.type", type=writing.named("adjusted", why))),
            writing.charges(words("adjustment.table"), parts),
            Say(writing.phoned("common.ask" if granted else "adjustment.appeal")),
            writing.decided(record.decision),
        ],
        _request(writing, record),
    )
