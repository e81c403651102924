"""A real feed on a free port: uvicorn in a thread, a storm's journal in memory, no mocks but who is signed in."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx2
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from stormops.core.area import areas
from stormops.feed.handshake import Handshake
from stormops.feed.parts import FeedParts
from stormops.feed.web import create_feed
from stormops.journal.memory import MemoryJournal
from stormops.settings import CityFile, Settings
from stormops.supervisor import listen
from stormops.telemetry import Log, Metrics
from tests.core.storm_day import StormDay, small_city
from tests.feed.past.in_place import InPlace, archive_of

COOKIE = "stormops_session"
K = 20
PHONE = "850-555-0100"


class Somebody(NamedTuple):
    person: str = "dana"
    roles: tuple[str, ...] = ("dispatcher",)
    desk: str = "D1"
    shift: int = 7
    csrf: str = "token"
    opened_ms: int = 1_000


class NoSnapshots:
    """Nothing saved: the feed replays the journal."""

    def save(self, position: int, schema: str, body: bytes) -> None:
        raise AssertionError(f"the feed saved a snapshot of {len(body)} bytes at {position} ({schema})")

    def newest(self, schema: str, at_most: int | None = None) -> None:
        assert schema
        assert at_most is not None


class SignedIn:
    """Sessions by cookie; a test may end one."""

    def __init__(self) -> None:
        self.sessions = {"good": Somebody()}

    async def __call__(self, connection: HTTPConnection) -> Somebody | None:
        return self.sessions.get(connection.cookies.get(COOKIE, ""))

    def remembered(self, headers: Sequence[tuple[bytes, bytes]]) -> Somebody | None:
        return self.sessions.get(dict(headers).get(b"cookie", b"").decode().removeprefix(f"{COOKIE}="))


class Feed(NamedTuple):
    """A running feed and what stands behind it."""

    url: str
    day: StormDay
    app: Starlette
    signed_in: SignedIn
    metrics: Metrics
    loop: asyncio.AbstractEventLoop
    parts: FeedParts
    server: uvicorn.Server

    def connections(self) -> int:
        """Connections that uvicorn still has."""
        return len(self.server.server_state.connections)

    async def on_loop(self, work: Callable[[], object]) -> None:
        """Run something on the feed's event loop, from a test's."""

        async def call() -> None:
            work()

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(), self.loop))

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/api/v1/feed?audience="

    def client(self, *, staff: bool = False) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, cookies={COOKIE: "good"} if staff else {}, timeout=10)

    def wait_shown(self, position: int) -> None:
        """Until both audiences' pictures are those of a position, or of the last one that changed anything."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            channels = self.app.state.hub.channels.values()
            if all(channel.ready and channel.n >= position for channel in channels):
                return
            time.sleep(0.01)
        raise AssertionError(f"the feed did not reach {position}")


PLACES_SECRET = b"fedcba9876543210"
HOMES_SECRET = b"h" * 32


def parts_of(
    day: StormDay,
    port: int,
    *,
    dashboards: Path = Path("nowhere"),
    cadence_ms: int = 20,
    public: Path | None = None,
    messages: bool = False,
    staff_port: int = -1,
) -> FeedParts:
    """`public`: folder of the public tree; None = none is published. The past is answered on the loop.

    `messages`: a provider of text messages is connected. Of a staff's port, intake has another as well.
    """
    own = staff_port >= 0
    city, tree = day.city, day.tree
    partition = areas(city, K)
    return FeedParts(
        city=city,
        tree=tree,
        areas=partition,
        settings=Settings(
            data=(public or Path("nowhere")) / "data",
            feed_url=f"http://127.0.0.1:{port}",
            intake_url="http://127.0.0.1:1",
            feed_staff_port=staff_port,
            feed_staff_url=f"http://127.0.0.1:{staff_port if own else port}",
            intake_staff_url=f"http://127.0.0.1:{2 if own else 1}",
            dashboards=dashboards,
            public_folder=str(public or "nowhere"),
            public_tree_s=2 if public else 0,
            messages_url="http://x" if messages else "",
            messages_account="x",
            messages_token="x",
            messages_from="+18505550100",
        ),
        city_file=CityFile(
            name=city.name,
            title=city.title,
            phone=PHONE,
            k=K,
            desk_cadence_ms=cadence_ms,
            public_cadence_ms=cadence_ms,
        ),
        journal=day.journal,
        past=InPlace(archive_of(day, Path(tempfile.mkdtemp(prefix="stormops-marks-")) / "marks")),
        snapshots=NoSnapshots(),
        authenticate=(signed_in := SignedIn()),
        remembered=signed_in.remembered,
        log=Log("feed", "error"),
        metrics=Metrics(),
        public_names_secret=b"0123456789abcdef",
        places_secret=PLACES_SECRET if messages else b"",
        homes_secret=HOMES_SECRET,
    )


@contextlib.contextmanager
def running(
    day: StormDay,
    *,
    dashboards: Path = Path("nowhere"),
    cadence_ms: int = 20,
    public: Path | None = None,
    messages: bool = False,
    staff: bool = False,
) -> Iterator[Feed]:
    """The feed of a day, ready, until the block ends. `staff`: it listens on a port for staff as well."""
    listeners = [listen("127.0.0.1", 0) for _ in range(2 if staff else 1)]
    port, staff_port = [*(one.getsockname()[1] for one in listeners), -1][:2]
    parts = parts_of(
        day,
        port,
        dashboards=dashboards,
        cadence_ms=cadence_ms,
        public=public,
        messages=messages,
        staff_port=staff_port,
    )
    app = create_feed(parts)
    config = uvicorn.Config(
        app,
        ws=Handshake,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve(sockets=listeners)), daemon=True)
    thread.start()
    assert isinstance(parts.authenticate, SignedIn)
    feed = Feed(parts.settings.feed_url, day, app, parts.authenticate, parts.metrics, loop, parts, server)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (server.started and _is_ready(feed)):
            time.sleep(0.02)
        yield feed
    finally:
        server.should_exit = True
        thread.join(20)
        for listener in listeners:
            listener.close()
        loop.close()
        assert not thread.is_alive()
        assert app.state.failure is None


def _is_ready(feed: Feed) -> bool:
    with feed.client() as client:
        return client.get("/readyz").status_code == httpx2.codes.OK


def storm(steps: int = 12, seed: int = 5, customers: int = 1_500) -> StormDay:
    """A day with some storm in it already, in a city that is not all dark."""
    day = StormDay(seed, *small_city(customers), journal=MemoryJournal())
    for _ in range(steps):
        day.step(reports=8)
    return day
