"""Meter events in XML: MultiSpeak 4.1 `ODEventNotification`, and Itron-style PON/PRN `MeterException`.

Read by expat with everything that makes XML dangerous left out: a document type (so no entity of any
kind but the five of XML itself), depth, number of elements and length of values are bounded, and the
encoding is UTF-8 or UTF-16 whatever the document claims. What is not needed is passed over, not kept.

Sources: MultiSpeak 4.1 types (`outageDetectionEvent`, `outageEventType`); Itron Analytics help, "Configuring
Itron Analytics to pass Outage Detection notifications through MultiSpeak" (`MeterException`, 18001, 18002).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape

from stormops.core.entry import METER_LETTERS, MeterEventsReceived

DEPTH_MAX = 32
ELEMENTS_MAX = 1_000_000
ATTRIBUTES_MAX = 32
VALUE_CHARACTERS_MAX = 1_000
METER_CHARACTERS_MAX = 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

MULTISPEAK_KINDS: dict[str, str] = {
    "Outage": METER_LETTERS["last_gasp"],
    "PowerOff": METER_LETTERS["out"],
    "Restoration": METER_LETTERS["restore"],
    "PowerOn": METER_LETTERS["on"],
}
"""`outageEventType`. What is not here is no word of a meter about its power: Instantaneous is over by now,
NoResponse is silence, Inferred is another system's guess; those are passed over."""

PON_KINDS = {"18001": METER_LETTERS["last_gasp"], "18002": METER_LETTERS["restore"]}
"""`ID` of a MeterException: primary power down, primary power up. Others are about something else."""


class Events(NamedTuple):
    """Meter events as columns of one length (see `core.entry.MeterEventsReceived`), and how many were passed over."""

    meters: list[str]
    kinds: str
    at_ms: list[int]
    decivolts: list[int]
    passed_over: int = 0

    @property
    def said(self) -> int:
        """How many events."""
        return len(self.meters)

    def fact(self, receipt: str, partner: str) -> MeterEventsReceived:
        """What is kept of the body."""
        return MeterEventsReceived(
            receipt=receipt,
            partner=partner,
            meters=self.meters,
            kinds=self.kinds,
            at_ms=self.at_ms,
            decivolts=self.decivolts,
        )


class Unreadable(Exception):
    """Why a body is no meter events: `field` (empty = the whole) and a sentence that says what to give instead."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


Record = dict[str, str]


class _Walk:
    """Collects, for each element called `record`, the texts of `wanted` elements in it and `element@attribute`s.

    `inside` says whether the element that they must be in was there.
    """

    def __init__(self, record: str, wanted: frozenset[str], around: str = "") -> None:
        self.records: list[Record] = []
        self.inside = not around
        self._record, self._wanted, self._around = record, wanted, around
        self._depth = self._elements = 0
        self._open: Record | None = None
        self._field = ""

    def parse(self, body: bytes) -> None:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise Unreadable("", f"Send well-formed XML in UTF-8. The reader says: {error}.") from error

    def _doctype(self, *_: object) -> None:
        raise Unreadable("", "Send XML without a DOCTYPE: it is not needed here and not read.")

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH_MAX or self._elements > ELEMENTS_MAX:
            raise Unreadable("", f"Nest at most {DEPTH_MAX} elements, and send at most {ELEMENTS_MAX:,} in all.")
        if len(attributes) > 2 * ATTRIBUTES_MAX or any(len(value) > VALUE_CHARACTERS_MAX for value in attributes):
            raise Unreadable("", f"At most {ATTRIBUTES_MAX} attributes of {VALUE_CHARACTERS_MAX} characters, please.")
        local = name.rpartition(" ")[2]
        self._field = ""
        if local == self._record:
            if self._open is not None:
                raise Unreadable("", f"An element {local} cannot be inside another.")
            self._open = {}
        elif self._open is None:
            self.inside |= local == self._around
        elif local in self._wanted:
            self._field = local
            for key, value in zip(attributes[::2], attributes[1::2], strict=True):
                self._open[f"{local}@{key.rpartition(' ')[2]}"] = value

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._field = ""
        if self._open is not None and name.rpartition(" ")[2] == self._record:
            self.records.append(self._open)
            self._open = None

    def _text(self, text: str) -> None:
        if self._field and self._open is not None:
            whole = self._open.get(self._field, "") + text
            if len(whole) > VALUE_CHARACTERS_MAX:
                raise Unreadable(self._field, f"Give at most {VALUE_CHARACTERS_MAX} characters.")
            self._open[self._field] = whole


def read_multispeak(body: bytes) -> Events:
    """The events of an `ODEventNotification` in its SOAP envelope. Raises Unreadable."""
    walk = _Walk(
        "outageDetectionEvent",
        frozenset({"eventTime", "outageEventType", "meterID", "outageDetectionDeviceID", "outageDetectDeviceID"}),
        around="ODEventNotification",
    )
    walk.parse(body)
    if not walk.inside:
        raise Unreadable("", "Send a SOAP envelope whose body is ODEventNotification of MultiSpeak 4.1.")
    return _columns(walk.records, "outageEventType", "eventTime", MULTISPEAK_KINDS.get, _multispeak_meter)


def read_pon(body: bytes) -> Events:
    """The events of one `MeterException`, or of many inside any element. Raises Unreadable."""
    walk = _Walk("MeterException", frozenset({"ElectronicSerialNumber", "ID", "Timestamp"}))
    walk.parse(body)
    if not walk.records:
        raise Unreadable("", "Send one MeterException element, or several inside another.")
    return _columns(walk.records, "ID", "Timestamp", PON_KINDS.get, lambda r: r.get("ElectronicSerialNumber", ""))


def _multispeak_meter(record: Record) -> str:
    """The meter's number: of its id, else the device that detected the outage."""
    names = ("meterID@meterNo", "meterID", "outageDetectionDeviceID", "outageDetectDeviceID")
    return next((record[name] for name in names if record.get(name, "").strip()), "")


def _columns(
    records: list[Record],
    kind_field: str,
    time_field: str,
    kind_of: Callable[[str], str | None],
    meter_of: Callable[[Record], str],
) -> Events:
    meters: list[str] = []
    kinds: list[str] = []
    at_ms: list[int] = []
    for index, record in enumerate(records):
        kind = kind_of(record.get(kind_field, "").strip())
        if kind is None:
            continue
        meter = meter_of(record).strip()
        if not 0 < len(meter) <= METER_CHARACTERS_MAX:
            raise Unreadable(
                f"events[{index}].meter", f"Give a meter number of 1 to {METER_CHARACTERS_MAX} characters."
            )
        meters.append(meter)
        kinds.append(kind)
        at_ms.append(_time(record.get(time_field, "").strip(), f"events[{index}].{time_field}"))
    return Events(meters, "".join(kinds), at_ms, [], len(records) - len(meters))


def _time(text: str, field: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unreadable(field, "Give a date and time with its zone, as 2026-09-14T18:03:07Z.")
    return milliseconds(at)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970 of a time with a zone, not below 0."""
    try:
        return max(0, (at - _EPOCH) // _MILLISECOND)
    except OverflowError:  # year 1 or 9999 beyond what a zone's offset leaves room for
        return 0


def soap_answer(receipt: str) -> bytes:
    """The answer to `ODEventNotification`: nothing was wrong (an empty list of errors)."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        '<ODEventNotificationResponse xmlns="http://www.multispeak.org/Version_4.1_Release">'
        f"<ODEventNotificationResult/><!-- receipt {escape(receipt)} -->"
        "</ODEventNotificationResponse></soap:Body></soap:Envelope>"
    ).encode()
