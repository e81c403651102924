"""Use that somebody looks at before its bill goes out: far above or below what is usual, and what it was a year ago.

No rule of law was found for it: when a bill is looked at is each utility's own policy, and stands in its pack.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, said
from stormops.accounts.policy import Terms, natural
from stormops.accounts.refusal import Refusal


class UseCheck(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` is the service. More than `high_times` or less than `low_share` of the usual daily use is unusual.

    Nothing is, where the period's use differs by less than `least` units from the usual.
    """

    kind: ClassVar[str] = "use_check"
    high_times: Decimal
    low_share: Decimal
    least: Decimal
    needs_last_year: bool = False
    """Use goes with the season: without last year's nothing is said."""

    def __post_init__(self) -> None:
        super().__post_init__()
        natural("least", self.least)


class Used(msgspec.Struct, frozen=True):
    """Units in a time."""

    units: int
    days: int


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a bill, of the bills before it, and of the same time a year ago where it is known."""

    used: Used
    before: tuple[Used, ...]
    last_year: Used | None = None


class Verdict(msgspec.Struct, frozen=True):
    """high, low, or "" where it is as usual or nothing is known to compare with."""

    unusual: Literal["", "high", "low"]


@rule("use.check")
def check(terms: UseCheck, given: Checked, working: Working) -> Verdict | Refusal:
    """Whether a use is unusual against all that is known: the bills before, and the same time a year ago."""
    used, usual = given.used, [each for each in given.before if each.days > 0]
    if used.days < 1:
        return Refusal("bad_usage", "A use has at least a day.")
    if not usual or (terms.needs_last_year and given.last_year is None):
        return Verdict(working("unusual", "there is nothing to compare with", ""))
    total = Used(sum(each.units for each in usual), sum(each.days for each in usual))
    known = [total, *([given.last_year] if given.last_year is not None and given.last_year.days > 0 else [])]
    verdicts = {_against(terms, used, each, working) for each in known}
    return Verdict(working("unusual", "against all of them", verdicts.pop() if len(verdicts) == 1 else ""))


def _against(terms: UseCheck, used: Used, usual: Used, working: Working) -> Literal["", "high", "low"]:
    expected = working("expected", f"{usual.units} in {usual.days} days, for {used.days}", _expected(used, usual))
    differs = abs(used.units - expected) >= terms.least
    if differs and used.units > terms.high_times * expected:
        working("high", f"more than {said(terms.high_times)} times as much", used.units)
        return "high"
    if differs and used.units < terms.low_share * expected:
        working("low", f"less than {said(terms.low_share)} of it", used.units)
        return "low"
    return ""


def _expected(used: Used, usual: Used) -> Decimal:
    return Decimal(usual.units) * used.days / usual.days
