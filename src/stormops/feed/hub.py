"""The sockets of one process: who is let in, and who is sent what when.

Clients who are up to date are kept in cohorts: a change is encoded and framed once and the same bytes are
written to each of them. Only newcomers and laggards are looked at one by one. There is no task, timer
or queue a client: what it has not been sent is its channel's ring. A client is written to only while
its transport is empty, so what waits for it in our memory is at most one message; snapshots are large, so
those on their way are counted together (`SENDING_BYTES_MAX`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from stormops.feed.budget import Budget
from stormops.feed.channel import Channel, Encoded
from stormops.feed.client import Client
from stormops.feed.cohort import Cohort
from stormops.feed.frames import text_head
from stormops.feed.handshake import TAKE
from stormops.feed.ports import Authenticate
from stormops.feed.room import Room
from stormops.feed.session import NOT_SIGNED_IN, TOO_SLOW, WRONG_ORIGIN, Close, Send
from stormops.feed.views import Audience, Views
from stormops.telemetry import Log, Metrics

SEND_SECONDS_MAX = 20.0
"""A client that leaves a message in our buffer this long is given up (4408)."""

CLOSE_SECONDS_MAX = 2.0
"""A client that does not answer our closing in this time is cut off."""

SENDING_BYTES_MAX: dict[Audience, int] = {"desk": 192 * 1024 * 1024, "public": 64 * 1024 * 1024}
"""Snapshots written and not yet drained, all clients of an audience together; further ones wait their turn."""

REAUTHENTICATE_SECONDS = 30.0
"""How long a desk socket may outlive its session (signed out elsewhere, expired, role taken away)."""

ROUND_SECONDS = 0.25
"""How often the hub looks after its clients: heartbeats and limits may be late by so much."""

SLICE_SECONDS = 0.005
"""How long sockets are written to before requests, the follower and other sockets get their turn."""

TOOK_NOTHING = Close(TOO_SLOW, "the client takes nothing")


class Hub:
    """All sockets of this process. Lives on the event loop; `publish` and `start` are called there too."""

    def __init__(
        self,
        views: dict[Audience, Views],
        *,
        now_ms: Callable[[], int],
        authenticate: Authenticate,
        origins: list[str],
        room: Room,
        log: Log,
        metrics: Metrics,
    ) -> None:
        self.views = views
        self.channels = {audience: each.whole for audience, each in views.items()}
        self.now_ms = now_ms
        self.budgets = {audience: Budget(SENDING_BYTES_MAX[audience], self._granted) for audience in views}
        self.full: set[Client] = set()
        self._authenticate = authenticate
        self._origins = origins
        self._room = room
        self._log = log
        self._metrics = metrics
        self._clients: Counter[Audience] = Counter()
        self._desk: set[Client] = set()
        self._alone: set[Client] = set()
        self._closing: dict[Client, float] = {}
        self._cohorts: dict[Channel, list[Cohort]] = {}
        self._prepared: dict[Channel, tuple[bytes, bytes]] = {}
        self._turns: deque[Client | Cohort] = deque()
        self._turning = False

    def clients(self, audience: Audience) -> int:
        """Sockets of an audience that have a place; who is sent away has none, however long it takes to go."""
        return self._clients[audience]

    def share(self, audience: Audience) -> float:
        """How full the places that an audience may take are, 0 to 1."""
        return self._clients.total() / self._room.places[audience]

    async def endpoint(self, socket: WebSocket) -> None:
        """`/api/v1/feed?audience=desk|public`."""
        audience: Audience = "desk" if socket.query_params.get("audience") == "desk" else "public"
        refusal = await self._refusal(socket, audience)
        await socket.accept()
        who = _cookie_of(socket) if audience == "desk" else None
        client: Client | None = socket.scope["extensions"][TAKE](
            lambda connections: Client(self, audience, connections, who)
        )
        if client is None:
            return
        self._clients[audience] += 1
        self._alone.add(client)
        self.views[audience].watch(client.own().channel, 1)
        if audience == "desk":
            client.check_at += REAUTHENTICATE_SECONDS
            self._desk.add(client)
        if refusal is not None:
            client.end(refusal)

    async def _refusal(self, socket: WebSocket, audience: Audience) -> Close | None:
        """Origin ours or none sent; the desk's audience signed in; room left."""
        origin = socket.headers.get("origin")
        if origin is not None and origin not in self._origins:
            return Close(WRONG_ORIGIN, "this page may not follow the feed")
        if audience == "desk" and await self._authenticate(socket) is None:
            return Close(NOT_SIGNED_IN, "sign in to follow the desk's feed")
        full = self._room.refusal(audience, self._clients.total(), random.random())
        if full is not None:
            self._metrics.count("feed_refused_total", audience=audience)
        return full

    def start(self, audience: Audience, n: int, at_ms: int, view: Encoded) -> None:
        """The first picture, or a wholly new one."""
        self.moved(self.views[audience].start(n, at_ms, view))

    def publish(self, audience: Audience, n: int, at_ms: int, *, put: Encoded, unset: Iterable[str]) -> None:
        """The picture moves on: whoever sees something of what changed is told."""
        server_ms = self.now_ms()
        self.moved(self.views[audience].publish(n, at_ms, server_ms=server_ms, put=put, unset=unset))

    def moved(self, channels: Iterable[Channel]) -> None:
        """These channels have something new for their clients."""
        moved = set(channels)
        for channel in moved:
            for cohort in self._cohorts.get(channel, ()):
                self.queue(cohort)
        for client in self._alone:
            if client.own().channel in moved:
                self.queue(client)
        self._metrics.gauge("feed_position", max((channel.n for channel in moved), default=0))

    def queue(self, one: Client | Cohort) -> None:
        """It gets its turn soon."""
        if one.queued:
            return
        one.queued = True
        self._turns.append(one)
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Some of those who are queued; then the loop's other work, then the rest."""
        now, server_ms = time.monotonic(), self.now_ms()
        until = now + SLICE_SECONDS
        while self._turns:
            one = self._turns.popleft()
            one.queued = False
            if isinstance(one, Cohort):
                self._tell_all(one, now, server_ms)
            else:
                self._tell(one, now, server_ms)
            if time.monotonic() >= until:
                break
        self._turning = bool(self._turns)
        if self._turning:
            asyncio.get_running_loop().call_soon(self._turn)

    def _tell_all(self, cohort: Cohort, now: float, server_ms: int) -> None:
        """Everybody of a cohort gets what is next, in one frame."""
        if not cohort.clients:
            return
        if cohort.session.needs_snapshot:  # the whole cohort lags: each on its own
            for client in tuple(cohort.clients):
                client.own()
                self.queue(client)
            return
        step = cohort.session.next(now, server_ms)
        if isinstance(step, Send):
            began = time.perf_counter()
            cohort.write(self._frame(cohort.session.channel, step.parts[0]))
            self._metrics.observe("feed_cohort_seconds", time.perf_counter() - began)
            self.queue(cohort)
        elif not isinstance(step, Close):
            cohort.due = now + step.seconds

    def _tell(self, client: Client, now: float, server_ms: int) -> None:
        """One client gets what is next for it."""
        if client.closing or client.full or client.cohort is not None:
            return
        session = client.own()
        if session.needs_snapshot and not client.taken:
            size = session.channel.snapshot_bytes + 1
            client.taken = self.budgets[client.audience].take(size, client)
            if not client.taken:
                return
        step = session.next(now, server_ms)
        if isinstance(step, Close):
            client.end(step)
            return
        if isinstance(step, Send):
            self._send(client, step)
            return
        client.give()
        client.due = now + step.seconds
        if session.level:
            self._join(client)

    def _send(self, client: Client, step: Send) -> None:
        if step.kind == "resync":
            self._metrics.count("feed_resyncs_total", audience=client.audience)
            self._log.info("client_resynchronised", audience=client.audience)
        client.transport.writelines([text_head(sum(map(len, step.parts))), *step.parts])
        if not client.full:
            client.give()
            self.queue(client)

    def _frame(self, channel: Channel, message: bytes) -> bytes:
        """A message as it goes on the wire; made once, however many get it."""
        known = self._prepared.get(channel)
        if known is not None and known[0] is message:
            return known[1]
        frame = text_head(len(message)) + message
        self._prepared[channel] = message, frame
        return frame

    def _join(self, client: Client) -> None:
        """An up-to-date client goes with others who are."""
        session = client.own()
        cohorts = self._cohorts.setdefault(session.channel, [])
        cohort = next((each for each in reversed(cohorts) if each.takes(session)), None)
        if cohort is None:
            cohort = Cohort(session)
            cohort.due = client.due
            cohorts.append(cohort)
        cohort.clients.add(client)
        client.cohort, client.session = cohort, None
        self._alone.discard(client)

    def leave(self, client: Client, cohort: Cohort) -> None:
        """A client goes its own way."""
        cohort.clients.discard(client)
        self._alone.add(client)
        if not cohort.clients:
            channel = cohort.session.channel
            self._cohorts[channel].remove(cohort)
            if not self._cohorts[channel]:
                del self._cohorts[channel]
                self._prepared.pop(channel, None)

    def changed_channel(self, client: Client, before: Channel, after: Channel) -> None:
        """A client has said what it looks at."""
        if before is not after:
            self.views[client.audience].watch(before, -1)
            self.views[client.audience].watch(after, 1)

    def left(self, client: Client) -> None:
        """A client is closing: nothing more is said to it, and its place is free."""
        self._clients[client.audience] -= 1
        self._alone.discard(client)
        self.budgets[client.audience].forget(client)
        self.views[client.audience].watch(client.own().channel, -1)
        self._closing[client] = time.monotonic() + CLOSE_SECONDS_MAX

    def lost(self, client: Client) -> None:
        """A client's connection is gone."""
        self._closing.pop(client, None)
        self.full.discard(client)
        self._desk.discard(client)

    def _granted(self, client: Client, size: int) -> None:
        client.taken = size
        self.queue(client)

    async def run(self) -> None:
        """Look after the clients until cancelled: whose time has come is told, who takes nothing is given up."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            now = time.monotonic()
            self._wake(now)
            self._give_up(now)
            await self._reauthenticate(now)
            for audience, views in self.views.items():
                self._metrics.gauge("feed_clients", self._clients[audience], audience=audience)
                self._metrics.gauge("feed_parts", len(list(views.channels())) - 1, audience=audience)

    def _wake(self, now: float) -> None:
        """Whose time has come."""
        for cohorts in self._cohorts.values():
            for cohort in cohorts:
                if now >= cohort.due:
                    self.queue(cohort)
        for client in self._alone:
            if now >= client.due:
                self.queue(client)

    def _give_up(self, now: float) -> None:
        """Who takes nothing, and who does not answer our closing."""
        for client in tuple(self.full):
            if now >= client.full_since + SEND_SECONDS_MAX:
                client.end(TOOK_NOTHING)
        for client, deadline in tuple(self._closing.items()):
            if now >= deadline:
                client.transport.abort()

    async def _reauthenticate(self, now: float) -> None:
        """Close the desks whose session has ended."""
        asked = [(client, client.who) for client in self._desk if now >= client.check_at and not client.closing]
        for client, _ in asked:
            client.check_at = now + REAUTHENTICATE_SECONDS
        people = await asyncio.gather(*(self._authenticate(who) for _, who in asked if who is not None))
        for (client, _), person in zip(asked, people, strict=True):
            if person is None:
                client.end(Close(NOT_SIGNED_IN, "the session has ended; sign in again"))


def _cookie_of(socket: WebSocket) -> HTTPConnection:
    """What of a handshake tells who somebody is; the rest need not stay."""
    headers = [(name, value) for name, value in socket.scope["headers"] if name == b"cookie"]
    return HTTPConnection({"type": "websocket", "headers": headers, "server": socket.scope.get("server")})
