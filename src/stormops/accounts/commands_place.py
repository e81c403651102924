"""Commands of places: premises, units, service points, umbrellas, and the release of meters."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.commands_service import may_be_energised
from stormops.accounts.draft import Draft
from stormops.accounts.record import Day, Hash, Id, Text
from stormops.accounts.records_place import (
    Member,
    MeterRelease,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Umbrella,
    Unit,
)
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import PREMISE, RELEASE


def plain_address(address: str) -> str:
    """An address by which two descriptions of it are the same: lower case, single spaces, no punctuation."""
    return " ".join(re.sub(r"[^\w\s]", " ", address.lower()).split())


class AddPremise(Command, frozen=True, kw_only=True, tag="add_premise"):
    """A place in words and, if known, by a point: usable for reports at once, official later."""

    function = "provisional_address"
    permission = "contact"

    address: Text
    longitude: float | None = None
    latitude: float | None = None
    known_as: str = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        if not plain_address(self.address):
            raise Refused("no_address", "Describe the place.", "address")
        draft.add(
            Premise(
                id=draft.new_id(),
                address=self.address,
                plain=plain_address(self.address),
                state=PREMISE.start,
                made_by=draft.envelope.actor,
                longitude=self.longitude,
                latitude=self.latitude,
                known_as=self.known_as,
            )
        )


class MakePremiseOfficial(Command, frozen=True, kw_only=True, tag="make_premise_official"):
    """The addressing authority's address; jurisdiction and tax codes by another person than who made the premise."""

    function = "official_address"
    permission = "addresses"

    premise: Id
    address: Text
    jurisdiction: str
    tax_code: str
    parcel: str
    feeder: str
    fire_class: str
    impervious_square_feet: int
    duplicate_reason: Text = ""
    """Why it is not the premise that has the same address (a rear house)."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        premise = draft.get(Premise, self.premise)
        if premise.made_by == draft.envelope.actor:
            raise Refused("maker_is_checker", "Jurisdiction and tax are set by another than who made it.", "actor")
        plain = plain_address(self.address)
        same = [
            each for each in draft.where(Premise, plain=plain) if each.state == "official" and each.id != premise.id
        ]
        if same and not self.duplicate_reason:
            raise Refused("duplicate_premise", f"Premise {same[0].id} has this address.", "address")
        draft.step(
            premise,
            "make_official",
            address=self.address,
            plain=plain,
            jurisdiction=self.jurisdiction,
            tax_code=self.tax_code,
            parcel=self.parcel,
            feeder=self.feeder,
            fire_class=self.fire_class,
            impervious_square_feet=self.impervious_square_feet,
        )


class EndPremise(Command, frozen=True, kw_only=True, tag="end_premise"):
    """A provisional premise that was another (`into`), or an official one that is no more."""

    function = "official_address"
    permission = "addresses"

    premise: Id
    into: Id | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        premise = draft.get(Premise, self.premise)
        live = [each for each in draft.where(ServiceAgreement, premise=premise.id) if each.state == "active"]
        if live:
            raise Refused("in_service", "There is service at this premise.", "premise")
        if self.into is None:
            draft.step(premise, "retire")
        else:
            draft.step(premise, "merge", merged_into=draft.get(Premise, self.into).id)


class AddUnit(Command, frozen=True, kw_only=True, tag="add_unit"):
    """A flat, shop or room of an official premise."""

    function = "official_address"
    permission = "addresses"

    premise: Id
    name: Text
    since: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        premise = draft.get(Premise, self.premise)
        if any(unit.name == self.name and unit.until is None for unit in draft.where(Unit, premise=premise.id)):
            raise Refused("unit_exists", "The premise has a unit of this name.", "name")
        draft.add(Unit(id=draft.new_id(), premise=premise.id, name=self.name, since=draft.day(self.since)))


class AddServicePoint(Command, frozen=True, kw_only=True, tag="add_service_point"):
    """A delivery point with its meter, which a new or altered one may not give before its release."""

    function = "official_address"
    permission = "addresses"

    premise: Id
    utility: str
    meter: str = ""
    unit: Id | None = None
    needs_release: bool = True

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        premise = draft.get(Premise, self.premise)
        if self.unit is not None and draft.get(Unit, self.unit).premise != premise.id:
            raise Refused("other_premise", "The unit is of another premise.", "unit")
        if self.meter and draft.where(ServicePoint, meter=self.meter):
            raise Refused("meter_taken", "Another service point has this meter.", "meter")
        draft.add(
            ServicePoint(
                id=draft.new_id(),
                premise=premise.id,
                unit=self.unit,
                utility=self.utility,
                meter=self.meter,
                needs_release=self.needs_release,
            )
        )


class DamageServicePoint(Command, frozen=True, kw_only=True, tag="damage_service_point"):
    """The meter base is damaged or altered: not energised again before a release."""

    function = "meter_release"
    permission = "field"

    point: Id
    evidence: tuple[Hash, ...]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.attach(self.evidence)
        draft.put(replace(draft.get(ServicePoint, self.point), needs_release=True, release=""))


class SetUmbrella(Command, frozen=True, kw_only=True, tag="set_umbrella"):
    """A building's roster of units and the weights of their shares; a change needs its document."""

    function = "multi_unit_setup"
    permission = "service"

    umbrella: Id
    account: Id
    rule: str
    members: tuple[Member, ...]
    document: Hash

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        draft.attach([self.document])
        if not self.members or any(m.weight < 0 for m in self.members) or not any(m.weight for m in self.members):
            raise Refused("no_shares", "A roster has members, and weights that are not all zero.", "members")
        for member in self.members:
            draft.account(member.account)
        if len({member.unit for member in self.members if member.until is None}) < sum(
            member.until is None for member in self.members
        ):
            raise Refused("unit_twice", "A unit stands in the roster once.", "members")
        draft.put(
            Umbrella(
                id=self.umbrella,
                account=account.id,
                rule=self.rule,
                members=self.members,
                document=self.document,
            )
        )


# --- release of meters -----------------------------------------------------------------------------------


class BeginRelease(Command, frozen=True, kw_only=True, tag="begin_release"):
    """A release asked for: by a permit, or without one where only the mast was damaged (`mast_only`)."""

    function = "meter_release"
    permission = "release"

    point: Id
    clearance: str
    permit: str = ""
    mast_only: bool = False
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point = draft.get(ServicePoint, self.point)
        if bool(self.permit) is self.mast_only:
            raise Refused("no_permit", "A release has a permit, or only the mast was damaged.", "permit")
        release = draft.add(
            MeterRelease(
                id=draft.new_id(),
                point=point.id,
                clearance=self.clearance,
                state=RELEASE.start,
                permit=self.permit,
                recorded=draft.envelope.day,
            )
        )
        if self.permit:
            draft.step(release, "apply_for_permit")
        else:
            draft.step(release, "release_without_permit", evidence=draft.attach(self.evidence))
            released(draft, point, release.id)


class RecordException(Command, frozen=True, kw_only=True, tag="record_exception"):
    """Inspected now, permit owed, while the permit system is down; with an end, and so many an inspector and day."""

    function = "meter_release"
    permission = "release_exception"

    point: Id
    clearance: str
    inspector: Id
    evidence: tuple[Hash, ...]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point, today = draft.get(ServicePoint, self.point), draft.envelope.day
        evidence = draft.attach(self.evidence)
        made = [
            each
            for each in draft.where(MeterRelease, inspector=self.inspector)
            if each.recorded == today and each.expires is not None
        ]
        if len(made) >= draft.limits.exceptions_per_inspector_day:
            raise Refused("too_many_exceptions", "The inspector's exceptions of this day are used up.", "inspector")
        release = draft.add(
            MeterRelease(
                id=draft.new_id(),
                point=point.id,
                clearance=self.clearance,
                state=RELEASE.start,
                inspector=self.inspector,
                recorded=today,
                expires=today + timedelta(days=draft.limits.exception_days),
                evidence=evidence,
            )
        )
        draft.step(release, "record_exception")
        released(draft, point, release.id)


class StepRelease(Command, frozen=True, kw_only=True, tag="step_release"):
    """A release taken on: inspect, fail, release, bring_permit, lapse (its end is past), withdraw."""

    function = "meter_release"
    permission = "release"

    release: Id
    step: str
    inspector: str = ""
    permit: str = ""
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        release = draft.get(MeterRelease, self.release)
        if self.step not in {"inspect", "fail", "release", "bring_permit", "lapse", "withdraw"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        fields: dict[str, object] = {}
        if self.step == "inspect":
            if not self.inspector:
                raise Refused("no_inspector", "An inspection has an inspector.", "inspector")
            fields = {"inspector": self.inspector, "evidence": draft.attach(self.evidence)}
        if self.step == "bring_permit":
            if not self.permit:
                raise Refused("no_permit", "Name the permit that was owed.", "permit")
            fields = {"permit": self.permit}
        if self.step == "lapse" and (release.expires is None or draft.envelope.day <= release.expires):
            raise Refused("not_expired", "The exception still holds.", "release")
        after = draft.step(release, self.step, **fields)
        if after.state == "released":
            released(draft, draft.get(ServicePoint, after.point), after.id)


def released(draft: Draft, point: ServicePoint, release: str) -> None:
    """The point may be energised; agreements that waited for it go on."""
    point = draft.put(replace(point, release=release))
    for agreement in draft.where(ServiceAgreement, point=point.id):
        if agreement.state == "pending_release" and may_be_energised(draft, point):
            draft.step(agreement, "settle_release")
