"""Who runs now, who waits, who is told to come back: the one decision of admission. Pure: seconds go in.

A request runs when its class has room under two bounds: the adaptive limit on handlers, and the
measured work in flight. Otherwise it waits in the one queue, or takes the place of something lower,
or is refused. A handler that has run for `PARKED_SECONDS` while the process is idle is waiting for
something else (a slow sender, a jammed disk, another process): it gives its place back, and its
bulkhead bounds it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from stormops.admission.bulkhead import Bulkhead
from stormops.admission.limit import Gradient2, Limit, RoundTrips
from stormops.admission.queue import Lane, WorkQueue
from stormops.admission.work import Estimate, SharedTime

Reason = Literal["full", "evicted", "late", "bulkhead", "suspended", "source"]
"""Why a request is refused: no room; put out by something higher; waited too long; its slow part is
full; its function is suspended in this mode; its source sends too much."""

IN_FLIGHT_SECONDS_MAX = 0.040
"""Measured work that may run at once: what a new P0 request finds in front of it."""

SHARES = (1.25, 1.0, 0.9, 0.75, 0.5)
"""How much of both bounds each lane may fill: lower classes can never hold every place."""

DEADLINES = (4.0, 2.0, 1.5, 1.0, 0.5)
"""Seconds that a client of each lane is taken to wait for its answer."""

SPENT_SHARE = 0.75
"""A request that has waited for so much of its deadline is dropped instead of started."""

PARKED_SECONDS = 0.2
"""A handler that runs for so long in an idle process is waiting for something else and gives its place back."""

PARKED_SECONDS_BUSY = 1.0
"""The same in a busy process, where it may be slow because all are: letting more in would only lengthen that."""

IDLE_SHARE = 0.8
"""A process that asks for less than this of a core keeps up with what comes: it is idle."""

IDLE_SECONDS = 0.1
"""Over how long that is measured, at least."""

SAMPLED = 8
"""While nobody waits, one request of so many is measured: measuring costs as much as all the rest."""

USE_LEAST = 0.02
"""A process counts as using at least so much of a core."""

SERVING_LEAST = 0.1
"""At least such a share of the process's time counts as left beside refusing."""

SWAMPED_SHARE = 0.75
"""With less than this of its time left for serving a process is swamped."""

PARKED_MOST = 2000
"""So many may have given their places back; further ones keep theirs."""


class Served:
    """A function as it is served: its lane, what its requests cost, its bulkhead, whether it is suspended.

    Handlers of a function that `waits` are on their way elsewhere most of the time (a look-up, another process): they
    hold no place, their bulkhead bounds them, and their work is the time of their own steps.
    """

    __slots__ = ("bulkhead", "estimate", "for_staff", "free", "lane", "name", "peek", "suspended", "trips", "waits")

    def __init__(
        self,
        name: str,
        lane: int,
        *,
        for_staff: bool = False,
        free: bool = False,
        peek: bool = False,
        waits: bool = False,
    ) -> None:
        self.name = name
        self.lane = lane
        self.for_staff = for_staff
        self.free = free
        self.peek = peek
        self.waits = waits
        self.suspended = False
        self.bulkhead: Bulkhead[Ticket] | None = None
        self.estimate = Estimate()
        self.trips = RoundTrips()


class Ticket:
    """One request's way through the gate."""

    __slots__ = (
        "entered_at", "expires_at", "lane", "parked", "served", "shared", "spent_s", "started", "wake", "work_s",
    )  # fmt: skip

    lane: int
    work_s: float
    expires_at: float

    def __init__(self, served: Served, lane: int, now: float) -> None:
        self.served = served
        self.lane = lane
        self.work_s = served.estimate.work_s
        self.parked = False
        self.started = False
        self.shared = self.spent_s = 0.0
        self.entered_at = self.expires_at = now
        self.wake: Callable[[Ticket, Reason | None], None] = _nobody


class Gate:
    """The gate of one process. `wake(ticket, reason)` is called once for each that waited: None = run now.

    `cpu` gives the processor seconds that the process has used so far, `demand` those and what it has waited for a core
    (`demand`). Without them the process counts as using a whole core, and handlers as waiting once they are slow.
    """

    def __init__(
        self,
        limit: Limit | None = None,
        queue: WorkQueue[Ticket] | None = None,
        cpu: Callable[[], float] | None = None,
        demand: Callable[[], float] | None = None,
    ) -> None:
        self.limit: Limit = limit or Gradient2()
        self.queue: WorkQueue[Ticket] = WorkQueue() if queue is None else queue
        self._time = SharedTime()
        self._running: dict[Ticket, None] = {}  # in the order of starting
        self._work_s = 0.0
        self._parked = 0
        self._left = 0
        self._bulkheads: list[Bulkhead[Ticket]] = []
        self._cpu = cpu
        self._demand = demand or cpu
        self._seen_at = self._cpu_seen = self._demand_seen = self._refusing_seen = 0.0
        self.swamped = False
        """Whether refusing takes the process's time away from serving: who is refused should not keep a connection."""
        self._shrunk_at = float("-inf")  # the limit, last
        self._use = self._asks = 1.0

    @property
    def in_flight(self) -> int:
        """Handlers that hold a place."""
        return len(self._running)

    @property
    def parked(self) -> int:
        """Handlers that run without a place."""
        return self._parked

    @property
    def waiting(self) -> int:
        """Requests that wait, in the queue or for a bulkhead."""
        return self.queue.length + sum(len(one.line) for one in self._bulkheads)

    def enter(self, served: Served, lane: int, now: float) -> Ticket | None:
        """Run at once if nobody waits and there is room; None otherwise. The way of nearly all requests."""
        share = SHARES[lane]
        if (
            self.queue.length
            or len(self._running) >= self.limit.value * share
            or self._work_s >= IN_FLIGHT_SECONDS_MAX * share
        ):
            return None
        bulkhead = served.bulkhead
        if bulkhead is not None and bulkhead.used >= bulkhead.size:
            return None
        ticket = Ticket(served, lane, now)
        self._start(ticket, now)
        return ticket

    def refuses(self, served: Served, lane: int, now: float) -> Reason | None:
        """Why a request would be refused just now, None when it would run or wait."""
        bulkhead = served.bulkhead
        if bulkhead is not None and bulkhead.closed:
            return "bulkhead"
        if self._room(lane, now) or self.queue.would_take(lane, served.estimate.work_s):
            return None
        return "full"

    def offer(
        self, served: Served, lane: int, now: float, wake: Callable[[Ticket, Reason | None], None]
    ) -> Ticket | Reason:
        """Run, wait or be refused. `wake` may be called before this returns."""
        reason = self.refuses(served, lane, now)
        if reason is not None:
            return reason
        ticket = Ticket(served, lane, now)
        ticket.expires_at = now + SPENT_SHARE * DEADLINES[lane]
        ticket.wake = wake
        evicted = self.queue.offer(ticket)
        if evicted is None:  # room, and a queue of its own class in front of it
            return "full"
        if served.bulkhead is not None:
            served.bulkhead.waiting += 1
        for one in evicted:
            self._put_out(one, "evicted")
        self.tick(now)
        return ticket

    def leave(self, ticket: Ticket, now: float, *, ran: bool = True) -> None:
        """The handler has ended, well or badly, or was not `ran` at all. Lets the next in."""
        bulkhead = ticket.served.bulkhead
        if bulkhead is not None:
            bulkhead.used -= 1
        if ticket.parked:
            self._parked -= 1
            if ran and ticket.served.waits:
                ticket.served.estimate.add(ticket.spent_s)
        else:
            in_flight = len(self._running)
            del self._running[ticket]
            self._work_s = self._work_s - ticket.work_s if self._running else 0.0
            shared = self._time.leave(now)
            self._left += 1
            if ran and (self.queue.length or not self._left % SAMPLED):
                self._measure(ticket, shared - ticket.shared, now, in_flight)
        if self.queue.length or (bulkhead is not None and bulkhead.line):
            self.tick(now)

    def refused(self, began: float, now: float) -> None:
        """One was refused without entering: that time is not the work of those that run."""
        self._time.refused(began, now)

    def give_up(self, ticket: Ticket, now: float) -> None:
        """The client of a waiting request has gone: its turn, when it comes or has just come, is nobody's."""
        if ticket.started:
            self.leave(ticket, now, ran=False)
        else:
            ticket.expires_at = float("-inf")
            ticket.wake = _nobody

    def tick(self, now: float) -> None:
        """Drop who waited in vain and let in whom there is room for. Call it every 50 ms while somebody waits."""
        for late in self.queue.expire(now):
            self._put_out(late, "late")
        for bulkhead in self._bulkheads:
            self._look_after(bulkhead, now)
        queue = self.queue
        while (item := queue.head()) is not None and self._room(Lane.P0 if queue.aged else item.lane, now):
            queue.pop()
            if item.expires_at <= now:
                self._put_out(item, "late")
                continue
            bulkhead_ = item.served.bulkhead
            if bulkhead_ is not None:
                if bulkhead_.full:
                    if bulkhead_ not in self._bulkheads:
                        self._bulkheads.append(bulkhead_)
                    bulkhead_.line.append(item)
                    continue
                bulkhead_.waiting -= 1
            self._start(item, now)
            item.wake(item, None)

    def _look_after(self, bulkhead: Bulkhead[Ticket], now: float) -> None:
        """Drop the late of its line; its head comes back to the queue's when a place is free."""
        line = bulkhead.line
        while line and line[0].expires_at <= now:
            self._put_out(line.popleft(), "late")
        for _ in range(min(bulkhead.size - bulkhead.used, len(line))):
            self.queue.put_back(line.popleft())

    def _room(self, lane: int, now: float) -> bool:
        share = SHARES[lane]
        if len(self._running) < self.limit.value * share and self._work_s < IN_FLIGHT_SECONDS_MAX * share:
            return True
        return self._park(now) and self._room(lane, now)

    def _park(self, now: float) -> bool:
        """Take the places of those that have had theirs too long. Whether there was one."""
        parked = False
        while self._running and self._parked < PARKED_MOST:
            oldest = next(iter(self._running))
            ran = now - oldest.entered_at
            if ran < PARKED_SECONDS or (ran < PARKED_SECONDS_BUSY and not self._is_idle(now)):
                break
            del self._running[oldest]
            self._work_s = self._work_s - oldest.work_s if self._running else 0.0
            self._time.leave(now)
            oldest.parked = parked = True
            self._parked += 1
        return parked

    def _measure(self, ticket: Ticket, shared_s: float, now: float, in_flight: int) -> None:
        """Learn from one request. Time in which the process computed nothing is nobody's work.

        Nor does a limit shrink in an idle process: what is slow then is a disk, and the more wait for one commit,
        the more it takes along. And it shrinks once in a round trip at most, as TCP's window does (RFC 5681): all those
        that one slow commit answers were slow for one reason, which is not counted hundreds of times.
        """
        idle = self._is_idle(now)
        ticket.served.estimate.add(shared_s * self._use)
        before = self.limit.value
        self.limit.sample(ticket.served.trips, now - ticket.entered_at, in_flight)
        if self.limit.value < before:
            if ticket.entered_at < self._shrunk_at or (idle and self._cpu is not None):
                self.limit.value = before
            else:
                self._shrunk_at = now

    def _is_idle(self, now: float) -> bool:
        """Whether the process keeps up.

        Looks at most every `IDLE_SECONDS`, for it takes system calls: what it uses, asks for, and refusing leaves.
        """
        if self._cpu is None or self._demand is None:
            return True
        passed = now - self._seen_at
        if passed >= IDLE_SECONDS:
            cpu, demand = self._cpu(), self._demand()
            self._use = max(USE_LEAST, min(1.0, (cpu - self._cpu_seen) / passed))
            self._asks = (demand - self._demand_seen) / passed
            serving = 1.0 - (self._time.refusing_s - self._refusing_seen) / passed
            self.queue.narrow(max(SERVING_LEAST, serving))
            self.swamped = serving < SWAMPED_SHARE
            self._seen_at, self._cpu_seen, self._demand_seen = now, cpu, demand
            self._refusing_seen = self._time.refusing_s
        return self._asks < IDLE_SHARE

    def _start(self, ticket: Ticket, now: float) -> None:
        bulkhead = ticket.served.bulkhead
        if bulkhead is not None:
            bulkhead.used += 1
        ticket.entered_at = now
        ticket.started = True
        if ticket.served.waits:
            ticket.parked = True
            self._parked += 1
            return
        ticket.shared = self._time.enter(now)
        self._running[ticket] = None
        self._work_s += ticket.work_s

    def _put_out(self, ticket: Ticket, reason: Reason) -> None:
        if ticket.served.bulkhead is not None:
            ticket.served.bulkhead.waiting -= 1
        ticket.wake(ticket, reason)


def _nobody(_ticket: Ticket, _reason: Reason | None) -> None:
    """Who waited has gone; a turn that comes all the same ends at once in `tick`, which finds it late."""
