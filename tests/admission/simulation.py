"""A server of so many workers under open-loop load, in virtual time: behind the gate, or as servers commonly are.

The reference: 8 workers, 20 ms exponential service (400 requests/s), clients that wait 2 s, the blue-sky
mix P0 10, P1 30, P2 40, P3 20 %. A request is good when it is answered while its client still waits.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from typing import NamedTuple

from stormops.admission.gate import Gate, Served, Ticket
from stormops.admission.queue import AGEING_SHARE, Lane, WorkQueue

WORKERS, SERVICE_SECONDS, PATIENCE_SECONDS = 8, 0.020, 2.0
CAPACITY = WORKERS / SERVICE_SECONDS
MIX = {Lane.P0: 0.1, Lane.P1: 0.3, Lane.P2: 0.4, Lane.P3: 0.2}


class Outcome(NamedTuple):
    """Goodput as a share of capacity; by lane the share of good answers; the 99th percentile of P0's good ones, s."""

    goodput: float
    good: dict[Lane, float]
    p0_p99_s: float


class FixedLimit:
    """As many handlers as there are workers."""

    def __init__(self, value: float) -> None:
        self.value = value

    def sample(self, of: object, rtt_s: float, in_flight: int) -> None:
        """Nothing to learn."""


class Fifo:
    """What servers commonly do: first come, first served, bounded to `most` waiting or not at all."""

    def __init__(self, most: float = float("inf")) -> None:
        self._most = most
        self._line: deque[int] = deque()
        self._busy = 0

    def arrive(self, who: int, _lane: Lane, _now: float) -> list[int]:
        """Those that start now."""
        if self._busy < WORKERS:
            self._busy += 1
            return [who]
        if len(self._line) < self._most:
            self._line.append(who)
        return []

    def end(self, _who: int, _now: float) -> list[int]:
        """Those that start now."""
        self._busy -= 1
        if not self._line:
            return []
        self._busy += 1
        return [self._line.popleft()]


class Gated:
    """The real gate, with the workers as its limit."""

    def __init__(self, ageing_share: float = AGEING_SHARE) -> None:
        # The lanes' shares of the limit are for handlers that hold places; here every lane may use every worker.
        self.gate = Gate(limit=FixedLimit(WORKERS * 2), queue=WorkQueue(ageing_share=ageing_share))
        self._served = {lane: Served(lane.name, lane) for lane in MIX}
        self._tickets: dict[int, Ticket] = {}
        self._started: list[int] = []

    def arrive(self, who: int, lane: Lane, now: float) -> list[int]:
        """Those that start now."""
        served = self._served[lane]
        ticket = self.gate.enter(served, lane, now)
        if ticket is not None:
            self._tickets[who] = ticket
            return [who]

        def wake(woken: Ticket, reason: str | None) -> None:
            if reason is None:
                self._tickets[who] = woken
                self._started.append(who)

        self.gate.offer(served, lane, now, wake)
        return self._take()

    def end(self, who: int, now: float) -> list[int]:
        """Those that start now."""
        self.gate.leave(self._tickets.pop(who), now)
        return self._take()

    def _take(self) -> list[int]:
        started, self._started = self._started, []
        return started


def simulate(server: Fifo | Gated, load: float, seconds: float = 30.0, seed: int = 1) -> Outcome:
    """Run it; the first fifth is warming up."""
    chance, count = random.Random(seed), itertools.count()
    arrived_at: dict[int, tuple[Lane, float]] = {}
    total, good, waits = dict.fromkeys(MIX, 0), dict.fromkeys(MIX, 0), []
    free_at = [0.0] * WORKERS  # a handler that the gate let in still needs a worker
    events: list[tuple[float, int, int]] = [(0.0, next(count), -1)]
    lanes, weights = list(MIX), list(MIX.values())

    def start(who: int, now: float) -> None:
        begins = max(now, heapq.heappop(free_at))
        ends = begins + chance.expovariate(1 / SERVICE_SECONDS)
        heapq.heappush(free_at, ends)
        heapq.heappush(events, (ends, next(count), who))

    while events:
        now, _, who = heapq.heappop(events)
        if who >= 0:
            lane, at = arrived_at.pop(who)
            if at >= seconds / 5 and now - at <= PATIENCE_SECONDS:
                good[lane] += 1
                if lane is Lane.P0:
                    waits.append(now - at)
            started = server.end(who, now)
        else:
            if now > seconds:
                break
            who = next(count)
            lane = chance.choices(lanes, weights)[0]
            arrived_at[who] = lane, now
            total[lane] += now >= seconds / 5
            started = server.arrive(who, lane, now)
            heapq.heappush(events, (now + chance.expovariate(load * CAPACITY), next(count), -1))
        for one in started:
            start(one, now)
    span = seconds * 0.8
    waits.sort()
    share = {lane: good[lane] / max(1, total[lane]) for lane in MIX}
    return Outcome(sum(good.values()) / span / CAPACITY, share, waits[int(0.99 * len(waits))] if waits else 0.0)
