"""Overload against its bars: `make bench-overload` (`ARGS=--quick` for seconds instead of a minute each).

The whole platform on a small generated city with a storm in it. The process under test has one core to
itself; the native open-loop generator and all else have the other. Never imports `stormops`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from loadtests.open_loop import Ask, NoCompiler, OpenLoop, Phase, Result, build
from loadtests.overload_mix import (
    COUNTER,
    STREETS,
    Known,
    calls,
    counter_mix,
    desk_snapshot,
    heavy_mix,
    mix,
    reports,
    telephony_account,
)
from tests.platform import Platform, command, make_city

CUSTOMERS, REPORTS = 40_000, 1_500
ACCOUNTS, MONTHS = 2_000, 6
"""Premises with books, months of their bills."""

ASKED_ACCOUNTS = 8
HELD_SECONDS = 1.5
"""By then all places are held that can be."""

P0_PER_SECOND = 1_000.0
"""P0 during the flood: well below half of what the intake takes."""
CONNECTIONS = 8_000
"""Of the generator in a flood."""

LOST = ("shed", "client_error", "server_error", "timed_out", "broken", "unsent")

Bars = dict[str, tuple[float, float, bool]]


@dataclass
class Scene:
    """The platform, a generator for it, and what there is to ask for."""

    platform: Platform
    loop: OpenLoop
    known: Known
    core: int | None

    def pin(self, *names: str) -> None:
        """These processes on a core of their own, all others on the generator's."""
        if self.core is None:
            return
        for name, pid in self.platform.where()["pids"].items():
            core = self.core if name in names else self.core ^ 1
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread.name), {core})

    def cpu_seconds(self, name: str) -> float:
        """Processor time a process has used, user and system."""
        pid = self.platform.where()["pids"][name]
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def target(url: str) -> tuple[str, int]:
    """Host and port of an address."""
    split = urlsplit(url)
    return str(split.hostname), int(split.port or 80)


@contextlib.contextmanager
def scene(binary: Path, folder: Path) -> Iterator[Scene]:
    """The platform with a storm in it."""
    pack, data = make_city(folder, CUSTOMERS), folder / "data"
    books = ("--city", str(pack), "--customers", str(ACCOUNTS), "--months", str(MONTHS), "--data", str(data))
    command("accounts", "generate", *books)
    platform = Platform(pack, data, ready=("intake_url", "feed_url", "counter_url"))
    try:
        yield prepared(platform, binary)
    finally:
        platform.stop()


def prepared(platform: Platform, binary: Path) -> Scene:
    """Report a storm, sign in, find what is large."""
    two = len(os.sched_getaffinity(0)) >= 2
    prefix = ["taskset", "-c", "1"] if two and shutil.which("taskset") else []
    urls = platform.feed_url, platform.intake_url, platform.feed_staff_url, str(platform.where()["counter_url"])
    loop = OpenLoop(binary, [target(url) for url in urls], prefix)
    chance, receipts = random.Random(5), []
    cookie = signed_in(platform, *platform.staff["dispatcher"])
    clerk = signed_in(platform, *platform.enrol("representative"))
    with httpx2.Client(timeout=20, headers=cookie) as http:
        found = http.get(f"{urls[3]}/api/v1/counter/search", params={"q": STREETS[0]}, headers=clerk)
        accounts = [one["account"] for one in found.raise_for_status().json()["found"]][:ASKED_ACCOUNTS]
        west, south, east, north = http.get(f"{platform.feed_url}/api/v1/config").json()["bbox"]
        for _ in range(REPORTS):
            place = {"latitude": chance.uniform(south, north), "longitude": chance.uniform(west, east)}
            answer = http.post(f"{platform.intake_url}/api/v1/reports", json={"symptom": "lights_out", **place})
            receipts.append(answer.raise_for_status().json()["receipt"])
        incidents: dict[str, Any] = {}
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and sum(i["reports"] for i in incidents.values()) < REPORTS / 4:
            time.sleep(0.5)
            view = http.get(f"{platform.feed_url}/api/v1/desk/snapshot").json()["view"]
            incidents = {k.partition("/")[2]: v for k, v in view.items() if k.startswith("incident/")}
    incident = max(incidents, key=lambda one: incidents[one]["customers_out"])
    known = Known(cookie, receipts, incident, telephony_account(platform), clerk, accounts)
    return Scene(platform, loop, known, 0 if prefix else None)


def signed_in(platform: Platform, person: str, password: str) -> dict[str, str]:
    """The header that says who asks."""
    with httpx2.Client(timeout=20) as http:
        given = {"person": person, "password": password, "desk": "D"}
        http.post(f"{platform.intake_url}/staff/sign-in", json=given).raise_for_status()
        return {"Cookie": f"stormops_session={http.cookies['stormops_session']}"}


def answered(result: Result, phase: str) -> float:
    """Share answered as asked; a stranger's 401 is the right answer."""
    return (result.count(phase, "ok") + result.count(phase, "client_error", ["stranger"])) / result.arrived(phase)


def settle(on: Scene, process: str) -> None:
    """Until what the last overload left behind is worked off: a quiet half second, at most 20 s."""
    for _ in range(40):
        before = on.cpu_seconds(process)
        time.sleep(0.5)
        if on.cpu_seconds(process) - before < 0.1:
            return


def capacity(on: Scene, asks: list[Ask], first: float, seconds: float) -> float:
    """Good answers a second at the most: the offered rate climbs by 1.3 until two steps bring no more."""
    rate, best, without = first, 0.0, 0
    on.loop.run(asks, [Phase("warm", seconds, [first])])
    while without < 2 and rate < 1e6:
        result = on.loop.run(asks, [Phase("step", seconds, [rate])])
        good = answered(result, "step") * result.arrived("step") / seconds
        without = without + 1 if good < 1.03 * best else 0
        best = max(best, good)
        rate *= 1.3
    return best


def costs(on: Scene, asks: list[Ask], process: str) -> dict[str, float]:
    """Processor seconds of one request of each kind, asked one after the other from two connections."""
    seconds = {}
    for ask in asks:
        before = on.cpu_seconds(process)
        result = on.loop.run([ask], [Phase("alone", 1.0, [60.0])], connections=2)
        seconds[ask.name] = (on.cpu_seconds(process) - before) / max(1, result.count("alone", "attempts"))
    return seconds


def lost(result: Result, phase: str, names: list[str] | None = None) -> dict[str, int]:
    """What became of those that were not answered well."""
    return {what: n for what in LOST if (n := result.count(phase, what, names))}


def done_work(result: Result, phase: str, cost: dict[str, float]) -> float:
    """Processor seconds of the good answers, for each second of a phase."""
    asked = result.phases[phase]["requests"]
    work = sum((one["ok"] + (one["client_error"] if n == "stranger" else 0)) * cost[n] for n, one in asked.items())
    return float(work / result.phases[phase]["seconds"])


def goodput(on: Scene, seconds: float, bars: Bars) -> None:
    """At 2, 5 and 10 times their capacity: two mixes of feed's routes, callers' at the desk, and a light one."""
    light = [*mix(on.known), desk_snapshot(on.known, 5)]
    mix_goodput(on, "callers' mix", heavy_mix(on.known), seconds, bars)
    mix_goodput(on, "light mix", light, seconds, bars)


def mix_goodput(on: Scene, kind: str, asks: list[Ask], seconds: float, bars: Bars) -> None:
    """One mix at 2, 5 and 10 times its capacity."""
    process = "counter" if asks[0].target == COUNTER else "feed"
    on.pin(process)
    cost = costs(on, asks, process)
    able = capacity(on, asks, 50, min(seconds / 2, 6))
    settle(on, process)
    base = on.loop.run(asks, [Phase("capacity", seconds, [able])])
    full, count = max(1e-9, done_work(base, "capacity", cost)), max(1.0, base.goodput("capacity"))
    p0 = [ask.name for ask in asks if ask.name == "desk_snapshot"]
    print(f"\nprocessor ms each, alone ({kind}):", ", ".join(f"{name} {1000 * s:.1f}" for name, s in cost.items()))
    print(f"{process}, {kind} of {len(asks)} requests: capacity {able:.0f}/s, {1000 / able:.2f} ms of work each")
    print(f"{'load':>6}{'offered/s':>12}{'good/s':>10}{'of capacity':>13}{'in work':>9}{'P0 good, p99 ms':>18}")
    for times in (2, 5, 10):
        settle(on, process)
        result = on.loop.run(asks, [Phase("load", seconds, [able * times])])
        work = done_work(result, "load", cost) / full
        plain = result.goodput("load") / count
        told = f"{result.good('load', p0):10.3f}{result.latency('load', p0[0]):8.0f}" if p0 else ""
        offered, good = result.arrived("load") / seconds, result.goodput("load")
        print(f"{times:>5}x{offered:12.0f}{good:10.0f}{plain:13.2f}{work:9.2f}{told}", lost(result, "load"), flush=True)
        reach(bars, f"{kind}: goodput at {times}x / at capacity", plain, 0.90)
        reach(bars, f"{kind}: goodput at {times}x / at capacity, in work", work, 0.90)
    if process == "counter":
        reach(bars, f"{kind}: work of a request, ms", 1000 / able, 3.0)


def refusal_seconds(on: Scene, able: float, seconds: float) -> float:
    """Processor seconds of a refusal: one address far beyond its limit, as much as the core can refuse.

    What was served meanwhile counts as it costs at capacity (`able` a second).
    """
    before = on.cpu_seconds("intake")
    result = on.loop.run([reports()], [Phase("one", seconds, [able * 5])], sources=1, connections=512)
    used, served, shed = on.cpu_seconds("intake") - before, result.count("one", "ok"), result.count("one", "shed")
    return max(1e-6, (used - served / able) / max(1, shed))


def reports_alone(on: Scene, seconds: float, bars: Bars) -> None:
    """Where refusing costs nearly half of serving; at twice also with thousands who kept their connections."""
    on.pin("intake")
    most = capacity(on, [reports()], 1500, min(seconds, 4))
    settle(on, "intake")
    able = max(1.0, on.loop.run([reports()], [Phase("capacity", seconds, [most])]).goodput("capacity"))
    refusing = refusal_seconds(on, able, 4)
    print(f"\nreports alone: capacity {able:.0f}/s, a refusal takes {refusing * 1e6:.1f} us of the core")
    first = 0.0
    for times, opened in ((2, 0), (2, CONNECTIONS), (10, 0)):
        settle(on, "intake")
        result = on.loop.run(
            [reports()], [Phase("load", seconds, [able * times])], connections=CONNECTIONS, opened=opened
        )
        good = result.goodput("load") / able
        bound = (1 - times * able * refusing) / (1 - able * refusing)
        p99 = result.latency("load", "report")
        print(f"{times:>5}x, {opened} open before: good/s {good * able:.0f}, of capacity {good:.2f}, p99 {p99:.0f} ms")
        print(f"       {lost(result, 'load')}, the generator late by {result.late_ms('load'):.0f} ms")
        print(f"       good each second: {[sum(second['ok']) for second in result.seconds]}")
        print(f"       what refusing leaves: {bound:.2f}", flush=True)
        if times == 2:
            first = first or good
            reach(bars, f"reports at 2x, {opened} open / the bound of refusing", good / bound, 0.90)
        else:
            reach(bars, "reports at 10x / at 2x (no collapse)", good / max(first, 0.001), 0.50)


def first_things(on: Scene, feed: float, seconds: float, bars: Bars) -> None:
    """P0 while everything else floods to ten times, intake and feed on one core."""
    on.pin("feed", "intake")
    flood = [*mix(on.known, 1, staff=0), Ask("openapi", 1, "GET", "/openapi.json", 1, weight=10)]
    asks = [
        reports(0, weight=16),
        reports(0, weight=2, symptom="wire_down", name="safety"),
        calls(on.known, on.platform.intake_url, weight=2),
        desk_snapshot(on.known),
        *flood,
    ]
    rate = min(P0_PER_SECOND, feed * 4)  # of it 1/21 desk snapshots, 2/21 calls
    settle(on, "feed")
    result = on.loop.run(asks, [Phase("flood", seconds, [rate, feed * 10])], connections=CONNECTIONS)
    names = ["report", "safety", "call", "desk_snapshot"]
    share = result.good("flood", names)
    print(f"\nP0 at {rate:.0f}/s while the rest floods at {feed * 10:.0f}/s: {share:.4f} good")
    for name in names:
        p50, p99 = (result.latency("flood", name, which) for which in ("p50_ms", "p99_ms"))
        good = f"{name:>16}: good {result.good('flood', [name]):.4f}, p50 {p50:.0f} ms, p99 {p99:.0f} ms"
        print(good, lost(result, "flood", [name]) or "", flush=True)
    reach(bars, "P0 answered well under flood", share, 0.999)
    within(bars, "P0 p99 under flood, ms", max(result.latency("flood", n) for n in names), 500)
    within(bars, "safety p99 under flood, ms", result.latency("flood", "safety"), 1000)


def recovery(on: Scene, feed: float, seconds: tuple[float, float, float], bars: Bars) -> None:
    """Ten seconds at five times, every client trying again at once, three times."""
    on.pin("feed")
    settle(on, "feed")
    before, spike, after = seconds
    phases = [
        Phase("before", before, [feed * 0.8]),
        Phase("spike", spike, [feed * 5]),
        Phase("after", after, [feed * 0.8]),
    ]
    result = on.loop.run(mix(on.known), phases, retries=3, backoff_s=0.05)
    rates = [sum(second["ok"]) for second in result.seconds]
    usual = max(1.0, sum(rates[1 : int(before)]) / (int(before) - 1))
    begins = int(before + spike)
    pairs = [(rates[i] + rates[i + 1]) / 2 for i in range(begins, min(len(rates), int(before + spike + after)) - 1)]
    took = next((i for i in range(len(pairs)) if min(pairs[i:]) >= 0.95 * usual), 99)
    print(f"\nrecovery: {usual:.0f} good/s before, after the spike {[round(p) for p in pairs]}, steady after {took} s")
    within(bars, "seconds to 95 % of goodput after 5x with retries", took, 5)


def inversion(on: Scene, feed: float, seconds: float, bars: Bars) -> None:
    """P0 alone, then while slow senders of lower classes hold every place they can get."""
    on.pin("feed", "intake")
    asks = [reports(0, weight=4), desk_snapshot(on.known)]
    rate = min(300.0, feed * 2)
    settle(on, "feed")
    runs: list[dict[str, float]] = []
    for held in (False, True, False, True):
        with contextlib.ExitStack() as stack:
            if held:
                hold(stack, on)
            result = on.loop.run(asks, [Phase("p0", seconds, [rate])])
        runs.append({name: result.latency("p0", name) for name in ("report", "desk_snapshot")})
    print("\nP0 p99 (ms) without and with every place held:")
    for name in runs[0]:
        free, taken = (max(0.1, min(one[name] for one in runs[begin::2])) for begin in (0, 1))
        print(f"{name:>16}: {free:.1f} -> {taken:.1f}")
        within(bars, f"{name} p99, places held / free", taken / free, 1.20)


def hold(stack: contextlib.ExitStack, on: Scene) -> None:
    """Half-sent sign-ins, and readers of a large layer of the map who take nothing of it, from many addresses."""
    asks = [(on.platform.intake_url, b"POST /staff/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nx")] * 400
    layer = b"GET /api/v1/map/streets.geojson HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
    asks += [(on.platform.feed_url, layer)] * 400
    for number, (url, raw) in enumerate(asks):
        made = socket.socket()
        stack.callback(made.close)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.bind((f"127.9.{number // 250}.{number % 250 + 1}", 0))
        made.connect(target(url))
        made.sendall(raw)
    time.sleep(HELD_SECONDS)


def reach(bars: Bars, name: str, measured: float, bar: float) -> None:
    """A bar from below."""
    bars[name] = (round(measured, 4), bar, measured >= bar)


def within(bars: Bars, name: str, measured: float, bar: float) -> None:
    """A bar from above."""
    bars[name] = (round(measured, 3), bar, measured <= bar)


PARTS = ("counter", "goodput", "reports", "p0", "recovery", "inversion")


def measure(on: Scene, parts: set[str], *, quick: bool) -> Bars:
    """Everything that was asked for."""
    bars: Bars = {}
    seconds = 5.0 if quick else 60.0
    on.pin("feed")
    feed = capacity(on, mix(on.known), 150, 2.5)
    if "counter" in parts:
        mix_goodput(on, "the counter's mix", counter_mix(on.known), seconds, bars)
    if "goodput" in parts:
        goodput(on, seconds, bars)
    if "recovery" in parts:
        recovery(on, feed, (5, 5, 10) if quick else (10, 10, 20), bars)
    if "p0" in parts:
        first_things(on, feed, seconds, bars)
    if "inversion" in parts:
        inversion(on, feed, 5.0 if quick else 20.0, bars)
    if "reports" in parts:  # last: the reports it sends keep operations and feed busy for a while
        reports_alone(on, 5.0 if quick else 30.0, bars)
    return bars


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="5 s a load instead of 60")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            binary = build(Path(folder))
        except NoCompiler as error:
            print(f"not measured: {error}")
            return 2
        with scene(binary, Path(folder)) as on:
            bars = measure(on, set(given.only), quick=given.quick)
    print()
    for name, (measured, bar, met) in bars.items():
        print(f"{'' if met else 'MISSED ':>7}{name}: {measured} (bar {bar})")
    print(json.dumps(bars))
    return 0 if all(met for _, _, met in bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
