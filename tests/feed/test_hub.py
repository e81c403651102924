"""Sockets for real: uvicorn on a free port, the websockets client, clients that drop, lag, guess and shout."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from stormops import supervisor
from stormops.feed import hub as module
from stormops.feed import session
from stormops.feed.channel import encode
from tests.feed.raw import upgraded
from tests.feed.served import COOKIE, Feed, SignedIn, Somebody, running, storm

HELLO = json.dumps({"type": "hello", "resume": None})
STAFF = {"Cookie": f"{COOKIE}=good"}


class Follower:
    """What a browser holds: the view, and where it is."""

    def __init__(self) -> None:
        self.view: dict[str, Any] = {}
        self.n, self.epoch = -1, ""
        self.kinds: list[str] = []

    @asynccontextmanager
    async def following(self, feed: Feed, audience: str) -> AsyncIterator[ClientConnection]:
        async with connect(feed.socket_url + audience, additional_headers=STAFF, max_size=None) as opened:
            resume = {"epoch": self.epoch, "n": self.n} if self.epoch else None
            await opened.send(json.dumps({"type": "hello", "resume": resume}))
            yield opened

    async def take(self, opened: ClientConnection) -> str:
        message = json.loads(await asyncio.wait_for(opened.recv(), 10))
        self.kinds.append(message["type"])
        if message["type"] == "snapshot":
            self.view, self.epoch = message["view"], message["epoch"]
        elif message["type"] == "changes":
            assert message["from"] == self.n
            self.view |= message["set"]
            for key in message["unset"]:
                del self.view[key]
        self.n = message["n"]
        return self.kinds[-1]

    async def until(self, opened: ClientConnection, n: int) -> None:
        while self.n < n:
            await self.take(opened)


async def until_closed(opened: ClientConnection) -> None:
    """Read until the feed closes."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(10):
            async for _ in opened:
                pass


async def closed_with(feed: Feed, audience: str, *say: str | bytes, **headers: str) -> tuple[int, str]:
    """Code and reason with which the feed closes a client that says this."""
    async with connect(feed.socket_url + audience, additional_headers=headers, max_size=None) as opened:
        for text in say:
            await opened.send(text)
        await until_closed(opened)
        return opened.close_code or 0, opened.close_reason or ""


@pytest.mark.parametrize("audience", ["desk", "public"])
async def test_who_drops_and_returns_ends_with_the_picture_of_a_fresh_client(audience: str) -> None:
    day = storm(4)
    with running(day) as feed:
        returning = Follower()
        for _ in range(5):
            async with returning.following(feed, audience) as opened:
                await returning.take(opened)
                for _ in range(3):
                    day.step(reports=6)
                await returning.until(opened, day.journal.last())
            day.step(reports=6)
        fresh = Follower()
        async with returning.following(feed, audience) as opened:
            await returning.until(opened, day.journal.last())
        async with fresh.following(feed, audience) as opened:
            await fresh.take(opened)
        assert fresh.n == returning.n
        assert fresh.view == returning.view
        assert returning.kinds.count("snapshot") == 1
        assert returning.kinds.count("changes") >= 5


async def test_all_clients_are_sent_the_same_text() -> None:
    day = storm(2)
    with running(day) as feed:
        first, second = Follower(), Follower()
        async with first.following(feed, "public") as one, second.following(feed, "public") as other:
            await first.take(one)
            await second.take(other)
            day.step(reports=6)
            assert await asyncio.wait_for(one.recv(), 10) == await asyncio.wait_for(other.recv(), 10)


async def test_the_desk_is_for_who_is_signed_in(feed: Feed) -> None:
    assert (await closed_with(feed, "desk"))[0] == session.NOT_SIGNED_IN
    assert (await closed_with(feed, "desk", Cookie=f"{COOKIE}=forged"))[0] == session.NOT_SIGNED_IN


async def test_another_page_may_not_follow_even_with_our_cookie(feed: Feed) -> None:
    for audience in ("desk", "public"):
        code, _ = await closed_with(feed, audience, Origin="http://evil.example", **STAFF)
        assert code == session.WRONG_ORIGIN
    assert (await closed_with(feed, "desk", Origin="null", **STAFF))[0] == session.WRONG_ORIGIN


async def test_our_own_pages_may_follow(feed: Feed) -> None:
    headers = STAFF | {"Origin": feed.url}
    async with connect(feed.socket_url + "desk", additional_headers=headers, max_size=None) as opened:
        await opened.send(HELLO)
        assert json.loads(await opened.recv())["type"] == "snapshot"


async def test_what_is_not_a_hello_is_closed(feed: Feed) -> None:
    assert (await closed_with(feed, "public", "good evening"))[0] == session.BAD_HELLO
    assert (await closed_with(feed, "public", b"\x00\xff"))[0] == session.BAD_HELLO
    assert (await closed_with(feed, "public", HELLO, HELLO))[0] == session.BAD_HELLO
    assert (await closed_with(feed, "public", "x" * (session.MESSAGE_BYTES_MAX + 1)))[0] == session.TOO_LARGE


async def test_silence_before_hello_is_closed(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HELLO_SECONDS_MAX", 0.2)
    assert (await closed_with(feed, "public"))[0] == session.BAD_HELLO


async def test_more_clients_than_the_bound_are_sent_away(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Follower()
    room = feed.app.state.hub._room
    monkeypatch.setitem(room.places, "public", 1)
    async with first.following(feed, "public") as opened:
        await first.take(opened)
        assert (await closed_with(feed, "public"))[0] == session.TOO_MANY
    for _ in range(100):
        if feed.app.state.hub.clients("public") == 0:
            break
        await asyncio.sleep(0.02)
    async with first.following(feed, "public") as opened:
        assert await first.take(opened) == "heartbeat"


async def test_who_is_sent_away_takes_no_place_from_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    """They answer our closing when they like; meanwhile a desk comes."""
    monkeypatch.setattr(module, "CLOSE_SECONDS_MAX", 60.0)
    with running(storm(1)) as feed:
        monkeypatch.setattr(feed.app.state.hub._room, "places", {"desk": 1, "public": 0})
        port = int(feed.url.rpartition(":")[2])
        with ExitStack() as crowd:
            for _ in range(5):
                crowd.enter_context(upgraded(port)).until(Opcode.CLOSE)
            desk = Follower()
            async with desk.following(feed, "desk") as opened:
                assert await desk.take(opened) == "snapshot"
        metrics = feed.metrics.page()[0].decode()
        assert 'feed_refused_total{audience="public"} 5.0' in metrics


async def test_a_desk_whose_session_ends_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REAUTHENTICATE_SECONDS", 0.2)
    monkeypatch.setattr(session, "HEARTBEAT_SECONDS", 0.1)
    with running(storm(1)) as feed:
        follower = Follower()
        async with follower.following(feed, "desk") as opened:
            await follower.take(opened)
            await asyncio.sleep(0.5)
            await follower.take(opened)
            feed.signed_in.sessions.clear()
            await until_closed(opened)
            assert opened.close_code == session.NOT_SIGNED_IN


async def test_a_session_is_asked_for_again_as_of_where_it_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions may count at the staff's port alone: also later, a socket is known to have come by it."""
    monkeypatch.setattr(module, "REAUTHENTICATE_SECONDS", 0.1)
    monkeypatch.setattr(session, "HEARTBEAT_SECONDS", 0.1)
    with running(storm(1)) as feed:
        ports: list[int] = []
        asked = SignedIn.__call__

        async def noted(self: SignedIn, connection: HTTPConnection) -> Somebody | None:
            ports.append((connection.scope.get("server") or ("", 0))[1])
            return await asked(self, connection)

        monkeypatch.setattr(SignedIn, "__call__", noted)
        follower = Follower()
        async with follower.following(feed, "desk") as opened:
            while len(ports) < 3:
                await follower.take(opened)
        assert set(ports) == {int(feed.url.rpartition(":")[2])}


async def test_a_slow_client_is_resynchronised_and_nothing_piles_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client stops reading while 100 MB of changes pass; our process keeps a few of them, not all."""
    monkeypatch.setattr(session, "CLIENT_BUFFER_BYTES_MAX", 200_000)
    with running(storm(1)) as feed:
        hub, channel = feed.app.state.hub, feed.app.state.hub.channels["public"]
        slow = Follower()
        async with slow.following(feed, "public") as opened:
            await slow.take(opened)
            opened.transport.pause_reading()
            sent = 0

            def change(number: int) -> None:
                put = encode({"bulk": f"{number:09d}" * 60_000})
                channel.publish(10**6 + number, 1, server_ms=1, put=put, unset=[])
                hub.moved([channel])

            for number in range(200):
                await feed.on_loop(partial(change, number))
                sent += 540_000
            assert sent > 100_000_000
            held = sum(len(kept.message) for kept in channel._ring)
            assert held <= 16 * 1024 * 1024
            assert hub.budgets["public"].used <= 3 * 540_000
            opened.transport.resume_reading()
            await slow.until(opened, 10**6 + 199)
            assert slow.view["bulk"].startswith("000000199")
            assert slow.kinds.count("snapshot") >= 2
            assert len(slow.kinds) < 50
        metrics = feed.metrics.page()[0].decode()
        assert 'feed_resyncs_total{audience="public"}' in metrics


@asynccontextmanager
async def deaf_client(feed: Feed) -> AsyncIterator[None]:
    """A client that took its snapshot and nothing more, with large changes waiting for it."""
    hub, channel = feed.app.state.hub, feed.app.state.hub.channels["public"]

    def change(number: int) -> None:
        put = encode({"bulk": f"{number:09d}" * 500_000})
        channel.publish(10**6 + number, 1, server_ms=1, put=put, unset=[])
        hub.moved([channel])

    deaf = Follower()
    async with deaf.following(feed, "public") as opened:
        await deaf.take(opened)
        opened.transport.pause_reading()
        for number in range(8):
            await feed.on_loop(partial(change, number))
            await asyncio.sleep(0.02)
        yield
        opened.transport.abort()


async def eventually(count: Callable[[], int], value: int) -> None:
    """Wait until a count has a value; fail when it has not after ten seconds."""
    for _ in range(500):
        if count() == value:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"still {count()}, not {value}")


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS_MAX", 2.0)
    monkeypatch.setattr(session, "CLIENT_BUFFER_BYTES_MAX", 1)
    with running(storm(1)) as feed:
        hub = feed.app.state.hub
        async with deaf_client(feed):
            assert hub.clients("public") == 1
            await eventually(lambda: hub.clients("public"), 0)
            await eventually(lambda: hub.budgets["public"].used, 0)


async def test_the_kernel_ends_what_a_deaf_client_leaves_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PEER_SECONDS_MAX", 0.5)
    monkeypatch.setattr(session, "CLIENT_BUFFER_BYTES_MAX", 1)
    with running(storm(1)) as feed:
        hub = feed.app.state.hub
        async with deaf_client(feed):
            await eventually(feed.connections, 0)
            await eventually(lambda: hub.clients("public"), 0)
            assert hub.budgets["public"].used == 0
