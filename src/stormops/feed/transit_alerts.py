"""Alerts of the city's buses: a file of the city (`edited`).

`transit/NAME.toml` beside the city file holds one `[[alert]]` for each, in the terms of GTFS-Realtime's service alerts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.feed.edited import EditedFile
from stormops.telemetry import Log

ALERTS_MAX = 50
"""Alerts shown; further ones are left out, those without service first to stay."""

Line = Annotated[str, msgspec.Meta(max_length=300)]

Effect = Literal[
    "NO_SERVICE",
    "REDUCED_SERVICE",
    "SIGNIFICANT_DELAYS",
    "DETOUR",
    "ADDITIONAL_SERVICE",
    "MODIFIED_SERVICE",
    "STOP_MOVED",
    "OTHER_EFFECT",
]
"""GTFS-Realtime's `Effect`, in the order in which people must know."""

_ORDER: tuple[str, ...] = Effect.__args__  # type: ignore[attr-defined]


class TransitAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One alert. `routes`: names as on the buses, none = all. Texts by language, English where one is missing.

    `start`, `end`: when it holds (TOML times with an offset), without one from or for ever.
    """

    effect: Effect
    header: dict[str, Line]
    routes: list[Annotated[str, msgspec.Meta(max_length=20)]] = []
    description: dict[str, Line] = {}
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        if any(time is not None and time.tzinfo is None for time in (self.start, self.end)):
            raise ValueError("a time of an alert needs its offset")

    def holds(self, now_ms: int) -> bool:
        """Whether it holds at a time (platform ms)."""
        start, end = (None if time is None else time.timestamp() * 1000 for time in (self.start, self.end))
        return (start is None or start <= now_ms) and (end is None or now_ms < end)

    @property
    def told(self) -> dict[str, Any]:
        """What readers get of it."""
        return {
            "effect": self.effect,
            "routes": self.routes,
            "header": self.header,
            "description": self.description,
            "end_ms": None if self.end is None else round(self.end.timestamp() * 1000),
        }


class _File(msgspec.Struct, forbid_unknown_fields=True):
    alert: list[TransitAlert] = []


def _ordered(file: _File) -> list[TransitAlert]:
    """What stops first."""
    return sorted(file.alert, key=lambda alert: (_ORDER.index(alert.effect), alert.routes))


class TransitAlerts:
    """The alerts of one file."""

    def __init__(self, path: Path, log: Log) -> None:
        self._file = EditedFile(path, log, "transit_alerts_unreadable", _File, _ordered)

    def read(self, now_ms: int) -> list[dict[str, Any]]:
        """Those that hold now, what stops first."""
        return [alert.told for alert in self._file.read() if alert.holds(now_ms)][:ALERTS_MAX]

    def route(self, now_ms: Callable[[], int]) -> Route:
        """`GET /api/v1/public/transit-alerts`."""

        async def answer(_request: Request) -> Response:
            headers = {"Cache-Control": "public, max-age=30"}
            return Response(self.body(now_ms()), headers=headers, media_type="application/json")

        return Route("/api/v1/public/transit-alerts", answer)

    def body(self, now_ms: int) -> bytes:
        """The answer, which is also a file of the public tree."""
        return msgspec.json.encode({"alerts": self.read(now_ms)})


def beside(city_file: Path) -> Path:
    """Where a city's alerts are: `cities/palmetto.toml` has them in `cities/transit/palmetto.toml`."""
    return city_file.parent / "transit" / city_file.name
