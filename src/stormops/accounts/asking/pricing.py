"""What a bill's services cost: each agreement priced by the policy from its reads and its premise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from stormops.accounts import estimating
from stormops.accounts.asking.asked import Work
from stormops.accounts.charge_types import FIRE, TAX
from stormops.accounts.decision import Decision
from stormops.accounts.records_money import BillLine
from stormops.accounts.records_place import Account, Premise, Read, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import metered, property_charges, proration, taxes

GALLONS = 1000
"""A unit of a water register is a thousand gallons, as rates have it."""


class Priced(NamedTuple):
    """One line with what decided it."""

    line: BillLine
    decisions: tuple[Decision[Any], ...]


class _Span(NamedTuple):
    """The days of a bill in which one agreement had service, and the share of the month that they bear."""

    first: date
    end: date
    share: Decision[proration.Share]


class Pricing:
    """The lines of one bill."""

    def __init__(
        self, work: Work, account: Account, first: date, end: date, late: Mapping[str, date] | None = None
    ) -> None:
        """`late`: agreements that were never billed though others were, and since when each has service."""
        self._work, self._account, self._first, self._end = work, account, first, end
        self._late = late or {}
        self._spans: dict[tuple[date, date, bool, bool], _Span] = {}
        """By first day and end, and whether service began and ended then: most of an account have the same."""
        self._water: dict[str, int] = {}
        """Units of water by premise: sewer is water that comes back."""

    def lines(self, agreements: list[ServiceAgreement]) -> Iterator[Priced]:
        """Water is read before the sewer that goes by it."""
        for agreement in sorted(agreements, key=lambda each: (each.service == "sewer", each.service, each.id)):
            span = self._span(agreement)
            premise = self._work.get(Premise, agreement.premise)
            if agreement.point is not None:
                yield from self._metered(agreement, premise, span)
            else:
                decision = self._property(agreement, premise, span.share.value)
                yield self._line(agreement, span, decision.value, (span.share, decision))

    def _span(self, agreement: ServiceAgreement) -> _Span:
        since, until = agreement.since, agreement.until
        first = self._late.get(agreement.id) or max(self._first, since)
        end = self._end if until is None else min(self._end, until)
        key = first, end, first == since, end == until
        span = self._spans.get(key)
        if span is None:
            period = proration.Period(days=(end - first).days, first=key[2], final=key[3])
            span = self._spans[key] = _Span(first, end, self._work.decide(proration.base_share, period))
        return span

    def _metered(self, agreement: ServiceAgreement, premise: Premise, span: _Span) -> Iterator[Priced]:
        used, work = self._used(agreement, span), self._work
        days, share = (span.end - span.first).days, span.share.value
        charge = work.decide_of(metered.charge, _usage, used, days, share, of=agreement.rate, field="since")
        if agreement.service == "water":
            self._water[premise.id] = self._water.get(premise.id, 0) + used
        cost = charge.value
        yield self._line(agreement, span, cost.total, (span.share, charge), used)
        if work.pack.clause(taxes.UtilityTax, work.day, premise.tax_code) is not None:
            tax = work.decide_of(taxes.utility, _taxable, cost.non_fuel, cost.fuel, of=premise.tax_code)
            cents = sum([each.amount for each in tax.value])
            yield Priced(BillLine(TAX, cents, span.first, span.end, agreement.id), (tax,))

    def _used(self, agreement: ServiceAgreement, span: _Span) -> int:
        reads = estimating.of_period(self._work.reader.where(Read, point=agreement.point or ""), span.first, span.end)
        if reads is None:
            raise Refused("no_read", f"The meter of {agreement.service} has no read for this time.", "until")
        opening, closing = reads
        used = closing.register - opening.register
        if used < 0:
            raise Refused(
                "read_falls", f"The register of {agreement.service} went back: record the right read.", "until"
            )
        return used

    def _property(self, agreement: ServiceAgreement, premise: Premise, share: proration.Share) -> Decision[int]:
        work, category = self._work, self._account.category
        if agreement.service == "sewer":
            gallons = self._water.get(premise.id, 0) * GALLONS
            return work.decide_of(property_charges.sewer, _water, gallons, share, of=category)
        if agreement.service == "stormwater":
            area = premise.impervious_square_feet
            return work.decide_of(property_charges.stormwater, _area, area, of=category)
        if agreement.service == FIRE:
            return work.decide_of(property_charges.fire_fee, building, premise.fire_class, category)
        return work.decide_of(property_charges.flat, _units, share, of=agreement.service)

    @staticmethod
    def _line(
        agreement: ServiceAgreement, span: _Span, cents: int, decisions: tuple[Decision[Any], ...], used: int = 0
    ) -> Priced:
        return Priced(BillLine(agreement.service, cents, span.first, span.end, agreement.id, used), decisions)


def _usage(used: int, days: int, share: proration.Share) -> metered.Usage:
    return metered.Usage(use={metered.PLAIN: Decimal(used)}, days=days, base_share=share)


def _taxable(non_fuel: int, fuel: int) -> taxes.Taxable:
    return taxes.Taxable(amounts={"non_fuel": non_fuel, "fuel": fuel})


def _water(gallons: int, share: proration.Share) -> property_charges.Water:
    return property_charges.Water(gallons=gallons, base_share=share)


def _area(square_feet: int) -> property_charges.Area:
    return property_charges.Area(square_feet=square_feet)


def _units(share: proration.Share) -> property_charges.Units:
    return property_charges.Units(share=share)


def building(fire_class: str, category: str) -> property_charges.Building:
    """What the fire fee goes by: a premise's class is written ZONE or ZONE/SQUARE-FEET."""
    zone, _, size = fire_class.partition("/")
    return property_charges.Building(zone=zone, category=category, square_feet=int(size) if size.isdigit() else 0)
