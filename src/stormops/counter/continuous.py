"""The continuous audit of a period: questions by the city's rules, and a sample that can be drawn again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from stormops.accounts.audit import AuditEvent
from stormops.accounts.auditing import HOUR_MS, Doubt, Looked, Watch, doubts, stood_in
from stormops.accounts.commands_quality import sample
from stormops.accounts.money import cents
from stormops.accounts.records_money import Request
from stormops.accounts.rules.watching import AuditWatch
from stormops.books.period import Period, period
from stormops.counter.answers import why
from stormops.counter.clerk import Clerk

SHARE = 500
"""Of ten thousand transactions, drawn where nothing else is asked for."""
SEED_CHARACTERS_MAX = 64
DAYS = 31
"""The period that is looked through where none is given: the last month, today included."""
DAYS_MAX = 366


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Days from `since` up to and without `until`; the sample's seed and its share of ten thousand."""

    since: date
    until: date
    seed: str
    of_ten_thousand: int = SHARE


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One doubt: by which rule, about which request, person or command, and what that was, by whom and when."""

    rule: str
    about: str
    text: str
    what: str = ""
    """The command's name, or `request_` and the request's kind; "" of a person."""
    by: str = ""
    at_ms: int | None = None
    day: date | None = None
    cents: int | None = None


class Continuous(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, and what was found: asked again of the same books it is the same."""

    asked: Asked
    position: int
    requests: int
    """Looked through, as were the events."""
    events: int
    cut_short: bool
    watched: bool
    """Whether the city's policy says what its audit asks about (`audit_watch`); without it there are no doubts."""
    doubts: list[Question]
    sample: list[AuditEvent]
    """Of all commands that moved money: those that the seed draws."""
    stood_in: list[str]
    """Payments that stood in for the books: every one is reviewed."""


def asked_of(query: Mapping[str, str], today: date) -> Asked | str:
    """What a continuous audit is asked for, or the key of the sentence that says what is wrong with it."""
    given: dict[str, Any] = {
        "since": (today - timedelta(DAYS - 1)).isoformat(),
        "until": (today + timedelta(1)).isoformat(),
        "seed": today.isoformat(),
        "of_ten_thousand": str(SHARE),
    }
    given |= {name: value.strip() for name, value in query.items() if name in given}
    try:
        asked = msgspec.convert(given, Asked, strict=False)
    except msgspec.ValidationError:
        return "continuous_wrong"
    if not timedelta(0) < asked.until - asked.since <= timedelta(DAYS_MAX):
        return "continuous_period"
    if not 0 < len(asked.seed) <= SEED_CHARACTERS_MAX or not 0 <= asked.of_ten_thousand <= 10_000:
        return "continuous_wrong"
    return asked


def run(clerk: Clerk, asked: Asked) -> Continuous:
    """Look through the period. Raises BooksUnavailable."""
    found = period(clerk.books.database, asked.since, asked.until, clerk.zone)
    watch = watch_of(clerk, asked.until)
    moved = {event.key: event for event in found.events if event.outcome == "done" and event.journals}
    return Continuous(
        asked=asked,
        position=found.position,
        requests=len(found.requests),
        events=len(found.events),
        cut_short=found.cut_short,
        watched=watch is not None,
        doubts=[] if watch is None else _doubts(clerk, found, watch),
        sample=[moved[key] for key in sample(sorted(moved), asked.seed, asked.of_ten_thousand)],
        stood_in=stood_in(found.receipts),
    )


def watch_of(clerk: Clerk, on: date) -> Watch | None:
    """What the city's policy says that its audit asks about."""
    terms = clerk.pack.terms(AuditWatch, on)
    if terms is None:
        return None
    offset = datetime(on.year, on.month, on.day, 12, tzinfo=clerk.zone).utcoffset()
    return Watch(
        opens_hour=terms.opens_hour,
        closes_hour=terms.closes_hour,
        offset_hours=0 if offset is None else int(offset.total_seconds() * 1000) // HOUR_MS,
        round_to=cents(terms.round_to),
        share_of_ten_thousand=int(terms.share_percent * 100),
        given_count=terms.given_count,
    )


def _doubts(clerk: Clerk, found: Period, watch: Watch) -> list[Question]:
    def comes_out(kept: dict[str, Any]) -> bool:
        return all(part.same is not False for part in why(kept, clerk.pack))

    requests = {request.id: request for request in found.requests}
    events = {event.key: event for event in found.events}
    every = doubts(Looked(found.requests, found.evidence, found.events, comes_out), watch)
    return [_question(doubt, requests.get(doubt.about), events.get(doubt.about)) for doubt in every]


def _question(doubt: Doubt, request: Request | None, event: AuditEvent | None) -> Question:
    said: dict[str, Any] = {"rule": doubt.rule, "about": doubt.about, "text": doubt.text}
    if request is not None:
        said |= {"what": f"request_{request.kind}", "by": request.maker, "day": request.made, "cents": request.cents}
    elif event is not None:
        said |= {"what": event.command, "by": event.actor, "at_ms": event.at_ms}
    return Question(**said)
