"""Everything that a feed is made of; `wiring` fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stormops.core.area import Areas
from stormops.core.network import City, Tree
from stormops.feed.ports import Authenticate
from stormops.journal.port import Journal, Snapshots
from stormops.settings import CityFile, Settings
from stormops.telemetry import Log, Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParts:
    """`maps` makes each GeoJSON layer (streets, areas, network, devices)."""

    city: City
    tree: Tree
    areas: Areas
    settings: Settings
    city_file: CityFile
    journal: Journal
    snapshots: Snapshots
    maps: Mapping[str, Callable[[], bytes]]
    authenticate: Authenticate
    log: Log
    metrics: Metrics
