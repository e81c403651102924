"""Asking for bills and fees: every line is priced by the policy from reads and premises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.pricing import Priced, Pricing
from stormops.accounts.asking.service import day_of
from stormops.accounts.charge_types import LATE_FEE, RETURNED
from stormops.accounts.commands_billing import BillUmbrella, ChargeFee, PostBill, Share
from stormops.accounts.commands_owner import in_force
from stormops.accounts.commands_payment import ReturnPayment
from stormops.accounts.decision import Decision
from stormops.accounts.policy import Terms
from stormops.accounts.record import Day, Id
from stormops.accounts.records_money import Bill, BillLine, Receipt
from stormops.accounts.records_place import Account, Member, OwnerAgreement, ServiceAgreement, Umbrella
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import estimates, fees, metered, property_charges, proration, taxes
from stormops.accounts.rules import umbrella as sharing

BILLED = frozenset({"active", "stop_requested", "finalled"})
ENDED = frozenset({"finalled", "closed"})


TERMS: tuple[type[Terms], ...] = (
    proration.PartialPeriod,
    metered.MeteredRate,
    taxes.UtilityTax,
    property_charges.SewerRate,
    property_charges.Stormwater,
    property_charges.FireFee,
    property_charges.FlatCharge,
    sharing.MasterBill,
    estimates.Estimates,
)
"""The clauses that bills go by."""


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
        members = on_roster(umbrella, work.day)
        lines = priced_lines(work, umbrella.account, self.since, self.until, accounts_of(members))
        shares, splits = shared(work, umbrella, members, [each.line for each in lines])
        return BillUmbrella(
            umbrella=umbrella.id,
            due=self.due,
            lines=tuple(each.line for each in lines),
            shares=shares,
            decision=plain(*(decision for each in lines for decision in each.decisions), *splits),
        )


def on_roster(umbrella: Umbrella, on: date) -> list[Member]:
    """Who bears a building's bill on a day."""
    return [each for each in umbrella.members if each.since <= on and (each.until or date.max) > on]


def accounts_of(members: Iterable[Member]) -> tuple[str, ...]:
    """Their accounts, each once."""
    return tuple(dict.fromkeys(each.account for each in members))


def shared(
    work: Work, umbrella: Umbrella, members: list[Member], lines: Iterable[BillLine]
) -> tuple[tuple[Share, ...], list[Decision[Any]]]:
    """A building's lines split among its roster, and the decisions by which they are. Raises Refused."""
    signed = _owner_signed(work, umbrella)
    roster = tuple(_sharer(work, each, umbrella.account if signed else "") for each in members)
    borne: dict[str, list[BillLine]] = {}
    splits: list[Decision[Any]] = []
    for line in lines:
        split = work.decide(sharing.allocate, sharing.Master(amount=line.cents, members=roster), field="umbrella")
        splits.append(split)
        cents: dict[str, int] = {}
        for part in split.value:
            cents[part.account] = cents.get(part.account, 0) + part.amount
        for account, amount in cents.items():
            if amount:
                borne.setdefault(account, []).append(replace(line, cents=amount))
    return tuple(Share(account, tuple(parts)) for account, parts in borne.items()), splits


def _sharer(work: Work, member: Member, owner: str) -> sharing.Member:
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
    first, end = day_of(since, "since"), day_of(until, "until")
    if end <= first:
        raise Refused("bad_period", "A bill is for at least a day.", "until")
    return priced(work, work.account(key), first, end, billed)


def priced(work: Work, account: Account, first: date, end: date, billed: Iterable[str]) -> list[Priced]:
    """As `priced_lines`, of days. Raises Refused."""
    agreements = [
        each
        for each in work.reader.where(ServiceAgreement, account=account.id)
        if each.state in BILLED and each.since < end and (each.until is None or each.until > first)
    ]
    if not agreements:
        raise Refused("no_service", "The account had no service in this time.", "since")
    mine = {each.id for each in agreements}
    known: set[str] = set()
    for bill in (bill for each in billed for bill in work.reader.where(Bill, account=each)):
        for line in bill.lines:
            known.add(line.agreement)
            if line.agreement in mine and line.since < end and first < line.until:
                raise Refused("billed_already", f"Bill {bill.id} is for {line.since} to {line.until}.", "since")
    return list(Pricing(work, account, first, end, never_billed(agreements, known, first)).lines(agreements))


def never_billed(agreements: Sequence[ServiceAgreement], billed: Collection[str], first: date) -> dict[str, date]:
    """Metered services that no bill has though bills have others, with the day each began, where that is earlier.

    A meter's set is told days later, when the account's other services may have been billed past its day.
    """
    if not any(each.id in billed for each in agreements):
        return {}
    return {
        each.id: each.since
        for each in agreements
        if each.point is not None and each.id not in billed and each.since < first
    }


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
