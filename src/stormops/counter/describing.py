"""A record in one line, as people tell it from its neighbours: what it is, its amount, its day and its state."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stormops.accounts.decision import usd
from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import Arrangement, Deposit, Loan, RefundCase, Request
from stormops.accounts.records_place import Account, Outage, PartyRole, Read, ReadEstimate
from stormops.accounts.records_work import Escalation, HandOver, ServiceRequest
from stormops.counter.words import named
from stormops.pages.words import Words

NAMES = (
    "name",
    "address",
    "ticket",
    "number",
    "service",
    "charge",
    "utility",
    "kind",
    "agency",
    "measure",
    "court",
    "desk",
    "form",
    "rule",
    "clearance",
    "contractor",
    "fund",
)
TEXTS = ("text", "topic", "reason", "note", "meter")
AMOUNTS = ("owed", "required", "payable", "amount", "cents")
DAYS = {
    "due": "ui.due_by",
    "day": "",
    "issued": "",
    "expires": "ui.until_day",
    "earliest": "ui.from_day",
    "petition": "",
    "until": "ui.until_day",
}
"""Days that tell a record, and the words that say what is on the day; "" where its kind says it."""
TEXT_CHARACTERS = 60
MADE_TOLD_MAX = 12


class Told(NamedTuple):
    """The parts of the line, each "" where the record has none."""

    name: str
    amount: str
    day: str
    state: str

    @property
    def note(self) -> str:
        """Its day and state."""
        return " · ".join(part for part in (self.day, self.state) if part)


def told(record: Record, words: Words, text_characters: int = TEXT_CHARACTERS) -> Told:
    """The parts; texts of people are cut after so many characters."""
    amount = next((value for name in AMOUNTS if isinstance(value := getattr(record, name, None), int) and value), None)
    if isinstance(record, Arrangement):
        return _of_next(record, words)
    if isinstance(record, Read):
        return Told(named(words, "choice", record.kind), words.number(record.register), words.day(record.day), "")
    if isinstance(record, ReadEstimate):
        hours = words("ui.hours_out", hours=record.hours_out) if record.hours_out else ""
        return Told(named(words, "cause", record.cause), "", "", hours)
    days = ((key, value) for name, key in DAYS.items() if isinstance(value := getattr(record, name, None), date))
    day = next((words(key, day=words.day(value)) if key else words.day(value) for key, value in days), "")
    state = str(getattr(record, "state", ""))
    return Told(
        ": ".join(_names(record, words, text_characters)),
        "" if amount is None else usd(amount),
        day,
        named(words, "state", state).lower() if state else "",
    )


def _of_next(arrangement: Arrangement, words: Words) -> Told:
    """An arrangement, told by its next instalment: what of it is not paid yet, and when that is due."""
    name, state = named(words, "choice", arrangement.kind), named(words, "state", arrangement.state).lower()
    paid = arrangement.paid
    for part in arrangement.instalments:
        if paid < part.cents:
            return Told(name, usd(part.cents - paid), words("ui.due_by", day=words.day(part.due)), state)
        paid -= part.cents
    return Told(name, "", "", state)


def schedule(arrangement: Arrangement, words: Words) -> str:
    """Every instalment with its day; of one that is broken also what was paid, and since when it is."""
    parts = ", ".join(f"{words.day(part.due)} {usd(part.cents)}" for part in arrangement.instalments)
    if arrangement.broken is None:
        return parts
    paid = words("ui.budget_paid", amount=usd(arrangement.paid))
    return " · ".join((parts, paid, words("ui.broken_since", day=words.day(arrangement.broken))))


def outage_said(outage: Outage, words: Words, zone: ZoneInfo) -> str:
    """When service was out, and by which incident or that a person typed it."""
    since, until = words.time(outage.since_ms, zone), words.time(outage.until_ms, zone)
    return f"{outage.incident or words('ui.outage_typed')}: {since} \u2013 {until}"


def describe(record: Record, words: Words) -> str:
    """The line; the record's number where it has nothing else."""
    if isinstance(record, Account):
        return f"{record.id} · {named(words, 'choice', record.category)}"
    return " · ".join(part for part in told(record, words) if part) or (
        f"{named(words, 'kind', kind_name(type(record)))} {record.id}"
    )


def made_said(records: Collection[Record], words: Words) -> list[str]:
    """What would be made or changed, a line each; where there are many, only of which kinds."""
    kinds = [named(words, "kind", kind_name(type(each))) for each in records]
    if len(records) > MADE_TOLD_MAX:
        return list(dict.fromkeys(kinds))
    return list(dict.fromkeys(f"{kind}: {describe(each, words)}" for kind, each in zip(kinds, records, strict=True)))


def _names(record: Record, words: Words, text_characters: int) -> list[str]:
    found = [str(value) for name in NAMES if (value := getattr(record, name, None))][:1]
    texts = [str(value) for name in TEXTS if (value := getattr(record, name, None))][:1]
    if isinstance(record, ServiceRequest):
        services = ", ".join(named(words, "choice", each).lower() for each in record.services)
        return [record.number, f"{named(words, 'choice', record.kind)}, {services}", record.name]
    if isinstance(record, PartyRole):
        found = [record.role]
    if isinstance(record, Request):  # by the duty that made it: a transfer's kind is also a way to pay
        found = [words(f"duty.request_{record.kind}")]
    if isinstance(record, RefundCase):  # by what is given back; the record's number may follow it
        found = [words(f"refund.{record.source.partition(':')[0]}")]
    if isinstance(record, Loan):  # its note is a hash
        texts = [record.contractor] if record.contractor else []
    if isinstance(record, HandOver):  # its note stands whole below it
        texts = []
    if isinstance(record, Escalation):  # what was added later stands below it
        texts = [record.text.partition("\n")[0]]
    if isinstance(record, Deposit) and record.guarantor:  # for whom it is, and who stands for it
        texts = [words("ui.stands_for", account=record.guarantor)]
    known = [words(f"choice.{one}") if words.has(f"choice.{one}") else one for one in (*found, *texts)]
    return [one if len(one) <= text_characters else f"{one[:text_characters]}…" for one in known]
