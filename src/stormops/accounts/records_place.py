"""Records of parties and places: who, where, by which meter, under which agreement."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from stormops.accounts.record import (
    INDEXED,
    AccountId,
    AgreementId,
    Count,
    Decision,
    Ms,
    PartyId,
    PointId,
    PremiseId,
    Record,
    latest_by,
    lives_by,
)
from stormops.accounts.states_service import AGREEMENT, CERTIFICATE, CUT, PREMISE, RELEASE, SERVICE_ORDER, WEATHER_HOLD


class Party(Record, frozen=True, kw_only=True):
    """A person or an organisation. `verified` is the result of an identity check, never what was shown."""

    name: Annotated[str, INDEXED]
    organisation: bool = False
    language: str = "en"
    relay: bool = False
    verified: str = ""


class Account(Record, frozen=True, kw_only=True):
    """Who is billed. `credit` (cents) is money of the customer that answers no debt yet."""

    party: PartyId
    category: str
    """residential, commercial, multi_unit, …"""
    opened: date
    mailing: str = ""
    mailing_changed: date | None = None
    """On the stop-list for refunds until it is old enough."""
    credit: int = 0
    stayed_by: Annotated[str, INDEXED] = ""
    """The bankruptcy case under whose stay it is, "" if none."""
    closed: date | None = None
    events: dict[str, str] = msgspec.field(default_factory=dict)
    """What was given once an event (a storm's extension): name → event."""


class PartyRole(Record, frozen=True, kw_only=True):
    """What else a party is to an account: liable, authorised, guarantor, landlord, agent; on what basis (a hash)."""

    party: PartyId
    account: AccountId
    role: str
    basis: str
    since: date
    until: date | None = None


class ContactPoint(Record, frozen=True, kw_only=True):
    """A telephone, a mail address. The latest said is current, whichever arrived last."""

    party: PartyId
    kind: str
    """phone, mobile, email, relay."""
    value: Annotated[str, INDEXED]
    said_ms: int
    current: bool = True
    messages: bool = False
    """Wants messages here."""


@lives_by(PREMISE)
class Premise(Record, frozen=True, kw_only=True):
    """A place where service is taken. `known_as` is its id in the outage domain, once both have it."""

    address: str
    plain: Annotated[str, INDEXED]
    """The address in plain lower-case words, by which duplicates are found."""
    state: str
    made_by: str
    parcel: str = ""
    longitude: float | None = None
    latitude: float | None = None
    jurisdiction: str = ""
    tax_code: str = ""
    feeder: str = ""
    fire_class: str = ""
    impervious_square_feet: int = 0
    merged_into: PremiseId | None = None
    known_as: Annotated[str, INDEXED] = ""


class Unit(Record, frozen=True, kw_only=True):
    """A flat, shop or room of a premise."""

    premise: PremiseId
    name: str
    since: date
    until: date | None = None


class ServicePoint(Record, frozen=True, kw_only=True):
    """One utility's delivery at a premise. `release` is the meter release by which it may be energised."""

    premise: PremiseId
    unit: Annotated[str, msgspec.Meta(extra={"refers": "unit"})] | None = None
    utility: str
    meter: Annotated[str, INDEXED] = ""
    release: str = ""
    needs_release: bool = False


class OwnerAgreement(Record, frozen=True, kw_only=True):
    """An owner takes service of vacant units back; signed."""

    premise: PremiseId
    party: PartyId
    document: str
    since: date
    until: date | None = None


@lives_by(AGREEMENT)
class ServiceAgreement(Record, frozen=True, kw_only=True):
    """Service of one kind to an account at a premise, metered at a service point or not."""

    account: AccountId
    premise: PremiseId
    service: str
    rate: str
    since: date
    state: str
    point: PointId | None = None
    until: date | None = None
    """The stop that the customer asked for: the final bill is of this day, whenever it is written."""
    occupancy: str = ""
    """The hash of the lease or deed."""
    deposit_decision: Decision = msgspec.field(default_factory=dict)


class Member(msgspec.Struct, frozen=True):
    """One unit of an umbrella, with its share's weight."""

    account: str
    unit: str
    weight: Count
    since: date
    until: date | None = None


class Umbrella(Record, frozen=True, kw_only=True):
    """One bill for a building of many units; the shares add up to it to the cent."""

    account: AccountId
    rule: str
    members: tuple[Member, ...]
    document: str
    """The hash of the roster's document."""


@lives_by(RELEASE)
class MeterRelease(Record, frozen=True, kw_only=True):
    """Leave to set or energise a meter: by permit and inspection, without permit, or as an exception with an end."""

    point: PointId
    clearance: str
    """temporary, permanent, reconnect."""
    state: str
    permit: str = ""
    inspector: Annotated[str, INDEXED] = ""
    recorded: date | None = None
    expires: date | None = None
    evidence: tuple[str, ...] = ()


@lives_by(CUT)
class CutOrder(Record, frozen=True, kw_only=True):
    """A disconnection for non-payment: its notice, its day, and the exclusions looked at when it was done."""

    account: AccountId
    agreement: AgreementId
    state: str
    noticed: date
    earliest: date
    excluded: tuple[str, ...] = ()
    """What was proved not to stand against it, at the time of the cut."""


@lives_by(WEATHER_HOLD)
class WeatherHold(Record, frozen=True, kw_only=True):
    """Nobody is cut from `since` through `until`, everywhere or in one jurisdiction (`area`)."""

    kind: str
    area: str
    since: date
    until: date
    reason: str
    by: str
    state: Annotated[str, INDEXED]
    lifted: str = ""
    """Why it was ended early."""
    lifted_by: str = ""


@lives_by(CERTIFICATE)
class MedicalCert(Record, frozen=True, kw_only=True):
    """Medically essential service at an account; never what for."""

    account: AccountId
    state: str
    expires: date
    battery_hours: int | None = None
    document: str = ""


@lives_by(SERVICE_ORDER)
class ServiceOrder(Record, frozen=True, kw_only=True):
    """Work in the field."""

    account: AccountId
    kind: str
    state: str
    due: date
    note: str = ""


class Outage(msgspec.Struct, frozen=True):
    """Hours without service, platform ms: of an incident of the platform, or ("") as a person typed it."""

    since_ms: Ms
    until_ms: Ms
    incident: str = ""


class ReadEstimate(Record, frozen=True, kw_only=True):
    """How the read with the same id was estimated: why, for which outages there is no use, and the formula."""

    cause: str
    """utility, or storm (which does not count against the utility)."""
    hours_out: int = 0
    outages: tuple[Outage, ...] = ()
    evidence: tuple[str, ...] = ()
    decision: Decision = msgspec.field(default_factory=dict)


class Read(Record, frozen=True, kw_only=True):
    """A meter's register at a day: actual, estimated or storm (estimated because of one)."""

    point: Annotated[PointId, latest_by("day")]
    day: date
    register: int
    kind: str
