"""The feed against its bars: `make bench-feed` (`ARGS="fanout storm city staff"` for some of it).

- `fanout`: one message to 5,000 and 10,000 sockets, our hub against others (`fanout`).
- `storm`: 15,000 of the public live in a storm, one feed process; and what that does to intake's acks.
- `city`: 94,000 of the public live in a surge, six feed processes and six of clients, from many loopback addresses.
- `staff`: 300 desks, from a customer's report to each of them.

Change to glass is from the tick in which a change was decided (`at_ms`) to the client that has the whole
message. The whole platform runs, on a generated city. Never imports `stormops`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import connect

from loadtests import costs, fanout, open_loop, sockets
from loadtests.open_loop import KEY, Ask, OpenLoop, Phase
from loadtests.sockets import HELLO, Seen, Sockets
from tests.platform import Platform, make_city

CUSTOMERS = 20_000
ROUNDS = 5
"""Of acknowledgements alone and beside the sockets, in turns; the middle one of each counts."""
PUBLIC = "/api/v1/feed?audience=public"
Bars = dict[str, tuple[float, float]]
"""What was measured, and the most that it may be."""


class Storm:
    """A platform with a storm's reports coming in, and what an operator sees of it."""

    def __init__(self, folder: Path, customers: int, settings: dict[str, str]) -> None:
        self.platform = Platform(make_city(folder, customers), folder / f"data-{time.monotonic_ns()}", settings)
        self.http = self._signed_in("dispatcher")
        self.cookie = f"Cookie: stormops_session={self.http.cookies['stormops_session']}"
        self.box = self.http.get(f"{self.platform.feed_url}/api/v1/config").json()["bbox"]
        self.port = int(urlsplit(self.platform.feed_url).port or 0)
        self._chance = random.Random(5)

    def _signed_in(self, role: str) -> httpx2.Client:
        made = httpx2.Client(timeout=20)
        known = self.platform.staff
        person, password = known.get(role) or self.platform.enrol(role)
        given = {"person": person, "password": password, "desk": "D"}
        made.post(f"{self.platform.intake_url}/staff/sign-in", json=given).raise_for_status()
        return made

    def report(self) -> dict[str, Any]:
        """Somebody's report, somewhere."""
        west, south, east, north = self.box
        place = {"latitude": self._chance.uniform(south, north), "longitude": self._chance.uniform(west, east)}
        return {"symptom": "lights_out", **place}

    def send_report(self) -> str:
        """Send one; gives its receipt."""
        answer = self.http.post(f"{self.platform.intake_url}/api/v1/reports", json=self.report())
        return str(answer.raise_for_status().json()["receipt"])

    @contextlib.contextmanager
    def reporting(self, rate: float) -> Iterator[None]:
        """So many reports a second while the block runs."""
        end = threading.Event()

        def send() -> None:
            while not end.wait(1 / rate):
                self.send_report()

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def declare(self, mode: str, role: str = "dispatcher") -> None:
        """Put the platform into a mode; returns when it is. Raises TimeoutError."""
        with contextlib.closing(self._signed_in(role)) as http:
            session = http.get(f"{self.platform.feed_url}/api/v1/session").json()
            headers = {"X-CSRF-Token": session["csrf"], "Idempotency-Key": f"bench-{mode}"}
            url = f"{self.platform.intake_url}/api/v1/desk/mode"
            http.post(url, json={"mode": mode, "reason": "benchmark"}, headers=headers).raise_for_status()
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                if http.get(f"{self.platform.feed_url}/api/v1/public/snapshot").json()["view"]["mode"]["mode"] == mode:
                    return
                time.sleep(0.1)
        raise TimeoutError(mode)

    def hold_in_storm(self) -> None:
        """So many reports of so few customers are a surge by the figures, in which a change comes every five seconds.

        A supervisor who relaxes from there is not overruled for half an hour.
        """
        self.declare("surge")
        self.declare("storm", "supervisor")

    def feeds(self) -> list[int]:
        """Process numbers of the feeds."""
        return [pid for name, pid in self.platform.where()["pids"].items() if name.startswith("feed")]

    def memory_kib(self) -> int:
        """Resident memory of all feeds."""
        return sum(costs.rss_kib(pid) for pid in self.feeds())

    def cpu_seconds(self) -> float:
        """Processor time that the feeds have used."""
        return costs.cpu_seconds(*self.feeds())

    def close(self) -> None:
        """End."""
        self.http.close()
        self.platform.stop()


@contextlib.contextmanager
def storm(folder: Path, customers: int, **settings: str) -> Iterator[Storm]:
    """A storm's platform."""
    made = Storm(folder, customers, {f"STORMOPS_{name.upper()}": value for name, value in settings.items()})
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def crowd(binary: Path, on: Storm, processes: int, each: int, rate: float) -> Iterator[list[Sockets]]:
    """So many clients of the public, each with its first picture."""
    began = time.monotonic()
    made = [
        Sockets(
            binary,
            on.port,
            PUBLIC,
            each,
            rate=rate,
            source=20 + number,
            mark='"at_ms":',
            nanoseconds=False,
            hello=HELLO,
            prefix=["nice", "-n", "5"],
        )
        for number in range(processes)
    ]
    try:
        told = [one.wait_ready() for one in made]
        failed = sum(one["failed"] for one in told)
        print(f"{sum(one['ready'] for one in told)} connected in {time.monotonic() - began:.0f} s, {failed} failed")
        yield made
    finally:
        for one in made:
            one.kill()


def watch(on: Storm, clients: list[Sockets], seconds: float) -> tuple[Seen, float]:
    """What the clients see in so many seconds, and the share of a core that the feeds needed."""
    for one in clients:
        one.start()
    before, began = on.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    core = (on.cpu_seconds() - before) / (time.monotonic() - began)
    return Seen([one.stop() for one in clients]), core


def judge_crowd(name: str, seen: Seen, count: int, core: float) -> Bars:
    """What is asked of every crowd: nobody dropped, nobody missed anything."""
    events = seen.events()
    whole = sum(1 for got, _ in events.values() if got == count)
    lasts = sorted(last for _, last in events.values())
    times = sorted(events)
    apart = sorted(after - before for before, after in pairwise(times))
    print(
        f"{name}: {len(events)} changes ({whole} seen by all; {apart[0]}, {apart[len(apart) // 2]}, {apart[-1]} ms "
        f"apart: least, median, most), p50 {seen.percentile(0.5):.0f} ms, "
        f"p99 {seen.percentile(0.99):.0f} ms, last of all {lasts[len(lasts) // 2]:.0f} ms (median); "
        f"feeds {core:.2f} cores, {seen.count('bytes') / 1e6:.0f} MB, {seen.count('heartbeats')} heartbeats"
    )
    # The first and the last change may have been on their way when counting began or ended.
    dropped = seen.count("closed") + seen.count("failed") + seen.count("gaps") + seen.count("snapshots")
    return {f"{name}: dropped": (dropped, 0), f"{name}: changes not seen by all": (max(0, len(events) - whole - 2), 0)}


def instrument() -> list[str]:
    """What measures is not to wait for what it measures: before all others where that may be (root, `chrt`)."""
    first = ["chrt", "--fifo", "1"]
    may = shutil.which("chrt") and subprocess.run([*first, "true"], check=False, capture_output=True).returncode == 0
    return first if may else []


def run_storm(binary: Path, folder: Path, count: int, seconds: float) -> Bars:
    """15,000 live, and intake beside them."""
    with storm(folder, CUSTOMERS) as on:
        target = "127.0.0.1", int(urlsplit(on.platform.intake_url).port or 0)
        generator = OpenLoop(open_loop.build(folder), [target], instrument())
        asks = [
            Ask(
                "measured" if number == 0 else f"other-{number}",
                int(number > 0),
                "POST",
                "/api/v1/reports",
                body=json.dumps(on.report()).encode(),
                headers={"Idempotency-Key": KEY},
            )
            for number in range(30)
        ]
        phases = [Phase("warm", 3, [70, 10]), Phase("reports", seconds, [70, 10])]

        def acks() -> float:
            return generator.run(asks, phases, sources=400, connections=200).latency("reports", "measured")

        on.hold_in_storm()
        bars: Bars = {}
        alone: list[float] = []
        beside: list[float] = []
        limit: list[float] = []
        for number in range(ROUNDS):
            alone.append(acks())
            memory = on.memory_kib()
            with crowd(binary, on, 1, count, 1_200) as clients:
                each = (on.memory_kib() - memory) / count
                with ThreadPoolExecutor(1) as pool:
                    asked = pool.submit(acks)
                    seen, core = watch(on, clients, seconds)
                    beside.append(asked.result())
            found = judge_crowd("storm", seen, count, core)
            found["storm: change to glass p99, ms"] = seen.percentile(0.99), 1_000
            if number == 0:  # later ones find room that the first have left
                found["storm: KiB a connection"] = each, 16
            bars |= {name: max(bars.get(name, each), each) for name, each in found.items()}
            if not fanout.no_nchan():
                size = seen.count("bytes") // max(1, seen.count("changes"))
                with nchan_crowd(binary, folder, count, size):
                    limit.append(acks())
    said = [", ".join(f"{value:.1f}" for value in values) for values in (alone, beside, limit)]
    print(f"intake ack p99, ms: {said[0]} alone, {said[1]} beside {count} sockets, {said[2]} beside as many of nchan's")
    share = statistics.median(beside) / statistics.median(alone)
    if limit:
        print(f"  the limit here, beside nchan's: {statistics.median(limit) / statistics.median(alone):.2f}")
    return bars | {"isolation: intake ack p99, share of that alone": (share, 1.1)}


@contextlib.contextmanager
def nchan_crowd(binary: Path, folder: Path, count: int, size: int) -> Iterator[None]:
    """As many clients of nginx's nchan (C), told so many bytes a second each: what any fan-out here costs others."""
    port, stop = fanout.free_port(), threading.Event()
    with fanout.nchan(port, folder, size, ["nice", "-n", "3"]) as (send, _):
        clients = Sockets(binary, port, "/", count, rate=1_200, prefix=["nice", "-n", "5"])

        def tell() -> None:
            while not stop.wait(1):
                send()

        teller = threading.Thread(target=tell)
        try:
            if failed := clients.wait_ready()["failed"]:
                raise RuntimeError(f"{failed} of {count} could not connect")
            teller.start()
            yield
        finally:
            stop.set()
            if teller.is_alive():
                teller.join()
            clients.kill()


def run_city(binary: Path, folder: Path, count: int, seconds: float, processes: int) -> Bars:
    """94,000 live in a surge, when a change comes every five seconds."""
    with storm(folder, CUSTOMERS, feed_processes=str(processes)) as on:
        on.declare("surge")
        with on.reporting(20), crowd(binary, on, processes, count // processes, 4_000 / processes) as clients:
            memory = on.memory_kib()
            seen, core = watch(on, clients, seconds)
    total = count // processes * processes
    print(f"{memory / 1024:.0f} MiB in {processes} feeds, {memory / total:.1f} KiB a connection with all there is")
    return {
        "city: change to glass p99, ms": (seen.percentile(0.99), 4_000),
        "city: memory of all feeds, MB": (memory * 1024 / 1e6, 1_600),
        **judge_crowd("city", seen, total, core),
    }


class Desks:
    """Many desks of one session; when each report was sent, and when each desk had it."""

    def __init__(self, on: Storm, count: int) -> None:
        self._on = on
        self._count = count
        self._here = 0
        self._sent: dict[str, float] = {}
        self._named: dict[int, list[str]] = {}
        self._shown: set[str] = set()
        self._waits: dict[str, list[float]] = {}

    async def run(self, seconds: float) -> list[float]:
        """Seconds from sending a report until a desk has it, for each report and desk; infinite when it never came."""
        tasks = [asyncio.create_task(self._desk(number)) for number in range(self._count)]
        async with asyncio.timeout(60):
            while self._here < self._count:  # noqa: ASYNC110 - three hundred of them
                await asyncio.sleep(0.1)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            self._sent[await asyncio.to_thread(self._on.send_report)] = began
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        waits = [
            at - sent for receipt, sent in self._sent.items() for at in self._waits.get(receipt, [])[: self._count]
        ]
        missing = len(self._sent) * self._count - len(waits)
        print(f"{len(self._sent)} reports, {self._count} desks: {missing} deliveries missing")
        return sorted([*waits, *[float("inf")] * missing])

    async def _desk(self, number: int) -> None:
        """Comes at a time of its own, is away as a browser would be when it is refused, and listens."""
        name, value = self._on.cookie.split(": ")
        url = self._on.platform.feed_url.replace("http", "ws", 1) + "/api/v1/feed?audience=desk"
        await asyncio.sleep(number / 30)
        async for opened in connect(url, additional_headers={name: value}, max_size=None, ping_interval=None):
            await opened.send(HELLO)
            await opened.recv()
            self._here += 1
            async for text in opened:
                self._take(str(text), time.monotonic())

    def _take(self, text: str, at: float) -> None:
        """Note the reports that a message shows; each message is looked through once, however many desks get it."""
        if not text.startswith('{"type":"changes"'):
            return
        n = int(text[:100].partition('"n":')[2].partition(",")[0])
        if n not in self._named:
            shown = set(re.findall(r'"report/([\d\w-]+)":', text)) - self._shown  # and not: shown again, changed
            self._shown |= shown
            self._named[n] = sorted(shown)
        for receipt in self._named[n]:
            self._waits.setdefault(receipt, []).append(at)


def run_staff(folder: Path, count: int, seconds: float) -> Bars:
    """300 desks in a storm."""
    with storm(folder, CUSTOMERS) as on:
        waits = asyncio.run(Desks(on, count).run(seconds))
    half, most = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.95))
    print(f"report to glass: p50 {half:.0f} ms, p95 {most:.0f} ms")
    return {"staff: report to glass p95, ms": (most, 1_000)}


def main() -> int:
    """Run what is asked for; 0 when all bars hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["fanout", "storm", "city", "staff"])
    parser.add_argument("--share", type=float, default=1.0, help="of the sockets (a trial run)")
    parser.add_argument("--seconds", type=float, default=25.0, help="of measuring, for each part")
    asked = parser.parse_args()
    bars: Bars = {}
    good = True
    with tempfile.TemporaryDirectory(prefix="stormops-feed-") as place:
        folder = Path(place)
        binary = sockets.build(folder)
        if "fanout" in asked.parts:
            good = fanout.run(binary, folder)
        if "storm" in asked.parts:
            bars |= run_storm(binary, folder, round(15_000 * asked.share), asked.seconds)
        if "city" in asked.parts:
            bars |= run_city(binary, folder, round(94_002 * asked.share), min(asked.seconds, 20), 6)
        if "staff" in asked.parts:
            bars |= run_staff(folder, round(300 * asked.share), asked.seconds)
    for name, (value, most) in bars.items():
        good &= value <= most
        print(f"{name:<55}{value:>10.2f}  at most {most:<8} {'ok' if value <= most else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
