"""Clients who have been sent the same: one session stands for all of them, and one frame goes to each."""

from __future__ import annotations

from stormops.feed.client import Client
from stormops.feed.session import Session

COHORT_MAX = 256
"""Clients of a cohort: what is written in one go before the loop turns to others. One more begins another cohort."""


class Cohort:
    """Its session never says hello and never gets a snapshot: who needs one is not of this company any more."""

    __slots__ = ("clients", "due", "queued", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clients: set[Client] = set()
        self.due = 0.0
        self.queued = False

    def takes(self, session: Session) -> bool:
        """Whether a client with this session may join."""
        same = self.session.channel is session.channel and self.session.n == session.n
        return same and len(self.clients) < COHORT_MAX

    def write(self, frame: bytes) -> None:
        """To everybody. Who turns out to be full leaves while this runs."""
        for client in tuple(self.clients):
            client.put(frame)
