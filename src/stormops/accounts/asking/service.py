"""Asking for service and its deposit: the deposit is what the policy requires, not what somebody thinks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.pricing import GALLONS
from stormops.accounts.charge_types import KINDS, LATE_FEE
from stormops.accounts.commands_deposit import ENDED, AccrueDepositInterest, RequireDeposit
from stormops.accounts.commands_service import StartService, TransferService
from stormops.accounts.decision import Decision as Decided
from stormops.accounts.money import Cents
from stormops.accounts.record import Day, Hash, Id, Payment
from stormops.accounts.records_money import Bill, Deposit, Receivable
from stormops.accounts.records_place import Account, MedicalCert, ServiceAgreement, ServicePoint, Unit
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import deposit_life, deposits, metered

METERED = {"electric": "kWh", "gas": "CCF", "water": "kgal"}
"""Services with a meter, for which a business gives a deposit, and the unit in which their plans count."""

BUILDING, HOUSE = "multi_unit", "multi-family"
"""The class of accounts that are buildings of many dwellings, and what policies call such a house."""

Amounts = Annotated[tuple[Payment, ...], msgspec.Meta(max_length=24)]
"""Monthly bills, cents."""


def fund_of(service: str) -> str:
    """The fund of a service. Raises Refused."""
    if service not in KINDS:
        raise Refused("unknown_service", f"The city has no service called {service}.", "service")
    return KINDS[service].fund


def first_deposit(work: Work, account: Account, service: str, bills: Amounts) -> tuple[Cents, dict[str, Any]]:
    """What a service that starts requires: by the set of services for homes, by projected bills for others."""
    terms = work.pack.terms(deposits.DepositSet, work.day)
    homes = account.category == "residential" and terms is not None
    known = () if terms is None else tuple(terms.amounts)
    if homes or service not in METERED:
        services = (service,) if homes and service in known else ()
        due = work.decide(deposits.for_services, deposits.Services(services=services))
        return due.value.amount, plain(due)
    required = work.decide(deposits.required, deposits.Bills(amounts=bills, basis="projected"), field="monthly_bills")
    return required.value, plain(required)


class AskStart(Asked, frozen=True, kw_only=True):
    """Service of one kind at a premise; `monthly_bills` are projected ones, for a business's deposit."""

    makes = StartService

    account: Id
    premise: Id
    service: Id
    rate: Id
    since: Day
    occupancy: Hash
    point: Id | None = None
    demand_own_debt: bool = False
    monthly_bills: Amounts = ()

    def command(self, work: Work) -> StartService:
        """See `Asked.command`."""
        account = work.account(self.account)
        fund = fund_of(self.service)
        if self.service in METERED:
            self._must_be_metered(work)
        amount, decision = first_deposit(work, account, self.service, self.monthly_bills)
        return StartService(
            account=self.account,
            premise=self.premise,
            service=self.service,
            rate=self.rate,
            since=self.since,
            occupancy=self.occupancy,
            deposit_cents=amount,
            deposit_fund=fund,
            deposit_decision=decision,
            point=self.point,
            demand_own_debt=self.demand_own_debt,
        )

    def _must_be_metered(self, work: Work) -> None:
        """Raise Refused without a meter of this service (no release would be looked for), or with another's plan."""
        if self.point is None:
            raise Refused("no_point", "This service is metered: say at which meter.", "point")
        utility = work.get(ServicePoint, self.point).utility
        if utility != self.service:
            raise Refused("other_utility", f"This meter is of another service: {utility}.", "point")
        unit = METERED[self.service]
        plan = work.pack.terms(metered.MeteredRate, work.day, self.rate)
        if plan is None or plan.unit != unit:
            plans = ", ".join(metered.plans(work.pack, work.day, unit))
            raise Refused("no_plan", f"{self.rate} is no rate plan of this service. Its plans: {plans}.", "rate")


class AskTransfer(Asked, frozen=True, kw_only=True):
    """A customer moves: service stops here on a day and starts there."""

    makes = TransferService

    agreement: Id
    until: Day
    start: AskStart

    def command(self, work: Work) -> TransferService:
        """See `Asked.command`."""
        return TransferService(agreement=self.agreement, until=self.until, start=self.start.command(work))


class AskDeposit(Asked, frozen=True, kw_only=True):
    """A deposit of an account, or more of one after a review; by its own bills, or by projected ones of a new one."""

    makes = RequireDeposit

    account: Id
    service: Id
    due: Day | None = None
    monthly_bills: Amounts = ()

    def command(self, work: Work) -> RequireDeposit:
        """See `Asked.command`."""
        account = work.account(self.account)
        required, *why = self._required(work, account)
        held = sum(each.held for each in work.reader.where(Deposit, account=account.id))
        deciding: tuple[Decided[Any], ...] = (required, *why)
        amount: Cents = required.value.total if isinstance(required.value, metered.Charge) else required.value
        if held:
            review = work.decide(deposits.review, self._review(work, account, held, amount))
            deciding, amount = (review, *deciding), review.value
        if amount <= 0:
            raise Refused("nothing_required", "No more deposit is required than is held.", "account")
        return RequireDeposit(
            account=account.id, fund=fund_of(self.service), cents=amount, decision=plain(*deciding), due=self.due
        )

    def _required(self, work: Work, account: Account) -> tuple[Decided[Any], ...]:
        """What decides the amount: a building's water by its dwellings, where the policy says so; else bills."""
        of_house = account.category == BUILDING and self.service == "water"
        if of_house and work.pack.clause(deposits.DepositVolume, work.day, HOUSE) is not None:
            return by_volume(work, account)
        own = sorted(work.reader.where(Bill, account=account.id), key=lambda bill: bill.issued)[-12:]
        bills = deposits.Bills(
            amounts=tuple(bill.cents for bill in own) or self.monthly_bills, basis="actual" if own else "projected"
        )
        return (work.decide(deposits.required, bills, field="monthly_bills"),)

    @staticmethod
    def _review(work: Work, account: Account, held: Cents, required: Cents) -> deposits.Held:
        late = [each for each in work.reader.where(Receivable, account=account.id) if each.charge == LATE_FEE]
        certificates = work.reader.where(MedicalCert, account=account.id)
        return deposits.Held(
            held=held,
            required=required,
            months=(work.day.year - account.opened.year) * 12 + work.day.month - account.opened.month,
            late_payments=sum((work.day - each.due).days <= 365 for each in late),
            storm=bool(work.episode),
            medical=any(each.state == "valid" and work.day <= each.expires for each in certificates),
        )


def by_volume(work: Work, account: Account) -> tuple[Decided[Any], ...]:
    """A building's deposit for water: the gallons of its dwellings at its plan's price, and how many gallons those are.

    Its dwellings are the units in force at the premises where the account takes water. Raises Refused without them.
    """
    water = [
        each
        for each in work.reader.where(ServiceAgreement, account=account.id)
        if each.service == "water" and each.state not in ENDED
    ]
    if not water:
        raise Refused("no_water_service", "The building takes no water on this account.", "service")
    places = sorted({each.premise for each in water})
    units = [unit for place in places for unit in work.reader.where(Unit, premise=place) if unit.until is None]
    if not units:
        raise Refused("no_units", "The building has no units on record: add them first.", "account")
    gallons = work.decide(deposits.volume, deposits.House(dwelling_units=len(units)), HOUSE)
    use = {metered.PLAIN: Decimal(gallons.value) / GALLONS}
    return (work.decide(metered.charge, metered.Usage(use=use), water[0].rate, "service"), gallons)


class AskDepositInterest(Asked, frozen=True, kw_only=True):
    """Interest on a deposit, held from a day, still owed since another, until today."""

    makes = AccrueDepositInterest

    deposit: Id
    held_from: Day
    since: Day

    def command(self, work: Work) -> AccrueDepositInterest:
        """See `Asked.command`."""
        deposit = work.get(Deposit, self.deposit)
        holding = deposit_life.Holding(
            amount=deposit.held, held_from=day_of(self.held_from), since=day_of(self.since), until=work.day
        )
        interest = work.decide(deposit_life.interest, holding, field="since")
        if not interest.value:
            raise Refused("no_interest", "No interest has accrued.", "since")
        return AccrueDepositInterest(deposit=deposit.id, cents=interest.value, decision=plain(interest))


def day_of(text: str, field: str = "day") -> date:
    """A day as it is asked for. Raises Refused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("no_day", f"There is no day {text}.", field) from None
