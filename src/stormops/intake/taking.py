"""Taking a report: from what a customer said to the promise that it is on disk."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b

import msgspec

from stormops.core.entry import Actor, ReportReceived
from stormops.core.report import DANGERS, Channel, Report
from stormops.journal.port import Answer, Bundle, Door, DoorBusy, JournalUnavailable, Kept, KeptBundle, KeyReused, Offer
from stormops.web.problem import FieldError, Problem, problem, read

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
        self._new: Counter[Channel] = Counter()

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
        """Keep the report, as `offer` does.

        `once`: the key alone decides, the first report under it stands; for keys that we made ourselves,
        of a call's id and its step. `by`: who of the staff typed it for a caller.
        """
        told: asyncio.Future[Kept | Problem] = asyncio.get_running_loop().create_future()

        def tell(kept: Kept | Problem) -> None:
            if not told.done():  # else its request went away
                told.set_result(kept)

        self.offer(report, channel, sender, key, tell, once=once, by=by)
        return await told

    def offer(
        self,
        report: Report,
        channel: Channel,
        sender: str,
        key: str,
        tell: Callable[[Kept | Problem], object],
        *,
        once: bool = False,
        by: Actor | None = None,
    ) -> None:
        """Have the report kept; `tell` is called once, when it is on disk or when it is known that it will not be.

        With a key, the same report of the same sender is kept once; `sender` and `key` are empty when the
        client gave no key.
        """

        def make(receipt: str) -> ReportReceived:
            return ReportReceived(receipt=receipt, channel=channel, report=report, sender=sender, key=key, by=by)

        def settle(answer: Answer | JournalUnavailable) -> None:
            if isinstance(answer, list):
                (kept,) = answer
                if not kept.repeated:
                    self._count(channel, 1)
                tell(kept)
            else:
                tell(_refused(answer, "Idempotency-Key"))

        content = _CONTENT.encode(report) if key and not once else b""
        safety = report.safety
        try:
            self._door.offer((Offer(make, sender, key, content, safety),), settle, safety=safety)
        except (DoorBusy, JournalUnavailable) as error:
            tell(not_kept(error))

    def offer_all(
        self,
        reports: Sequence[Report],
        keys: list[str],
        channel: Channel,
        sender: str,
        tell: Callable[[KeptBundle | Problem], object],
    ) -> None:
        """The same for reports of one sender: all of them, or none. `keys` is empty when none has one."""

        def settle(answer: Answer | JournalUnavailable) -> None:
            if isinstance(answer, KeptBundle):
                self._count(channel, answer.new)
                tell(answer)
            else:
                place = answer.place if isinstance(answer, KeyReused) else 0
                tell(_refused(answer, f"reports.{place}.key"))

        contents = [_CONTENT.encode(report) for report in reports] if keys else []
        dangers = frozenset([i for i, one in enumerate(reports) if one.medical or one.symptom in DANGERS])
        bundle = Bundle(channel=channel, reports=reports, sender=sender, keys=keys, contents=contents, dangers=dangers)
        try:
            self._door.offer(bundle, settle, safety=bool(dangers))
        except (DoorBusy, JournalUnavailable) as error:
            tell(not_kept(error))

    def _count(self, channel: Channel, new: int) -> None:
        """Counted together at the end of this turn of the loop, in which a whole commit is told."""
        if not self._new:
            asyncio.get_running_loop().call_soon(self._counted)
        self._new[channel] += new

    def _counted(self) -> None:
        counts, self._new = self._new, Counter()
        for channel, count in counts.items():
            self._taken(channel.value, count)


def _refused(answer: Answer | JournalUnavailable, field: str) -> Problem:
    return not_kept(answer) if isinstance(answer, JournalUnavailable) else reused(field)


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


FORM_KEY = re.compile(r"form:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A key that the report form makes in the browser: `crypto.randomUUID`, 122 random bits."""
FORM_SENDER = "form"


def sender_of(key: str, sender: str) -> str:
    """Under whose name a key counts: its sender's, but a form's key is of the form, whatever network it is sent from.

    A report that waited for a network may have been received by the first try and be tried again from another address.
    Nobody guesses such a key; who sends it from several places repeats himself.
    """
    return FORM_SENDER if FORM_KEY.fullmatch(key) else sender


def good_key(key: str) -> bool:
    """Whether this may be an idempotency key."""
    return 0 < len(key) <= KEY_CHARACTERS_MAX and key.isascii() and key.isprintable()
