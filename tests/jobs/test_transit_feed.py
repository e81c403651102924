"""The buses' feed, read over real HTTP from a server that may be anything: honest, broken, slow, or out to hurt."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from google.transit import gtfs_realtime_pb2 as gtfs

from stormops.clock import Clock
from stormops.jobs import transit_feed as module
from stormops.jobs.transit_feed import TransitFeed, timetable_of
from stormops.telemetry import Log
from stormops.transit.alert import FILE, Heard
from tests.transit.feed_server import FeedServer, Handler, serving
from tests.transit.messages import MADE_S, message, texts

DETOUR = {
    "effect": gtfs.Alert.DETOUR,
    "header_text": texts(en="By Oak St"),
    "informed_entity": [{"route_id": "R-4"}],
}


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving(message(DETOUR)) as made:
        yield made


@pytest.fixture
def feed(server: FeedServer, tmp_path: Path) -> TransitFeed:
    return feed_of(server.url, tmp_path)


def feed_of(url: str, folder: Path, clock: Clock | None = None) -> TransitFeed:
    made = clock or Clock()
    return TransitFeed(url, folder, folder / "timetable", ["en", "es", "ht"], clock=made, log=Log("transit"))


def heard(folder: Path) -> Heard:
    return msgspec.json.decode((folder / FILE).read_bytes(), type=Heard)


def look(feed: TransitFeed) -> None:
    asyncio.run(feed.look())


def test_what_it_says_is_left_with_its_own_time(feed: TransitFeed, tmp_path: Path) -> None:
    look(feed)
    left = heard(tmp_path)
    assert left.as_of_ms == MADE_S * 1000
    assert [(alert.effect, alert.routes[0].said, alert.header) for alert in left.alerts] == [
        ("DETOUR", "R-4", {"en": "By Oak St"})
    ]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_without_a_time_of_its_own_or_with_one_to_come_it_is_as_of_now(
    feed: TransitFeed, server: FeedServer, tmp_path: Path
) -> None:
    for made_s in (0, 2**40):
        began = Clock().now_ms()
        server.respond = lambda handler, made_s=made_s: handler.give(200, message(made_s=made_s))  # type: ignore[misc]
        look(feed)
        assert began <= heard(tmp_path).as_of_ms <= Clock().now_ms()


def test_times_are_the_walls_and_the_platforms_clock_maps_them(server: FeedServer, tmp_path: Path) -> None:
    clock = Clock(speed=60.0, epoch_ms=1_000_000_000_000, anchor_ms=MADE_S * 1000)
    alert = DETOUR | {"active_period": [{"start": MADE_S + 1, "end": MADE_S + 2}]}
    server.respond = lambda handler: handler.give(200, message(alert))
    look(feed_of(server.url, tmp_path, clock))
    assert heard(tmp_path).as_of_ms == 1_000_000_000_000
    assert heard(tmp_path).alerts[0].periods[0].start_ms == 1_000_000_060_000
    assert heard(tmp_path).alerts[0].periods[0].end_ms == 1_000_000_120_000


def test_it_is_asked_for_once_and_then_whether_it_changed(
    feed: TransitFeed, server: FeedServer, tmp_path: Path
) -> None:
    def respond(handler: Handler) -> None:
        if handler.headers["If-None-Match"] == '"7"' and handler.headers["If-Modified-Since"]:
            handler.give(304)
        else:
            modified = "Thu, 14 May 2026 16:00:00 GMT"
            handler.give(200, message(DETOUR, made_s=0), ETag='"7"', Last_Modified=modified)

    server.respond = respond
    look(feed)
    first = heard(tmp_path)
    time.sleep(0.002)  # so that the clock has gone on
    look(feed)
    assert heard(tmp_path).alerts == first.alerts
    assert heard(tmp_path).as_of_ms > first.as_of_ms  # it has no time of its own: it is as of when it was heard
    assert [asked.get("if-none-match") for asked in server.asked] == [None, '"7"']
    assert server.asked[0]["accept-encoding"] == "identity"


def test_names_are_those_of_the_timetable_as_soon_as_it_has_them(
    feed: TransitFeed, server: FeedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.respond = lambda handler: (
        handler.give(304) if handler.headers["If-None-Match"] else handler.give(200, message(DETOUR), ETag='"7"')
    )
    look(feed)
    (tmp_path / "timetable").mkdir()
    (tmp_path / "timetable/routes.txt").write_text("route_id,route_short_name\nR-4,4\n")
    look(feed)
    assert heard(tmp_path).alerts[0].routes[0].said == "4"
    (tmp_path / "timetable/stops.txt").write_bytes(b"\xff\xfe")
    look(feed)
    look(feed)
    assert heard(tmp_path).alerts[0].routes[0].said == "4"
    assert capsys.readouterr().err.count("transit_names_unreadable") == 1


def drip(handler: Handler) -> None:
    """A head that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        time.sleep(0.01)


def endless(handler: Handler) -> None:
    """A body that never ends."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"\x12\x00" * 32_768)


HOSTILE: dict[str, tuple[str, Callable[[Handler], None]]] = {
    "gone": ("it answers 404", lambda handler: handler.give(404)),
    "moved": ("it answers 302", lambda handler: handler.give(302, Location="http://127.0.0.1:9/metrics")),
    "unasked 304": ("it answers 304", lambda handler: handler.give(304)),
    "nothing": ("it has no header", lambda handler: handler.give(200)),
    "a page": ("it is no GTFS-Realtime message", lambda handler: handler.give(200, b"<!doctype html><p>Sorry")),
    "half": ("RemoteProtocolError", lambda handler: handler.give(200, message(DETOUR)[:-9], Content_Length="900")),
    "packed": ("it is packed", lambda handler: handler.give(200, b"\x1f\x8b", Content_Encoding="gzip")),
    "drip": ("TimeoutError", drip),
    "endless": ("it has more than", endless),
    "closed": ("RemoteProtocolError", lambda handler: handler.connection.close()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_changes_nothing_and_is_said_once(
    feed: TransitFeed,
    server: FeedServer,
    tmp_path: Path,
    *,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS_MAX", 1.0)
    look(feed)
    before = (tmp_path / FILE).read_bytes()
    honest, (why, server.respond) = server.respond, HOSTILE[name]
    look(feed)
    look(feed)
    assert (tmp_path / FILE).read_bytes() == before
    server.respond = honest
    look(feed)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["transit_feed_unreadable", "transit_feed_read"]
    assert why in lines[0]["sentence"]
    assert "secret" not in lines[0]["sentence"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[", "http://no-such-host.invalid/"])
def test_nobody_there_is_said_and_no_more(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look(feed_of(url, tmp_path))
    assert not (tmp_path / FILE).exists()
    assert capsys.readouterr().err.count("transit_feed_unreadable") == 1


async def test_it_looks_again_and_rarer_while_it_cannot(
    feed: TransitFeed, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.01)
    pauses: list[float] = []

    async def counted(seconds: float) -> None:
        pauses.append(seconds)
        server.respond = lambda handler: handler.give(503)
        if len(pauses) == 5:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await feed.run(counted)
    for pause, usual in zip(pauses, (0.01, 0.02, 0.04, 0.08, 0.16), strict=True):
        assert 0.8 * usual <= pause <= 1.2 * usual
    assert len(server.asked) == 5


def test_a_timetable_that_is_too_long_is_not_read(
    feed: TransitFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "NAMES_BYTES_MAX", 10)
    (tmp_path / "timetable").mkdir()
    (tmp_path / "timetable/routes.txt").write_text("route_id,route_short_name\nR-4,4\n")
    look(feed)
    assert heard(tmp_path).alerts[0].routes[0].said == "R-4"
    assert "transit_names_unreadable" in capsys.readouterr().err


def test_the_timetable_is_beside_the_city_file() -> None:
    assert timetable_of(Path("cities/palmetto.toml")) == Path("cities/transit/palmetto")
