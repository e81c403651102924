"""The sockets: one task a client, each a position in its audience's channel.

A client is written to only when its transport has room, so what waits for it is at most the
transport's own mark (64 KiB) and one message; everything else is the shared ring. Snapshots are
large, so those on their way are counted together (`SENDING_BYTES_MAX`). A client that takes nothing
for `SEND_SECONDS_MAX` is given up (4408).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected, WebSocketState

from stormops.feed.budget import Budget
from stormops.feed.channel import Channel
from stormops.feed.ports import Authenticate
from stormops.feed.session import NOT_SIGNED_IN, TOO_MANY, TOO_SLOW, WRONG_ORIGIN, Close, Send, Session, Wait
from stormops.telemetry import Log, Metrics

Audience = Literal["desk", "public"]

CLIENTS_MAX: dict[Audience, int] = {"desk": 500, "public": 10_000}
"""Open sockets of an audience; one more is closed (4429) and should come back later."""

SEND_SECONDS_MAX = 20.0
"""A client that leaves a message in our buffer this long is given up (4408)."""

SENDING_BYTES_MAX = 256 * 1024 * 1024
"""Snapshots written and not yet drained, all clients together; further ones wait, at most `SEND_SECONDS_MAX`."""

REAUTHENTICATE_SECONDS = 30.0
"""How long a desk socket may outlive its session (signed out elsewhere, expired, role taken away)."""


ROUND_SECONDS = 0.25
"""How often the hub looks after its clients: heartbeats and limits may be late by so much."""

TOOK_NOTHING = Close(TOO_SLOW, "the client takes nothing")


class Hub:
    """All sockets of this process. Lives on the event loop; `publish` and `start` are called there too."""

    def __init__(
        self,
        channels: dict[Audience, Channel],
        *,
        now_ms: Callable[[], int],
        authenticate: Authenticate,
        origins: list[str],
        log: Log,
        metrics: Metrics,
    ) -> None:
        self.channels = channels
        self._now_ms = now_ms
        self._authenticate = authenticate
        self._origins = origins
        self._log = log
        self._metrics = metrics
        self._clients: dict[Audience, set[Client]] = {name: set() for name in channels}
        self.budget = Budget(SENDING_BYTES_MAX)

    def clients(self, audience: Audience) -> int:
        """Open sockets of an audience."""
        return len(self._clients[audience])

    def share(self, audience: Audience) -> float:
        """How full an audience's places are, 0 to 1."""
        return len(self._clients[audience]) / CLIENTS_MAX[audience]

    async def run(self) -> None:
        """Look after the clients until cancelled: whose time has come is woken, who takes nothing is given up."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            now = time.monotonic()
            for clients in self._clients.values():
                for client in clients:
                    client.look(now)

    def moved(self, audience: Audience) -> None:
        """The channel has a new picture: wake its clients."""
        for client in self._clients[audience]:
            client.wake()
        self._metrics.gauge("feed_position", self.channels[audience].n)

    async def endpoint(self, socket: WebSocket) -> None:
        """`/api/v1/feed?audience=desk|public`."""
        await socket.accept()
        refusal, audience = await self._admit(socket)
        if refusal is not None:
            await _close(socket, refusal)
            return
        client = Client(self, socket, audience)
        clients = self._clients[audience]
        clients.add(client)
        self._metrics.gauge("feed_clients", len(clients), audience=audience)
        try:
            await client.run()
        finally:
            clients.discard(client)
            self._metrics.gauge("feed_clients", len(clients), audience=audience)

    async def _admit(self, socket: WebSocket) -> tuple[Close | None, Audience]:
        """Origin ours or none sent; the desk's audience signed in; room left."""
        audience: Audience = "desk" if socket.query_params.get("audience") == "desk" else "public"
        origin = socket.headers.get("origin")
        if origin is not None and origin not in self._origins:
            return Close(WRONG_ORIGIN, "this page may not follow the feed"), audience
        if audience == "desk" and not await self.signed_in(socket):
            return Close(NOT_SIGNED_IN, "sign in to follow the desk's feed"), audience
        if len(self._clients[audience]) >= CLIENTS_MAX[audience]:
            return Close(TOO_MANY, "too many clients; come back later"), audience
        return None, audience

    async def signed_in(self, socket: WebSocket) -> bool:
        """Whether the socket's cookie still names a session."""
        return await self._authenticate(socket) is not None

    def now_ms(self) -> int:
        """Platform time."""
        return self._now_ms()

    def resynchronised(self, audience: Audience) -> None:
        """Count a slow client that got a snapshot."""
        self._metrics.count("feed_resyncs_total", audience=audience)
        self._log.info("client_resynchronised", audience=audience)


class Client:
    """One socket's two tasks: one listens, one tells. It has no timers of its own: the hub looks after all."""

    def __init__(self, hub: Hub, socket: WebSocket, audience: Audience) -> None:
        self._hub = hub
        self._socket = socket
        self._audience = audience
        self._channel = hub.channels[audience]
        self._session = Session(self._channel, time.monotonic())
        self._waiting: asyncio.Future[None] | None = None
        self._due = 0.0
        self._deadline = float("inf")
        self._telling: asyncio.Task[Close] | None = None
        self._check_at = time.monotonic() + REAUTHENTICATE_SECONDS
        self._draining = 0

    def wake(self) -> None:
        """There may be something to tell."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def look(self, now: float) -> None:
        """Wake it when its time has come; give it up when it has left a message in our buffer for too long."""
        if now >= self._due:
            self.wake()
        if now >= self._deadline and self._telling is not None:
            self._deadline = float("inf")
            self._telling.cancel()

    async def run(self) -> None:
        """Until the client leaves, is refused or is given up."""
        listening = asyncio.create_task(self._listen())
        self._telling = asyncio.create_task(self._tell())
        tasks = {listening, self._telling}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            closes = [TOOK_NOTHING if task.cancelled() else task.result() for task in done]
        except WebSocketDisconnect:
            return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._hub.budget.give(self._draining)
        for close in closes:
            await _close(self._socket, close)

    async def _listen(self) -> Close:
        """Hand what the client says to the session; ends when that refuses it."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            text = message.get("text")
            self._session.receive(text if text is not None else message.get("bytes") or b"")
            self.wake()
            if self._session.refusal is not None:
                return self._session.refusal

    async def _tell(self) -> Close:
        """Send what the session says, when there is room for it."""
        while True:
            now = time.monotonic()
            if self._audience == "desk" and now >= self._check_at:
                self._check_at = now + REAUTHENTICATE_SECONDS
                if not await self._hub.signed_in(self._socket):
                    return Close(NOT_SIGNED_IN, "the session has ended; sign in again")
            self._deadline = now + SEND_SECONDS_MAX
            wait = await self._step(now)
            self._deadline = float("inf")
            if isinstance(wait, Close):
                return wait
            if wait is not None:
                await self._pause(now + wait.seconds)

    async def _step(self, now: float) -> Close | Wait | None:
        """One step of the session; None after something was sent."""
        taken = 0
        if self._session.needs_snapshot:
            taken = await self._hub.budget.take(self._channel.snapshot_bytes)
        try:
            step = self._session.next(now, self._hub.now_ms())
            if not isinstance(step, Send):
                return step
            await self._socket.send_text(step.text)
            # This send found room, so what was sent before it has drained; this one has yet to.
            taken, self._draining = self._draining, taken
        finally:
            if taken:
                self._hub.budget.give(taken)
        if step.kind == "resync":
            self._hub.resynchronised(self._audience)
        return None

    async def _pause(self, due: float) -> None:
        self._due = min(due, self._check_at) if self._audience == "desk" else due
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None


async def _close(socket: WebSocket, close: Close) -> None:
    """Say why and close. A client that takes nothing is left to the kernel's time-out."""
    if socket.application_state is WebSocketState.DISCONNECTED:
        return
    try:
        async with asyncio.timeout(1):
            await socket.close(close.code, close.reason)
    except (TimeoutError, WebSocketDisconnect, WebSocketDisconnected):
        return
