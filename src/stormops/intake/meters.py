"""What machines of the grid say, from partners: events of meters, states of telemetered devices.

`POST /api/v1/meters/events` (JSON), `/multispeak`, `/pon` (XML) and `POST /api/v1/telemetry/states` (JSON).

One body becomes one fact with one receipt, however much it has. Bounds, each with its behaviour:
`BODY_BYTES` a body (413), `BODIES` bodies in hand (503 with Retry-After), `PARSING` of them being read
at once, in threads, so that a large one does not hold up a person's report.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.core.entry import DEVICE_LETTERS, METER_LETTERS, AnyFact, DeviceStatesReceived
from stormops.intake.meters_xml import (
    METER_CHARACTERS_MAX,
    Events,
    Unreadable,
    milliseconds,
    read_multispeak,
    read_pon,
    soap_answer,
)
from stormops.intake.partners import May, no_token
from stormops.intake.taking import good_key, not_kept, reused, wrong_key
from stormops.journal.port import Door, DoorBusy, JournalUnavailable, KeyReused
from stormops.web.http import header, is_json, problem_response, read_body
from stormops.web.problem import FieldError, Problem, problem

BODY_BYTES = 8 * 1024 * 1024
"""About 100,000 events in JSON, 20,000 in XML."""

BODIES = 16
PARSING = 2
AT_ONCE_BYTES = 32 * 1024
"""A body up to this is read where it is: a thread would cost more."""

DEVICE_CHARACTERS_MAX = 64

RETRY_AFTER_S = 2
RECEIPT_HEADER = "Stormops-Receipt"
NEWEST_MS = 2**53
"""Whole milliseconds are exact in JSON's numbers up to here."""

Time = Annotated[float, msgspec.Meta(ge=0, le=NEWEST_MS)] | Annotated[datetime, msgspec.Meta(tz=True)]


class MeterEvent(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What one meter said, or what a check of it found.

    `last_gasp`: it lost power; `restore`: power is back; `out`, `on`: a check found it without, with power.
    `at`: when, RFC 3339 with its zone or milliseconds since 1970. `voltage`: volts measured with it.
    """

    meter: Annotated[str, msgspec.Meta(min_length=1, max_length=METER_CHARACTERS_MAX)]
    kind: Literal["last_gasp", "restore", "out", "on"]
    at: Time
    voltage: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None


class MeterEvents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of any number of meters, in any order."""

    events: Annotated[list[MeterEvent], msgspec.Meta(min_length=1)]


class DeviceStateSaid(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the control system knows of a telemetered device (a breaker, a recloser): its contacts are open or closed.

    `unknown`: it no longer knows, the link to the device is lost. `device`: its id in the network. `at`: since when,
    RFC 3339 with its zone or milliseconds since 1970.
    """

    device: Annotated[str, msgspec.Meta(min_length=1, max_length=DEVICE_CHARACTERS_MAX)]
    state: Literal["open", "closed", "unknown"]
    at: Time


class DeviceStates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """States of any number of devices, in any order."""

    states: Annotated[list[DeviceStateSaid], msgspec.Meta(min_length=1)]


class States(NamedTuple):
    """States of devices as columns of one length (see `core.entry.DeviceStatesReceived`)."""

    devices: list[str]
    states: str
    at_ms: list[int]
    passed_over: int = 0

    @property
    def said(self) -> int:
        """How many states."""
        return len(self.devices)

    def fact(self, receipt: str, partner: str) -> DeviceStatesReceived:
        """What is kept of the body."""
        return DeviceStatesReceived(
            receipt=receipt, partner=partner, devices=self.devices, states=self.states, at_ms=self.at_ms
        )


class EventsKept(msgspec.Struct, frozen=True, kw_only=True):
    """All of the body is on disk. `passed_over`: entries in it that say nothing of what is asked for."""

    receipt: str
    received_ms: int
    events: int
    passed_over: int


_EVENTS = msgspec.json.Decoder(MeterEvents)
_STATES = msgspec.json.Decoder(DeviceStates)
_WHERE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)

T = TypeVar("T")


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """A JSON body. Raises Unreadable, which names what in it is wrong."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        found = _WHERE.fullmatch(str(error))
        detail, field = found.groups() if found else (str(error), "")
        raise Unreadable(field[:100], f"{detail[:200]}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("", f"Send one JSON object in UTF-8. The reader says: {error}.") from error


def _ms(at: float | datetime) -> int:
    return milliseconds(at) if isinstance(at, datetime) else int(at)


def read_states(body: bytes) -> States:
    """The states of a JSON body. Raises Unreadable, which names the one that is wrong."""
    states = _decoded(_STATES, body).states
    letters = "".join([DEVICE_LETTERS[one.state] for one in states])
    return States([one.device for one in states], letters, [_ms(one.at) for one in states])


def read_json(body: bytes) -> Events:
    """The events of a JSON body. Raises Unreadable, which names the event that is wrong."""
    events = _decoded(_EVENTS, body).events
    volts = [-1 if event.voltage is None else round(10 * event.voltage) for event in events]
    return Events(
        [event.meter for event in events],
        "".join([METER_LETTERS[event.kind] for event in events]),
        [_ms(event.at) for event in events],
        volts if any(volt >= 0 for volt in volts) else [],
    )


class Form(NamedTuple):
    """One form that bodies come in: its path, whether it is XML, its reader, and whether it is answered by SOAP.

    `right`: what a partner must be allowed to send.
    """

    path: str
    xml: bool
    read: Callable[[bytes], Events | States]
    soap: bool = False
    right: str = "meters"


FORMS = (
    Form("/api/v1/meters/events", xml=False, read=read_json),
    Form("/api/v1/meters/multispeak", xml=True, read=read_multispeak, soap=True),
    Form("/api/v1/meters/pon", xml=True, read=read_pon),
    Form("/api/v1/telemetry/states", xml=False, read=read_states, right="telemetry"),
)


class MeterDoors:
    """The addresses of `FORMS`. `taken(events)` and `refused(code)` are called for the metrics."""

    def __init__(self, door: Door, may: May, taken: Callable[[int], object], refused: Callable[[str], object]) -> None:
        self._door = door
        self._may = may
        self._taken = taken
        self._refused = refused
        self._in_hand = 0
        self._parsing = asyncio.Semaphore(PARSING)

    def routes(self) -> list[Route]:
        """Routes for Starlette."""
        return [Route(form.path, self._endpoint(form), methods=["POST"]) for form in FORMS]

    def _endpoint(self, form: Form) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            result = await self._bounded(request, form)
            if isinstance(result, Problem):
                self._refused(result.code)
                return problem_response(result)
            headers = {RECEIPT_HEADER: result.receipt}
            if form.soap:
                return Response(soap_answer(result.receipt), 200, headers, media_type="text/xml")
            return Response(msgspec.json.encode(result), 202, headers, media_type="application/json")

        return endpoint

    async def _bounded(self, request: Request, form: Form) -> EventsKept | Problem:
        partner = self._may(request.headers.raw, form.right)
        if partner is None:
            return no_token(form.right)
        if self._in_hand >= BODIES:
            return problem("busy", "Nothing was saved. Send the same again shortly.", retry_after_s=RETRY_AFTER_S)
        self._in_hand += 1
        try:
            return await self._take(request, form, f"partner {partner}")
        finally:
            self._in_hand -= 1

    async def _take(self, request: Request, form: Form, sender: str) -> EventsKept | Problem:
        wrong = _wrong_head(request, form)
        if wrong is not None:
            return wrong
        key = request.headers.get("idempotency-key", "")
        body = await read_body(request.scope, request.receive, BODY_BYTES)
        if isinstance(body, Problem):
            return body
        try:
            events = await self._read(form, body)
        except Unreadable as error:
            errors = (FieldError(error.field, error.detail),) if error.field else ()
            return problem("invalid", "" if errors else error.detail, *errors)
        return await self._keep(events, sender, key, body)

    async def _read(self, form: Form, body: bytes) -> Events | States:
        if len(body) <= AT_ONCE_BYTES:
            return form.read(body)
        async with self._parsing:
            return await asyncio.to_thread(form.read, body)

    async def _keep(self, said: Events | States, sender: str, key: str, body: bytes) -> EventsKept | Problem:
        def make(receipt: str) -> AnyFact:
            return said.fact(receipt, sender.removeprefix("partner "))

        try:
            kept = await self._door.keep(make, sender=sender if key else "", key=key, content=body if key else b"")
        except (DoorBusy, JournalUnavailable) as error:
            return not_kept(error)
        if isinstance(kept, KeyReused):
            return reused()
        if not kept.repeated:
            self._taken(said.said)
        return EventsKept(
            receipt=kept.receipt, received_ms=kept.recorded_ms, events=said.said, passed_over=said.passed_over
        )


def _wrong_head(request: Request, form: Form) -> Problem | None:
    """What is wrong with the request before its body is read."""
    kind = (header(request.scope, b"content-type") or b"").partition(b";")[0].strip().lower()
    if form.xml and kind not in (b"text/xml", b"application/xml") and not kind.endswith(b"+xml"):
        return problem("unsupported_media_type", "Send the events as XML, with Content-Type: text/xml.")
    if not form.xml and not is_json(request.scope):
        return problem("unsupported_media_type", "Send the events as JSON, with Content-Type: application/json.")
    key = request.headers.get("idempotency-key")
    return wrong_key() if key is not None and not good_key(key) else None
