"""A bill with a leak: what its use cost, what the usual use would have, and what the policy takes back of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.pricing import GALLONS
from stormops.accounts.charge_types import TAX
from stormops.accounts.commands_request import AWAITED
from stormops.accounts.decision import Decision
from stormops.accounts.money import Cents
from stormops.accounts.records_money import Bill, BillLine, Request
from stormops.accounts.records_place import Account, Premise, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import leaks, metered, property_charges, taxes
from stormops.accounts.rules.use_check import Used

WATER, SEWER = "water", "sewer"
LEAKING = frozenset({WATER, SEWER})
"""Charges that a leak raises."""
COUNTED = AWAITED | {"approved", "posted"}
"""States of a request that was not turned down."""


class Leaked(NamedTuple):
    """What is taken back, by charge, and every decision on the way to it."""

    lines: tuple[BillLine, ...]
    decisions: tuple[Decision[Any], ...]


def leaked(work: Work, account: Account, bill: Bill, repaired: date, *, unsewered: bool) -> Leaked:
    """What the policy takes back of a bill, at the prices of the bill's day. Raises Refused."""
    water = max((each for each in bill.lines if each.charge == WATER), key=lambda each: each.quantity, default=None)
    if bill.account != account.id or water is None:
        raise Refused("no_water", "This bill has no water of this account.", "bill")
    agreement = work.get(ServiceAgreement, water.agreement)
    if agreement.account != account.id:
        raise Refused("shared_bill", "The leak of a building is adjusted on the account that has its meter.", "bill")
    earlier = tuple(_earlier(work, account))
    given = leaks.Leak(
        bill=bill.id,
        used=_used(water),
        before=tuple(_before(work, account, water, {each.bill for each in earlier})),
        repaired=repaired,
        earlier=earlier,
    )
    usual = work.decide(leaks.usual, given, field="bill")
    on, units = work._replace(day=bill.issued), (Decimal(water.quantity), usual.value)
    waters = [
        on.decide(metered.charge, metered.Usage(use={metered.PLAIN: each}, days=given.used.days), agreement.rate)
        for each in units
    ]
    sewer = next((each for each in bill.lines if each.charge == SEWER), None)
    sewers = [
        on.decide(property_charges.sewer, property_charges.Water(gallons=int(each * GALLONS)), account.category)
        for each in (units if sewer is not None else ())
    ]
    excess = leaks.Excess(
        water=(waters[0].value.total, waters[1].value.total),
        sewer=(sewers[0].value, sewers[1].value) if sewers else (0, 0),
        unsewered=unsewered,
    )
    credit = work.decide(leaks.credit, excess, field="bill")
    tax = _tax(on, agreement, credit.value.water)
    taken = (
        (water, WATER, credit.value.water),
        (water, TAX, sum(part.amount for each in tax for part in each.value)),
        (sewer, SEWER, credit.value.sewer),
    )
    lines = tuple(
        BillLine(charge, cents, line.since, line.until, line.agreement)
        for line, charge, cents in taken
        if line and cents
    )
    return Leaked(lines, (usual, *waters, *sewers, credit, *tax))


def _tax(on: Work, agreement: ServiceAgreement, cents: Cents) -> list[Decision[tuple[taxes.Tax, ...]]]:
    """The tax on what is taken back of the water, where there is one."""
    code = on.get(Premise, agreement.premise).tax_code
    if not cents or on.pack.clause(taxes.UtilityTax, on.day, code) is None:
        return []
    return [on.decide(taxes.utility, taxes.Taxable(amounts={"non_fuel": cents, "fuel": 0}), code)]


def _used(line: BillLine) -> Used:
    return Used(line.quantity, (line.until - line.since).days)


def _before(work: Work, account: Account, water: BillLine, leaked: Collection[str]) -> Iterator[Used]:
    """The use of the same meter on the bills before that had no leak, the oldest first."""
    bills = sorted(work.reader.where(Bill, account=account.id), key=lambda each: (each.issued, each.id))
    for line in (line for bill in bills if bill.id not in leaked for line in bill.lines):
        if (line.charge, line.agreement) == (WATER, water.agreement) and line.until <= water.since:
            yield _used(line)


def _earlier(work: Work, account: Account) -> Iterator[leaks.Adjusted]:
    """Adjustments of leaks that were asked for and not turned down."""
    for request in work.reader.where(Request, account=account.id):
        if request.kind == "leak" and request.state in COUNTED:
            yield leaks.Adjusted(str(request.proposal["bill"]), request.made)
