"""The publisher and the shelf of one feed, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from stormops.core.view_public import PublicView
from stormops.feed.board import Board
from stormops.feed.follow import Follower
from stormops.feed.headers import security_headers
from stormops.feed.help_places import HelpPlaces, beside
from stormops.feed.maps import PUBLIC_LAYERS
from stormops.feed.pages import Pages
from stormops.feed.parts import FeedParts
from stormops.feed.publish.picture import Taker
from stormops.feed.publish.publisher import Publisher, Ways
from stormops.feed.publish.shelf import Shelf
from stormops.feed.publish.store import Store
from stormops.feed.publish.tree import About, Tree
from stormops.feed.transit_alerts import TransitAlerts
from stormops.gis import basemap
from stormops.pages.language import offered
from stormops.settings import CityFile, Settings

LIVE_SECONDS_LEAST = 2.0
"""A web server tells versions of a file apart by its size and the second of its time."""


def make_shelf(settings: Settings, city_file: CityFile) -> Shelf:
    """The shelf of the public folder, which may not be there."""
    headers = security_headers(settings.feed_url, settings.intake_url)
    return Shelf(settings.public, headers, offered(city_file.languages))


def make_publisher(
    parts: FeedParts,
    follower: Follower[Board],
    pages: Pages,
    config: Mapping[str, Any],
    sockets_share: Callable[[], float],
) -> Publisher | None:
    """The publisher, None when the settings want none. `config`: what `GET /api/v1/config` answers."""
    settings, city, areas = parts.settings, parts.city, parts.areas
    if settings.public_tree_s <= 0:
        return None
    live_seconds = max(LIVE_SECONDS_LEAST, settings.public_tree_s)
    view = PublicView(city, areas, parts.city_file.phone)
    about = About(parts.city_file, settings.clock, config, live_seconds)
    places = HelpPlaces(beside(settings.city_file), parts.log)
    alerts = TransitAlerts(settings, parts.city_file, parts.log)
    makers: dict[str, Callable[[], bytes]] = {
        "streets": partial(basemap.streets, city),
        "ground": partial(basemap.ground, city),
        "landmarks": partial(basemap.landmarks, city),
        "areas": partial(basemap.areas_geojson, areas, city),
    }
    tree: Callable[[Store], Tree] = lambda store: Tree(store, areas, about, pages)  # noqa: E731
    return Publisher(
        settings.public,
        settings.data,
        follower,
        Ways(
            Taker(view, areas, parts.city_file.k, parts.public_names_secret),
            tree,
            lambda: {name: makers[name]() for name in PUBLIC_LAYERS},
            sockets_share,
            alerts.read,
            lambda: {
                "places.json": msgspec.json.encode({"places": places.read()}),
                "transit-alerts.json": alerts.body(),
            },
        ),
        live_seconds=live_seconds,
        log=parts.log,
        metrics=parts.metrics,
    )
