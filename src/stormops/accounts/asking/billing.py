"""Asking for bills and fees: every line is priced by the policy from reads and premises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.service import day_of
from stormops.accounts.charge_types import FIRE, LATE_FEE, RETURNED, TAX
from stormops.accounts.commands_billing import BillUmbrella, ChargeFee, PostBill, Share
from stormops.accounts.commands_owner import in_force
from stormops.accounts.commands_payment import ReturnPayment
from stormops.accounts.decision import Decision
from stormops.accounts.record import Day, Id
from stormops.accounts.records_money import Bill, BillLine, Receipt
from stormops.accounts.records_place import Account, Member, OwnerAgreement, Premise, Read, ServiceAgreement, Umbrella
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import fees, metered, property_charges, proration, taxes
from stormops.accounts.rules import umbrella as sharing

BILLED = frozenset({"active", "stop_requested", "finalled"})
ENDED = frozenset({"finalled", "closed"})
GALLONS = 1000
"""A unit of a water register is a thousand gallons, as rates have it."""


class Priced(NamedTuple):
    """One line with what decided it."""

    line: BillLine
    decisions: tuple[Decision[Any], ...]


class AskBill(Asked, frozen=True, kw_only=True):
    """A bill for service from a day up to and without another: all services of the account, by their reads."""

    makes = PostBill

    account: Id
    since: Day
    until: Day
    due: Day

    def command(self, work: Work) -> PostBill:
        """See `Asked.command`."""
        priced = priced_lines(work, self.account, self.since, self.until, (self.account,))
        return PostBill(
            account=self.account,
            due=self.due,
            lines=tuple(each.line for each in priced),
            decision=plain(*(decision for each in priced for decision in each.decisions)),
        )


class AskUmbrellaBill(Asked, frozen=True, kw_only=True):
    """A building's services priced as one bill, shared by its roster charge by charge."""

    makes = BillUmbrella

    umbrella: Id
    since: Day
    until: Day
    due: Day

    def command(self, work: Work) -> BillUmbrella:
        """See `Asked.command`."""
        umbrella = work.get(Umbrella, self.umbrella)
        members = [each for each in umbrella.members if each.since <= work.day and (each.until or date.max) > work.day]
        billed = tuple(dict.fromkeys(each.account for each in members))
        priced = priced_lines(work, umbrella.account, self.since, self.until, billed)
        signed = _owner_signed(work, umbrella)
        roster = tuple(_on_roster(work, each, umbrella.account if signed else "") for each in members)
        borne: dict[str, list[BillLine]] = {}
        decisions = [decision for each in priced for decision in each.decisions]
        for line in (each.line for each in priced):
            master = sharing.Master(amount=line.cents, members=roster)
            split = work.decide(sharing.allocate, master, field="umbrella")
            decisions.append(split)
            cents: dict[str, int] = {}
            for part in split.value:
                cents[part.account] = cents.get(part.account, 0) + part.amount
            for account, amount in cents.items():
                if amount:
                    borne.setdefault(account, []).append(replace(line, cents=amount))
        return BillUmbrella(
            umbrella=umbrella.id,
            due=self.due,
            lines=tuple(each.line for each in priced),
            shares=tuple(Share(account, tuple(lines)) for account, lines in borne.items()),
            decision=plain(*decisions),
        )


def _on_roster(work: Work, member: Member, owner: str) -> sharing.Member:
    weight = member.weight
    return sharing.Member(
        account=member.account,
        equal=weight,
        dwelling_units=weight,
        square_feet=weight,
        use=weight,
        vacant=_vacant(work, member.account),
        owner=owner,
    )


def _vacant(work: Work, account: str) -> bool:
    """Whether the unit's customer has left: there was service, and all of it has ended."""
    states = {each.state for each in work.reader.where(ServiceAgreement, account=account)} - {"cancelled"}
    return bool(states) and states <= ENDED


def _owner_signed(work: Work, umbrella: Umbrella) -> bool:
    """Whether who gets the building's bill signed for the vacant units of its premises."""
    party = work.get(Account, umbrella.account).party
    served = {each.premise for each in work.reader.where(ServiceAgreement, account=umbrella.account)}
    agreements = work.reader.where(OwnerAgreement, party=party)
    return any(each.premise in served and in_force(each, work.day) for each in agreements)


def priced_lines(work: Work, key: str, since: str, until: str, billed: tuple[str, ...]) -> list[Priced]:
    """The lines of a bill of an account for a time; `billed`: whose bills must not have them yet. Raises Refused."""
    account = work.account(key)
    first, end = day_of(since, "since"), day_of(until, "until")
    if end <= first:
        raise Refused("bad_period", "A bill is for at least a day.", "until")
    agreements = [
        each
        for each in work.reader.where(ServiceAgreement, account=account.id)
        if each.state in BILLED and each.since < end and (each.until is None or each.until > first)
    ]
    if not agreements:
        raise Refused("no_service", "The account had no service in this time.", "since")
    mine = {each.id for each in agreements}
    for bill in (bill for each in billed for bill in work.reader.where(Bill, account=each)):
        for line in bill.lines:
            if line.agreement in mine and line.since < end and first < line.until:
                raise Refused("billed_already", f"Bill {bill.id} is for {line.since} to {line.until}.", "since")
    return list(_Pricing(work, account, first, end).lines(agreements))


class _Span(NamedTuple):
    """The days of a bill in which one agreement had service, and the share of the month that they bear."""

    first: date
    end: date
    share: Decision[proration.Share]


class _Pricing:
    """The lines of one bill."""

    def __init__(self, work: Work, account: Account, first: date, end: date) -> None:
        self._work, self._account, self._first, self._end = work, account, first, end
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
        first = max(self._first, agreement.since)
        end = self._end if agreement.until is None else min(self._end, agreement.until)
        period = proration.Period(days=(end - first).days, first=first == agreement.since, final=end == agreement.until)
        return _Span(first, end, self._work.decide(proration.base_share, period))

    def _metered(self, agreement: ServiceAgreement, premise: Premise, span: _Span) -> Iterator[Priced]:
        used = self._used(agreement, span)
        usage = metered.Usage(
            use={metered.PLAIN: Decimal(used)}, days=(span.end - span.first).days, base_share=span.share.value
        )
        charge = self._work.decide(metered.charge, usage, agreement.rate, "since")
        if agreement.service == "water":
            self._water[premise.id] = self._water.get(premise.id, 0) + used
        yield self._line(agreement, span, charge.value.total, (span.share, charge), used)
        if self._work.pack.clause(taxes.UtilityTax, self._work.day, premise.tax_code) is not None:
            amounts = {"non_fuel": charge.value.non_fuel, "fuel": charge.value.fuel}
            tax = self._work.decide(taxes.utility, taxes.Taxable(amounts=amounts), premise.tax_code)
            cents = sum(each.amount for each in tax.value)
            yield Priced(BillLine(TAX, cents, span.first, span.end, agreement.id), (tax,))

    def _used(self, agreement: ServiceAgreement, span: _Span) -> int:
        reads = sorted(
            self._work.reader.where(Read, point=agreement.point or ""), key=lambda read: (read.day, read.changed)
        )
        opening = [read for read in reads if read.day <= span.first]
        closing = [read for read in reads if span.first < read.day <= span.end]
        if not opening or not closing:
            raise Refused("no_read", f"The meter of {agreement.service} has no read for this time.", "until")
        used = closing[-1].register - opening[-1].register
        if used < 0:
            raise Refused(
                "read_falls", f"The register of {agreement.service} went back: record the right read.", "until"
            )
        return used

    def _property(self, agreement: ServiceAgreement, premise: Premise, share: proration.Share) -> Decision[int]:
        category = self._account.category
        if agreement.service == "sewer":
            gallons = self._water.get(premise.id, 0) * GALLONS
            return self._work.decide(
                property_charges.sewer, property_charges.Water(gallons=gallons, base_share=share), category
            )
        if agreement.service == "stormwater":
            area = property_charges.Area(square_feet=premise.impervious_square_feet)
            return self._work.decide(property_charges.stormwater, area, category)
        if agreement.service == FIRE:
            return self._work.decide(property_charges.fire_fee, building(premise, category))
        return self._work.decide(property_charges.flat, property_charges.Units(share=share), agreement.service)

    @staticmethod
    def _line(
        agreement: ServiceAgreement, span: _Span, cents: int, decisions: tuple[Decision[Any], ...], used: int = 0
    ) -> Priced:
        return Priced(BillLine(agreement.service, cents, span.first, span.end, agreement.id, used), decisions)


def building(premise: Premise, category: str) -> property_charges.Building:
    """What the fire fee goes by: the premise's class is written ZONE or ZONE/SQUARE-FEET."""
    zone, _, size = premise.fire_class.partition("/")
    return property_charges.Building(zone=zone, category=category, square_feet=int(size) if size.isdigit() else 0)


class AskFee(Asked, frozen=True, kw_only=True):
    """The late fee on what is past due."""

    makes = ChargeFee

    account: Id
    due: Day

    def command(self, work: Work) -> ChargeFee:
        """See `Asked.command`."""
        account = work.account(self.account)
        balance = sum(each.owed for each in work.owing(account.id) if each.due < work.day and each.charge != LATE_FEE)
        fee = work.decide(fees.late, fees.PastDue(balance=balance, customer_class=account.category))
        if not fee.value:
            raise Refused("no_fee", "The policy charges no late fee here.", "account")
        return ChargeFee(account=account.id, charge=LATE_FEE, cents=fee.value, due=self.due, decision=plain(fee))


class AskReturned(Asked, frozen=True, kw_only=True):
    """A payment that the bank returned; the fee is the policy's, and none where it has none."""

    makes = ReturnPayment

    receipt: Id

    def command(self, work: Work) -> ReturnPayment:
        """See `Asked.command`."""
        receipt = work.get(Receipt, self.receipt)
        fee = fees.returned(work.pack, work.day, fees.Returned(payment=receipt.cents))
        if fee.refusal is not None:
            return ReturnPayment(receipt=receipt.id)
        return ReturnPayment(receipt=receipt.id, fee=fee.value, fee_charge=RETURNED, decision=plain(fee))
