"""Alerts of the city's buses: a file of the city (`edited`), and what its feed said (`jobs.transit_feed`).

`transit/NAME.toml` beside the city file holds one `[[alert]]` for each, in the same terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.feed.edited import EditedFile
from stormops.settings import CityFile, Settings, transit_alerts_url
from stormops.telemetry import Log
from stormops.transit.alert import FILE, Alert, Cause, Effect, Heard, Named, Period, Severity

ALERTS_MAX = 50
"""Alerts shown; further ones are only counted, what stops before what is late."""

OLD_SECONDS = 600
"""From this age on what a feed said may not be what is: alerts should never be older (GTFS-Realtime best practices)."""

Line = Annotated[str, msgspec.Meta(max_length=300)]
Name = Annotated[str, msgspec.Meta(max_length=20)]


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One alert of staff. `routes`, `stops`: names as on the buses, none = all. Texts by language.

    `start`, `end`: when it holds (TOML times with an offset), without one from or for ever.
    """

    effect: Effect
    header: dict[str, Line]
    routes: list[Name] = []
    stops: list[Line] = []
    description: dict[str, Line] = {}
    cause: Cause = "UNKNOWN_CAUSE"
    severity: Severity = "UNKNOWN_SEVERITY"
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        if any(time is not None and time.tzinfo is None for time in (self.start, self.end)):
            raise ValueError("a time of an alert needs its offset")

    @property
    def alert(self) -> Alert:
        start, end = (None if time is None else round(time.timestamp() * 1000) for time in (self.start, self.end))
        return Alert(
            effect=self.effect,
            cause=self.cause,
            severity=self.severity,
            whole=not (self.routes or self.stops),
            routes=[Named("", route) for route in self.routes],
            stops=[Named("", stop) for stop in self.stops],
            header=self.header,
            description=self.description,
            periods=[Period(start, end)],
        )


class _File(msgspec.Struct, forbid_unknown_fields=True):
    alert: list[_Written] = []


class Source(NamedTuple):
    """The feed: whose it is, of when its word is (None = it was never heard), from when on that is too old."""

    name: str
    as_of_ms: int | None
    old_from_ms: int | None


class Told(NamedTuple):
    """What is known of the buses at a time; `feed` None = the city has none, its staff say everything.

    `feed_old`: nobody can say from it that all buses run.
    """

    alerts: list[dict[str, Any]]
    more: int
    feed: Source | None
    feed_old: bool


class TransitAlerts:
    """The alerts of one city."""

    def __init__(self, settings: Settings, city: CityFile, log: Log) -> None:
        event = "transit_alerts_unreadable"
        self._clock = settings.clock
        self._name = city.transit_name or city.title
        self._written = EditedFile(
            beside(settings.city_file), log, event, _File, lambda file: [written.alert for written in file.alert]
        )
        self._heard: EditedFile[Heard, Heard] | None = None
        if transit_alerts_url(settings, city):
            self._heard = EditedFile(settings.data / FILE, log, event, Heard, lambda heard: [heard])

    def read(self, now_ms: int) -> Told:
        """Those that hold now (platform ms), what stops first."""
        heard = next(iter(self._heard.read()), None) if self._heard else None
        told = [*_told(self._written.read(), now_ms, "staff"), *_told(heard.alerts if heard else [], now_ms, "feed")]
        told.sort(key=lambda pair: pair[0])
        more = max(0, len(told) - ALERTS_MAX) + (heard.more if heard else 0)
        source = self._source(heard) if self._heard else None
        old = source is not None and (source.old_from_ms is None or now_ms >= source.old_from_ms)
        return Told([alert for _, alert in told[:ALERTS_MAX]], more, source, old)

    def _source(self, heard: Heard | None) -> Source:
        if heard is None:
            return Source(self._name, None, None)
        return Source(self._name, heard.as_of_ms, heard.as_of_ms + round(OLD_SECONDS * 1000 * self._clock.speed))

    def route(self) -> Route:
        """`GET /api/v1/public/transit-alerts`."""

        async def answer(_request: Request) -> Response:
            headers = {"Cache-Control": "public, max-age=30"}
            return Response(self.body(), headers=headers, media_type="application/json")

        return Route("/api/v1/public/transit-alerts", answer)

    def body(self) -> bytes:
        """The answer, which is also a file of the public tree."""
        told = self.read(self._clock.now_ms())
        feed = None if told.feed is None else told.feed._asdict()
        return msgspec.json.encode({"alerts": told.alerts, "more": told.more, "feed": feed})


def _told(
    alerts: list[Alert], now_ms: int, source: Literal["staff", "feed"]
) -> Iterator[tuple[tuple[int, int, list[str]], dict[str, Any]]]:
    """What readers get of those that hold, each after its rank."""
    for alert in alerts:
        if (period := alert.period(now_ms)) is not None:
            yield (
                alert.rank,
                {
                    "effect": alert.effect,
                    "cause": alert.cause,
                    "severity": alert.severity,
                    "whole": alert.whole,
                    "routes": [route.said for route in alert.routes],
                    "stops": [stop.said for stop in alert.stops],
                    "route_ids": [route.id for route in alert.routes if route.id],
                    "stop_ids": [stop.id for stop in alert.stops if stop.id],
                    "header": alert.header,
                    "description": alert.description,
                    "start_ms": period.start_ms,
                    "end_ms": period.end_ms,
                    "source": source,
                },
            )


def beside(city_file: Path) -> Path:
    """Where a city's alerts are: `cities/palmetto.toml` has them in `cities/transit/palmetto.toml`."""
    return city_file.parent / "transit" / city_file.name
