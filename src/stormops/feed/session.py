"""The feed's protocol for one client: hello, then a snapshot or the missed changes, then changes as they come.

Sans I/O: messages and seconds go in, `Send`, `Close` or `Wait` come out. A session keeps a position,
never a queue: what a slow client has not been sent stays in the channel's ring, and when that would
be more than `CLIENT_BUFFER_BYTES_MAX` (or than a snapshot), it is sent a new snapshot instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from stormops.feed.channel import Change, Channel
from stormops.feed.selection import Selection

HELLO_SECONDS_MAX = 10.0
"""A client that has not said hello by then is closed (4400)."""

MESSAGE_BYTES_MAX = 4096
"""Longest message a client may send; a longer one closes it (4413)."""

CLIENT_BUFFER_BYTES_MAX = 1024 * 1024
"""Most bytes of changes a client may be behind; beyond it is resynchronised by a snapshot."""

SNAPSHOT_BYTES_LEAST = 16 * 1024
"""Below this a resynchronisation saves nothing worth the flicker: the changes are sent."""

HEARTBEAT_SECONDS = 6.0
"""Longest silence towards a client, wall time; a little longer than the rarest cadence, which then needs none."""

AHEAD_SECONDS_MAX = 2.0
"""A client ahead of us (it comes from another process of this journal) is waited for so long; then a snapshot."""

BAD_HELLO, NOT_SIGNED_IN, WRONG_ORIGIN, TOO_SLOW, TOO_LARGE, TOO_MANY = 4400, 4401, 4403, 4408, 4413, 4429
"""Close codes of the feed; 1013 (try again later) while the first picture is not there yet."""


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a returning client stopped."""

    epoch: str
    n: int


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The client's first and only message."""

    type: Literal["hello"]
    resume: Resume | None = None
    view: Selection | None = None


class Send(NamedTuple):
    """Send these parts now, as one text message. `kind` is for counting."""

    parts: tuple[bytes, ...]
    kind: Literal["snapshot", "resync", "changes", "heartbeat"]


class Close(NamedTuple):
    """Close the socket with this code."""

    code: int
    reason: str


class Wait(NamedTuple):
    """Nothing to send before `seconds` have passed, unless the client speaks or the channel moves."""

    seconds: float


class Session:
    """One client of one channel, or several at one position. All times are seconds of one monotonic clock.

    `narrow` gives the channel of what a client says that it looks at; without it all see the whole.
    """

    __slots__ = ("_ahead", "_greeted", "_n", "_narrow", "_opened", "_refusal", "_sent_at", "channel")

    def __init__(self, channel: Channel, now: float, narrow: Callable[[Selection], Channel] | None = None) -> None:
        self.channel = channel
        self._narrow = narrow
        self._opened = now
        self._sent_at = now
        self._greeted = False
        self._n: int | None = None
        self._ahead: int | None = None
        self._refusal: Close | None = None

    def fork(self) -> Session:
        """Another session at the same position: clients who come to share one, or leave one that they shared."""
        other = Session(self.channel, self._opened)
        other._greeted, other._n, other._sent_at = self._greeted, self._n, self._sent_at
        return other

    @property
    def n(self) -> int | None:
        """The position the client has been sent, None before the first snapshot."""
        return self._n

    @property
    def greeted(self) -> bool:
        """Whether the client has said hello."""
        return self._greeted

    @property
    def refusal(self) -> Close | None:
        """Why this client is to be closed, None while it behaves."""
        return self._refusal

    @property
    def needs_snapshot(self) -> bool:
        """Whether the next step, if taken now, sends a snapshot."""
        wants = self._greeted and self._refusal is None and self._ahead is None
        return wants and self.channel.ready and self._next_change() is None

    @property
    def level(self) -> bool:
        """Whether the client has been sent everything: it may share what comes with others at its position."""
        return self._greeted and self._refusal is None and self._n is not None and self._n == self.channel.n

    def receive(self, text: str | bytes) -> None:
        """Take what the client said. A wrong word makes the next step a `Close`."""
        if self._refusal is not None:
            return
        if len(text) > MESSAGE_BYTES_MAX:
            self._refusal = Close(TOO_LARGE, f"a message has at most {MESSAGE_BYTES_MAX} bytes")
            return
        if self._greeted:
            self._refusal = Close(BAD_HELLO, "a client speaks once: hello")
            return
        try:
            hello = msgspec.json.decode(text, type=Hello)
        except (msgspec.MsgspecError, UnicodeDecodeError, UnicodeEncodeError):
            self._refusal = Close(BAD_HELLO, 'the first message is {"type":"hello","resume":null}')
            return
        self._greeted = True
        if hello.view is not None and self._narrow is not None:
            self.channel = self._narrow(hello.view)
        resume = hello.resume
        if resume is not None and resume.epoch == self.channel.epoch and self.channel.ready:
            if resume.n > self.channel.n:
                self._ahead = resume.n
            else:
                self._resume(resume.n)

    def _resume(self, n: int) -> None:
        """Go on from a position, if it is one of ours."""
        if n == self.channel.n or self.channel.after(n) is not None:
            self._n = n
            self._sent_at = float("-inf")  # a heartbeat at once tells it that nothing was missed

    def _behind(self, ahead: int, now: float) -> Wait | None:
        """What to do while the client is ahead of us; None when we have come to it, or it has waited enough."""
        left = self._opened + AHEAD_SECONDS_MAX - now
        if self.channel.n < ahead and left > 0:
            return Wait(left)
        self._resume(ahead)
        self._ahead = None
        return None

    def next(self, now: float, server_ms: int) -> Send | Close | Wait:
        """What to do now. After a `Send` ask again: there may be more."""
        if self._refusal is not None:
            return self._refusal
        if not self._greeted:
            left = self._opened + HELLO_SECONDS_MAX - now
            return Wait(left) if left > 0 else Close(BAD_HELLO, "no hello came")
        if not self.channel.ready:
            return Wait(HEARTBEAT_SECONDS)
        if self._ahead is not None and (wait := self._behind(self._ahead, now)) is not None:
            return wait
        said = self._news(server_ms)
        if said is None:
            left = self._sent_at + HEARTBEAT_SECONDS - now
            if left > 0:
                return Wait(left)
            said = Send((self.channel.heartbeat(server_ms),), "heartbeat")
        self._sent_at = now
        return said

    def _next_change(self) -> Change | Literal["none"] | None:
        """The change to send, "none" when there is none, None when only a snapshot will do."""
        channel = self.channel
        if self._n is None:
            return None
        if self._n == channel.n:
            return "none"
        change = channel.after(self._n)
        bound = min(CLIENT_BUFFER_BYTES_MAX, max(channel.snapshot_bytes, SNAPSHOT_BYTES_LEAST))
        return change if change is not None and channel.pending_bytes(change) <= bound else None

    def _news(self, server_ms: int) -> Send | None:
        """The next change, or a snapshot when that is what the client needs."""
        change = self._next_change()
        if change == "none":
            return None
        if isinstance(change, Change):
            self._n = change.n
            return Send((change.message,), "changes")
        kind: Literal["snapshot", "resync"] = "snapshot" if self._n is None else "resync"
        self._n = self.channel.n
        return Send(self.channel.snapshot(server_ms), kind)
