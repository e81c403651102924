"""A feed for the desk's bench: the real contract and the real map of the demo city, with as many incidents as asked.

`python -m tests.bench.desk_feed PORT INCIDENTS REPORTS DASHBOARDS`. Every cadence (250 ms, as the platform's) some
incidents and reports change, more than a storm has: 80 incidents and 400 reports a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from geo.generate import generate_city
from stormops.core.area import areas
from stormops.core.network import City, trace
from stormops.feed.built import Built
from stormops.feed.maps import layers_of

BARE = Path(__file__).with_name("bare_map.html")
MAPLIBRE = Path(__file__).parents[2] / "dashboards/node_modules/maplibre-gl/dist"
CUSTOMERS = 60_000
CADENCE_SECONDS = 0.25
INCIDENTS_A_CHANGE, REPORTS_A_CHANGE = 20, 100
HEARTBEAT_SECONDS = 5.0
STATES = ("predicted", "predicted", "predicted", "confirmed", "confirmed", "partly_restored", "restored")
SYMPTOMS = ("lights_out",) * 12 + ("partial", "flickering", "tree", "transformer", "wire_down")

View = dict[str, Any]


def now_ms() -> int:
    return int(time.time() * 1000)


class Crowd:
    """The view: incidents at premises of the city, and reports near them. The same numbers give the same view."""

    def __init__(self, city: City, incidents: int, reports: int) -> None:
        self._random = random.Random(5)
        located = np.flatnonzero(~np.isnan(city.premises.lon))
        self._lon, self._lat = city.premises.lon[located].tolist(), city.premises.lat[located].tolist()
        self._address = [city.premises.address(int(row)) for row in located[: 4 * incidents + 1]]
        self._began = now_ms()
        self.incidents, self.reports = incidents, reports
        self.n = 1
        self.view: View = {"city": {}, "totals": self.totals()}
        self.view |= {f"incident/{self._id(i)}": self.incident(i) for i in range(incidents)}
        self.view |= {f"report/{self._receipt(i)}": self.report(i) for i in range(reports)}

    def _id(self, number: int) -> str:
        return f"E-{number:05d}"

    def _receipt(self, number: int) -> str:
        return f"00-{number // 10_000:04d}-{number % 10_000:04d}-000-0"

    def _at(self, number: int) -> tuple[float, float]:
        row = number * 7919 % len(self._lon)
        return self._lon[row], self._lat[row]

    def totals(self) -> View:
        out = 12 * self.incidents + self.n % 100
        return {
            "customers": CUSTOMERS,
            "customers_out": out,
            "customers_restored": 0,
            "incidents_open": self.incidents,
            "incidents_by_state": {"predicted": self.incidents},
            "reports": self.reports,
            "reports_matched": 0,
            "reports_unmatched": 0,
            "reports_duplicated": 0,
            "reports_open": self.reports,
            "safety_open": 0,
            "safety_waiting": 0,
            "safety_escalated": 0,
            "reports_not_shown": 0,
            "at_ms": now_ms(),
        }

    def incident(self, number: int) -> View:
        chance = self._random
        lon, lat = self._at(number)
        out = int(chance.paretovariate(1.1) * 3)
        wide = 0.0004 * min(8.0, out**0.5 / 2)
        ring = [
            [round(lon + x * wide, 6), round(lat + y * wide, 6)] for x, y in ((-1, -1), (1, -1), (1.3, 0.6), (-1, 1))
        ]
        return {
            "id": self._id(number),
            "utility": "electric",
            "state": chance.choice(STATES),
            "device": f"FUS-{number}",
            "device_kind": "fuse",
            "feeder": f"BRK-{number % 40}",
            "lon": lon,
            "lat": lat,
            "customers_out": out,
            "customers_out_max": out,
            "customers_restored": 0,
            "meters": 0,
            "reports": chance.randint(1, 20),
            "since_ms": self._began - number * 1000,
            "opened_ms": self._began,
            "updated_ms": now_ms(),
            "place": self._address[number % len(self._address)],
            "hull": [*ring, ring[0]],
            "probability": chance.randint(4000, 9900),
            "confirmed_by": None,
            "reasons": ["Six reports share a fuse."],
            "safety": 0,
            "medical": 0,
            "repeats": 0,
        }

    def report(self, number: int) -> View:
        chance = self._random
        incident = number % self.incidents
        lon, lat = self._at(incident)
        alone = chance.random() < 0.05
        return {
            "receipt": self._receipt(number),
            "symptom": chance.choice(SYMPTOMS),
            "utility": "electric",
            "lon": round(lon + chance.gauss(0, 0.0012), 6),
            "lat": round(lat + chance.gauss(0, 0.0012), 6),
            "incident": None if alone else self._id(incident),
            "received_ms": self._began - number * 20,
            "safety": False,
            "medical": chance.random() < 0.002,
            "state": "received" if alone else "matched",
            "repeats": 0,
            "heard_ms": self._began - number * 20,
        }

    def change(self) -> View:
        """Some that changed and some that are new, at the next position."""
        chance = self._random
        self.n += 1
        put: View = {"totals": self.totals()}
        if self.incidents:
            for number in chance.sample(range(self.incidents), INCIDENTS_A_CHANGE):
                put[f"incident/{self._id(number)}"] = self.incident(number)
            for number in chance.sample(range(self.reports), REPORTS_A_CHANGE):
                put[f"report/{self._receipt(number)}"] = self.report(number)
        self.view |= put
        return put


class Live:
    """The socket: a snapshot for who comes, then the same changes for all."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._sockets: set[WebSocket] = set()

    def _said(self, kind: str, **values: Any) -> str:
        return json.dumps({"type": kind, "n": self._crowd.n, "at_ms": now_ms(), "server_ms": now_ms(), **values})

    async def endpoint(self, socket: WebSocket) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            await socket.receive_text()
            await socket.send_text(self._said("snapshot", epoch="bench", view=self._crowd.view))
            self._sockets.add(socket)
            await socket.receive_text()
        self._sockets.discard(socket)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(CADENCE_SECONDS)
            before = self._crowd.n
            put = self._crowd.change() if self._sockets else {}
            text = self._said("changes", set=put, unset=[], **{"from": before})
            for socket in list(self._sockets):
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_text(text)


def given(value: object) -> Any:
    """An endpoint that always answers the same."""

    async def answer(_request: Request) -> Response:
        return JSONResponse(value)

    return answer


def config_of(city: City, own: str) -> View:
    """`GET /api/v1/config`."""
    lon, lat = city.premises.lon, city.premises.lat
    bbox = [float(np.nanmin(lon)), float(np.nanmin(lat)), float(np.nanmax(lon)), float(np.nanmax(lat))]
    centre = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2]
    urls = {"intake_url": own, "feed_url": own}
    names = {"city": "bench", "title": "Bench", "phone": "", "languages": ["en"], "time_zone": city.time_zone}
    return names | urls | {"centre": centre, "bbox": bbox, "clock_speed": 1}


def create(incidents: int, reports: int, port: int, dashboards: Path) -> Starlette:
    """The application: pages, session, configuration, map and socket."""
    city = generate_city(CUSTOMERS)
    maps = layers_of(city, trace(city.network, city.premises), areas(city, 30))
    live = Live(Crowd(city, incidents, reports))
    own = f"http://127.0.0.1:{port}"
    who = {"person": "bench", "roles": ["dispatcher"], "desk": "1", "shift": 1, "shift_since_ms": now_ms()}

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(live.run())
        yield
        task.cancel()

    async def page(_request: Request) -> Response:
        return FileResponse(dashboards / "desk.html")

    async def bare(_request: Request) -> Response:
        return FileResponse(BARE)

    async def layer(request: Request) -> Response:
        return await maps.respond(request, request.path_params["name"], "private")

    return Starlette(
        routes=[
            Route("/desk", page),
            Route("/bare", bare),
            Mount("/maplibre", StaticFiles(directory=MAPLIBRE)),
            Route("/api/v1/config", given(config_of(city, own))),
            Route("/api/v1/session", given(who | {"csrf": "x", "intake_url": own})),
            Route("/api/v1/desk/modes", given({"modes": [], "functions": []})),
            Route("/api/v1/map/{name}.geojson", layer),
            WebSocketRoute("/api/v1/feed", live.endpoint),
            Mount("/", Built(dashboards)),
        ],
        lifespan=lifespan,
    )


if __name__ == "__main__":
    PORT = int(sys.argv[1])
    app = create(int(sys.argv[2]), int(sys.argv[3]), PORT, Path(sys.argv[4]))
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", ws_max_size=1 << 28)
