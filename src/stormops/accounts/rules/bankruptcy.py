"""Bankruptcy (11 USC 362, 366): dates, the split by day of service, assurance, deposits held, payments in a case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.policy import Terms, natural
from stormops.accounts.refusal import Refusal


class BankruptcyRules(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` is the chapter. Days from the petition; what assurance may be; whether a deposit is set off or held."""

    kind: ClassVar[str] = "bankruptcy"
    assurance_days: int
    claim_days: int
    assurance_forms: tuple[str, ...]
    set_off: Literal["allowed", "hold"] = "hold"
    petition_day_is_post: bool = True
    timely_payer_past_due_days: int | None = None
    """Assurance may be asked of one who is past due for more days (Steinebach); None = of everyone."""
    timely_payer_delinquent_most: int = 0
    old_balance_memo: Literal["review", "apply"] = "review"


class Petition(msgspec.Struct, frozen=True, kw_only=True):
    """The petition, which in a voluntary case is the order for relief."""

    filed: date


class CaseDates(msgspec.Struct, frozen=True, kw_only=True):
    """Last day for assurance before service is at risk, and for a governmental proof of claim. No storm moves them."""

    assurance: date
    claim: date


@rule("bankruptcy.dates")
def dates(terms: BankruptcyRules, given: Petition, working: Working) -> CaseDates:
    """The dates of a case."""
    assurance = working(
        "assurance by", f"{given.filed} + {terms.assurance_days} days", given.filed + DAY * terms.assurance_days
    )
    claim = working("claim by", f"{given.filed} + {terms.claim_days} days", given.filed + DAY * terms.claim_days)
    return CaseDates(assurance=assurance, claim=claim)


class Straddling(msgspec.Struct, frozen=True, kw_only=True):
    """A bill over service before and after the petition: days `first` to before `end`.

    `base`: what of `total` is by the month; the rest is by use. `read_at_petition`: units used by then, by a real read.
    """

    first: date
    end: date
    petition: date
    total: Cents
    base: Cents = 0
    units: Decimal
    read_at_petition: Decimal | None = None

    def __post_init__(self) -> None:
        natural("units", self.units, self.read_at_petition or Decimal(0))


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The parts before (stayed) and after the petition; they add up to the bill."""

    pre: Cents
    post: Cents
    pre_units: Decimal


@rule("bankruptcy.split")
def split(terms: BankruptcyRules, given: Straddling, working: Working) -> Split | Refusal:
    """Split by day of service, whenever it was billed; an actual read on the day beats days in proportion."""
    days = (given.end - given.first).days
    read = given.read_at_petition
    if days < 1 or (read is not None and read > given.units):
        return Refusal("bad_period", "A period has a day, and what was read at the petition lies within its use.")
    start = given.petition if terms.petition_day_is_post else given.petition + DAY
    pre_days = working(
        "days before", f"{given.first} to {start} of {days}", min(max((start - given.first).days, 0), days)
    )
    if read is None or not given.units:
        units = given.units * pre_days / days
        exact = dollars(given.total) * pre_days / days
        formula = f"{usd(given.total)} × {pre_days}/{days}"
    else:
        units = read
        exact = dollars(given.base) * pre_days / days + dollars(given.total - given.base) * read / given.units
        formula = f"{usd(given.base)} × {pre_days}/{days} + {usd(given.total - given.base)} × {read}/{given.units}"
    working("units before", "actual read" if read is not None else "in proportion to days", units)
    pre = working.cents("before the petition", formula, cents(exact))
    post = working.cents("after", f"{usd(given.total)} - {usd(pre)}", given.total - pre)
    return Split(pre=pre, post=post, pre_units=units)


class PayerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How the debtor paid: most days past due now, times delinquent in the last twelve months."""

    days_past_due: int
    delinquent_times: int


@rule("bankruptcy.demand_assurance")
def demand_assurance(terms: BankruptcyRules, given: PayerRecord, working: Working) -> tuple[str, ...] | Refusal:
    """The forms of assurance that may be asked for."""
    limit = terms.timely_payer_past_due_days
    if limit is not None:
        late = working("past due", f"more than {limit} days", given.days_past_due > limit)
        often = given.delinquent_times > terms.timely_payer_delinquent_most
        working("delinquent", f"more than {terms.timely_payer_delinquent_most} times in 12 months", often)
        if not late and not often:
            return Refusal("attorney", "A timely payer owes no deposit here: ask the attorney first.")
    return working("forms", "adequate assurance", terms.assurance_forms)


Ground = Literal["court", "not_due", "mistake"]
"""Why a demand is taken back: the court's order, a payer who owed none, or a mistake (service, amount, case)."""


class DemandWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A demand for assurance that is to be taken back; `given`: money or an instrument came for it by now."""

    ground: Ground
    given: Cents = 0
    ordered: bool = False
    """Whether the court's order is on file."""


@rule("bankruptcy.withdraw_assurance")
def withdraw_assurance(_terms: BankruptcyRules, given: DemandWithdrawn, working: Working) -> Ground | Refusal:
    """Why the demand falls; the court alone sets another amount (11 USC 366(b), (c)(3)), and by an order."""
    if given.given:
        return Refusal("assurance_given", f"{usd(given.given)} was given for it: enter it, or give it back, instead.")
    if given.ground == "court" and not given.ordered:
        return Refusal("no_order", "What the court changes, it changes by an order: attach it.")
    return working("withdrawn", given.ground.replace("_", " "), given.ground)


class PrepetitionDeposit(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit from before the petition and the debt from before it."""

    deposit: Cents
    debt: Cents


@rule("bankruptcy.set_off")
def set_off(terms: BankruptcyRules, given: PrepetitionDeposit, working: Working) -> Cents | Refusal:
    """What of a deposit may be set off without an order."""
    if terms.set_off == "hold":
        return Refusal("hold", "The deposit is held: nothing is set off without an order of the court.")
    return working.cents("set off", f"at most {usd(given.debt)}", min(given.deposit, given.debt))


class CasePayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment while the case runs; `for_old_balance`: its memo says so, in whatever words."""

    amount: Cents
    for_old_balance: bool = False


@rule("bankruptcy.payment")
def payment(
    terms: BankruptcyRules, given: CasePayment, working: Working
) -> Literal["post_petition", "review", "pre_petition"]:
    """Where it goes: nothing is applied to a stayed balance unless a person has looked at it."""
    if not given.for_old_balance:
        return working("applied to", "service after the petition", "post_petition")
    if terms.old_balance_memo == "review":
        return working("applied to", "unapplied, for review", "review")
    return working("applied to", "the memo, as this policy allows", "pre_petition")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Where the service stands when the notice of a filing arrives."""

    service: Literal["on", "cut_queued", "cut"]


class NoticeActions(msgspec.Struct, frozen=True, kw_only=True):
    """What happens at once, before anything else that is queued; nothing is asked in return."""

    actions: tuple[str, ...]
    urgent: bool
    payment_asked: Cents = 0


@rule("bankruptcy.notice")
def notice(_terms: BankruptcyRules, given: Notice, working: Working) -> NoticeActions:
    """The stay begins with the petition, and the city obeys within minutes of its notice."""
    first = {"on": (), "cut_queued": ("cancel_cut",), "cut": ("reconnect",)}[given.service]
    actions = (*first, "stay_prepetition", "stop_dunning", "recall_placement", "split_account")
    return NoticeActions(actions=working("actions", f"service is {given.service}", actions), urgent=bool(first))
