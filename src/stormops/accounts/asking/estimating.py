"""Asking for a read that nobody took: by the use before it, and none for the hours that were verified as out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stormops.accounts import estimating
from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.service import day_of
from stormops.accounts.commands_billing import EstimateRead
from stormops.accounts.decision import Decision
from stormops.accounts.record import Day, Hash, Id, Ms
from stormops.accounts.records_place import Read, ServicePoint
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import estimates

HOURS_MAX = 45 * 24
"""Of an outage: what is longer is read, not estimated."""


class AskEstimate(Asked, frozen=True, kw_only=True):
    """A meter's register estimated for a day. An outage of its service (platform ms) is verified by evidence."""

    makes = EstimateRead

    point: Id
    day: Day
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
        out = self._outage()
        whole = out is not None and out[0].date() <= last.day and out[1].date() >= on
        cause: estimates.Cause = "storm" if work.episode or out is not None else "utility"
        wanted = estimates.Wanted(cause=cause, earlier=tuple(_earlier(before)), outage_verified=whole)
        decisions: list[Decision[Any]] = [work.decide(estimates.allowed, wanted, field="day")]
        hours = 0
        if out is not None:
            profile = Decimal(register - last.register) / ((on - last.day).days * 24)
            missing = tuple(estimates.Missing(hour, profile) for hour in _hours(*out))
            gap = work.decide(estimates.gap, estimates.Gap(hours=missing, outages=(out,)), field="out_since")
            hours = len(missing)
            register -= int((profile * hours - gap.value).to_integral_value(ROUND_HALF_UP))
            decisions.append(gap)
        return EstimateRead(
            point=point.id,
            day=self.day,
            register=max(register, last.register),
            kind="storm" if cause == "storm" else "estimated",
            hours_out=hours,
            evidence=self.evidence,
            decision=plain(*decisions),
        )

    def _outage(self) -> tuple[datetime, datetime] | None:
        """When service was out. Raises Refused where only its beginning or its end is said, or it is too long."""
        if self.out_since is None and self.out_until is None:
            return None
        if self.out_since is None or self.out_until is None or self.out_until <= self.out_since:
            raise Refused("no_outage", "Say when the outage began and when it ended.", "out_until")
        if self.out_until - self.out_since > HOURS_MAX * 3_600_000:
            raise Refused("outage_too_long", "An outage so long is not estimated: have the meter read.", "out_until")
        return _moment(self.out_since), _moment(self.out_until)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _hours(since: datetime, until: datetime) -> list[datetime]:
    """The hours that an outage touches."""
    first = since.replace(minute=0, second=0, microsecond=0)
    count = -((first - until) // estimates.HOUR)
    return [first + estimates.HOUR * number for number in range(count)]


def _earlier(reads: list[Read]) -> list[estimates.Estimate]:
    return [
        estimates.Estimate(each.day, "storm" if each.kind == "storm" else "utility")
        for each in reads
        if each.kind != "actual"
    ]
