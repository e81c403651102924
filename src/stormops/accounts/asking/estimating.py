"""Asking for a read that nobody took: by the use before it, and none for the hours that were verified as out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

import msgspec

from stormops.accounts import estimating
from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.service import day_of
from stormops.accounts.commands_billing import EstimateRead
from stormops.accounts.decision import Decision
from stormops.accounts.record import Day, Hash, Id, Ms
from stormops.accounts.records_place import Outage, Read, ServicePoint
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import estimates

OUTAGES_MAX = 20

HOURS_MAX = 45 * 24
"""Of an outage: what is longer is read, not estimated."""


class AskEstimate(Asked, frozen=True, kw_only=True):
    """A meter's register estimated for a day.

    Outages of its service: of the platform's `incidents`, and one that is typed (platform ms) with its evidence.
    """

    makes = EstimateRead

    point: Id
    day: Day
    incidents: Annotated[tuple[Id, ...], msgspec.Meta(max_length=OUTAGES_MAX)] = ()
    out_since: Ms | None = None
    out_until: Ms | None = None
    evidence: tuple[Hash, ...] = ()

    def command(self, work: Work) -> EstimateRead:
        """See `Asked.command`."""
        point, on = work.get(ServicePoint, self.point), day_of(self.day)
        before = [each for each in estimating.standing(work.reader.where(Read, point=point.id)) if each.day < on]
        register = estimating.register_at(before, on)
        if register is None:
            raise Refused("no_read", "This meter has too few reads to estimate from: have it read.", "point")
        last = before[-1]
        outages = (*self._known(work), *self._typed())
        out = _within(outages, last.day, on)
        whole = any(since.date() <= last.day and until.date() >= on for since, until in _joined(outages))
        cause: estimates.Cause = "storm" if work.episode or out else "utility"
        wanted = estimates.Wanted(cause=cause, earlier=tuple(_earlier(before)), outage_verified=whole)
        decisions: list[Decision[Any]] = [work.decide(estimates.allowed, wanted, field="day")]
        hours = 0
        if out:
            profile = Decimal(register - last.register) / ((on - last.day).days * 24)
            missing = tuple(estimates.Missing(hour, profile) for hour in _hours(out))
            gap = work.decide(estimates.gap, estimates.Gap(hours=missing, outages=tuple(out)), field="out_since")
            hours = len(missing)
            register -= int((profile * hours - gap.value).to_integral_value(ROUND_HALF_UP))
            decisions.append(gap)
        return EstimateRead(
            point=point.id,
            day=self.day,
            register=max(register, last.register),
            kind="storm" if cause == "storm" else "estimated",
            cause=cause,
            hours_out=hours,
            outages=outages,
            evidence=self.evidence,
            decision=plain(*decisions),
        )

    def _known(self, work: Work) -> list[Outage]:
        """The outages of the incidents that were chosen, as the platform has them now. Raises Refused."""
        known = {each.incident: each for each in work.outages}
        if not known.keys() >= set(self.incidents):
            raise Refused("unknown_outage", "This outage is not known here now: choose again, or type it.", "incidents")
        return [known[name] for name in dict.fromkeys(self.incidents)]

    def _typed(self) -> list[Outage]:
        """The outage that was typed. Raises Refused where only its beginning or its end is said, or it is too long."""
        if self.out_since is None and self.out_until is None:
            return []
        if self.out_since is None or self.out_until is None or self.out_until <= self.out_since:
            raise Refused("no_outage", "Say when the outage began and when it ended.", "out_until")
        if self.out_until - self.out_since > HOURS_MAX * 3_600_000:
            raise Refused("outage_too_long", "An outage so long is not estimated: have the meter read.", "out_until")
        return [Outage(self.out_since, self.out_until)]


Spans = list[tuple[datetime, datetime]]


def _joined(outages: Iterable[Outage]) -> Spans:
    """Outages as spans of time that do not touch, in order."""
    made: Spans = []
    for each in sorted(outages, key=lambda each: (each.since_ms, each.until_ms)):
        since, until = _moment(each.since_ms), _moment(each.until_ms)
        if made and since <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], until)
        else:
            made.append((since, until))
    return made


def _within(outages: Iterable[Outage], last: date, on: date) -> Spans:
    """What of them is between the read before and the day that is estimated."""
    first, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (last, on))
    cut = [(max(since, first), min(until, end)) for since, until in _joined(outages)]
    return [(since, until) for since, until in cut if since < until]


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _hours(spans: Spans) -> list[datetime]:
    """The hours that outages touch, each once."""
    hours: set[datetime] = set()
    for since, until in spans:
        first = since.replace(minute=0, second=0, microsecond=0)
        hours |= {first + estimates.HOUR * number for number in range(-((first - until) // estimates.HOUR))}
    return sorted(hours)


def _earlier(reads: list[Read]) -> list[estimates.Estimate]:
    return [
        estimates.Estimate(each.day, "storm" if each.kind == "storm" else "utility")
        for each in reads
        if each.kind != "actual"
    ]
