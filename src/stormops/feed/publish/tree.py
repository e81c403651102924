"""One public tree on disk: from a picture, the files that have changed, the pointer last.

Everything but the pointer's `published_ms` and the index of past moments (`past`) is a function of the picture (with
what is told of the buses), the rung and the city, so two origins at one position write the same files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import shapely

from stormops.clock import Clock
from stormops.core.area import Areas
from stormops.feed.pages import TEMPLATES, Pages
from stormops.feed.publish.ladder import Rung, cadence_of
from stormops.feed.publish.past import INDEX, Past
from stormops.feed.publish.picture import Picture
from stormops.feed.publish.store import Store
from stormops.feed.publish.tiles import AREA_ZOOM, LEAST_ZOOM, Tiles
from stormops.feed.publish.twins import Twins, incident_path, said_mode
from stormops.settings import CityFile

POINTER = "current.json"

GONE_SECONDS = 24 * 3600
"""So long the address of an incident that is over says so; then it is as one that never was."""

GONE_MAX = 5_000
"""Pages of incidents that are over; beyond, the longest over go before their time."""

_JSON = msgspec.json.Encoder(order=None)


class About(NamedTuple):
    """What the tree says of its city and never changes. `config`: what `GET /api/v1/config` answers."""

    city_file: CityFile
    clock: Clock
    config: Mapping[str, Any]
    live_seconds: float


class Tree:
    """Writes trees into a store, one after another, on one thread."""

    def __init__(self, store: Store, areas: Areas, about: About, pages: Pages) -> None:
        self._store = store
        self._about = about
        self._pages = pages
        self._twins = Twins(about.city_file, about.clock, dict(zip(areas.id, areas.name, strict=True)))
        self._tiles = Tiles(areas)
        shapes = zip(areas.id, areas.polygon, strict=True)
        self._shapes = {
            key: msgspec.Raw(b"null" if s.is_empty else shapely.to_geojson(s).encode()) for key, s in shapes
        }
        self._layers: dict[str, str] = {}
        self._past = Past(store)
        listed = (store.folder / self._twins.languages[0] / "incident").glob("*.html")
        self._incidents: dict[str, float] = dict.fromkeys((path.stem for path in listed), 0.0)
        """Those with a page, and when (seconds of the caller's clock) they were found over; 0 = shown."""

    def lay(self, layers: Mapping[str, bytes]) -> None:
        """Write what never changes: the map's layers (GeoJSON by name), the style, the script, the city."""
        put = self._store.put
        for name, body in layers.items():
            self._layers[name] = self._store.keep(body, "geojson", hard=True)
            put(f"map/{name}.geojson", body, hard=True)
        put("pages.css", self._pages.stylesheet, hard=True)
        put("age.js", (TEMPLATES / "age.js").read_bytes(), hard=True)
        put("config.json", _JSON.encode(self._about.config), hard=True)

    def publish(self, picture: Picture, rung: Rung, published_ms: int, now: float) -> None:
        """Make the tree that of the picture. `published_ms` wall time, `now` seconds that never go back.

        Raises OSError when the folder cannot be written: the tree before stays in force.
        """
        cadence = cadence_of(rung, self._about.live_seconds)
        keep = self._store.keep
        paths: dict[str, Any] = {
            "summary": keep(_JSON.encode(self._summary(picture)), "json"),
            "areas": keep(_JSON.encode({"areas": list(picture.areas.values())}), "json"),
            "incidents": keep(_JSON.encode({"k": self._about.city_file.k, "incidents": _incidents(picture)}), "json"),
            "config": "config.json",
            "past": INDEX,
            "map": self._layers,
        }
        for path in self._layers.values():
            self._store.use(path)
        self._past.publish(picture)
        self._write_named(picture, cadence.page, now)
        self._store.put(
            POINTER, _JSON.encode(self._pointer(picture, rung, cadence.page, published_ms) | {"paths": paths})
        )
        self._store.sweep()

    def _summary(self, picture: Picture) -> dict[str, Any]:
        tiles = {
            tile.name: self._store.keep(_JSON.encode(features), "geojson")
            for tile, features in self._tiles.features(picture.areas, picture.by_area).items()
        }
        totals = {key: value for key, value in picture.totals.items() if key != "at_ms"}
        return {
            "city": picture.city,
            "totals": totals,
            "mode": picture.mode,
            "unheard": picture.unheard,
            "tiles": {"zooms": [LEAST_ZOOM, AREA_ZOOM], "paths": tiles},
        }

    def _pointer(self, picture: Picture, rung: Rung, page_seconds: int, published_ms: int) -> dict[str, Any]:
        city, clock = self._about.city_file, self._about.clock
        return {
            "version": 1,
            "n": picture.n,
            "at_ms": picture.at_ms,
            "published_ms": published_ms,
            "mode": picture.mode["mode"],
            "refresh": rung.value,
            "refresh_s": page_seconds,
            "title": city.title,
            "phone": city.phone,
            "clock": {"speed": clock.speed, "epoch_ms": clock.epoch_ms, "anchor_ms": clock.anchor_ms},
            "geojson": "outages.geojson",
            "pages": {language: f"{language}/index.html" for language in self._twins.languages},
        }

    def _write_named(self, picture: Picture, page_seconds: int, now: float) -> None:
        put, twins = self._store.put, self._twins
        put("outages.geojson", _JSON.encode(self._geojson(picture)))
        shown = {one.name for one in picture.incidents}
        for language in twins.languages:
            put(f"{language}/index.html", twins.index(language, picture, page_seconds))
            put(f"{language}/outages.txt", twins.text(language, picture))
            put(f"{language}/gone.html", twins.gone(language, "gone.html"))
            page = self._pages.home_page(language, said_mode(picture))
            if page is not None:
                put(f"{language}/map.html", page.encode())
            for one in picture.incidents:
                put(f"{language}/{incident_path(one.name)}", twins.incident(language, one, picture, page_seconds))
        self._incidents |= dict.fromkeys(shown, 0.0)
        self._end(shown, now)

    def _end(self, shown: set[str], now: float) -> None:
        """The pages of incidents that are no longer shown say so for a while, and then go."""
        over = sorted((since or now, name) for name, since in self._incidents.items() if name not in shown)
        for place, (since, name) in enumerate(over):
            last = now - since > GONE_SECONDS or place < len(over) - GONE_MAX
            for language in self._twins.languages:
                path = f"{language}/{incident_path(name)}"
                if last:
                    self._store.drop(path)
                elif not self._incidents[name]:
                    self._store.put(path, self._twins.gone(language, incident_path(name)))
            self._incidents[name] = since
            if last:
                del self._incidents[name]

    def _geojson(self, picture: Picture) -> dict[str, Any]:
        """The stable file for programs: one feature an area with somebody out (RFC 7946, with foreign members)."""
        names = picture.by_area
        return {
            "type": "FeatureCollection",
            "n": picture.n,
            "at_ms": picture.at_ms,
            "customers": picture.totals["customers"],
            "customers_out": picture.totals["customers_out"],
            "features": [
                {
                    "type": "Feature",
                    "id": key,
                    "geometry": self._shapes[key],
                    "properties": {**area, "incidents": names.get(key, [])},
                }
                for key, area in picture.areas.items()
            ],
        }


def _incidents(picture: Picture) -> list[dict[str, Any]]:
    """What is not known yet is there and null: who reads it needs no other version of the file when it is."""
    return [
        {
            "id": one.name,
            "utility": one.utility,
            "state": one.state,
            "since_ms": one.since_ms,
            "customers_out_at_least": one.least,
            "areas": [{"id": area, "customers_out_at_least": least} for area, least in one.areas],
            "etr_ms": None,
            "cause": None,
            "page": incident_path(one.name),
        }
        for one in picture.incidents
    ]
