"""Releasing a meter to be energised: what a storm-damaged service needs, and inspecting when permits cannot be had."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import msgspec

from stormops.accounts.dates import DAY
from stormops.accounts.decision import Working, rule
from stormops.accounts.policy import Terms
from stormops.accounts.refusal import Refusal

Damage = Literal["none", "mast_only", "meter_base"]


class MeterReleases(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Damage that needs no permit; how long "inspected, permit owed" holds, how many a day an inspector may grant."""

    kind: ClassVar[str] = "meter_release"
    no_permit: tuple[Damage, ...]
    exception_days: int
    exceptions_a_day: int


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspector found. `permit_system_up`: a permit could be had now; `granted_today`: exceptions so far."""

    damage: Damage
    passed: bool
    permit: str = ""
    permit_system_up: bool = True
    inspector: str = ""
    evidence: bool = False
    granted_today: int = 0


class MeterRelease(msgspec.Struct, frozen=True, kw_only=True):
    """The meter may be energised; `permit_owed_by`: an exception that lapses on that day without a permit."""

    permit_owed_by: date | None


@rule("releases.release")
def release(terms: MeterReleases, given: Inspection, working: Working) -> MeterRelease | Refusal:
    """Release the meter, or say what is missing."""
    if given.damage in terms.no_permit:
        working("permit", f"not needed for {given.damage.replace('_', ' ')}", False)
        return MeterRelease(permit_owed_by=None)
    if not given.passed or not given.inspector or not given.evidence:
        return Refusal("not_inspected", "An inspection, passed, by a named inspector, with its evidence, comes first.")
    if given.permit:
        working("permit", "on file", given.permit)
        return MeterRelease(permit_owed_by=None)
    if given.permit_system_up:
        return Refusal("no_permit", "A permit can be had: no exception.")
    if working("exceptions today", f"at most {terms.exceptions_a_day}", given.granted_today) >= terms.exceptions_a_day:
        return Refusal("exceptions", f"{given.inspector} has granted {given.granted_today} exceptions today.")
    lapses = working(
        "permit owed by", f"{working.on} + {terms.exception_days} days", working.on + DAY * terms.exception_days
    )
    return MeterRelease(permit_owed_by=lapses)
