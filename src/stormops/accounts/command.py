"""What every command has: an envelope of who asks and what was in sight, and the circumstances in which it is decided.

A command is a typed value; its `decide` changes a `Draft` or raises `Refused`. `deciding.decide` runs it.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec

from stormops.accounts.controls import Limits
from stormops.accounts.record import Id

if TYPE_CHECKING:
    from stormops.accounts.draft import Draft


class Envelope(msgspec.Struct, frozen=True):
    """Who asks, where, and what was in sight. None of it is read from the customer's or the desk's own words."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
    """The idempotency key: one command, one effect, however often it is sent."""
    at_ms: int
    """When it was taken, platform ms; a queued command keeps it."""
    day: date
    """The city's day of `at_ms`; journals are effective then."""
    actor: Id
    desk: str
    shift: int
    channel: str = "desk"
    mode: str = "normal"
    """The mode when it was taken."""
    as_of: int | None = None
    """The books' position that the actor saw, None when nothing was looked at."""
    correlation: str = ""


class Circumstances(msgspec.Struct, frozen=True):
    """What holds when a command is decided; given by the process, never by who asks."""

    limits: Limits
    levels: dict[str, str]
    """Function → service level in the mode that holds (`core.mode`)."""
    episode: str = ""
    """Which declared mode holds, "" on a quiet day."""
    settled: bool = True
    """No command of the customer waits anywhere, and the last mode and its grace are over."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", forbid_unknown_fields=True):
    """The base of all commands."""

    function: ClassVar[str]
    """Its row in the table of modes."""
    permission: ClassVar[str]

    def decide(self, draft: Draft) -> None:
        """Change the draft. Raises Refused."""
        raise NotImplementedError


def name_of(command: Command) -> str:
    """The command's name, as on the wire."""
    return str(command.__struct_config__.tag)


_encode = msgspec.json.Encoder(order="sorted").encode


def text_of(command: Command) -> bytes:
    """The command as JSON, the same for the same command."""
    return _encode(command)


def fingerprint(command: Command, envelope: Envelope, text: bytes = b"") -> str:
    """SHA-256 of what was asked and by whom, by which a key used for something else is found out.

    `text`: the command's (`text_of`), where it is known.
    """
    return hashlib.sha256(envelope.actor.encode() + b"\0" + (text or text_of(command))).hexdigest()
