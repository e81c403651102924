"""The audit's events, each sealed with the hash of the one before: a change or a gap shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

FIRST = "0" * 64
"""What stands before the first event."""

_encode = msgspec.json.Encoder(order="sorted").encode


class AuditEvent(msgspec.Struct, frozen=True):
    """Who did what, on whose authority, on what evidence, and with what in sight."""

    key: str
    """The command's idempotency key."""
    command: str
    """The command's name; its whole text is kept with its outcome."""
    fingerprint: str
    """SHA-256 of that text."""
    at_ms: int
    actor: str
    channel: str
    desk: str
    shift: int
    mode: str
    as_of: int
    """The books' position that the person saw."""
    outcome: str
    """`done`, or the refusal's code."""
    subjects: tuple[str, ...] = ()
    """The records changed, as kind:id."""
    journals: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    policy: str = ""
    correlation: str = ""
    """The outage's incident, if one is the reason."""


def text_of(event: AuditEvent) -> bytes:
    """The event as JSON, the same for the same event."""
    return _encode(event)


def seal(previous: str, event: AuditEvent) -> str:
    """The event's hash, given the hash of the event before (`FIRST` for none): SHA-256, 64 hexadecimal digits."""
    return seal_text(previous, text_of(event))


def seal_text(previous: str, text: bytes) -> str:
    """As `seal`, of the event's text."""
    return hashlib.sha256(previous.encode() + text).hexdigest()


def broken(chain: Iterable[tuple[AuditEvent, str]]) -> int | None:
    """The place (from 0) of the first event whose hash is not what it must be; None when the chain holds."""
    previous = FIRST
    for place, (event, sealed) in enumerate(chain):
        if seal(previous, event) != sealed:
            return place
        previous = sealed
    return None
