"""The limits that commands are held to, from the clauses of a policy pack: no number lives twice."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from stormops.accounts.controls import Limits, Tier
from stormops.accounts.money import cents
from stormops.accounts.policy import Pack, PolicyError, Terms
from stormops.accounts.rules.approvals import ApprovalTiers
from stormops.accounts.rules.arrangements import ExtensionLimits
from stormops.accounts.rules.fees import ReturnedPayment
from stormops.accounts.rules.refunds import RefundControls
from stormops.accounts.rules.releases import MeterReleases
from stormops.accounts.rules.standin import StandInLimit

T = TypeVar("T", bound=Terms)

ADJUSTING = (
    "adjustment",
    "back_bill",
    "overcharge",
    "leak",
    "mass_credit",
    "transfer",
    "rebate",
    "write_off",
    "loan_write_off",
)
"""Requests under the tiers of adjustments, where the policy has none of their own."""
PAYING_OUT = ("credit_refund", "deposit_refund", "disbursement")
"""Requests by which money leaves: under the tiers of refunds."""

OFFICES = frozenset({"supervisor", "cashier_supervisor", "manager", "director"})
"""The roles that tiers may name: each is a permission with a limit, which `staff.roles` gives to somebody."""

ANY_AMOUNT = 10**13
NEVER = 10**9


def tiers_of(kind: str) -> str:
    """The name under which the policy has a kind of request's tiers, if not under its own."""
    return "refund" if kind in PAYING_OUT else "adjustment"


def limits(pack: Pack, on: date) -> Limits:
    """The limits on a day. Raises PolicyError naming what a counter cannot do without."""
    refund = _needed(pack, RefundControls, on)
    release = _needed(pack, MeterReleases, on)
    cheques = (pack.terms(ReturnedPayment, on) or ReturnedPayment()).cheques
    approvals = {kind: _approvals(pack, on, kind) for kind in (*ADJUSTING, *PAYING_OUT)}
    return Limits(
        tiers={kind: _tiers(pack, terms) for kind, terms in approvals.items()},
        split_days={kind: terms.window_days for kind, terms in approvals.items()},
        payee_days=refund.new_payee_days,
        uncleared_days=refund.cheque_clears_days,
        hardship_in_storm=refund.in_storm != "suspended",
        exception_days=release.exception_days,
        exceptions_per_inspector_day=release.exceptions_a_day,
        stand_in_payment_max=_stand_in(pack, on, "payment"),
        stand_in_extension_days=_needed(pack, ExtensionLimits, on).days,
        stand_in_deposit_max=_stand_in(pack, on, "energise"),
        cheques_returned=NEVER if cheques is None else cheques.returned,
        cheques_returned_days=0 if cheques is None else _days(cheques.within_months),
        cheques_refused_days=0 if cheques is None else _days(cheques.refused_months),
    )


def _needed(pack: Pack, kind: type[T], on: date, of: str = "") -> T:
    terms = pack.terms(kind, on, of)
    if terms is None:
        what = f"[[{kind.kind}]]" + (f' of = "{of}"' if of else "")
        raise PolicyError(f"Pack {pack.name}: a counter needs {what} in force on {on}")
    return terms


def _approvals(pack: Pack, on: date, kind: str) -> ApprovalTiers:
    return pack.terms(ApprovalTiers, on, kind) or _needed(pack, ApprovalTiers, on, tiers_of(kind))


def _tiers(pack: Pack, terms: ApprovalTiers) -> tuple[Tier, ...]:
    unknown = {role for tier in terms.tiers for role in tier.roles} - OFFICES
    if unknown:
        raise PolicyError(f"Pack {pack.name}: nobody holds the office {', '.join(sorted(unknown))} of its tiers")
    return tuple(Tier(None if tier.through is None else cents(tier.through), tier.roles) for tier in terms.tiers)


def _stand_in(pack: Pack, on: date, what: str) -> int:
    most = _needed(pack, StandInLimit, on, what).amount_most
    return ANY_AMOUNT if most is None else cents(most)


def _days(months: int) -> int:
    """Months as days, no fewer than there are in them."""
    return -(-months * 366 // 12)
