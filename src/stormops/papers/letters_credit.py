"""Papers of credit and collections: notice of a cut, arrangement, returned payment, agency, write-off."""

from __future__ import annotations

from collections import Counter
from datetime import date

from stormops.accounts import chart
from stormops.accounts.charge_types import RETURNED
from stormops.accounts.dates import add_months
from stormops.accounts.decision import usd
from stormops.accounts.ledger import Line
from stormops.accounts.owed import paid_towards
from stormops.accounts.records_money import Arrangement, ChargeType, Placement, Receipt
from stormops.accounts.records_place import CutOrder, ServiceAgreement
from stormops.accounts.rules import arrangements, collections, disconnection, fees, storm
from stormops.papers.document import Document, Due, Head, Note, Points, Say, Sign
from stormops.papers.statement import instalments
from stormops.papers.writing import Desk, Writing


def past_due(writing: Writing, on: date) -> list[tuple[str, int]]:
    """What is past due and may cut service, by kind of charge; a charge that may not (the fire fee) never counts."""
    found: Counter[str] = Counter()
    for each in writing.receivables():
        kind = writing.books.get(ChargeType, each.charge)
        if each.owed and each.due < on and kind is not None and kind.disconnectable:
            found[each.charge] += each.owed
    return [(writing.named("charge", charge), cents) for charge, cents in found.items()]


def cut_notice(desk: Desk, record: CutOrder) -> Document:
    """The written notice: what is owed, the first day of a cut, how it is avoided, and who is protected."""
    writing = Writing(desk, record.account)
    words = writing.words
    agreement = desk.books.get(ServiceAgreement, record.agreement)
    service = "" if agreement is None else writing.named("charge", agreement.service)
    owed = past_due(writing, desk.day)
    day = writing.day(record.earliest)
    ways = ["pay", "dispute", "medical", "bankruptcy", "help"]
    if writing.has(arrangements.ArrangementLimits, arrangements.ExtensionLimits):
        ways.insert(1, "arrangement")
    if writing.has(storm.StormHold):
        ways.insert(-1, "storm")
    terms = desk.pack.terms(disconnection.Disconnection, record.noticed)
    never = [] if terms is None else [writing.named("charge", each) for each in terms.not_disconnectable]
    return writing.paper(
        "cut_notice",
        words("cut_notice.title", service=service),
        [
            Due(words("cut_notice.pay_by"), usd(sum(cents for _, cents in owed)), words("cut_notice.before", day=day)),
            Say(words("common.dear", name=writing.party.name)),
            Note(words("cut_notice.said", service=service, day=day, noticed=writing.day(record.noticed))),
            writing.charges(words("cut_notice.owed"), owed),
            Head(words("cut_notice.ways")),
            Points(tuple(writing.phoned(f"cut_notice.{each}") for each in ways)),
            Say(words("cut_notice.never", charges=", ".join(never))) if never else None,
            writing.clause(disconnection.Disconnection, record.noticed),
        ],
        [
            (words("common.service"), service),
            (words("common.service_at"), writing.address(record.agreement)),
            (words("cut_notice.earliest"), day),
        ],
        record.noticed,
    )


def arrangement(desk: Desk, record: Arrangement) -> Document:
    """The agreement: what is paid when, what follows if it is not, and both signatures."""
    writing = Writing(desk, record.account)
    words = writing.words
    terms = desk.pack.terms(arrangements.ArrangementLimits, desk.day)
    grace = 0 if terms is None or record.kind == "extension" else terms.grace_days
    kind = "extension" if record.kind == "extension" else "instalments"
    total = usd(sum(each.cents for each in record.instalments))
    last = writing.day(max((each.due for each in record.instalments), default=desk.day))
    return writing.paper(
        "arrangement",
        words(f"arrangement.{kind}"),
        [
            Due(words("arrangement.total"), total, words("arrangement.last", day=last)),
            Say(words("common.dear", name=writing.party.name)),
            Say(words(f"arrangement.said_{kind}")),
            instalments(writing, record),
            Points(
                (
                    words("arrangement.no_cut"),
                    words("arrangement.broken", days=grace),
                    words("arrangement.new_bills"),
                    writing.phoned("arrangement.change"),
                )
            ),
            writing.decided(record.decision),
            Sign(
                (
                    words("arrangement.customer", name=writing.party.name),
                    words("arrangement.city", city=desk.office.title),
                )
            ),
        ],
        [(words("common.reference"), record.id)],
    )


def broken_arrangement(desk: Desk, record: Arrangement) -> Document:
    """The notice that an arrangement is broken: since when, what is left of it and due now, and what may be done."""
    writing = Writing(desk, record.account)
    words = writing.words
    promised = sum(each.cents for each in record.instalments)
    left = max(0, promised - paid_towards(record, writing.receivables()))
    since = writing.day(record.broken or desk.day)
    terms = desk.pack.terms(arrangements.ArrangementLimits, desk.day)
    again = ""
    if terms is not None and record.broken is not None:
        day = writing.day(add_months(record.broken, terms.after_breach_months))
        again = words("broken_arrangement.again", day=day)
    return writing.paper(
        "broken_arrangement",
        words("broken_arrangement.title"),
        [
            Due(words("broken_arrangement.left"), usd(left), words("broken_arrangement.now")),
            Say(words("common.dear", name=writing.party.name)),
            Note(words("broken_arrangement.said", day=since)),
            instalments(writing, record),
            Points(
                tuple(
                    each
                    for each in (
                        writing.phoned("broken_arrangement.pay"),
                        words("broken_arrangement.cut"),
                        again,
                        writing.phoned("broken_arrangement.help"),
                        words("broken_arrangement.bankruptcy"),
                    )
                    if each
                )
            ),
            writing.decided(record.breach),
        ],
        [(words("common.reference"), record.id)],
    )


TAKEN = frozenset({chart.RECEIVABLE, chart.DEPOSITS, chart.LOANS, chart.LOAN_INTEREST})
"""Accounts of the chart that a payment answers, and from which the bank's return takes it."""


def _returned(writing: Writing, record: Receipt) -> tuple[list[Line], int, str]:
    """What the returned payment had answered and the fee, of the journal that took it back; what it was taken from.

    Money that its deposit no longer has is owed as any other: it is then taken from nothing.
    """
    paid = writing.books.journal(record.journal) if record.journal else None
    answered = set() if paid is None else {line.item for line in writing.lines(paid, TAKEN)}
    backs = [
        lines
        for entry in reversed(writing.history())
        if entry.event == "returned"
        and sum(line.cents for line in entry.lines if line.account == chart.CASH) == record.cents
        for lines in [writing.lines(entry, TAKEN | {chart.CREDITS})]
    ]
    same = [lines for lines in backs if answered <= {line.item for line in lines}]
    found = next(iter(same or (backs if record.towards else [])), None)
    if found is None:
        return [], 0, ""
    fee = sum(line.signed for line in found) - record.cents
    back = [line for line in found if line.account == chart.RECEIVABLE and line.item in answered]
    return back, fee, record.towards.partition(":")[0] if same else ""


def _limit(limit: fees.ChequeLimit) -> dict[str, int]:
    return {"returned": limit.returned, "within": limit.within_months, "refused": limit.refused_months}


def returned_payment(desk: Desk, record: Receipt) -> Document:
    """A payment that the bank returned: what is owed again, the fee and its rule."""
    writing = Writing(desk, record.account)
    words = writing.words
    back, fee, kind = _returned(writing, record)
    amounts = [(words(f"returned_payment.{kind or 'again'}"), record.cents)]
    if fee:
        amounts.append((writing.named("charge", RETURNED), fee))
    said = words(
        f"returned_payment.said_{kind}" if kind else "returned_payment.said",
        amount=usd(record.cents),
        day=writing.day(record.day),
        tender=writing.named("tender", record.tender),
        number=record.number,
    )
    charged = dict.fromkeys(writing.named("charge", line.charge) for line in back)
    terms = desk.pack.terms(fees.ReturnedPayment, desk.day)
    limit = None if terms is None else terms.cheques
    cheques = () if limit is None else (words("returned_payment.cheques", **_limit(limit)),)
    return writing.paper(
        "returned_payment",
        words("returned_payment.title"),
        [
            Due(words("returned_payment.due"), usd(fee if kind == "loan" else record.cents + fee)),
            Say(words("common.dear", name=writing.party.name)),
            Say(said),
            Say(words("returned_payment.charges", charges=", ".join(charged))) if charged else None,
            writing.charges(words("returned_payment.table"), amounts),
            Points((writing.phoned("returned_payment.pay"), *cheques, writing.phoned("returned_payment.help"))),
            writing.clause(fees.ReturnedPayment, desk.day) if fee else None,
        ],
        [(words("common.receipt"), record.number)],
    )


def _standing(writing: Writing, field: str) -> list[tuple[str, int]]:
    """By kind of charge, what stands in one of a receivable's amounts."""
    found: Counter[str] = Counter()
    for each in writing.receivables():
        found[each.charge] += getattr(each, field)
    return [(writing.named("charge", charge), cents) for charge, cents in found.items() if cents]


def collection(desk: Desk, record: Placement) -> Document:
    """Debt that goes to an agency, or is there: how much of what, and what the customer may still do."""
    writing = Writing(desk, record.account)
    words = writing.words
    amounts = _standing(writing, "at_agency") or _standing(writing, "owed")
    state = "placed" if record.placed is not None else "before"
    day = writing.day(record.placed) if record.placed else ""
    return writing.paper(
        "collection",
        words("collection.title"),
        [
            Due(words("common.amount_due"), usd(sum(cents for _, cents in amounts))),
            Say(words("common.dear", name=writing.party.name)),
            Note(words(f"collection.{state}", agency=record.agency, day=day)),
            writing.charges(words("collection.table"), amounts),
            Points(tuple(writing.phoned(f"collection.{each}") for each in ("pay", "dispute", "bankruptcy", "help"))),
            writing.clause(collections.Collection, desk.day),
        ],
        [(words("collection.agency"), record.agency)],
    )


def write_off(desk: Desk, record: Placement) -> Document:
    """Debt taken off the books by a resolution: it is no asset any more, and it is not forgiven."""
    writing = Writing(desk, record.account)
    words = writing.words
    amounts = _standing(writing, "written_off")
    return writing.paper(
        "write_off",
        words("write_off.title"),
        [
            Say(words("common.dear", name=writing.party.name)),
            Note(words("write_off.said", resolution=record.resolution or record.id)),
            writing.charges(words("write_off.table"), amounts),
            Points(tuple(writing.phoned(f"write_off.{each}") for each in ("owed", "return", "help"))),
            writing.clause(collections.Collection, desk.day),
        ],
        [(words("write_off.resolution"), record.resolution)],
    )
