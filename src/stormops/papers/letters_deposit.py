"""Papers of deposits and refunds: a deposit asked for, what became of it, and money paid back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from stormops.accounts import chart
from stormops.accounts.decision import usd
from stormops.accounts.records_money import Deposit, RefundCase
from stormops.accounts.rules import deposit_life, refunds
from stormops.papers.document import Document, Due, Note, Points, Rows, Say
from stormops.papers.writing import Desk, Writing


def deposit_demand(desk: Desk, record: Deposit) -> Document:
    """What is required, how it was computed, by when, and in which ways it may be given."""
    writing = Writing(desk, record.account)
    words = writing.words
    note = words("deposit_demand.by", day=writing.day(record.due)) if record.due else ""
    kept = record.decision.get("decisions") or [record.decision]
    steps = [step for part in kept for step in part.get("formula", ()) if isinstance(step, dict)]
    return writing.paper(
        "deposit_demand",
        words("deposit_demand.title"),
        [
            Due(words("deposit_demand.required"), usd(record.required), note),
            Say(words("common.dear", name=writing.party.name)),
            Say(words("deposit_demand.said", fund=writing.named("charge", record.fund))),
            _steps(writing, steps),
            Points(tuple(_ways(writing))),
            writing.decided(record.decision),
            writing.clause(deposit_life.DepositInterest, desk.day),
        ],
        [
            (words("common.service_at"), writing.address(record.agreement)),
            (words("common.reference"), record.id),
        ],
    )


def _ways(writing: Writing) -> Iterator[str]:
    """How it may be given, and what becomes of it, as far as the city has a policy on it."""
    yield writing.phoned("deposit_demand.cash")
    if writing.has(deposit_life.Instruments):
        yield writing.words("deposit_demand.bond")
    interest = writing.pack.terms(deposit_life.DepositInterest, writing.desk.day)
    if interest is not None:
        yield writing.words("deposit_demand.interest", percent=interest.percent)
    yield writing.words("deposit_demand.back")


def _steps(writing: Writing, steps: list[dict[str, Any]]) -> Rows | None:
    """The formula as it was kept: rules write it in English, and it is what an auditor computes again."""
    rows = tuple((str(step["name"]), str(step["formula"]), str(step["value"])) for step in steps)
    if not rows:
        return None
    words = writing.words
    caption = words("common.formula")
    return Rows(caption, (caption, "", words("common.amount")), rows)


def deposit_refund(desk: Desk, record: Deposit) -> Document:
    """What became of a deposit: to the final bill, back to the customer, with its interest."""
    writing = Writing(desk, record.account)
    words = writing.words
    rows = tuple(
        (f"{writing.short(entry.effective)} · {writing.named('event', entry.event)}", usd(-line.signed))
        for entry in writing.history()
        for line in writing.lines(entry, {chart.DEPOSITS, chart.DEPOSIT_INTEREST})
        if line.item == record.id
    )
    source = f"deposit:{record.id}"
    back = [each for each in desk.books.where(RefundCase, account=record.account) if each.source == source]
    return writing.paper(
        "deposit_refund",
        words("deposit_refund.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Say(words(f"deposit_refund.{record.state}")),
            Rows(words("deposit_refund.table"), (words("deposit_refund.table"), words("common.amount")), rows),
            *(Note(words("deposit_refund.back", amount=usd(refunded(writing, each)[0]))) for each in back),
            Say(writing.phoned("common.ask")),
            writing.clause(deposit_life.DepositInterest, desk.day),
        ],
        [(words("common.reference"), record.id)],
    )


def refunded(writing: Writing, record: RefundCase) -> tuple[int, date | None]:
    """What was made payable by a refund, and the day on which it was paid."""
    payable, paid = 0, None
    for entry in writing.history():
        mine = [line for line in writing.lines(entry, {chart.REFUNDS}) if line.item == record.id]
        payable += sum(line.cents for line in mine if line.signed < 0)
        if mine and entry.event == "refund_paid":
            paid = entry.effective
    return payable, paid


def refund(desk: Desk, record: RefundCase) -> Document:
    """Money that goes back: how much, where it came from, by which way, and what happens if it is not cashed."""
    writing = Writing(desk, record.account)
    words = writing.words
    payable, paid = refunded(writing, record)
    source = writing.named("refund_source", record.source.partition(":")[0])
    ways = {"cheque": "cheque", "card": "card", "bank": "bank"}
    way = words(f"refund.{ways[record.method]}", reference=record.reference) if record.method in ways else ""
    return writing.paper(
        "refund",
        words("refund.title"),
        [
            Due(words("refund.amount"), usd(payable), writing.day(paid) if paid else words("refund.to_come")),
            Say(words("common.dear", name=writing.party.name)),
            Say(words("refund.said", source=source)),
            Say(way) if way else None,
            Say(words("refund.card_back")) if record.to_card else None,
            Note(words("refund.unclaimed")) if record.state == "unclaimed" else None,
            Say(writing.phoned("common.ask")),
            writing.clause(refunds.RefundControls, desk.day),
        ],
        [(words("common.reference"), record.id)],
    )
