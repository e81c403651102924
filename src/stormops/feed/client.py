"""One client of the hub: a wire with a session of its own while it comes, lags or goes, and a cohort otherwise."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from stormops.feed.session import Session
from stormops.feed.views import Audience
from stormops.feed.wire import Wire

if TYPE_CHECKING:
    from stormops.feed.cohort import Cohort
    from stormops.feed.hub import Hub


class Client(Wire):
    """Has no timer and no task: the hub looks after all. `taken` is its part of the budget for snapshots."""

    __slots__ = ("audience", "check_at", "cohort", "due", "full_since", "hub", "queued", "session", "taken", "who")

    def __init__(self, hub: Hub, audience: Audience, connections: set[object], who: HTTPConnection | None) -> None:
        super().__init__(connections)
        now = time.monotonic()
        self.hub = hub
        self.audience: Audience = audience
        self.who = who  # the desk's: whose session is looked at again
        self.session: Session | None = Session(hub.channels[audience], now, hub.views[audience].part)
        self.cohort: Cohort | None = None
        self.due = now
        self.check_at = now
        self.full_since = 0.0
        self.queued = False
        self.taken = 0

    def own(self) -> Session:
        """A session of its own: it leaves those with whom it shared one."""
        if self.session is None:
            cohort, self.cohort = self.cohort, None
            if cohort is None:
                raise RuntimeError("a client has a session or a cohort")
            self.session = cohort.session.fork()
            self.hub.leave(self, cohort)
        return self.session

    def heard(self, message: bytes) -> None:
        """See `Wire`."""
        session = self.own()
        before = session.channel
        session.receive(message)
        self.hub.changed_channel(self, before, session.channel)
        self.hub.queue(self)

    def filled(self) -> None:
        """See `Wire`."""
        self.full_since = time.monotonic()
        self.own()
        self.hub.full.add(self)

    def drained(self) -> None:
        """See `Wire`."""
        self.hub.full.discard(self)
        self.give()
        self.hub.queue(self)

    def left(self) -> None:
        """See `Wire`."""
        self.own()
        self.hub.left(self)

    def lost(self) -> None:
        """See `Wire`."""
        self.give()
        self.hub.lost(self)

    def give(self) -> None:
        """Give back what it has of the budget."""
        if self.taken:
            self.taken, taken = 0, self.taken
            self.hub.budgets[self.audience].give(taken)
