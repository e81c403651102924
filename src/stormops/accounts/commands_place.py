"""Commands of places: premises, units, service points, umbrellas, and the release of meters."""

from __future__ import annotations

import re

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Count, Day, Hash, Id, Text
from stormops.accounts.records_place import (
    Member,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Umbrella,
    Unit,
)
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import AGREEMENT, PREMISE


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
    impervious_square_feet: Count
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


class RetireUnit(Command, frozen=True, kw_only=True, tag="retire_unit"):
    """A flat, shop or room that is no more, or is joined to another, from a day on."""

    function = "official_address"
    permission = "addresses"

    unit: Id
    until: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        unit, until = draft.get(Unit, self.unit), draft.day(self.until)
        if unit.until is not None:
            raise Refused("retired_already", f"This unit was retired on {unit.until}.", "unit")
        if until < unit.since:
            raise Refused("before_start", "It cannot end before it began.", "until")
        points = draft.where(ServicePoint, unit=unit.id)
        served = [each for point in points for each in draft.where(ServiceAgreement, point=point.id)]
        if any(each.state not in AGREEMENT.final | {"finalled"} for each in served):
            raise Refused("in_service", "There is service in this unit.", "unit")
        draft.put(replace(unit, until=until))


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
