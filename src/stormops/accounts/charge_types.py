"""The kinds of charge of a city: what each credits is the chart's; its rank and whether it may cut, the policy's."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from stormops.accounts import chart
from stormops.accounts.ledger import POOL
from stormops.accounts.policy import Pack
from stormops.accounts.records_money import ChargeType
from stormops.accounts.rules.allocation import AllocationOrder
from stormops.accounts.rules.disconnection import Disconnection


class Kind(NamedTuple):
    """One kind of charge, as every city has it."""

    name: str
    fund: str
    credits: str
    taxable: bool = False


LATE_FEE, RETURNED, LOAN, TAX, FIRE = "late_fee", "returned_payment", "loan", "utility_tax", "fire"

KINDS: dict[str, Kind] = {
    "electric": Kind("Electric", "electric", "4010", taxable=True),
    "water": Kind("Water", "water", "4020", taxable=True),
    "sewer": Kind("Sewer", "sewer", "4030"),
    "gas": Kind("Gas", "gas", "4040", taxable=True),
    "solid_waste": Kind("Solid waste", "solid_waste", "4050"),
    "stormwater": Kind("Stormwater", "stormwater", "4060"),
    FIRE: Kind("Fire fee", "fire", chart.FIRE),
    TAX: Kind("Public service tax", "electric", chart.TAXES),
    LATE_FEE: Kind("Late fee", POOL, chart.LATE_FEES),
    RETURNED: Kind("Returned payment", POOL, chart.LATE_FEES),
    "reconnect_fee": Kind("Reconnection", POOL, "4090"),
    LOAN: Kind("Loan instalment", "electric", "4090"),
}
"""By the names that policy packs use. A loan's instalment credits the loan itself, whatever stands here."""


def charge_types(pack: Pack, on: date) -> list[ChargeType]:
    """The records of the kinds of charge, by the policy of a day; what the policy does not rank is paid last."""
    order = pack.terms(AllocationOrder, on)
    cutting = pack.terms(Disconnection, on)
    ranked = () if order is None else order.order
    exempt = () if cutting is None else cutting.not_disconnectable
    return [
        ChargeType(
            id=key,
            name=kind.name,
            fund=kind.fund,
            credits=kind.credits,
            taxable=kind.taxable,
            disconnectable=key not in exempt,
            rank=ranked.index(key) if key in ranked else len(ranked) + place,
        )
        for place, (key, kind) in enumerate(KINDS.items())
    ]
