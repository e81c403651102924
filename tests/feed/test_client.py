"""A client goes with a cohort while it is up to date, and on its own when it lags, speaks or goes."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import connect

from stormops.feed import session as session_module
from stormops.feed.channel import encode
from stormops.feed.client import Client
from tests.feed.served import Feed, running, storm

HELLO = json.dumps({"type": "hello", "resume": None})


def shape(feed: Feed) -> tuple[list[int], int]:
    """How many are in each cohort, and how many are on their own."""
    hub = feed.app.state.hub
    return sorted(len(c.clients) for cohorts in hub._cohorts.values() for c in cohorts), len(hub._alone)


async def until(feed: Feed, wanted: tuple[list[int], int]) -> None:
    async with asyncio.timeout(10):
        while shape(feed) != wanted:  # noqa: ASYNC110 - it happens on another thread
            await asyncio.sleep(0.01)


def say(feed: Feed, number: int, size: int = 10) -> None:
    hub = feed.app.state.hub
    hub.publish("public", 10**6 + number, 1, put=encode({"bulk": f"{number:09d}" * size}), unset=[])


async def test_who_is_up_to_date_shares_and_who_lags_or_speaks_is_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "CLIENT_BUFFER_BYTES_MAX", 10**9)
    with running(storm(1)) as feed:
        url = feed.socket_url + "public"
        async with connect(url, max_size=None) as one, connect(url, max_size=None) as other:
            await until(feed, ([], 2))
            for client in (one, other):
                await client.send(HELLO)
                await client.recv()
            await until(feed, ([2], 0))
            other.transport.pause_reading()
            for number in range(40):
                await feed.on_loop(partial(say, feed, number, 60_000))
            async with asyncio.timeout(10):
                while json.loads(await one.recv())["n"] < 10**6 + 39:
                    pass
            await until(feed, ([1], 1))
            other.transport.resume_reading()
            seen: dict[str, Any] = {"n": 0}
            async with asyncio.timeout(10):
                while seen["n"] < 10**6 + 39:
                    seen = json.loads(await other.recv())
            await until(feed, ([2], 0))
            await one.send("again")
            await one.wait_closed()
            await until(feed, ([1], 0))
        await until(feed, ([], 0))


async def test_a_client_sees_what_it_asked_for_and_goes_with_those_who_see_the_same() -> None:
    with running(storm(4)) as feed:
        url = feed.socket_url + "public"
        hello = json.dumps({"type": "hello", "view": {"keys": ["mode"]}})
        async with connect(url, max_size=None) as narrow, connect(url, max_size=None) as wide:
            await narrow.send(hello)
            snapshot = json.loads(await narrow.recv())
            assert set(snapshot["view"]) == {"city", "mode", "totals", "unheard"}
            await wide.send(HELLO)
            assert set(json.loads(await wide.recv())["view"]) > {"city", "mode", "totals", "unheard"}
            await until(feed, ([1, 1], 0))
            async with connect(url, max_size=None) as same:
                resume = {"epoch": snapshot["epoch"], "n": snapshot["n"]}
                await same.send(json.dumps({"type": "hello", "resume": resume, "view": {"keys": ["mode"]}}))
                assert json.loads(await same.recv())["type"] == "heartbeat"
                await until(feed, ([1, 2], 0))
            async with connect(url, max_size=None) as other:
                await other.send(json.dumps({"type": "hello", "resume": resume}))
                assert json.loads(await other.recv())["type"] == "snapshot", "a position of another part is none of it"


async def test_a_client_without_session_and_cohort_is_a_bug() -> None:
    with running(storm(1)) as feed:

        def make() -> None:
            client = Client(feed.app.state.hub, "public", set(), None)
            client.session = None
            client.own()

        with pytest.raises(RuntimeError):
            await feed.on_loop(make)
