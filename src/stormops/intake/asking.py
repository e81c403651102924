"""Asking feed what became of a receipt: one small HTTP request on the loopback, with a deadline and a brake.

Intake may not read the journal and must not wait for who does: no answer in time is an answer that says so.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol

import msgspec

from stormops.web.loopback import get

DEADLINE_SECONDS = 1.5
"""An answer that takes longer is none."""

ANSWER_BYTES_MAX = 16 * 1024


class Brake(Protocol):
    """The client-side throttle (`admission.throttle`)."""

    def may_send(self) -> bool: ...
    def accepted(self) -> None: ...


class Told(NamedTuple):
    """What became of a report: `state` of the incident or the report; "unknown", or "untold" when nobody says."""

    state: str
    others: int = 0


UNKNOWN, UNTOLD = Told("unknown"), Told("untold")


class _Incident(msgspec.Struct):
    state: str
    others: int = 0


class _Answer(msgspec.Struct):
    state: str
    incident: _Incident | None = None


_DECODER = msgspec.json.Decoder(_Answer)


class FeedStatus:
    """The status port over feed's `GET /api/v1/reports/{receipt}`."""

    def __init__(self, host: str, port: int, brake: Brake) -> None:
        self._host, self._port, self._brake = host, port, brake

    async def __call__(self, receipt: str) -> Told:
        """What became of this receipt (written form). Never raises, never takes longer than the deadline."""
        if not self._brake.may_send():
            return UNTOLD
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                status, body = await get(self._host, self._port, f"/api/v1/reports/{receipt}", ANSWER_BYTES_MAX)
        except (OSError, ValueError):  # TimeoutError is an OSError
            return UNTOLD
        if status not in {429, 503}:
            self._brake.accepted()
        if status == 404:
            return UNKNOWN
        return _told(body) if status == 200 else UNTOLD


def _told(body: bytes) -> Told:
    try:
        answer = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNTOLD
    if answer.incident is None:
        return Told(answer.state)
    return Told(answer.incident.state, answer.incident.others)
