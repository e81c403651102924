"""A paper as data: what stands where, in the reader's language. `html` and `pdf` render the same value.

It is kept with a letter that was issued, so a change of words or of the books later changes no letter of before.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Office(NamedTuple):
    """Who writes: the city's name, its telephone and page (perhaps none), and where cheques are mailed to."""

    title: str
    phone: str = ""
    web: str = ""
    remit_to: tuple[str, ...] = ()
    storm: bool = False
    """Whether a storm's protections hold now."""


class Part(msgspec.Struct, frozen=True, tag_field="part", forbid_unknown_fields=True):
    """The base of all parts."""


class Head(Part, frozen=True, tag="head"):
    """A heading."""

    text: str


class Say(Part, frozen=True, tag="say"):
    """A paragraph; `small` for what is only for reference (sources of rules)."""

    text: str
    small: bool = False


class Note(Part, frozen=True, tag="note"):
    """A message that must not be overlooked."""

    text: str


class Points(Part, frozen=True, tag="points"):
    """A list."""

    items: tuple[str, ...]


class Due(Part, frozen=True, tag="due"):
    """The amount that the paper is about."""

    label: str
    amount: str
    note: str = ""


class Rows(Part, frozen=True, tag="rows"):
    """A table: its first column names the row, the last `amounts` columns are figures; `total` is its last row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    amounts: int = 1


class Bar(msgspec.Struct, frozen=True):
    """One month of a chart."""

    label: str
    value: int
    said: str


class Bars(Part, frozen=True, tag="bars"):
    """A small chart of use; `alt` says it in words, and the last bar is this bill's."""

    caption: str
    bars: tuple[Bar, ...]
    alt: str


class Sign(Part, frozen=True, tag="sign"):
    """Lines to sign on."""

    lines: tuple[str, ...]


class Stub(Part, frozen=True, tag="stub"):
    """What is torn off and sent with a payment."""

    cut: str
    rows: tuple[tuple[str, str], ...]
    to: tuple[str, ...]


AnyPart = Head | Say | Note | Points | Due | Rows | Bars | Sign | Stub


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole paper. `facts` stand beside the recipient: date, account, address of service."""

    kind: str
    language: str
    title: str
    city: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    parts: tuple[AnyPart, ...]
    foot: str
    day: str
    """ISO, for the file's metadata; no clock is read when it is rendered."""
