"""The storm desk's screen as a machine sees it: the feed over WebSocket, read from outside."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

RECONNECT_SECONDS_MAX = 2.0
MESSAGE_BYTES_MAX = 256 * 1024 * 1024


class Screen:
    """A feed client: the view as it is now, and when each report was first on it."""

    def __init__(self, feed_url: str) -> None:
        self._url = feed_url.replace("http", "ws", 1) + "/api/v1/feed?audience=desk"
        self.view: dict[str, Any] = {}
        self.n = 0
        self.at_ms = 0
        self.epoch = ""
        self.seen: dict[str, float] = {}
        self.drops = 0
        self.problem = ""
        self._changed = asyncio.Event()

    async def watch(self, cookie: str) -> None:
        """Follow the feed until cancelled, connecting again after drops and resuming where it was."""
        while True:
            try:
                async with connect(
                    self._url, additional_headers={"Cookie": cookie}, max_size=MESSAGE_BYTES_MAX
                ) as socket:
                    resume = {"epoch": self.epoch, "n": self.n} if self.epoch else None
                    await socket.send(json.dumps({"type": "hello", "resume": resume}))
                    async for message in socket:
                        self._take(json.loads(message))
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as error:
                self.problem = str(error)
            self.drops += 1
            await asyncio.sleep(random.uniform(0.1, RECONNECT_SECONDS_MAX))

    def _take(self, message: dict[str, Any]) -> None:
        now = time.monotonic()
        kind = message["type"]
        if kind == "snapshot":
            self.view, self.epoch = dict(message["view"]), message["epoch"]
            self._note(self.view, now)
        elif kind == "changes":
            if message["from"] != self.n:
                raise ValueError(f"the feed skipped from {self.n} to {message['from']}")
            self.view.update(message["set"])
            for key in message["unset"]:
                self.view.pop(key, None)
            self._note(message["set"], now)
        self.n, self.at_ms = message["n"], message["at_ms"]
        self._changed.set()
        self._changed.clear()

    def _note(self, keys: dict[str, Any], now: float) -> None:
        for key in keys:
            kind, _, name = key.partition("/")
            if kind in ("report", "unmatched"):
                self.seen.setdefault(name, now)

    def incidents(self) -> list[dict[str, Any]]:
        """Incidents on the screen that are not over."""
        return [
            value
            for key, value in self.view.items()
            if key.startswith("incident/") and value["state"] not in ("restored", "closed", "cancelled")
        ]

    @property
    def totals(self) -> dict[str, Any]:
        """The totals line."""
        return dict(self.view.get("totals", {}))

    async def changed(self, timeout_s: float) -> None:
        """Wait for the next message, or the time-out."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            return
