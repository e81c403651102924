"""Several feeds on one port: a client goes on at any of them, also when one has just been killed."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.platform import Platform, make_city

FEEDS, RETURNS = 3, 40


class Browser:
    """Follows for a moment at whatever process it is dealt to, and comes back."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("http", "ws", 1) + "/api/v1/feed?audience=public"
        self.view: dict[str, Any] = {}
        self.n, self.epoch = -1, ""
        self.kinds: Counter[str] = Counter()

    async def visit(self, seconds: float) -> None:
        try:
            async with connect(self._url, max_size=None) as opened, asyncio.timeout(seconds):
                resume = {"epoch": self.epoch, "n": self.n} if self.epoch else None
                await opened.send(json.dumps({"type": "hello", "resume": resume}))
                async for text in opened:
                    self.take(json.loads(text))
        except (TimeoutError, OSError, ConnectionClosed, InvalidHandshake):
            return

    def take(self, message: dict[str, Any]) -> None:
        self.kinds[message["type"]] += 1
        if message["type"] == "snapshot":
            self.view, self.epoch = dict(message["view"]), message["epoch"]
        elif message["type"] == "changes":
            assert message["from"] == self.n
            self.view.update(message["set"])
            for key in message["unset"]:
                del self.view[key]
        self.n = message["n"]


async def _report(http: httpx2.AsyncClient, url: str, box: list[float], end: asyncio.Event) -> None:
    chance = random.Random(3)
    while not end.is_set():
        place = {"latitude": chance.uniform(box[1], box[3]), "longitude": chance.uniform(box[0], box[2])}
        await http.post(f"{url}/api/v1/reports", json={"symptom": "lights_out", **place})
        await asyncio.sleep(0.05)


async def _same(http: httpx2.AsyncClient, url: str, browser: Browser) -> None:
    """The client's view is that of a fresh snapshot at its position."""
    async with asyncio.timeout(30):
        while True:
            await browser.visit(1.2)
            fresh = (await http.get(f"{url}/api/v1/public/snapshot")).json()
            if fresh["n"] == browser.n:
                assert fresh["view"] == browser.view
                return


@pytest.mark.system
async def test_a_client_resumes_at_any_of_them(tmp_path: Path) -> None:
    platform = Platform(make_city(tmp_path, 2_000), tmp_path / "data", {"STORMOPS_FEED_PROCESSES": str(FEEDS)})
    try:
        pids = platform.where()["pids"]
        assert {"feed", "feed-2", "feed-3"} <= set(pids)
        feed, intake = platform.feed_url, platform.intake_url
        browser, end = Browser(feed), asyncio.Event()
        async with httpx2.AsyncClient(timeout=20) as http:
            box = (await http.get(f"{feed}/api/v1/config")).json()["bbox"]
            reporting = asyncio.create_task(_report(http, intake, box, end))
            await browser.visit(2)
            for _ in range(RETURNS):
                await browser.visit(0.3)
            # Two of three returns are to another process than the last: with positions of its own each would send
            # a snapshot. Now and then one is right in place: a process that looked at another moment.
            assert browser.kinds["snapshot"] <= RETURNS // 4, browser.kinds
            assert browser.kinds["changes"] >= RETURNS // 8, browser.kinds
            platform.kill("feed-2")
            for _ in range(RETURNS):
                await browser.visit(0.3)
            end.set()
            await reporting
            await _same(http, feed, browser)
    finally:
        platform.stop()
