"""What every record of the customer domain has, and how its fields say what they refer to.

A record is a value; a changed one is a new value with the same id. `changed` is the position of the command that
changed it last, given by the books.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from stormops.accounts.states import Machine

ID_MAX = 96
TEXT_MAX = 4_000

Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_MAX)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Day: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Hash: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**13)]
"""Cents."""
Payment: TypeAlias = Annotated[int, msgspec.Meta(gt=0, le=10**13)]
"""Cents, above 0."""
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Ms: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**14)]
"""Platform milliseconds."""
Decision: TypeAlias = dict[str, Any]
"""What a rule decided, as it stored it: at least `policy`, its version, and `formula`, by which it is recomputed."""


def refers(kind: str) -> msgspec.Meta:
    """Marks an id as that of a record of `kind`."""
    return msgspec.Meta(min_length=1, max_length=ID_MAX, extra={"refers": kind})


INDEXED = msgspec.Meta(extra={"indexed": True})
"""Marks a field that records are looked up by."""

LISTED = msgspec.Meta(extra={"listed": True})
"""Marks a tuple of structs that is kept as a list of lists: many, with the same names over and over."""

MANY = msgspec.Meta(extra={"packed": True})
"""Marks a field that says nearly the same in every one of many records: it is kept packed."""


def latest_by(field: str) -> msgspec.Meta:
    """Marks a field that records are looked up by, the latest by another field."""
    return msgspec.Meta(extra={"indexed": True, "by": field})


PartyId: TypeAlias = Annotated[str, refers("party")]
AccountId: TypeAlias = Annotated[str, refers("account")]
PremiseId: TypeAlias = Annotated[str, refers("premise")]
PointId: TypeAlias = Annotated[str, refers("service_point")]
AgreementId: TypeAlias = Annotated[str, refers("service_agreement")]
ChargeId: TypeAlias = Annotated[str, refers("charge_type"), msgspec.Meta(extra={"indexed": False})]
"""Nothing is looked up by its kind of charge alone: there are a dozen."""
CaseId: TypeAlias = Annotated[str, refers("bankruptcy_case")]
ContactId: TypeAlias = Annotated[str, refers("contact")]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all records."""

    id: Id
    changed: int = 0


R = TypeVar("R", bound=Record)

MACHINE_OF: dict[type[Record], Machine] = {}
"""The state machine by which a kind of record lives, if it has one."""


def lives_by(machine: Machine) -> Any:
    """Class decorator: the record's `state` is one of the machine's."""

    def mark(kind: type[R]) -> type[R]:
        MACHINE_OF[kind] = machine
        return kind

    return mark


@cache
def kind_name(kind: type[Record]) -> str:
    """The kind's name as tables and audit events write it: ServicePoint → service_point."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
