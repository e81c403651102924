"""Invariants 1, 8 and 9 of ARCHITECTURE.md, at the platform's front door.

The parts have theirs beside them: tests/journal/test_door.py (1, 8, 12), tests/journal/test_keys.py (8).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest
from starlette.requests import Request

from stormops.clock import Clock
from stormops.core.entry import ReportReceived
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal import door as door_module
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.telemetry import Metrics

REPORT = {"symptom": "lights_out", "address": "1 Main St"}


async def eventually(true: Callable[[], bool]) -> None:
    """Return once it is true; fail when it is not after half a minute."""
    for _ in range(15_000):
        if true():
            return
        await asyncio.sleep(0.002)
    pytest.fail("it did not become true")


class Alone:
    """An intake process by itself: no Redis answers, no journal, no operations, no feed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._socket.set_inheritable(True)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = os.environ | {
            "STORMOPS_DATA": str(self.folder),
            "STORMOPS_PACK": str(self.folder / "no pack"),
            "STORMOPS_INTAKE_FD": str(self._socket.fileno()),
            "STORMOPS_INTAKE_STAFF_PORT": "0",
            "STORMOPS_INTAKE_URL": self.url,
            "STORMOPS_REDIS_URL": f"unix://{self.folder}/nobody",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stormops", "run", "intake"],
            env=environment,
            pass_fds=[self._socket.fileno()],
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """As a supervisor stops it."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(10) == 0
        self._process = None

    def close(self) -> None:
        self.kill()
        self._socket.close()

    def receipts(self) -> list[str]:
        """What is on disk, read without the platform's own code for it."""
        with sqlite3.connect(next(self.folder.glob("*.door"))) as door:
            bodies = [body for (body,) in door.execute("SELECT body FROM facts ORDER BY counter")]
        door.close()
        return [receipt.decode() for body in bodies for receipt in re.findall(rb"\xa7receipt\xb2(.{18})", body)]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    made = Alone(tmp_path)
    yield made
    made.close()


@pytest.mark.system
async def test_invariant_1_what_was_acknowledged_over_http_survives_kill_9(alone: Alone) -> None:
    acknowledged: dict[str, str] = {}

    async def caller(client: httpx2.AsyncClient, name: str) -> None:
        for number in range(10**6):
            key = f"{name}/{number}"
            answer = await client.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": key})
            assert answer.status_code == 202
            acknowledged[key] = answer.json()["receipt"]

    for life in range(2):
        alone.start()
        async with httpx2.AsyncClient(base_url=alone.url, timeout=30) as client:
            callers = [asyncio.create_task(caller(client, f"{life}/{i}")) for i in range(8)]
            enough = len(acknowledged) + 60 + 37 * life
            await eventually(lambda least=enough: len(acknowledged) >= least)  # type: ignore[misc]
            alone.kill()
            for task in callers:
                task.cancel()  # some wait for an answer of the next process: the socket is still there
            ends = await asyncio.gather(*callers, return_exceptions=True)
            assert all(isinstance(end, (httpx2.TransportError, asyncio.CancelledError)) for end in ends), ends
    there = alone.receipts()
    assert set(acknowledged.values()) <= set(there)
    assert len(set(there)) == len(there)
    assert len(set(acknowledged.values())) == len(acknowledged)

    alone.start()  # and every customer who asks again, not sure whether he was heard, is told the same receipt
    async with httpx2.AsyncClient(base_url=alone.url, timeout=30) as client:
        for key, receipt in list(acknowledged.items())[::7]:
            answer = await client.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": key})
            assert answer.json()["receipt"] == receipt
    alone.kill()
    finally_there = alone.receipts()
    assert finally_there[: len(there)] == there
    assert len(set(finally_there)) == len(finally_there)
    assert len(finally_there) - len(there) <= 8, "only what callers had on the wire when they left may have been added"


@pytest.mark.system
async def test_asked_to_stop_it_answers_what_it_keeps_and_keeps_what_it_answers(alone: Alone) -> None:
    acknowledged: list[str] = []
    body = json.dumps(REPORT).encode()
    request = (
        b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    )

    async def caller(connect: Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]) -> None:
        reader, writer = await connect()
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                writer.write(request % (len(body), body))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
                acknowledged.append(json.loads(await reader.readexactly(length))["receipt"])
        writer.close()

    alone.start()
    port = int(alone.url.rpartition(":")[2])
    callers = [asyncio.create_task(caller(lambda: asyncio.open_connection("127.0.0.1", port))) for _ in range(16)]
    await eventually(lambda: len(acknowledged) > 100)
    await asyncio.to_thread(alone.stop)
    async with asyncio.timeout(5):  # nobody hangs
        await asyncio.gather(*callers)
    assert sorted(alone.receipts()) == sorted(acknowledged)


@pytest.mark.system
async def test_invariant_9_intake_gives_receipts_with_everything_else_down(alone: Alone) -> None:
    alone.start()
    async with httpx2.AsyncClient(base_url=alone.url, timeout=30) as client:
        answers = [await client.post("/api/v1/reports", json=REPORT) for _ in range(20)]
        assert {a.status_code for a in answers} == {202}
        form = await client.post("/report", data=REPORT)
        assert form.status_code == 303
        assert (await client.get("/readyz")).status_code == 200
        receipts = [a.json()["receipt"] for a in answers] + [form.headers["location"].rpartition("/")[2]]
    alone.kill()
    assert alone.receipts() == receipts
    assert {p.name for p in alone.folder.iterdir()} <= {
        *(f"node-01{suffix}" for suffix in (".door", ".door-wal", ".door-shm", ".lock")),
        "senders.key",
    }


# --- bounds ---------------------------------------------------------------------------------------


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    made = Door(tmp_path / "node-01.door", 1, Clock())
    yield made
    made.close()


@contextmanager
def a_disk_that_hangs(door: Door) -> Iterator[None]:
    answered = Event()

    def hang() -> None:
        assert answered.wait(60)

    door._jobs.put(hang)
    try:
        yield
    finally:
        answered.set()


async def test_invariant_8_a_storm_beyond_the_bound_is_told_to_come_back_and_danger_still_gets_in(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "WAITING_MAX", 40)
    monkeypatch.setattr(door_module, "SAFETY_RESERVE", 10)
    settings = IntakeSettings(
        title="", phone="", intake_url="http://i", feed_url="http://f", origins=[], senders_secret=bytes(16)
    )

    async def nobody(_: Request) -> None:
        return None

    app = create_intake(settings, door, Metrics(), nobody)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://i") as client:

        async def send(symptom: str) -> httpx2.Response:
            return await client.post("/api/v1/reports", json=REPORT | {"symptom": symptom})

        with a_disk_that_hangs(door):
            first = asyncio.create_task(send("lights_out"))
            await eventually(lambda: door._since is not None and not door.waiting)
            ordinary = [asyncio.create_task(send("lights_out")) for _ in range(100)]
            await eventually(lambda: sum(task.done() for task in ordinary) == 60)
            danger = [asyncio.create_task(send("wire_down")) for _ in range(30)]
            await eventually(lambda: sum(task.done() for task in danger) == 20)
            await eventually(lambda: door.waiting == 50)
        answers = [await task for task in (first, *ordinary, *danger)]
    kept = [a for a in answers if a.status_code == 202]
    busy = [a for a in answers if a.status_code == 503]
    assert (len(kept), len(busy)) == (51, 80)
    assert all(int(a.headers["retry-after"]) > 0 and a.json()["code"] == "busy" for a in busy)
    news = [n.fact for n in DoorFiles(tmp_path).drain({}, limit=1000) if isinstance(n.fact, ReportReceived)]
    symptoms = [fact.report.symptom.value for fact in news]
    assert symptoms == ["wire_down"] * 10 + ["lights_out"] * 41  # invariant 12: danger first
    assert {fact.receipt for fact in news} == {a.json()["receipt"] for a in kept}
