"""Who owes: no one for a former occupant (F.S. 180.135), everyone for their own; what may move between accounts."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal

Bond = Literal["same_party", "contract", "none"]
"""Why a person would be liable: it is their account, they signed for it, or nothing. A shared address is nothing."""


class ServiceDebt(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose debts may be asked for before service opens."""

    kind: ClassVar[str] = "service_debt"
    demand: tuple[Bond, ...]


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """An old debt found at the premise or under a name, and what binds the applicant to it. Stayed: by bankruptcy."""

    account: str
    amount: Cents
    bond: Bond
    stayed: bool = False


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """All debts found."""

    debts: tuple[Debt, ...]


@rule("liability.open_service")
def open_service(terms: ServiceDebt, given: Application, working: Working) -> Cents:
    """What may be demanded before service opens; it is never refused for the rest."""
    total = 0
    for debt in given.debts:
        asked = debt.bond in terms.demand and not debt.stayed
        why = "stayed" if debt.stayed else debt.bond.replace("_", " ")
        total += working.cents(debt.account, f"{usd(debt.amount)}: {why}", debt.amount if asked else 0)
    return working.cents("may be demanded", "sum", total)


class BalanceTransfer(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose balances may move. A deposit moves once the old account is final."""

    kind: ClassVar[str] = "balance_transfer"
    between: tuple[Bond, ...]
    deposit_needs_final: bool = True


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A debt, credit or deposit that is to move, and what binds the receiving account's person to it."""

    what: Literal["debt", "credit", "deposit"]
    amount: Cents
    bond: Bond
    bankrupt: bool = False
    source_final: bool = False
    evidence: bool = False
    """Whether the proof of that bond is on file."""


@rule("liability.transfer")
def transfer(terms: BalanceTransfer, given: Transfer, working: Working) -> Cents | Refusal:
    """The amount that moves: off one account and onto the other, the total unchanged."""
    if given.amount < 1:
        return Refusal("nothing", "There is nothing to move.")
    if given.bankrupt:
        return Refusal("bankruptcy", "One of the accounts is in bankruptcy: nothing moves but by its case.")
    if given.bond not in terms.between:
        return Refusal("not_liable", "It is not this person's: a former occupant's balance never moves to another.")
    if not given.evidence:
        return Refusal("no_evidence", "The proof of who is liable is not on file.")
    if given.what == "deposit" and terms.deposit_needs_final and not given.source_final:
        return Refusal("not_final", "A deposit moves once the old account is final.")
    return working.cents("moves", f"{given.what}, {given.bond.replace('_', ' ')}", given.amount)
