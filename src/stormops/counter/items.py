"""What waits, as the items of a queue: what it is, whose and where, by when, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from stormops.accounts.commands_work import SAFETY
from stormops.accounts.decision import usd
from stormops.accounts.record import Record
from stormops.accounts.records_money import Arrangement, BankruptcyCase, Deposit, Drawer, RebateBudget, Request
from stormops.accounts.records_place import CutOrder, MeterRelease
from stormops.accounts.records_work import Escalation, HandOver, RecordsRequest, ServiceRequest, Visit
from stormops.books.listing import Whose
from stormops.counter.clerk import Arranged
from stormops.counter.lines import Line, bare_line
from stormops.counter.offering import account_href
from stormops.counter.rights import Person
from stormops.counter.words import named
from stormops.pages.words import Words

BEFORE_ASSURANCE = frozenset({"noticed", "stayed", "split", "assurance_pending"})
"""Of a bankruptcy's states those in which the debtor's assurance is still to come."""


class Item(NamedTuple):
    """One thing that waits. `account` is where its customer's page is, "" for nobody's; `notes` stand below it."""

    line: Line
    late: bool
    account: str
    account_id: str
    name: str
    more: tuple[str, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...]


class Reader(NamedTuple):
    """Who reads, in which words, and when."""

    person: Person
    words: Words
    zone: ZoneInfo
    now_ms: int
    alarm_days: int = 0
    """So many days before a bond or letter of credit ends, it is said."""
    arranged: Mapping[str, Arranged] = MappingProxyType({})
    """How arrangements are kept today, by the record's id."""

    @property
    def today(self) -> date:
        """The city's day."""
        return datetime.fromtimestamp(self.now_ms / 1000, self.zone).date()


def items(records: Iterable[Record], whose: Mapping[str, Whose], reader: Reader) -> list[Item]:
    """The records as items: what is about lives first, those due by a time in that order, the rest as they come."""
    ordered = sorted(records, key=lambda each: (not _broken(each, reader), *_first(each)))
    return [_item(record, whose.get(record.id, Whose()), reader) for record in ordered]


def _first(record: Record) -> tuple[bool, int]:
    lives = isinstance(record, Escalation) and record.kind in SAFETY
    return not lives, getattr(record, "due_ms", None) or 0


def _item(record: Record, whose: Whose, reader: Reader) -> Item:
    account, due = getattr(record, "account", None) or "", getattr(record, "due_ms", None)
    service = named(reader.words, "choice", whose.service) if isinstance(record, CutOrder) else ""
    more = [
        service,
        whose.address,
        _hardship(record, reader.words),
        *_more(record, reader),
        *_budget(record, reader.words),
        *_breach(record, reader),
    ]
    if whose.owed:
        more.append(reader.words("ui.owes", amount=usd(whose.owed)))
    if isinstance(record, HandOver):
        time = reader.words.time(record.at_ms, reader.zone)
        more.append(reader.words("ui.hands_over", giver=record.giver, taker=record.taker, time=time))
    left = _days_left(record, reader)
    if left is not None and left >= 0:
        more.append(reader.words("ui.days_left", days=left))
    return Item(
        line=bare_line(_as_paid(record, reader), reader.words, reader.person, account),
        late=_broken(record, reader) or (due is not None and due < reader.now_ms) or (left is not None and left < 0),
        account=account_href(account) if account else "",
        account_id=account,
        name=whose.name,
        more=tuple(each for each in more if each),
        notes=_notes(record, reader),
        files=tuple(record.evidence) if isinstance(record, Request) else (),
    )


def _days_left(record: Record, reader: Reader) -> int | None:
    """Until an instrument ends, near its end, a meter's exception lapses or an answer is due; below 0 = over."""
    if isinstance(record, RecordsRequest):
        return (record.due - reader.today).days
    ends = getattr(record, "expires", None)
    if ends is None:
        return None
    left: int = (ends - reader.today).days
    if isinstance(record, Deposit) and record.state == "instrument" and left <= reader.alarm_days:
        return left
    return left if isinstance(record, MeterRelease) and record.state == "emergency_exception" else None


def _more(record: Record, reader: Reader) -> list[str]:
    words, zone = reader.words, reader.zone
    more, due = [], getattr(record, "due_ms", None)
    if due is not None:
        more.append(words("ui.owner_due", owner=getattr(record, "owner", ""), time=words.time(due, zone)))
    if isinstance(record, Visit):
        more.append(words("ui.waits_since", time=words.time(record.taken_ms, zone)))
    if isinstance(record, ServiceRequest):
        came = f"{named(words, 'choice', record.channel)}, {words.time(record.at_ms, zone)}"
        more += [came, record.address, record.new_address, record.phone, record.email, record.note]
        more += [record.owner, record.reply]
    if isinstance(record, Drawer):
        more.append(words("ui.opened_by", person=record.opened_by))
        more += [words("ui.counted_by", person=record.counted_by)] if record.counted_by else []
    if isinstance(record, BankruptcyCase):
        more += [record.court, words("ui.chapter", number=record.chapter)]
        if record.assurance_due is not None and record.state in BEFORE_ASSURANCE:
            more.append(words("ui.assurance_by", day=words.day(record.assurance_due)))
        if record.claim_bar is not None:
            more.append(words("ui.claim_by", day=words.day(record.claim_bar)))
    if isinstance(record, MeterRelease) and record.permit:
        more.append(words("ui.permit", number=record.permit))
    if isinstance(record, Request):
        more += _of_request(record, words)
    return more


def _budget(record: Record, words: Words) -> list[str]:
    """What of a rebate's budget is left, promised to applications and paid."""
    if not isinstance(record, RebateBudget):
        return []
    amounts = (("left", record.left), ("promised", record.encumbered), ("paid", record.spent))
    return [words(f"ui.budget_{name}", amount=usd(cents)) for name, cents in amounts]


def _as_paid(record: Record, reader: Reader) -> Record:
    """An arrangement with what the books say was paid of it, so that its next instalment is the one that is due."""
    kept = reader.arranged.get(record.id)
    return replace(record, paid=kept.paid) if kept is not None and isinstance(record, Arrangement) else record


def _broken(record: Record, reader: Reader) -> bool:
    """Whether the rule finds an arrangement broken today."""
    kept = reader.arranged.get(record.id)
    return kept is not None and kept.broken is not None


def _breach(record: Record, reader: Reader) -> list[str]:
    """What was paid of an arrangement, and since when it is broken, as the rule finds today or as it was found."""
    words, kept = reader.words, reader.arranged.get(record.id)
    said = [] if kept is None else [words("ui.budget_paid", amount=usd(kept.paid))]
    since = (kept.broken if kept else None) or getattr(record, "broken", None)
    return [*said, words("ui.broken_since", day=words.day(since))] if since else said


def _hardship(record: Record, words: Words) -> str:
    """Why a refund cannot wait for a storm's end, as its request and its case keep it."""
    why = record.proposal.get("hardship") if isinstance(record, Request) else getattr(record, "hardship", "")
    return f"{named(words, 'choice', 'hardship')}: {why}" if why else ""


def _of_request(request: Request, words: Words) -> list[str]:
    """Of which kind an adjustment is, who made it, and who approved it."""
    kind = request.proposal.get("type")
    said = [] if kind is None else [named(words, "choice", str(kind))]
    said.append(f"{words('ui.maker')} {request.maker}, {words.day(request.made)}")
    return said + [words("ui.approved_by", person=each.by, desk=each.desk) for each in request.approvals]


def _said_later(record: Record, words: Words) -> list[str]:
    """What was added to an escalation after its first line: the step and what was said of it."""
    if not isinstance(record, Escalation):
        return []
    parts = [line.partition(": ") for line in record.text.split("\n")[1:]]
    return [f"{named(words, 'step', step)}: {text}" if text else step for step, _, text in parts]


def _notes(record: Record, reader: Reader) -> tuple[str, ...]:
    if isinstance(record, HandOver):
        return record.note, *left_said(record, reader.words, reader.zone)
    return tuple(_said_later(record, reader.words))


def left_said(hand_over: HandOver, words: Words, zone: ZoneInfo) -> list[str]:
    """Each thing that is left, with its account and by when."""
    lines = []
    for each in hand_over.left:
        due = words("ui.due_by", day=words.time(each.due_ms, zone)) if each.due_ms else ""
        parts = (f"{named(words, 'kind', each.kind)}: {each.text}", each.account, due)
        lines.append(" · ".join(part for part in parts if part))
    return lines
