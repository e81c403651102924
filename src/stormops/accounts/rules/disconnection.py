"""Whether a service may be cut for debt: every exclusion is tested and kept, as proof at the time of the cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from stormops.accounts.dates import add_months, working_days_after
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal


class Disconnection(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`not_disconnectable`: types of charge that never cut (a fire fee); notice in working days; the least debt."""

    kind: ClassVar[str] = "disconnection"
    not_disconnectable: tuple[str, ...] = ()
    notice_working_days: int
    least: Decimal = Decimal("0.01")
    medical_months: int
    """How long a physician's certificate holds."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Past due by type of charge, the day of the written notice, and all that may forbid a cut.

    `stayed`: a bankruptcy stay covers the debt. `moratorium`: the declared hold's name, storm mode too.
    `weather`: why nobody may be cut today. `arrangement_kept`: an arrangement in good standing.
    """

    past_due: dict[str, Cents]
    notice: date | None
    holidays: tuple[date, ...] = ()
    disputed: Cents = 0
    medical_certified: date | None = None
    stayed: bool = False
    moratorium: str = ""
    weather: str = ""
    arrangement_kept: bool = False


class Clearance(msgspec.Struct, frozen=True, kw_only=True):
    """The debt that the cut is for, and the first day on which it may be made."""

    amount: Cents
    earliest: date


@rule("disconnection.may_cut")
def may_cut(terms: Disconnection, given: Cut, working: Working) -> Clearance | Refusal:
    """A clearance, or the gravest reason against a cut; the steps hold every test."""
    debt = sum(owed for name, owed in given.past_due.items() if name not in terms.not_disconnectable)
    formula = f"without {', '.join(terms.not_disconnectable) or 'exception'}, {usd(given.disputed)} disputed"
    debt = working.cents("debt that may cut", formula, max(0, debt - given.disputed))
    reasons = [reason for reason in _exclusions(terms, given, working, debt) if reason is not None]
    if reasons:
        return reasons[0]
    notice = given.notice or working.on
    earliest = working_days_after(notice, terms.notice_working_days, given.holidays)
    working("earliest cut", f"{notice} + {terms.notice_working_days} working days", earliest)
    if working.on < earliest:
        return Refusal("notice_running", f"The notice of {notice} runs until {earliest}.")
    return Clearance(amount=debt, earliest=earliest)


def _exclusions(terms: Disconnection, given: Cut, working: Working, debt: Cents) -> Iterator[Refusal | None]:
    """Every test, gravest first."""
    certified = given.medical_certified
    medical = certified is not None and working.on < add_months(certified, terms.medical_months)
    tests = (
        ("bankruptcy", given.stayed, "A bankruptcy stay covers the debt."),
        ("medical", medical, f"Service is medically essential, certified {certified}."),
        ("moratorium", bool(given.moratorium), f"Cuts are on hold: {given.moratorium}."),
        ("weather", bool(given.weather), f"Nobody is cut in this weather: {given.weather}."),
        ("arrangement", given.arrangement_kept, "An arrangement is being kept."),
        (
            "disputed" if given.disputed else "nothing_disconnectable",
            debt < cents(terms.least),
            f"{usd(debt)} that may cut is less than ${terms.least}.",
        ),
        ("no_notice", given.notice is None, "No written notice was given."),
    )
    for code, excluded, sentence in tests:
        working(code.replace("_", " "), "excludes a cut", excluded)
        yield Refusal(code, sentence) if excluded else None
