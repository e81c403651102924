"""The tree of a running feed, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from stormops.clock import Clock
from stormops.feed.pages import Pages
from stormops.feed.publish.made import make_publisher
from stormops.feed.publish.publisher import HAND_FILE
from stormops.feed.web import create_feed
from tests.core.privacy import identifiers
from tests.feed.publish.trees import pointer
from tests.feed.served import PHONE, Feed, parts_of, running, storm


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Feed, Path]]:
    folder = tmp_path_factory.mktemp("public")
    (folder / "data").mkdir()
    (folder / "data" / HAND_FILE).write_text("live")
    with running(storm(), public=folder) as feed:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (folder / "current.json").exists():
            time.sleep(0.02)
        yield feed, folder


def test_the_tree_says_what_the_snapshot_says(feed: tuple[Feed, Path]) -> None:
    with feed[0].client() as client:
        told = client.get("/public/current.json").json()
        view = client.get("/api/v1/public/snapshot").json()["view"]
        areas = client.get(f"/public/{told['paths']['areas']}").json()["areas"]
        summary = client.get(f"/public/{told['paths']['summary']}").json()
        config = client.get(f"/public/{told['paths']['config']}").json()
        assert client.get("/public/places.json").json() == client.get("/api/v1/public/places").json()
        alerts = client.get("/api/v1/public/transit-alerts")
        assert client.get("/public/transit-alerts.json").json() == alerts.json()
        assert alerts.json() == {"alerts": [], "more": 0, "feed": None}
        assert config == client.get("/api/v1/config").json()
        shapes = client.get(f"/public/{told['paths']['map']['areas']}").json()
        assert shapes == client.get("/api/v1/map/areas.geojson").json()
    assert {f"area/{area['id']}": area for area in areas} == {
        key: value for key, value in view.items() if key.startswith("area/")
    }
    assert summary["city"] == view["city"]
    assert summary["mode"] == view["mode"]
    assert summary["totals"] | {"at_ms": view["totals"]["at_ms"]} == view["totals"]
    assert abs(told["published_ms"] - Clock().now_ms()) < 60_000


def test_pages_and_files_are_served_and_name_nobody(feed: tuple[Feed, Path]) -> None:
    words = identifiers(feed[0].day.city)
    with feed[0].client() as client:
        pages = ("en/index.html", "en/outages.txt", "outages.geojson", "pages.css", "age.js", "map/streets.geojson")
        for path in pages:
            answer = client.get(f"/public/{path}")
            assert answer.status_code == httpx2.codes.OK, path
            assert words.found_in(answer.text.replace(PHONE, "").replace(PHONE.replace("-", ""), "")) == []
        assert client.get("/public/processes.json").status_code == 404


def test_settings_may_want_no_tree() -> None:
    day = storm(1)
    parts = parts_of(day, 1)
    pages = Pages(parts.city_file, parts.settings)
    assert make_publisher(parts, None, pages, {}, lambda: 0.0) is None  # type: ignore[arg-type]  # it is not asked
    assert create_feed(parts).state.at_hand(b"/", []) is None


def test_the_pointer_is_written_again_while_nothing_happens(feed: tuple[Feed, Path]) -> None:
    first = pointer(feed[1])["published_ms"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and pointer(feed[1])["published_ms"] == first:
        time.sleep(0.05)
    assert pointer(feed[1])["published_ms"] > first
