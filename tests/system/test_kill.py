"""Invariant 4, from outside: kill -9 of each process in turn while reports come; nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.platform import Platform, make_city

RATE, SECONDS = 200, 16
KILLED = ("intake", "operations", "feed", "worker", "redis") * 2
ANSWER_SECONDS_MAX = 1.0


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("packs"), 3000)


class Reporters:
    """Customers who keep trying until they have a receipt."""

    def __init__(self, intake_url: str, centre: tuple[float, float], seed: int) -> None:
        self._url = f"{intake_url}/api/v1/reports"
        self._centre = centre
        self._chance = random.Random(seed)
        self.receipts: dict[str, str] = {}
        self.answered: list[float] = []

    def body(self) -> dict[str, Any]:
        lon, lat = self._centre
        place = {"longitude": lon + self._chance.gauss(0, 0.01), "latitude": lat + self._chance.gauss(0, 0.01)}
        return {"symptom": "lights_out"} | place

    async def report(self, http: httpx2.AsyncClient, key: str) -> None:
        body = self.body()
        for _ in range(200):
            try:
                answer = await http.post(self._url, json=body, headers={"Idempotency-Key": key})
            except httpx2.HTTPError:
                await asyncio.sleep(0.02)
                continue
            if answer.status_code == 202:
                self.answered.append(time.monotonic())
                self.receipts[key] = answer.json()["receipt"]
                return
            assert answer.status_code in (429, 503), answer.text
            await asyncio.sleep(0.05)
        raise AssertionError(f"no receipt for {key}")

    async def send(self, http: httpx2.AsyncClient, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            begin = time.monotonic()
            for number in range(int(RATE * seconds)):
                await asyncio.sleep(max(0.0, begin + number / RATE - time.monotonic()))
                group.create_task(self.report(http, f"key-{number}"))


class Client:
    """A feed client that resumes after every drop."""

    def __init__(self, feed_url: str, cookie: str) -> None:
        self._url = feed_url.replace("http", "ws", 1) + "/api/v1/feed?audience=desk"
        self._cookie = cookie
        self.view: dict[str, Any] = {}
        self.n, self.epoch, self.drops = 0, "", 0

    async def follow(self) -> None:
        while True:
            try:
                async with connect(self._url, additional_headers={"Cookie": self._cookie}, max_size=2**28) as socket:
                    resume = {"epoch": self.epoch, "n": self.n} if self.epoch else None
                    await socket.send(json.dumps({"type": "hello", "resume": resume}))
                    async for message in socket:
                        self.take(json.loads(message))
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                self.drops += 1
                await asyncio.sleep(0.05)

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self.view, self.epoch = dict(message["view"]), message["epoch"]
        elif message["type"] == "changes":
            assert message["from"] == self.n
            self.view.update(message["set"])
            for key in message["unset"]:
                del self.view[key]
        self.n = message["n"]


async def _settled(http: httpx2.AsyncClient, client: Client, feed_url: str, expected: int) -> dict[str, Any]:
    """Wait until every report has been taken in and the followed client is as far as a fresh snapshot."""
    fresh: dict[str, Any] = {}
    for _ in range(600):
        try:
            fresh = (await http.get(f"{feed_url}/api/v1/desk/snapshot")).json()
        except (httpx2.HTTPError, ValueError):
            fresh = {}
        totals = fresh.get("view", {}).get("totals", {})
        # A house that called within minutes is one report with a count: neither lost nor doubled.
        decided = ("reports_matched", "reports_unmatched", "reports_repeated")
        done = sum(totals.get(name, 0) for name in decided) >= expected
        if done and client.n == fresh["n"]:
            return fresh
        await asyncio.sleep(0.05)
    raise AssertionError(
        f"not settled: client at {client.n}, fresh at {fresh.get('n')}, {fresh.get('view', {}).get('totals')}"
    )


@pytest.mark.system
@pytest.mark.alone
@pytest.mark.timeout(150)
async def test_invariant_4_kill_each_process_and_lose_nothing(pack: Path, tmp_path: Path) -> None:
    platform = Platform(pack, tmp_path / "data")
    try:
        intake, feed = platform.intake_url, platform.feed_url
        async with httpx2.AsyncClient(timeout=10, limits=httpx2.Limits(max_connections=300)) as http:
            person, password = platform.staff["dispatcher"]
            signed = await http.post(
                f"{intake}/staff/sign-in", json={"person": person, "password": password, "desk": "1"}
            )
            assert signed.status_code == 200, signed.text
            cookie = "; ".join(f"{k}={v}" for k, v in http.cookies.items())
            centre = tuple((await http.get(f"{feed}/api/v1/config")).json()["centre"])
            reporters, client = Reporters(intake, centre, seed=4), Client(feed, cookie)
            following = asyncio.create_task(client.follow())
            sending = asyncio.create_task(reporters.send(http, SECONDS))
            chance, pauses = random.Random(5), list[float]()
            for name in KILLED:
                await asyncio.sleep(chance.uniform(0.5, 2 * SECONDS / len(KILLED) - 0.5))
                killed = time.monotonic()
                platform.kill(name)
                if name == "intake":
                    await _answers(intake)
                    pauses.append(time.monotonic() - killed)
            await sending
            fresh = await _settled(http, client, feed, RATE * SECONDS)
            following.cancel()

            receipts = list(reporters.receipts.values())
            assert len(receipts) == RATE * SECONDS
            totals = fresh["view"]["totals"]
            assert totals["reports"] == len(set(receipts)) == len(receipts), "lost or doubled"
            shown = [value for key, value in fresh["view"].items() if key.startswith("report/")]
            assert sum(value["repeats"] for value in shown) == totals["reports_repeated"]
            assert totals["reports_duplicated"] == 0
            states = [
                (await http.get(f"{feed}/api/v1/reports/{r}")).status_code
                for r in random.Random(1).sample(receipts, 200)
            ]
            assert set(states) == {200}
            assert client.view == fresh["view"], "the followed picture differs from a fresh one"
            assert client.drops >= KILLED.count("feed")
            assert max(pauses) <= ANSWER_SECONDS_MAX, pauses
    finally:
        platform.stop()


async def _answers(intake: str) -> None:
    """Until intake answers a caller of its own, who does not queue behind the reporters' connections."""
    async with httpx2.AsyncClient(timeout=10) as http:
        while True:
            try:
                if (await http.get(f"{intake}/healthz")).status_code == 200:
                    return
            except httpx2.HTTPError:
                await asyncio.sleep(0.005)


@pytest.mark.system
def test_ctrl_c_stops_every_process(pack: Path, tmp_path: Path) -> None:
    platform = Platform(pack, tmp_path / "data")
    pids = platform.where()["pids"]
    assert {"intake", "operations", "feed", "worker"} <= set(pids)
    assert platform.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())
