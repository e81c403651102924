"""Everything that a feed is made of; `wiring` fills it in."""

from __future__ import annotations

from dataclasses import dataclass

from stormops.core.area import Areas
from stormops.core.network import City, Tree
from stormops.feed.past.process import Past
from stormops.feed.ports import Authenticate, Remembered
from stormops.journal.port import Journal, Snapshots
from stormops.settings import CityFile, Settings
from stormops.telemetry import Log, Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParts:
    """What a feed works with.

    `past` answers what the desk asks of past positions. `areas` is the city's public partition for the city
    file's *k* (`core.area.areas`). `public_names_secret`: at least 16 bytes; under it, Open311's public list names
    requests without their receipts. `places_secret`: under it marks of places are made (`journal.place_mark`); empty =
    nobody signs up for messages. `homes_secret`: under it counter marks the premises of who is signed in there; empty =
    it asks nothing.
    """

    city: City
    tree: Tree
    areas: Areas
    settings: Settings
    city_file: CityFile
    journal: Journal
    past: Past
    snapshots: Snapshots
    authenticate: Authenticate
    remembered: Remembered
    log: Log
    metrics: Metrics
    public_names_secret: bytes
    places_secret: bytes = b""
    homes_secret: bytes = b""
