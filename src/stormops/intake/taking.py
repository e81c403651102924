"""Taking a report: from what a customer said to the promise that it is on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b

import msgspec

from stormops.core.entry import Actor, ReportReceived
from stormops.core.report import Channel, Report
from stormops.intake.problem import FieldError, Problem, problem, read
from stormops.journal.port import Door, DoorBusy, JournalUnavailable, Kept, KeyReused, Offer

KEY_CHARACTERS_MAX = 200

WHERE_OR_WHO = ("address", "landmark", "account", "phone", "meter", "service_point")
"""Text fields of which one is enough; latitude and longitude together are enough too."""

_DECODER = msgspec.json.Decoder(Report)
_CONTENT = msgspec.msgpack.Encoder()


def read_report(body: bytes) -> Report | Problem:
    """The report in a JSON body, or the problem with every field that needs correction."""
    report = read(_DECODER, body)
    return report if isinstance(report, Problem) else complete(report)


def complete(report: Report) -> Report | Problem:
    """The report if it says where or who, and its two coordinates come together; else the problem."""
    if (report.latitude is None) != (report.longitude is None):
        missing = "latitude" if report.latitude is None else "longitude"
        return problem("invalid", "", FieldError(missing, "Give latitude and longitude together, or neither."))
    if report.latitude is None and not any((getattr(report, name) or "").strip() for name in WHERE_OR_WHO):
        return problem(
            "invalid",
            "",
            FieldError(
                "address", f"Say where it is or who you are: give one of {', '.join(WHERE_OR_WHO)}, latitude/longitude."
            ),
        )
    return report


class Senders:
    """Names a sender without saying who it is: a hash under a key that every door of the platform shares."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the senders' secret must be at least 16 bytes")
        self._keyed = blake2b(key=secret[:64], digest_size=12)

    def name(self, address: str, agent: str) -> str:
        """The sender of this client address and user agent: 24 hexadecimal digits."""
        hashed = self._keyed.copy()
        hashed.update(f"{address}\0{agent}".encode(errors="replace"))
        return hashed.hexdigest()


class Taker:
    """Takes reports into one door. `taken(channel, count)` is called after new ones (for the metrics)."""

    def __init__(self, door: Door, taken: Callable[[str, int], object]) -> None:
        self._door = door
        self._taken = taken

    async def take(
        self,
        report: Report,
        channel: Channel,
        sender: str,
        key: str,
        *,
        once: bool = False,
        by: Actor | None = None,
    ) -> Kept | Problem:
        """Keep the report. With a key, the same report of the same sender is kept once.

        `sender` and `key` are empty when the client gave no key. `once`: the key alone decides, the first
        report under it stands; for keys that we made ourselves, of a call's id and its step. `by`: who of
        the staff typed it for a caller.
        """

        def make(receipt: str) -> ReportReceived:
            return ReportReceived(receipt=receipt, channel=channel, report=report, sender=sender, key=key, by=by)

        content = _CONTENT.encode(report) if key and not once else b""
        try:
            kept = await self._door.keep(make, safety=report.safety, sender=sender, key=key, content=content)
        except (DoorBusy, JournalUnavailable) as error:
            return not_kept(error)
        if isinstance(kept, KeyReused):
            return reused()
        if not kept.repeated:
            self._taken(channel.value, 1)
        return kept

    async def take_all(
        self, reports: Sequence[tuple[Report, str]], channel: Channel, sender: str
    ) -> list[Kept] | Problem:
        """Keep reports with their keys (empty = none) of one sender: all of them, or none."""
        offers = [_offer(report, channel, sender if key else "", key) for report, key in reports]
        try:
            kept = await self._door.keep_all(offers)
        except (DoorBusy, JournalUnavailable) as error:
            return not_kept(error)
        if isinstance(kept, KeyReused):
            return reused(f"reports.{kept.place}.key")
        self._taken(channel.value, sum(not one.repeated for one in kept))
        return kept


def _offer(report: Report, channel: Channel, sender: str, key: str) -> Offer:
    def make(receipt: str) -> ReportReceived:
        return ReportReceived(receipt=receipt, channel=channel, report=report, sender=sender, key=key)

    return Offer(make, sender, key, _CONTENT.encode(report) if key else b"", report.safety)


def not_kept(error: DoorBusy | JournalUnavailable) -> Problem:
    """The problem for a door that could not keep something; the disk's own words stay in the log."""
    if isinstance(error, DoorBusy):
        return problem(
            "busy",
            "Nothing was saved. Send the same again in a few seconds, with the same Idempotency-Key.",
            retry_after_s=error.retry_after_s,
        )
    return problem(
        "unavailable",
        "Nothing was saved. Send the same again in a little while, with the same Idempotency-Key, or call us.",
        retry_after_s=5,
    )


def reused(field: str = "Idempotency-Key") -> Problem:
    """The problem for a key that stands for something else already."""
    return problem(
        "key_reused",
        "Nothing was saved.",
        FieldError(field, "Use a new key for a new request; the same key only to repeat the same request."),
    )


def wrong_key() -> Problem:
    """The problem for a key that is too long or not printable."""
    return problem(
        "invalid", "", FieldError("Idempotency-Key", f"Give 1 to {KEY_CHARACTERS_MAX} printable ASCII characters.")
    )


def good_key(key: str) -> bool:
    """Whether this may be an idempotency key."""
    return 0 < len(key) <= KEY_CHARACTERS_MAX and key.isascii() and key.isprintable()
