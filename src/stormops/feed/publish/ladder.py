"""How often the public tree and the pages that read it renew themselves: a ladder of four rungs. Pure.

live → 60 s → 5 min → static. The rung is the harshest that the mode or the load asks for; what a person
sets counts instead of both. No rung lets a page reload itself faster than every 30 s.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from stormops.core.mode import Level, Mode, level_of

PAGE_SECONDS_LEAST = 30
"""No page asks again by itself sooner than this."""

SOCKETS_SHARE_MAX = 0.9
"""So full, sockets are the load: browsers are sent to the tree instead."""

BUSY_SHARE_MAX = 0.5
"""A publication may take so much of the time between two; beyond, they come a rung rarer."""


class Rung(StrEnum):
    """A step of the ladder, ordered from live to static."""

    LIVE = "live"
    MINUTE = "60s"
    FIVE_MINUTES = "5min"
    STATIC = "static"


RUNGS = tuple(Rung)

OF_LEVEL = {
    Level.FULL: Rung.LIVE,
    Level.LEAN: Rung.MINUTE,
    Level.SNAPSHOT: Rung.FIVE_MINUTES,
    Level.SUSPEND: Rung.STATIC,
}
"""What the service level of `public_tree` in a mode means here."""


class Cadence(NamedTuple):
    """Seconds between two publications, and until a page asks again by itself (0 = only when somebody asks)."""

    publish: float
    page: int


CADENCES = {
    Rung.MINUTE: Cadence(60, 60),
    Rung.FIVE_MINUTES: Cadence(300, 300),
    Rung.STATIC: Cadence(300, 0),
}


def cadence_of(rung: Rung, live_seconds: float) -> Cadence:
    """The cadence of a rung; `live_seconds` between publications while live."""
    return CADENCES.get(rung, Cadence(live_seconds, PAGE_SECONDS_LEAST))


def rung_of_mode(mode: Mode) -> Rung:
    """What the mode asks for."""
    return OF_LEVEL[level_of("public_tree", mode)]


def rung_of_load(*, sockets_share: float, cost_seconds: float, live_seconds: float) -> Rung:
    """The first rung at which the last publication's time, `cost_seconds`, is a small share of the pause.

    Full sockets ask for one rung at least: their browsers then read the tree. The load never asks for static.
    """
    for rung in (Rung.LIVE, Rung.MINUTE):
        full = rung is Rung.LIVE and sockets_share >= SOCKETS_SHARE_MAX
        if not full and cost_seconds <= BUSY_SHARE_MAX * cadence_of(rung, live_seconds).publish:
            return rung
    return Rung.FIVE_MINUTES


def choose(mode: Mode, load: Rung, hand: Rung | None) -> Rung:
    """The rung to stand on."""
    return hand if hand is not None else max(rung_of_mode(mode), load, key=RUNGS.index)


def hand_of(text: str) -> Rung | None:
    """The rung that a person set; "auto", nothing and anything else leave it to mode and load."""
    return next((rung for rung in Rung if rung.value == text.strip()), None)
