"""A rehearsal: a seeded storm sent through the real doors, watched on the real screen, and graded.

The platform is driven and read over HTTP and WebSocket only. The client never says when a report was
received; time is the platform's, scaled for all by one clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec
import numpy as np

from stormops.clock import Clock
from stormops.core.network import City, trace
from stormops.rehearsal.callers import Call, make_calls
from stormops.rehearsal.crews import Crews, Order
from stormops.rehearsal.dispatcher import to_take_on
from stormops.rehearsal.grading import Grade, grade, over_time
from stormops.rehearsal.scada import make_words
from stormops.rehearsal.screen import Screen
from stormops.rehearsal.storm import Storm
from stormops.rehearsal.truth import HOUR_MS, Truth, make_truth

SENDING_AT_ONCE_MAX = 256
"""Requests under way; more wait for their turn, as open-loop load over a real network would queue."""

TRIES_MAX = 30
"""A client gives up on a report after this many tries; the report then counts as not acknowledged."""

LOOK_UPS_MAX = 6
"""Times that a receipt is looked up before its report counts as lost; a look-up may be refused under load."""

CREW_MINUTES = 1
"""Platform minutes between two rounds of what the field tells the desk; at least half a second of wall."""

GRADE_MINUTES = 20
"""Platform minutes between two moments at which screen and truth are compared."""

DISPATCHER_MINUTES = 2
"""Platform minutes between two looks at the safety queue; at least half a second of wall."""

ORDERS_AT_ONCE_MAX = 32
"""Orders to the desk under way; more wait for their turn."""

READY_SECONDS_MAX = 60
"""Wall seconds in which the platform must be up and its screen alive."""

SETTLE_SECONDS_MAX = 45
"""Wall seconds after the storm in which the screen must come to rest."""


class RehearsalError(Exception):
    """The rehearsal could not be run; the message says why."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The platform under rehearsal, a staff account that may act, and a partner's token for telemetry."""

    intake_url: str
    intake_staff_url: str
    feed_staff_url: str
    person: str
    password: str
    telemetry_token: str
    clock: Clock


class Rehearsal:
    """One storm on one platform. `progress` reads while `run` works."""

    def __init__(self, target: Target, city: City, storm: Storm, seed: int) -> None:
        self._target = target
        self._storm = storm
        self._seed = seed
        self._truth: Truth = make_truth(city, trace(city.network, city.premises), storm, seed)
        self._calls = make_calls(self._truth, storm.hours, seed)
        self._words = make_words(self._truth, storm, seed)
        # What the map shows is who is out of electricity; the truth is asked for the same premises.
        self._index = {name: row for row, name in enumerate(city.premises.id)}
        self._start_ms = target.clock.now_ms()  # begins anew when the platform is ready
        self._acknowledged: dict[str, float] = {}
        self._sent = 0
        self._failed = 0
        self._retried = 0
        self._words_told = 0
        self._grades: list[dict[str, Any]] = []
        self._moments: list[Grade] = []
        self._screen = Screen(target.feed_staff_url)
        self._refused: list[str] = []

    @property
    def truth(self) -> Truth:
        """What really happens."""
        return self._truth

    def _now(self) -> int:
        """Platform milliseconds since the storm's start."""
        return self._target.clock.now_ms() - self._start_ms

    async def run(self) -> dict[str, Any]:
        """Play the storm and give the result. Raises RehearsalError when the platform cannot be reached."""
        limits = httpx2.Limits(max_connections=SENDING_AT_ONCE_MAX, max_keepalive_connections=SENDING_AT_ONCE_MAX)
        async with httpx2.AsyncClient(timeout=10, limits=limits) as http:
            csrf = await self._sign_in(http)
            cookie = "; ".join(f"{k}={v}" for k, v in http.cookies.items())
            watching = asyncio.create_task(self._screen.watch(cookie))
            await self._ready(watching)
            crews = asyncio.create_task(self._work(http, csrf))
            telemetry = asyncio.create_task(self._telemeter(http))
            dispatcher = asyncio.create_task(self._take_on_danger(http, csrf))
            grading = asyncio.create_task(self._grade_plateau(http))
            following = asyncio.create_task(self._grade_all(http))
            try:
                await self._send_all(http)
                while self._now() < self._storm.hours * HOUR_MS:
                    self._stop_on_failure(watching, crews, telemetry, dispatcher, grading, following)
                    await asyncio.sleep(0.2)
                await self._settle()
                await grading
                lost = await self._lost(http)
                final = await self._shown(http)
                return self._result(lost, final)
            finally:
                for task in (watching, crews, telemetry, dispatcher, grading, following):
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, httpx2.HTTPError):
                        await task

    async def _ready(self, watching: asyncio.Task[None]) -> None:
        """Wait until the screen shows something, and begin the storm then. Raises RehearsalError."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not self._screen.at_ms:
            self._stop_on_failure(watching)
            if time.monotonic() > deadline:
                raise RehearsalError(f"the desk's screen shows nothing: {self._screen.problem}")
            await asyncio.sleep(0.05)
        self._start_ms = self._target.clock.now_ms()

    @staticmethod
    def _stop_on_failure(*tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    async def _sign_in(self, http: httpx2.AsyncClient) -> str:
        who = {"person": self._target.person, "password": self._target.password, "desk": "rehearsal"}
        for _ in range(100):
            try:
                answer = await http.post(f"{self._target.intake_staff_url}/staff/sign-in", json=who)
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == httpx2.codes.OK:
                return str(answer.json()["csrf"])
            raise RehearsalError(f"the desk account was refused: {answer.text}")
        raise RehearsalError(f"no platform answers at {self._target.intake_staff_url}")

    async def _send_all(self, http: httpx2.AsyncClient) -> None:
        turn = asyncio.Semaphore(SENDING_AT_ONCE_MAX)
        async with asyncio.TaskGroup() as group:
            for call in self._calls:
                wait_s = self._target.clock.wall_seconds(call.at_ms - self._now())
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                await turn.acquire()
                group.create_task(self._send(http, call, turn))

    async def _send(self, http: httpx2.AsyncClient, call: Call, turn: asyncio.Semaphore) -> None:
        self._sent += 1
        url = f"{self._target.intake_url}/api/v1/reports"
        try:
            for attempt in range(TRIES_MAX):
                try:
                    answer = await http.post(url, json=call.body, headers={"Idempotency-Key": call.key})
                except httpx2.HTTPError:
                    answer = None
                if answer is not None and answer.status_code == httpx2.codes.ACCEPTED:
                    self._acknowledged.setdefault(answer.json()["receipt"], time.monotonic())
                    if not call.resend or attempt:
                        return
                    continue
                if answer is not None and answer.status_code not in (429, 503):
                    self._refused.append(f"{answer.status_code} {answer.text[:300]}")
                    break
                self._retried += 1
                await asyncio.sleep(random.uniform(0, min(2.0, 0.05 * 2**attempt)))
            self._failed += 1
        finally:
            turn.release()

    async def _work(self, http: httpx2.AsyncClient, csrf: str) -> None:
        """The field tells the desk, round by round."""

        async def premises(incident: str) -> list[str] | None:
            answer = await self._read(http, f"/api/v1/desk/incidents/{incident}/premises")
            return None if answer is None else list(answer["premises"])

        crews = Crews(self._truth, self._calls, premises, self._seed)
        turn = asyncio.Semaphore(ORDERS_AT_ONCE_MAX)
        every_s = max(0.5, self._target.clock.wall_seconds(CREW_MINUTES * 60_000))
        round_number = 0
        while True:
            await asyncio.sleep(every_s)
            if not self._screen.at_ms:
                continue
            now_ms = self._target.clock.now_ms()
            orders = await crews.look(self._screen.incidents(), self._start_ms, now_ms)
            keys = [f"field-{self._seed}-{round_number}-{number}" for number in range(len(orders))]
            told = zip(orders, keys, strict=True)
            heard = await asyncio.gather(*(self._tell(http, csrf, turn, order, key) for order, key in told))
            for order, arrived in zip(orders, heard, strict=True):
                if not arrived:
                    crews.unheard(order)
            round_number += 1

    async def _take_on_danger(self, http: httpx2.AsyncClient, csrf: str) -> None:
        """Somebody at the desk acknowledges what the safety queue shows; what was not taken is told again."""
        every_s = max(0.5, self._target.clock.wall_seconds(DISPATCHER_MINUTES * 60_000))
        while True:
            await asyncio.sleep(every_s)
            for receipt in to_take_on(self._screen.view):
                url = f"{self._target.intake_staff_url}/api/v1/desk/reports/{receipt}/acknowledge"
                headers = {"X-CSRF-Token": csrf, "Idempotency-Key": f"danger-{self._seed}-{receipt}"}
                with contextlib.suppress(httpx2.HTTPError):
                    await http.post(url, json={"reason": "called back, a crew is told"}, headers=headers)

    async def _tell(self, http: httpx2.AsyncClient, csrf: str, turn: asyncio.Semaphore, order: Order, key: str) -> bool:
        """One order to the desk, and whether it was taken; what was not is told again, under a new key."""
        url = f"{self._target.intake_staff_url}/api/v1/desk/incidents/{order.incident}/{order.action}"
        async with turn:
            try:
                answer = await http.post(url, json=order.body, headers={"X-CSRF-Token": csrf, "Idempotency-Key": key})
            except httpx2.HTTPError:
                return False
        taken = bool(answer.status_code == httpx2.codes.ACCEPTED)
        if taken and order.house:
            said = {"symptom": "lights_out", "service_point": f"E-{order.house}"}
            await turn.acquire()
            house = Call(self._now(), f"{key}-house", said, self._index[order.house], resend=False, false=False)
            await self._send(http, house, turn)
        return taken

    async def _telemeter(self, http: httpx2.AsyncClient) -> None:
        """The control system's words, each as soon as it is due; what is not taken is sent again as it is."""
        url = f"{self._target.intake_url}/api/v1/telemetry/states"
        edges, tree = self._truth.city.network.edge_id, self._truth.tree
        while self._words_told < len(self._words):
            first = self._words_told
            await asyncio.sleep(max(0.0, self._target.clock.wall_seconds(self._words[first].at_ms - self._now())))
            due = [word for word in self._words[first:] if word.at_ms <= self._now()]
            states = [
                {"device": edges[int(tree.edge[w.device])], "state": w.state, "at": self._start_ms + w.since_ms}
                for w in due
            ]
            headers = {"Authorization": f"Bearer {self._target.telemetry_token}"}
            headers["Idempotency-Key"] = f"telemetry-{self._seed}-{first}-{len(due)}"
            with contextlib.suppress(httpx2.HTTPError):
                answer = await http.post(url, json={"states": states}, headers=headers)
                if answer.status_code == httpx2.codes.ACCEPTED:
                    self._words_told += len(due)
                    continue
            await asyncio.sleep(0.1)

    async def _read(self, http: httpx2.AsyncClient, path: str) -> dict[str, Any] | None:
        """One read of the feed, None when it cannot be had just now: refused, or the connection was ended."""
        try:
            answer = await http.get(f"{self._target.feed_staff_url}{path}")
        except httpx2.HTTPError:
            return None
        return dict(answer.json()) if answer.status_code == httpx2.codes.OK else None

    async def _shown(self, http: httpx2.AsyncClient) -> Grade:
        """Who is out, in truth and as shown, at one moment. Raises RehearsalError when the feed does not say it."""
        for attempt in range(TRIES_MAX):
            answer = await self._read(http, "/api/v1/desk/out")
            if answer is not None:
                at = self._now()
                shown = np.zeros(len(self._index), np.bool_)
                shown[[self._index[p] for p in answer["premises"]]] = True
                return grade(at / HOUR_MS, self._truth.out(at), shown)
            await asyncio.sleep(random.uniform(0, min(2.0, 0.05 * 2**attempt)))
        raise RehearsalError("the feed does not say who is out")

    async def _grade_all(self, http: httpx2.AsyncClient) -> None:
        """Grade every `GRADE_MINUTES` of the storm."""
        for at in range(GRADE_MINUTES * 60_000, int(self._storm.hours * HOUR_MS), GRADE_MINUTES * 60_000):
            await asyncio.sleep(max(0.0, self._target.clock.wall_seconds(at - self._now())))
            self._moments.append(await self._shown(http))

    async def _grade_plateau(self, http: httpx2.AsyncClient) -> None:
        """Grade while most customers are out: at the beginning, the middle and the end of that time."""
        begin, end = self._truth.plateau_ms()
        # The last grade is a moment before the first repair, far enough for the request to be answered in time.
        margin = 400 * self._target.clock.speed
        for at in (begin, (begin + end) / 2, max(begin, end - margin)):
            await asyncio.sleep(max(0.0, self._target.clock.wall_seconds(at - self._now())))
            self._grades.append((await self._shown(http)).told())

    async def _settle(self) -> None:
        """Give the field time to tell the desk of the last repairs, and the screen to show it."""
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        while time.monotonic() < deadline:
            if not self._screen.incidents() and not self._screen.totals.get("customers_out"):
                return
            await asyncio.sleep(0.2)

    async def _lost(self, http: httpx2.AsyncClient) -> int:
        """Acknowledged reports that the platform does not know."""
        missing = [r for r in self._acknowledged if r not in self._screen.seen]
        lost = 0
        for receipt in missing:
            for attempt in range(LOOK_UPS_MAX):
                if await self._read(http, f"/api/v1/reports/{receipt}") is not None:
                    break
                await asyncio.sleep(min(2.0, 0.1 * 2**attempt))
            else:
                lost += 1
        return lost

    def delays(self) -> list[float]:
        """Wall seconds from each receipt to the desk's screen, for the reports seen there."""
        seen = self._screen.seen
        return [max(0.0, seen[r] - at) for r, at in self._acknowledged.items() if r in seen]

    def progress(self) -> dict[str, Any]:
        """Where the rehearsal stands, for people."""
        totals = self._screen.totals
        delays = self.delays()[-2000:]
        now = self._now()
        return {
            "hour": now / HOUR_MS,
            "hours": self._storm.hours,
            "reports": self._sent,
            "of": len(self._calls),
            "acknowledged": len(self._acknowledged),
            "matched": totals.get("reports_matched", 0),
            "incidents": totals.get("incidents_open", 0),
            "out_shown": totals.get("customers_out", 0),
            "out_truth": int(self._truth.out(now).sum()),
            "delay_p95_s": float(np.percentile(delays, 95)) if delays else 0.0,
        }

    def _result(self, lost: int, final: Grade) -> dict[str, Any]:
        delays = self.delays()
        at = {p: round(float(np.percentile(delays, p)), 3) if delays else None for p in (50, 95, 99)}
        totals = self._screen.totals
        distinct = totals.get("reports", 0) - totals.get("reports_duplicated", 0)
        height = self._grades[-1] if self._grades else {}
        return {
            "city": self._truth.city.name,
            "customers_served": len(self._truth.city.premises),
            "storm": self._storm.title,
            "seed": self._seed,
            "speed": self._target.clock.speed,
            "reports": {
                "sent": self._sent,
                "acknowledged": self._sent - self._failed,
                "lost": lost,
                "doubled": max(0, distinct - len(self._acknowledged)),
                "retried": self._retried,
                "refused": self._refused[:5],
                "matched": totals.get("reports_matched"),
                "unmatched": totals.get("reports_unmatched"),
                "repeated": totals.get("reports_repeated"),
                "safety_not_taken_on": totals.get("safety_waiting", 0) + totals.get("safety_escalated", 0),
            },
            "customers": {
                "out_truth": height.get("truth"),
                "out_shown": height.get("shown"),
                "precision": height.get("precision"),
                "recall": height.get("recall"),
                "while_most_are_out": self._grades,
                "over_time": over_time(self._moments),
                "shown_out_at_the_end": final.shown,
                "truth_out_at_the_end": final.truth,
            },
            "telemetry": {"words": len(self._words), "taken": self._words_told},
            "delay_s": {"p50": at[50], "p95": at[95], "p99": at[99]},
            "feed_drops": self._screen.drops,
        }

    def passed(self, result: dict[str, Any]) -> bool:
        """Whether nothing was lost, doubled or left unacknowledged."""
        reports = result["reports"]
        return bool(reports["lost"] == 0 and reports["doubled"] == 0 and reports["acknowledged"] == reports["sent"])


def progress_lines(rehearsal: Rehearsal) -> Callable[[], str]:
    """One line for the terminal."""

    def line() -> str:
        p = rehearsal.progress()
        return (
            f"storm hour {p['hour']:5.2f}/{p['hours']:g} · reports {p['reports']:,}/{p['of']:,} · "
            f"matched {p['matched']:,} · incidents {p['incidents']:,} · customers out {p['out_shown']:,} "
            f"(truth {p['out_truth']:,}) · receipt to screen p95 {p['delay_p95_s']:.2f} s"
        )

    return line
