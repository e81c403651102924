"""Continuous audit: rules that look through requests and the audit's events for what an auditor would ask about.

A finding is a question, not a verdict; it is disposed of by a person (`commands_review`). What the rules count as much,
late or round is the city's (`Watch`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from stormops.accounts.audit import AuditEvent
from stormops.accounts.money import Cents
from stormops.accounts.record import Decision
from stormops.accounts.records_money import Receipt, Request
from stormops.accounts.records_work import Evidence

HOUR_MS = 3_600_000
DAY_HOURS = 24
GIVEN = frozenset(
    {"adjustment", "overcharge", "leak", "mass_credit", "credit_refund", "deposit_refund", "rebate", "write_off"}
)
"""Kinds of requests that give money away."""


class Watch(msgspec.Struct, frozen=True):
    """What a city's auditor looks for."""

    opens_hour: int
    closes_hour: int
    """Local hours; who posts before or after is asked about, but not on days of a declared mode."""
    offset_hours: int
    """Of local time from UTC."""
    round_to: Cents
    """An amount that is a multiple of this, and at least it, is round."""
    share_of_ten_thousand: int
    """A person who made more than this share of what was given away, and"""
    given_count: int
    """at least so many requests."""


class Doubt(NamedTuple):
    """One question: by which rule, about which request, person or command, and in words."""

    rule: str
    about: str
    text: str


class Looked(NamedTuple):
    """What is looked through: the requests, the evidence that is there, and what was done."""

    requests: Sequence[Request]
    evidence: Sequence[Evidence]
    events: Sequence[AuditEvent]
    recompute: Callable[[Decision], bool]
    """Whether a kept decision comes out the same when it is computed again."""


def doubts(looked: Looked, watch: Watch) -> list[Doubt]:
    """All questions, by rule and what they are about; the same books give the same."""
    found: set[Doubt] = set()
    for rule in (_unproved, _not_recomputed, _one_hand, _round, _one_giver, _after_hours, _undone):
        found.update(rule(looked, watch))
    return sorted(found)


def stood_in(receipts: Iterable[Receipt]) -> list[str]:
    """Receipts that were provisional: after a storm every one of them is reviewed."""
    return sorted(receipt.id for receipt in receipts if receipt.stood_in)


def _posted(looked: Looked) -> Iterator[Request]:
    return (request for request in looked.requests if request.state in {"posted", "reversed"})


def _unproved(looked: Looked, _: Watch) -> Iterator[Doubt]:
    there = {evidence.id for evidence in looked.evidence}
    for request in _posted(looked):
        if not request.evidence or not there.issuperset(request.evidence):
            yield Doubt("unproved", request.id, "Posted, and its evidence is not all there.")


def _not_recomputed(looked: Looked, _: Watch) -> Iterator[Doubt]:
    for request in _posted(looked):
        if not looked.recompute(request.decision):
            yield Doubt("not_recomputed", request.id, "Its amount does not come out again.")


def _one_hand(looked: Looked, _: Watch) -> Iterator[Doubt]:
    for request in _posted(looked):
        hands = [request.maker, *(approval.by for approval in request.approvals)]
        if len(set(hands)) < len(hands):
            yield Doubt("one_hand", request.id, "One person made and approved it, or approved it twice.")


def _round(looked: Looked, watch: Watch) -> Iterator[Doubt]:
    for request in _posted(looked):
        if request.kind in GIVEN and request.cents >= watch.round_to and request.cents % watch.round_to == 0:
            yield Doubt("round", request.id, "A computed amount is seldom so round.")


def _one_giver(looked: Looked, watch: Watch) -> Iterator[Doubt]:
    given: dict[str, list[Cents]] = defaultdict(list)
    for request in _posted(looked):
        if request.kind in GIVEN:
            given[request.maker].append(request.cents)
    total = sum(map(sum, given.values()))
    for maker, amounts in given.items():
        if len(amounts) >= watch.given_count and sum(amounts) * 10_000 > total * watch.share_of_ten_thousand:
            yield Doubt("one_giver", maker, "One person made much of all that was given away.")


def _after_hours(looked: Looked, watch: Watch) -> Iterator[Doubt]:
    for event in looked.events:
        hour = (event.at_ms // HOUR_MS + watch.offset_hours) % DAY_HOURS
        late = not watch.opens_hour <= hour < watch.closes_hour
        if late and event.journals and event.outcome == "done" and event.mode in {"normal", "watch"}:
            yield Doubt("after_hours", event.key, f"Money was moved at {hour}:00 on a quiet day.")


def _undone(looked: Looked, _: Watch) -> Iterator[Doubt]:
    for request in looked.requests:
        if request.state == "reversed":
            yield Doubt("undone", request.id, "It was posted and undone.")
