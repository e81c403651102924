"""A bill as a customer reads it: what was owed, what was paid, what is charged now, by which reads, and how to pay.

The sums are the ledger's: the balance before, every journal since, this bill. They add up by construction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from stormops.accounts import estimating
from stormops.accounts.decision import usd
from stormops.accounts.ledger import Journal
from stormops.accounts.records_money import Arrangement, Bill, BillLine, Deposit
from stormops.accounts.records_place import MedicalCert, Read, ServiceAgreement, ServicePoint
from stormops.accounts.rules.arrangements import ArrangementLimits, ExtensionLimits
from stormops.accounts.rules.storm import StormHold
from stormops.papers.document import AnyPart, Bar, Bars, Document, Due, Head, Note, Points, Rows, Say, Stub
from stormops.papers.writing import Desk, Writing

PAID = frozenset({"paid", "stand_in_posted"})
"""Events that are payments; each is shown on a line of its own."""
MONTHS = 13
"""Bars of the chart: this month and the year before."""
YEAR = timedelta(days=365)


class Sums(NamedTuple):
    """The way from the balance of the bill before to this bill's, in cents; every part is of journals."""

    before: int
    payments: list[tuple[date, int]]
    others: list[tuple[str, int]]
    """By event, the sum of all other changes."""
    now: int

    @property
    def total(self) -> int:
        """What is owed with this bill; below 0 is a credit."""
        return self.before + sum(c for _, c in self.payments) + sum(c for _, c in self.others) + self.now


def statement(desk: Desk, bill: Bill) -> Document:
    """The statement of a bill."""
    writing = Writing(desk, bill.account)
    words = writing.words
    sums, parts = sums_of(writing, bill), writing.decisions(bill.decision)
    final = _final(writing, bill)
    title = words("statement.final" if final else "statement.title")
    addresses = dict.fromkeys(writing.address(line.agreement) for line in bill.lines if line.agreement)
    return writing.paper(
        "statement",
        title,
        [
            _due(writing, bill, sums.total),
            *_messages(writing, bill, final=final),
            _summary(writing, sums),
            Head(words("statement.charges")),
            _lines(writing, bill, parts),
            *_use(writing, bill, parts),
            *_more(writing),
            Head(words("statement.pay")),
            Points(_ways(writing)),
            Say(writing.phoned("statement.wrong")),
            writing.decided(bill.decision),
            _stub(writing, bill, sums.total),
        ],
        [
            (words("common.bill"), bill.id),
            (words("common.service_at"), "; ".join(address for address in addresses if address)),
        ],
        bill.issued,
    )


def sums_of(writing: Writing, bill: Bill) -> Sums:
    """What the ledger says between the bill before and this one."""
    history = writing.history()
    bills = sorted(
        writing.books.where(Bill, account=bill.account), key=lambda each: (each.issued, each.changed, each.id)
    )
    earlier = bills[: next((place for place, each in enumerate(bills) if each.id == bill.id), 0)]
    start = _place(writing, history, earlier[-1]) + 1 if earlier else 0
    end = _place(writing, history, bill)
    payments: list[tuple[date, int]] = []
    others: Counter[str] = Counter()
    for entry in history[start:end]:
        cents = _net(writing, entry)
        if entry.event in PAID:
            payments.append((entry.effective, cents))
        elif cents:
            others[entry.event] += cents
    before = sum(_net(writing, entry) for entry in history[:start])
    now = _net(writing, history[end]) if end < len(history) else bill.cents
    return Sums(before, payments, [(event, cents) for event, cents in others.items() if cents], now)


def _net(writing: Writing, entry: Journal) -> int:
    return sum(line.signed for line in writing.lines(entry))


def _place(writing: Writing, history: list[Journal], bill: Bill) -> int:
    """Where a bill's own journal stands; the end of its day where the books have none (bills taken over)."""
    items = {each.id for each in writing.receivables() if each.bill == bill.id}
    for place, entry in enumerate(history):
        if any(line.item in items and line.signed > 0 for line in writing.lines(entry)):
            return place
    return sum(entry.effective <= bill.issued for entry in history)


def _final(writing: Writing, bill: Bill) -> bool:
    """Whether every service of the bill ends with it."""
    found = [writing.books.get(ServiceAgreement, line.agreement) for line in bill.lines if line.agreement]
    ends = max((line.until for line in bill.lines), default=bill.issued)
    return bool(found) and all(each is not None and each.until is not None and each.until <= ends for each in found)


def _due(writing: Writing, bill: Bill, total: int) -> Due:
    words = writing.words
    if total <= 0:
        return Due(words("statement.credit_due"), usd(-total), words("statement.nothing_due"))
    return Due(words("common.amount_due"), usd(total), words("statement.due_by", day=writing.day(bill.due)))


def _messages(writing: Writing, bill: Bill, *, final: bool) -> Iterator[AnyPart]:
    words = writing.words
    if writing.account.stayed_by:
        yield Note(words("statement.stayed"))
    held = writing.pack.terms(StormHold, writing.desk.day)
    if writing.desk.office.storm and held is not None and {"cut", "late_fee"} <= held.grace_days.keys():
        yield Note(words("statement.storm_protection"))
    valid = [each.expires for each in writing.books.where(MedicalCert, account=bill.account) if each.state == "valid"]
    if valid and max(valid) >= bill.issued:
        yield Note(words("statement.medical", day=writing.day(max(valid))))
    if final:
        yield Note(words("statement.final_note"))
    kinds = {used.kind for used in (_used(writing, line) for line in bill.lines) if used is not None}
    for kind in sorted(kinds & {"estimated", "storm"}):
        yield Note(words(f"statement.{kind}"))


def _summary(writing: Writing, sums: Sums) -> Rows:
    words = writing.words
    rows = [(words("statement.before"), usd(sums.before))]
    rows += [(words("statement.payment", day=writing.short(day)), usd(cents)) for day, cents in sums.payments]
    if not sums.payments:
        rows.append((words("statement.no_payment"), usd(0)))
    rows += [(writing.named("event", event), usd(cents)) for event, cents in sums.others]
    rows.append((words("statement.now"), usd(sums.now)))
    label = words("common.amount_due" if sums.total > 0 else "statement.credit_due")
    head = words("statement.summary"), words("common.amount")
    return Rows(words("statement.summary"), head, tuple(rows), (label, usd(abs(sums.total))))


def _lines(writing: Writing, bill: Bill, parts: list[dict[str, Any]]) -> Rows:
    words = writing.words
    rows = []
    for line in bill.lines:
        quantity = f"{words.number(line.quantity)} {_unit(parts, line)}".strip() if line.quantity else ""
        period = writing.span(line.since, line.until)
        rows.append((writing.named("charge", line.charge), period, quantity, usd(line.cents)))
    head = words("common.for"), words("common.period"), words("common.used"), words("common.amount")
    return Rows(words("statement.charges"), head, tuple(rows), (words("common.total"), "", "", usd(bill.cents)), 2)


def _unit(parts: list[dict[str, Any]], line: BillLine) -> str:
    """The unit in which the line's service is priced, as one of the bill's decisions has it."""
    for part in parts:
        clause = part.get("clause") or {}
        if part.get("rule") == "metered.charge" and _for_service(str(clause.get("of", "")), line.charge):
            return str(clause["terms"].get("unit", ""))
    return ""


def _for_service(plan: str, service: str) -> bool:
    """Plans of water and gas are called like them; every other plan is electric."""
    other = next((name for name in ("water", "gas") if plan.startswith(name)), "electric")
    return other == service


class Used(NamedTuple):
    """What a meter told for a line: reads at both ends and the kind of the last."""

    meter: str
    opening: int
    closing: int
    kind: str


def _used(writing: Writing, line: BillLine) -> Used | None:
    agreement = writing.books.get(ServiceAgreement, line.agreement) if line.agreement and line.quantity else None
    if agreement is None or agreement.point is None:
        return None
    reads = estimating.of_period(writing.books.where(Read, point=agreement.point), line.since, line.until)
    if reads is None:
        return None
    point = writing.books.get(ServicePoint, agreement.point)
    first, last = reads
    return Used("" if point is None else point.meter, first.register, last.register, last.kind)


def _use(writing: Writing, bill: Bill, parts: list[dict[str, Any]]) -> Iterator[AnyPart]:
    """Reads, the daily average against the year before, and a chart for each metered service."""
    words = writing.words
    metered = [line for line in bill.lines if line.quantity and line.agreement]
    if not metered:
        return
    past: dict[str, dict[date, BillLine]] = defaultdict(dict)
    for each in writing.books.where(Bill, account=bill.account):
        for line in each.lines:
            if line.quantity and line.until <= max(own.until for own in metered):
                past[line.charge][line.until] = line
    yield Head(words("statement.use"))
    rows = []
    for line in metered:
        used = _used(writing, line)
        year = [each for end, each in past[line.charge].items() if abs((line.until - YEAR - end).days) <= 20]
        reads = ("", "") if used is None else (words.number(used.opening), words.number(used.closing))
        service = writing.named("charge", line.charge)
        kind = "" if used is None else writing.named("read", used.kind)
        rows.append(
            (
                f"{service} {used.meter}".strip() if used is not None else service,
                kind,
                *reads,
                _average(line),
                _average(year[0]) if year else "",
            )
        )
    columns = ("meter", "read", "opening", "closing", "average", "last_year")
    yield Rows(words("statement.use"), tuple(words(f"statement.{each}") for each in columns), tuple(rows), (), 4)
    for line in metered:
        ends = sorted(past[line.charge])[-MONTHS:]
        if len(ends) > 1:
            unit = _unit(parts, line)
            lines = [past[line.charge][end] for end in ends]
            bars = tuple(
                Bar(words(f"month.{each.until.month}")[:3], each.quantity, _said(writing, each, unit)) for each in lines
            )
            name = writing.named("charge", line.charge)
            caption = words("statement.chart", service=name, unit=unit)
            yield Bars(caption, bars, f"{caption}: {'; '.join(bar.said for bar in bars)}")


def _average(line: BillLine) -> str:
    days = (line.until - line.since).days
    return f"{line.quantity / days:.1f}" if days else ""


def _said(writing: Writing, line: BillLine, unit: str) -> str:
    end = line.until
    month = writing.words("statement.month", month=writing.words(f"month.{end.month}"), year=end.year)
    return f"{month} {writing.words.number(line.quantity)} {unit}".strip()


def _more(writing: Writing) -> Iterator[AnyPart]:
    """The deposit held, and the arrangement that is being kept."""
    words, account = writing.words, writing.account.id
    held = sum(each.held for each in writing.books.where(Deposit, account=account))
    if held:
        yield Say(words("statement.deposit", amount=usd(held)))
    for arrangement in writing.books.where(Arrangement, account=account):
        if arrangement.state == "active":
            yield Head(words("statement.arrangement"))
            yield instalments(writing, arrangement)


def instalments(writing: Writing, arrangement: Arrangement) -> Rows:
    """The days and amounts of an arrangement."""
    words = writing.words
    rows = tuple((writing.day(each.due), usd(each.cents)) for each in arrangement.instalments)
    total = words("common.total"), usd(sum(each.cents for each in arrangement.instalments))
    return Rows(words("arrangement.table"), (words("common.due"), words("common.amount")), rows, total)


def _ways(writing: Writing) -> tuple[str, ...]:
    words, office = writing.words, writing.desk.office
    ways = [words("statement.at_desk")]
    if office.remit_to:
        ways.append(words("statement.by_mail", account=writing.account.id))
    if writing.has(ArrangementLimits, ExtensionLimits):
        ways.append(writing.phoned("statement.hardship"))
    return tuple(ways)


def _stub(writing: Writing, bill: Bill, total: int) -> Stub:
    words = writing.words
    rows = (
        (words("common.account"), writing.account.id),
        (words("common.bill"), bill.id),
        (words("common.due"), writing.day(bill.due)),
        (words("common.amount_due"), usd(max(0, total))),
        (words("statement.enclosed"), "$ ____________"),
    )
    return Stub(words("statement.cut"), rows, writing.desk.office.remit_to or (writing.desk.office.title,))
