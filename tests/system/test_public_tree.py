"""The public tree outlives the platform: nginx alone serves it, with its age and whom to call."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from loadtests.web_server import Backends, nginx, web_server
from tests.platform import Platform, make_city

pytestmark = pytest.mark.system

LANGUAGE = {"Accept-Language": "es-MX"}


@pytest.mark.skipif(nginx() is None, reason="no nginx: run make setup-dev, or install it")
def test_with_every_process_dead_the_map_is_served_and_says_its_age(tmp_path: Path) -> None:
    platform = Platform(make_city(tmp_path, 600), tmp_path / "data")
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (tmp_path / "data/public/current.json").exists():
            time.sleep(0.05)
        with httpx2.Client(base_url=platform.feed_url) as feed:
            alive = feed.get("/public/current.json").raise_for_status()
            config = feed.get("/api/v1/config").json()
            layer = feed.get("/api/v1/map/areas.geojson").json()
            feed.get("/public/es/index.html").raise_for_status()
        pids = list(platform.where()["pids"].values())
    finally:
        platform.stop()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with (
        web_server(tmp_path / "data/public", tmp_path / "nginx", Backends()) as url,
        httpx2.Client(base_url=url, headers=LANGUAGE) as client,
    ):
        told = client.get("/public/current.json")
        assert told.headers["cache-control"] == alive.headers["cache-control"]
        paths = told.json()["paths"]
        assert told.json()["at_ms"] >= alive.json()["at_ms"]
        summary = client.get(f"/public/{paths['summary']}")
        assert "immutable" in summary.headers["cache-control"]
        assert summary.json()["totals"]["customers"] == 600
        again = client.get("/public/current.json", headers={"If-None-Match": told.headers["etag"]})
        assert again.status_code == httpx2.codes.NOT_MODIFIED
        assert client.get("/api/v1/config").json() == config
        assert client.get("/api/v1/map/areas.geojson").json() == layer
        text = client.get("/text")
        assert text.status_code == httpx2.codes.OK
        assert f'data-at-ms="{told.json()["at_ms"]}"' in text.text
        assert "no pudieron renovar esta copia" in text.text
        assert config["phone"] in text.text
        page = client.get("/")
        assert '<html lang="es">' in page.text
        assert "Cookie" in page.headers["vary"]
        assert client.get("/public/es/incident/0123456789abcdef.html").status_code == httpx2.codes.NOT_FOUND
        assert client.get("/api/v1/reports/01-2345-6789-012-3").status_code == httpx2.codes.BAD_GATEWAY
        for private in ("/public/.publisher.lock", "/public/../secrets.toml", "/secrets.toml", "/node-01.door"):
            assert client.get(private).status_code in (400, 404, 502), private
