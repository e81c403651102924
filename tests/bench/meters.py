"""A whole city's last gasps in a minute, with the real platform running: `make bench-meters`.

113,400 of 126,000 meters lose power at random moments of 60 s (the worst case: a total loss in which
nine of ten meters still get a word out); a fifth of the events comes twice, by another partner. Three
partners send bodies of up to 500 events, when they are full or a second old, in the three forms that
are taken; whether earlier ones were answered or not. Beside them, customers report. Then: is every
event in the journal, and how long after the last one does the desk see all of them?

`--quick`: a tenth of the city, events and minute, and a tenth of the momentary hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import numpy as np

from stormops.core.entry import MeterEventsReceived
from stormops.gis.pack import read_pack
from stormops.intake.partners import add_partner
from stormops.journal.port import follow
from stormops.journal.sqlite import SqliteJournal
from tests.bench.bars import tell
from tests.platform import Platform, make_city

CUSTOMERS, SHARE, SECONDS, AGAIN = 126_000, 0.9, 60.0, 0.2
BODY_EVENTS, BODY_AGE_S = 500, 1.0
REPORTS_A_SECOND = 10
REFLECTED_S_MAX = 30.0
WAIT_S = 120.0
POLL_S = 0.25
FORM_SHARES = {"events": 0.7, "multispeak": 0.2, "pon": 0.1}
"""How much of the events comes in each form."""


class Event(NamedTuple):
    """One word of a meter: when it is sent (s after the start), which meter, when it happened (ms after the start)."""

    sent_s: float
    meter: str
    at_ms: int


@dataclass
class Sent:
    """What was acknowledged, and how long that took (s)."""

    receipts: list[str] = field(default_factory=list)
    events: int = 0
    bodies_s: list[float] = field(default_factory=list)
    reports_s: list[float] = field(default_factory=list)
    tried_again: int = 0


def as_json(events: list[Event]) -> bytes:
    """A body of `/api/v1/meters/events`."""
    return json.dumps({"events": [{"meter": e.meter, "kind": "last_gasp", "at": e.at_ms} for e in events]}).encode()


def _xml_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def as_multispeak(events: list[Event]) -> bytes:
    """A body of `/api/v1/meters/multispeak`."""
    inside = "".join(
        f"<outageDetectionEvent><eventTime>{_xml_time(e.at_ms)}</eventTime><outageEventType>Outage</outageEventType>"
        f'<outageLocation><meterID meterNo="{e.meter}"/></outageLocation></outageDetectionEvent>'
        for e in events
    )
    return (
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
        '<ODEventNotification xmlns="http://www.multispeak.org/Version_4.1_Release">'
        f"<ODEvents>{inside}</ODEvents></ODEventNotification></Body></Envelope>"
    ).encode()


def as_pon(events: list[Event]) -> bytes:
    """A body of `/api/v1/meters/pon`."""
    inside = "".join(
        f"<MeterException><ElectronicSerialNumber>{e.meter}</ElectronicSerialNumber><ID>18001</ID>"
        f"<Timestamp>{_xml_time(e.at_ms)}</Timestamp></MeterException>"
        for e in events
    )
    return f"<Exceptions>{inside}</Exceptions>".encode()


BODIES: dict[str, Callable[[list[Event]], bytes]] = {"events": as_json, "multispeak": as_multispeak, "pon": as_pon}


def storm(meters: list[str], seconds: float, seed: int) -> dict[str, list[Event]]:
    """The events of each partner, by when it sends them; a fifth of them also comes by another partner, a bit later."""
    chance = random.Random(seed)
    names, shares = list(FORM_SHARES), list(FORM_SHARES.values())
    sent: dict[str, list[Event]] = {name: [] for name in names}
    again = set(chance.sample(range(len(meters)), round(AGAIN * len(meters))))
    for number, meter in enumerate(meters):
        happened = chance.uniform(0, seconds)
        event = Event(happened, meter, int(happened * 1000))
        name = chance.choices(names, shares)[0]
        sent[name].append(event)
        if number in again:
            other = names[(names.index(name) + 1) % len(names)]
            later = min(seconds, happened + chance.uniform(0, 5))
            sent[other].append(event._replace(sent_s=later))
    return {name: sorted(events) for name, events in sent.items()}


def bodies(events: list[Event]) -> Iterable[tuple[float, list[Event]]]:
    """Bodies as a partner closes them: full, or a second old; with when."""
    body: list[Event] = []
    for event in events:
        if body and (len(body) == BODY_EVENTS or event.sent_s - body[0].sent_s > BODY_AGE_S):
            yield max(body[-1].sent_s, min(body[0].sent_s + BODY_AGE_S, event.sent_s)), body
            body = []
        body.append(event)
    if body:
        yield body[-1].sent_s, body


class Bench:
    """One run against one platform."""

    def __init__(self, platform: Platform, tokens: dict[str, str], seed: int) -> None:
        self._platform = platform
        self._tokens = tokens
        self._seed = seed
        self.sent = Sent()
        self._start_ms = 0
        self.view: dict[str, Any] = {}

    async def run(self, events: dict[str, list[Event]], lost: int, seconds: float, points: list[str]) -> float:
        """Send everything; gives the seconds from the last event's sending until the desk sees all meters off."""
        limits = httpx2.Limits(max_connections=64)
        async with httpx2.AsyncClient(timeout=30, limits=limits) as http, httpx2.AsyncClient(timeout=30) as desk:
            await self._sign_in(desk)
            began, self._start_ms = time.monotonic(), time.time_ns() // 1_000_000
            async with asyncio.TaskGroup() as group:
                for name, theirs in events.items():
                    group.create_task(self._partner(http, name, theirs, began))
                group.create_task(self._customers(http, seconds, points, began))
                seen = group.create_task(self._watch(desk, lost, began))
            return seen.result() - seconds

    async def _sign_in(self, desk: httpx2.AsyncClient) -> None:
        person, password = self._platform.staff["dispatcher"]
        who = {"person": person, "password": password, "desk": "1"}
        (await desk.post(f"{self._platform.intake_url}/staff/sign-in", json=who)).raise_for_status()

    async def _partner(self, http: httpx2.AsyncClient, name: str, events: list[Event], began: float) -> None:
        headers = {
            "Authorization": f"Bearer {self._tokens[name]}",
            "Content-Type": "application/json" if name == "events" else "text/xml",
        }
        url = f"{self._platform.intake_url}/api/v1/meters/{name}"
        async with asyncio.TaskGroup() as group:
            for number, (at_s, body) in enumerate(bodies(events)):
                await asyncio.sleep(max(0.0, began + at_s - time.monotonic()))
                content = BODIES[name]([e._replace(at_ms=e.at_ms + self._start_ms) for e in body])
                keyed = headers | {"Idempotency-Key": f"{name}-{number}"}
                group.create_task(self._body(http, (url, content), keyed, len(body)))

    async def _body(self, http: httpx2.AsyncClient, what: tuple[str, bytes], headers: dict[str, str], n: int) -> None:
        began = time.monotonic()
        while True:
            response = await http.post(what[0], content=what[1], headers=headers)
            if response.status_code in (429, 503):
                self.sent.tried_again += 1
                await asyncio.sleep(float(response.headers.get("retry-after", "1")))
                continue
            response.raise_for_status()
            self.sent.bodies_s.append(time.monotonic() - began)
            self.sent.receipts.append(response.headers["stormops-receipt"])
            self.sent.events += n
            return

    async def _customers(self, http: httpx2.AsyncClient, seconds: float, points: list[str], began: float) -> None:
        chance = random.Random(self._seed)
        for number in range(int(seconds * REPORTS_A_SECOND)):
            await asyncio.sleep(max(0.0, began + number / REPORTS_A_SECOND - time.monotonic()))
            at = time.monotonic()
            body = {"symptom": "lights_out", "service_point": chance.choice(points)}
            response = await http.post(f"{self._platform.intake_url}/api/v1/reports", json=body)
            if response.status_code == 202:
                self.sent.reports_s.append(time.monotonic() - at)

    async def _watch(self, desk: httpx2.AsyncClient, lost: int, began: float) -> float:
        """When (s after the beginning) the desk's snapshot shows all of them, or infinity when it never does."""
        while time.monotonic() - began < WAIT_S:
            response = await desk.get(f"{self._platform.feed_url}/api/v1/desk/snapshot")
            if response.status_code == 200:
                self.view = response.json()["view"]
                if self.view["totals"]["meters_off"] >= lost:
                    return time.monotonic() - began
            await asyncio.sleep(POLL_S)
        return float("inf")


def processor_s(platform: Platform) -> dict[str, float]:
    """Seconds of processor time that each process has had."""
    spent = {}
    for name in ("intake", "operations", "feed"):
        fields = Path(f"/proc/{platform.where()['pids'][name]}/stat").read_text().rpartition(")")[2].split()
        spent[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def in_journal(data: Path) -> tuple[int, list[str]]:
    """Events and receipts of the meters' bodies in the journal."""
    journal = SqliteJournal(data / "journal.sqlite", read_only=True)
    try:
        facts = [e.fact for e in follow(journal, 0) if isinstance(e.fact, MeterEventsReceived)]
    finally:
        journal.close()
    return sum(len(fact.meters) for fact in facts), [fact.receipt for fact in facts]


def run(customers: int, seconds: float, hold_s: float, seed: int, folder: Path) -> dict[str, tuple[float, float, bool]]:
    """One run; gives the bars."""
    pack = make_city(folder / "packs", customers)
    premises = read_pack(pack).premises
    numbers = [meter for meter in premises.meter if meter]
    lost = random.Random(seed).sample(numbers, min(len(numbers), round(SHARE * customers)))
    data = folder / "data"
    tokens = {name: add_partner(data, name, ["meters"]) for name in FORM_SHARES}
    os.environ["STORMOPS_METER_HOLD_S"] = str(hold_s)
    platform = Platform(pack, data)
    try:
        before = processor_s(platform)
        bench = Bench(platform, tokens, seed)
        events = storm(lost, seconds, seed)
        points = [f"E-{name}" for name in premises.id]
        reflected = asyncio.run(bench.run(events, len(lost), seconds, points))
        spent = {name: after - before[name] for name, after in processor_s(platform).items()}
    finally:
        platform.stop()
    kept, receipts = in_journal(data)
    _tell(bench, spent, customers, (len(lost), seconds, hold_s))
    expected = sum(len(theirs) for theirs in events.values())
    once = len(receipts) - len(set(receipts))
    return {
        "events in the journal": (kept, expected, kept == expected == bench.sent.events),
        "receipts lost": _exactly(len(set(bench.sent.receipts) - set(receipts))),
        "bodies doubled": _exactly(once + len(receipts) - len(bench.sent.receipts)),
        "meters off at the desk": (
            bench.view["totals"]["meters_off"],
            len(lost),
            bench.view["totals"]["meters_off"] == len(lost),
        ),
        "seconds after the last": (round(reflected, 2), REFLECTED_S_MAX, reflected <= REFLECTED_S_MAX),
    }


def _exactly(measured: int) -> tuple[float, float, bool]:
    return measured, 0, measured == 0


def _tell(bench: Bench, spent: dict[str, float], customers: int, storm_of: tuple[int, float, float]) -> None:
    lost, seconds, hold_s = storm_of
    totals, sent = bench.view["totals"], bench.sent
    p50, p99, most = np.percentile(np.array(sent.bodies_s) * 1000, [50, 99, 100])
    of_reports = np.percentile(np.array(sent.reports_s) * 1000, [50, 99, 100])
    print(f"city of {customers:,}; {lost:,} last gasps in {seconds:.0f} s; momentary hold {hold_s:.0f} s")
    print(f"sent {sent.events:,} events in {len(sent.bodies_s):,} bodies, of which tried again {sent.tried_again}")
    print(f"body acknowledged, ms:    p50 {p50:.1f}  p99 {p99:.1f}  most {most:.1f}")
    print("report acknowledged, ms:  p50 {:.1f}  p99 {:.1f}  most {:.1f}".format(*of_reports))
    print("processor, s:             " + "  ".join(f"{name} {s:.1f}" for name, s in spent.items()))
    print(f"desk at the end:          {totals['meters_off']:,} meters off, {totals['customers_out']:,} customers out,")
    print(
        f"                          {totals['incidents_open']:,} incidents, {totals['reports']:,} reports of customers"
    )


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="A city's last gasps in a minute against their bars")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--scale", type=float, default=1.0, help="share of everything; --quick is 0.1")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    scale = 0.1 if options.quick else options.scale
    with tempfile.TemporaryDirectory(prefix="bench-meters-") as folder:
        bars = run(round(CUSTOMERS * scale), SECONDS * scale, 20 * scale, options.seed, Path(folder))
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
