"""What a customer said: the report (trouble call), its symptoms and its channels.

A report is kept exactly as it was given. Nothing here decides where it belongs: that is
`core.matching`; nor what caused it: that is `core.clustering` and `core.inference`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec


class Utility(StrEnum):
    """The commodity of a service point (CIM `ServiceKind`)."""

    ELECTRIC = "electric"
    WATER = "water"
    GAS = "gas"
    SEWER = "sewer"


class Channel(StrEnum):
    """How a report reached us. The door's code sets it, never the client."""

    WEB = "web"
    API = "api"
    DESK = "desk"
    PHONE = "phone"
    TEXT = "text"
    METER = "meter"
    OPEN311 = "open311"


class Symptom(StrEnum):
    """What is wrong, in the customer's words."""

    LIGHTS_OUT = "lights_out"
    PARTIAL = "partial"
    FLICKERING = "flickering"
    WIRE_DOWN = "wire_down"
    POLE_DOWN = "pole_down"
    TREE = "tree"
    TRANSFORMER = "transformer"
    GAS_ODOUR = "gas_odour"
    WATER = "water"
    SEWER = "sewer"
    ENTRAPMENT = "entrapment"
    """Somebody is trapped: in a lift, behind a door that power opens, under a tree."""


class SymptomMeaning(msgspec.Struct, frozen=True):
    """What one symptom implies: its utility, whether service is lost, whether life is at risk."""

    utility: Utility
    service_lost: bool
    safety: bool


SYMPTOMS: dict[Symptom, SymptomMeaning] = {
    Symptom.LIGHTS_OUT: SymptomMeaning(Utility.ELECTRIC, True, False),
    Symptom.PARTIAL: SymptomMeaning(Utility.ELECTRIC, True, False),
    Symptom.FLICKERING: SymptomMeaning(Utility.ELECTRIC, False, False),
    Symptom.WIRE_DOWN: SymptomMeaning(Utility.ELECTRIC, False, True),
    Symptom.POLE_DOWN: SymptomMeaning(Utility.ELECTRIC, False, True),
    Symptom.TREE: SymptomMeaning(Utility.ELECTRIC, False, False),
    Symptom.TRANSFORMER: SymptomMeaning(Utility.ELECTRIC, True, False),
    Symptom.GAS_ODOUR: SymptomMeaning(Utility.GAS, False, True),
    Symptom.WATER: SymptomMeaning(Utility.WATER, True, False),
    Symptom.SEWER: SymptomMeaning(Utility.SEWER, True, False),
    Symptom.ENTRAPMENT: SymptomMeaning(Utility.ELECTRIC, False, True),
}

DANGERS = frozenset(symptom for symptom, meaning in SYMPTOMS.items() if meaning.safety)
"""Symptoms of a danger to life."""

Line = Annotated[str, msgspec.Meta(max_length=200)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One customer's report, as given. At least one of the "where or who" fields is needed.

    `latitude`/`longitude` are WGS 84 degrees and come together or not at all.
    """

    symptom: Symptom
    account: Line | None = None
    phone: Line | None = None
    meter: Line | None = None
    service_point: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: Line | None = None
    landmark: Line | None = None
    medical: bool = False
    note: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    callback: Line | None = None

    @property
    def located(self) -> bool:
        """Whether the report says who or where in any of the accepted ways."""
        return bool(
            self.account
            or self.phone
            or self.meter
            or self.service_point
            or self.address
            or self.landmark
            or (self.latitude is not None and self.longitude is not None)
        )

    @property
    def safety(self) -> bool:
        """Whether life may be at risk: a symptom of that kind, or a medical need (invariant 12)."""
        return self.medical or self.symptom in DANGERS
