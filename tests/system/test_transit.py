"""The buses' feed on the real platform: shown everywhere, and whatever happens to its reader happens to nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from google.transit import gtfs_realtime_pb2 as gtfs

from tests.platform import Platform, make_city
from tests.transit.feed_server import FeedServer, serving
from tests.transit.messages import message, texts

pytestmark = pytest.mark.system

STOPPED = {
    "effect": gtfs.Alert.NO_SERVICE,
    "cause": gtfs.Alert.WEATHER,
    "severity_level": gtfs.Alert.SEVERE,
    "informed_entity": [{"agency_id": "1"}],
    "header_text": texts(en="Until the <b>wind</b> is down", es="Hasta que baje el viento"),
}


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving(message(STOPPED, made_s=0)) as made:
        yield made


@pytest.fixture
def platform(tmp_path: Path, server: FeedServer) -> Iterator[Platform]:
    settings = {"STORMOPS_TRANSIT_ALERTS_URL": server.url, "STORMOPS_PUBLIC_TREE_S": "2"}
    running = Platform(make_city(tmp_path, 2_000), tmp_path / "data", settings)
    yield running
    running.stop()


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60  # the machine may be busy
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_feed_is_shown_everywhere_and_its_readers_death_changes_nothing(
    platform: Platform, server: FeedServer
) -> None:
    with httpx2.Client(base_url=platform.feed_url, headers={"Accept-Language": "es"}, timeout=10) as http:
        wait_for(lambda: bool(http.get("/api/v1/public/transit-alerts").json()["alerts"]))
        told = http.get("/api/v1/public/transit-alerts").json()
        assert told["feed"]["as_of_ms"] is not None
        assert told["alerts"][0]["header"] == {"en": "Until the wind is down", "es": "Hasta que baje el viento"}
        wait_for(lambda: "Hasta que baje el viento" in http.get("/text").text)
        tree = "/public/transit-alerts.json"
        wait_for(lambda: http.get(tree).status_code == 200 and bool(http.get(tree).json()["alerts"]))

        before = platform.where()["pids"]
        server.respond = lambda handler: handler.give(200, b"")  # the next one finds a broken feed
        platform.kill("transit")
        wait_for(lambda: platform.where()["pids"].get("transit") not in (None, before["transit"]))
        wait_for(lambda: "transit_feed_unreadable" in platform.log)
        after = platform.where()["pids"]
        assert {name: pid for name, pid in after.items() if name != "transit"} == {
            name: pid for name, pid in before.items() if name != "transit"
        }
        assert http.get("/api/v1/public/transit-alerts").json() == told
    assert platform.stop() == 0
    assert '"unhandled"' not in platform.log
