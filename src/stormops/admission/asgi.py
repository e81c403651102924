"""Admission in front of an ASGI app: `wiring` puts it before intake, feed and counter, which do not know of it.

In quiet times a request costs a few look-ups (find the function, count the source, enter the gate).
Only when somebody waits are sessions told from strangers and bodies looked into.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stormops.admission.classes import Routes
from stormops.admission.danger import tells_of_danger
from stormops.admission.demand import demanded_seconds
from stormops.admission.gate import Gate, Reason, Served, Ticket
from stormops.admission.proxies import Proxies
from stormops.admission.queue import Lane
from stormops.admission.refusal import Refusal, refusal, wait_seconds
from stormops.admission.scopes import device, token
from stormops.admission.sources import Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.admission.steps import stepped
from stormops.core.mode import Mode

LOOK_SECONDS = 0.5
"""The mode is asked for and counts go to the metrics this often, when requests come."""

TICK_SECONDS = 0.05
"""While somebody waits, the gate is looked after this often."""

BODY_WAIT_SECONDS = 0.5
"""A report that has to wait has so long to show whether it tells of danger."""

BUSY_SHARE = 0.5
"""An address this far through its burst has the devices behind it told apart."""

SERVED = "stormops.served"
"""Where `screen` leaves the function in a scope that it has let pass."""

GONE = "stormops.gone"
"""Where the protocol leaves, in the scope of a request of a crowd, what tells whether its client has gone."""


class Metrics(Protocol):
    """What admission needs of `telemetry.Metrics`."""

    def count(self, name: str, by: float = 1, **labels: str) -> None: ...
    def gauge(self, name: str, value: float, **labels: str) -> None: ...
    def observe(self, name: str, value: float) -> None: ...


class Admission:
    """The ASGI app. `mode()` is the mode in force; `staff` tells sessions; `origins` are our own pages'."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sources: Sources,
        proxies: Proxies,
        staff: StaffMarks,
        mode: Callable[[], Mode],
        metrics: Metrics,
        origins: list[str],
        gate: Gate | None = None,
        routes: Routes | None = None,
        now: Callable[[], float] = time.perf_counter,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._app = app
        self.gate = gate or Gate(cpu=time.process_time, demand=demanded_seconds())
        self.routes = routes or Routes()
        self._sources, self._proxies, self.staff = sources, proxies, staff
        self._mode, self._metrics = mode, metrics
        self._origins = frozenset(origin.encode() for origin in origins)
        self._now, self._chance = now, chance
        self.now = now
        self._shed: Counter[tuple[int, str]] = Counter()
        self._look_at = 0.0
        self._proxied = bool(proxies)
        self._ticking = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        now = self._now()
        served = scope.get(SERVED)
        if served is None:
            refused = self.screen(scope, now)
            if refused is not None:
                await _answer(scope, send, refused)
                return
            served = scope[SERVED]
        if served.free:
            self._look(now)
            await self._app(scope, receive, send)
            return
        ticket = self.gate.enter(served, served.lane, now)
        if ticket is None:
            await self._crowded(served, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(ticket, scope, receive, send)
        else:
            await self._run(ticket, scope, receive, send)

    def screen(self, scope: Scope, now: float) -> Refusal | None:
        """What needs no waiting to refuse: a source that sends too much, a suspended function."""
        if now >= self._look_at:
            self._look(now)
        served = scope[SERVED] = self.routes.find(scope)
        if served.free:
            return None
        client = scope.get("client")
        address = client[0] if client else "unknown"
        if self._proxied and client:
            lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            address = self._proxies.client(address, lines)
            scope["client"] = (address, client[1])
        used = self._sources.take(address, now)
        if used > BUSY_SHARE and (used > 1 or not self._sources.take_mark(address, device(scope), now)):
            return self.refuse(scope, served, "source")
        if served.suspended:
            return self.refuse(scope, served, "suspended")
        return None

    def at_once(self, scope: Scope, body: bytes, now: float) -> Refusal | None:
        """The refusal of a screened request that would find no place, without starting anything for it.

        None when it may run or wait, or when it takes a look at a session to know.
        """
        served: Served = scope[SERVED]
        if served.free:
            return None
        lane = Lane.SAFETY if served.peek and tells_of_danger(body) else served.lane
        if served.for_staff and (sent := token(scope["headers"])):
            if self.staff.known(sent, now) is None:
                return None
        elif served.for_staff:
            lane = Lane.P3
        reason = self.gate.refuses(served, lane, now)
        return None if reason is None else self.refuse(scope, served, reason, lane)

    def counts(self, address: str, now: float) -> bool:
        """Count a request of an address that needs no closer look: false for one that does, which is not counted."""
        if self._proxied or now >= self._look_at or self._sources.used(address, now) > BUSY_SHARE:
            return False
        self._sources.take(address, now)
        return True

    def admit(
        self, scope: Scope, body: bytes, go: Callable[[Ticket | Refusal | None], object], gone: Callable[[], bool]
    ) -> None:
        """Screen a whole request and let it in, without a task; for functions that are not staff's alone.

        `go` is called once, now or when it may run or is refused; who ran leaves the gate. None: `gone` told, in a
        crowd, that nobody waits for the answer any more.
        """
        now = self._now()
        refused = self.screen(scope, now)
        if refused is not None:
            go(refused)
            return
        served: Served = scope[SERVED]
        ticket = self.gate.enter(served, served.lane, now)
        if ticket is not None:
            go(ticket)
            return
        if gone():
            self.lost(scope)
            go(None)
            return
        lane = Lane.SAFETY if served.peek and tells_of_danger(body) else served.lane
        loop = asyncio.get_running_loop()

        def woken(ticket: Ticket, reason: Reason | None) -> None:
            self._metrics.observe("admission_queue_seconds", self._now() - now)
            if reason is not None:
                go(self.refuse(scope, served, reason, lane))
            elif gone():
                self.lost(scope, lane)
                self.gate.give_up(ticket, self._now())
                go(None)
            else:
                go(ticket)

        def wake(ticket: Ticket, reason: Reason | None) -> None:
            # In a turn of its own: who runs and ends at once lets the next in, one inside the other without a bound.
            loop.call_soon(woken, ticket, reason)

        outcome = self.gate.offer(served, lane, now, wake)
        if isinstance(outcome, Ticket):
            self._keep_ticking()
        else:
            go(self.refuse(scope, served, outcome, lane))

    def refuse(self, scope: Scope, served: Served, reason: Reason, lane: int | None = None) -> Refusal:
        """Count a refusal and give the answer for it."""
        page, origin = False, b""
        for name, value in scope["headers"]:
            if name == b"origin" and value in self._origins:
                origin = value
            elif name == b"accept" and value.startswith(b"text/html"):
                page = True
        return self.refusal_of(served, reason, served.lane if lane is None else lane, page=page, origin=origin)

    def lost(self, scope: Scope, lane: int | None = None) -> None:
        """Count a request whose client has gone before its turn."""
        self._shed[scope[SERVED].lane if lane is None else lane, "gone"] += 1

    def refusal_of(
        self, served: Served, reason: Reason, lane: int, *, page: bool = False, origin: bytes = b""
    ) -> Refusal:
        """The same for a request without a scope."""
        self._shed[lane, reason] += 1
        wait = wait_seconds(reason, self._chance())
        return refusal(reason, served.name, self.routes.mode, wait, page=page, origin=origin)

    async def _crowded(self, served: Served, scope: Scope, receive: Receive, send: Send) -> None:
        """The way of a request that cannot run at once: its lane is told exactly, then it waits or is refused."""
        began = self._now()
        lane = await self._lane(served, scope, began)
        if served.peek:
            receive, lane = await _peek(receive, lane)
        outcome = await self._wait(served, lane, began)
        self._metrics.observe("admission_queue_seconds", self._now() - began)
        if not isinstance(outcome, Ticket):
            await _answer(scope, send, self.refuse(scope, served, outcome, lane))
        elif GONE in scope and scope[GONE]():
            self.lost(scope, lane)
            self.gate.give_up(outcome, self._now())
        elif scope["type"] == "websocket":
            await self._socket(outcome, scope, receive, send)
        else:
            await self._run(outcome, scope, receive, send)

    async def _run(self, ticket: Ticket, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if ticket.served.waits:
                await stepped(self._app(scope, receive, send), self._now, ticket)  # type: ignore[arg-type]  # a coroutine
            else:
                await self._app(scope, receive, send)
        finally:
            self.gate.leave(ticket, self._now())

    async def _lane(self, served: Served, scope: Scope, now: float) -> int:
        """Staff's functions asked for by nobody's session go last: they will be refused anyway."""
        if not served.for_staff:
            return served.lane
        sent = token(scope["headers"])
        if not sent:
            return Lane.P3
        staff = self.staff.known(sent, now)
        if staff is None:
            staff = await self.staff.ask(sent, now)
        return served.lane if staff else Lane.P3

    async def _wait(self, served: Served, lane: int, now: float) -> Ticket | Reason:
        """Until it may run, or is refused."""
        turn: asyncio.Future[Reason | None] = asyncio.get_running_loop().create_future()

        def wake(_: Ticket, reason: Reason | None) -> None:
            if not turn.done():
                turn.set_result(reason)

        outcome = self.gate.offer(served, lane, now, wake)
        if not isinstance(outcome, Ticket):
            return outcome
        self._keep_ticking()
        try:
            reason = await turn
        except asyncio.CancelledError:
            self.gate.give_up(outcome, self._now())
            raise
        return outcome if reason is None else reason

    async def _socket(self, ticket: Ticket, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket holds its place until it is accepted or refused; afterwards the feed's own bounds hold it."""
        left = False

        async def send_and_leave(message: Message) -> None:
            nonlocal left
            await send(message)
            if not left:
                left = True
                self.gate.leave(ticket, self._now())

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            if not left:
                self.gate.leave(ticket, self._now())

    def _keep_ticking(self) -> None:
        if not self._ticking and self.gate.waiting:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.gate.tick(self._now())
        self._keep_ticking()

    def _look(self, now: float) -> None:
        """The mode in force; what was counted goes to the metrics."""
        self._look_at = now + LOOK_SECONDS
        mode = self._mode()
        if mode != self.routes.mode:
            self.routes.change_mode(mode)
        for (lane, reason), count in self._shed.items():
            self._metrics.count("admission_shed_total", count, **{"class": Lane(lane).name.lower()}, reason=reason)
        self._shed.clear()
        self._metrics.gauge("admission_limit", self.gate.limit.value)
        self._metrics.gauge("admission_in_flight", self.gate.in_flight)
        self._metrics.gauge("admission_parked", self.gate.parked)
        self._metrics.gauge("admission_waiting", self.gate.waiting)
        self._metrics.gauge("admission_waiting_work_seconds", self.gate.queue.work_s)
        self._metrics.gauge("admission_sources", len(self._sources))


async def _peek(receive: Receive, lane: int) -> tuple[Receive, int]:
    """Look into the first part of a body; gives a `receive` that hands it out again."""
    first: Message | None = None
    try:
        async with asyncio.timeout(BODY_WAIT_SECONDS):
            first = await receive()
    except TimeoutError:
        return receive, lane
    if first["type"] == "http.request" and tells_of_danger(first.get("body", b"")):
        lane = Lane.SAFETY

    async def again() -> Message:
        nonlocal first
        if first is not None:
            message, first = first, None
            return message
        return await receive()

    return again, lane


async def _answer(scope: Scope, send: Send, refused: Refusal) -> None:
    """Send a refusal, to a socket as the answer to its handshake."""
    kind = "http.response"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1013})
            return
        kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": refused.status, "headers": list(refused.headers)})
    await send({"type": f"{kind}.body", "body": refused.body})
