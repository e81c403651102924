"""Use that somebody looks at before its bill goes out: far above or below what is usual, and what it was a year ago.

No rule of law was found for it: when a bill is looked at is each utility's own policy, and stands in its pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.decision import Working, rule, said
from stormops.accounts.policy import Terms, natural
from stormops.accounts.refusal import Refusal

Unusual = Literal["", "high", "low"]


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

    unusual: Unusual


@rule("use.check")
def check(terms: UseCheck, given: Checked, working: Working) -> Verdict | Refusal:
    """Whether a use is unusual against all that is known: the bills before, and the same time a year ago."""
    used, usual = given.used, [each for each in given.before if each.days > 0]
    if used.days < 1:
        return Refusal("bad_usage", "A use has at least a day.")
    if not usual or (terms.needs_last_year and given.last_year is None):
        return Verdict(working("unusual", "there is nothing to compare with", ""))
    known = [together(usual), *([given.last_year] if given.last_year is not None and given.last_year.days > 0 else [])]
    verdicts = {_against(terms, used, each, working) for each in known}
    return Verdict(working("unusual", "against all of them", verdicts.pop() if len(verdicts) == 1 else ""))


def together(uses: Sequence[Used]) -> Used:
    """Uses one after the other as one."""
    return Used(sum(each.units for each in uses), sum(each.days for each in uses))


def far(terms: UseCheck, used: Used, usual: Used) -> Unusual:
    """How a use stands to one other; "" where they are not far apart."""
    expected = Decimal(usual.units) * used.days / usual.days
    if abs(used.units - expected) < terms.least:
        return ""
    if used.units > terms.high_times * expected:
        return "high"
    return "low" if used.units < terms.low_share * expected else ""


def _against(terms: UseCheck, used: Used, usual: Used, working: Working) -> Unusual:
    expected = Decimal(usual.units) * used.days / usual.days
    working("expected", f"{usual.units} in {usual.days} days, for {used.days}", expected)
    bounds = f"above {said(terms.high_times)} times, below {said(terms.low_share)}, by {said(terms.least)} at least"
    return working("against it", f"{used.units}: {bounds}", far(terms, used, usual))
