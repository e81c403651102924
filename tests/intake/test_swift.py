"""Reports over a socket, as the product serves them: protocol, admission, endpoint and door, without a task."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from stormops.admission.asgi import Admission
from stormops.admission.protocol import guarded
from stormops.admission.proxies import Proxies
from stormops.admission.sources import Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.clock import Clock
from stormops.core.entry import ReportReceived
from stormops.core.mode import Mode
from stormops.intake.batch import PATH as BATCH
from stormops.intake.partners import Partners, add_partner
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.supervisor import listen
from stormops.telemetry import Metrics
from tests.doors import held
from tests.intake.conftest import FEED, INTAKE

PATH = "/api/v1/reports"
DARK = {"symptom": "lights_out", "address": "1 Main St"}


class Running:
    """An intake on a port, in this process and loop."""

    def __init__(self, folder: Path, settings: IntakeSettings) -> None:
        self.folder, self.metrics = folder, Metrics()
        self.token = add_partner(folder, "311", ["reports"])
        self.door = Door(folder / "node-01.door", 1, Clock())
        partners = Partners(folder, pytest.fail)

        async def nobody(_: object) -> None:
            return None

        self.app = create_intake(settings, self.door, self.metrics, nobody, may=partners.may)
        self.by_task: list[str] = []
        app = self.app

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            self.by_task.append(scope.get("path", ""))
            await app(scope, receive, send)

        self.admission = Admission(
            watched,
            sources=Sources(b"0" * 16),
            proxies=Proxies([]),
            staff=StaffMarks(nobody),
            mode=lambda: Mode.NORMAL,
            metrics=self.metrics,
            origins=settings.origins,
        )
        http = guarded(self.admission, swift=app.swift)
        self.server = uvicorn.Server(
            uvicorn.Config(self.admission, http=http, ws="none", lifespan="off", access_log=False, log_config=None)
        )
        self.listener = listen("127.0.0.1", 0)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(*self.listener.getsockname()[:2])
        try:
            yield reader, writer
        finally:
            writer.close()

    def facts(self) -> list[ReportReceived]:
        doors = DoorFiles(self.folder)
        facts = [news.fact for news in doors.drain({}, limit=10**6)]
        doors.close()
        return [fact for fact in facts if isinstance(fact, ReportReceived)]


@pytest.fixture
async def running(tmp_path: Path, settings: IntakeSettings) -> AsyncIterator[Running]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = Running(folder, settings)
    serving = asyncio.create_task(made.server.serve(sockets=[made.listener]))
    while not made.server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.002)
    yield made
    made.server.should_exit = True
    await serving
    made.listener.close()
    made.door.close()


def request(path: str, body: object, **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(len(content))} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + content


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), headers, json.loads(body or b"null")


async def until_waiting(door: Door) -> None:
    """Until a commit is on its way."""
    async with asyncio.timeout(10):
        while door._since is None:  # noqa: ASYNC110 - the door tells nobody
            await asyncio.sleep(0.002)


CASES: dict[str, tuple[str, object, dict[str, str]]] = {
    "report": (PATH, DARK, {}),
    "with a key": (PATH, DARK, {"Idempotency_Key": "k1"}),
    "danger": (PATH, {"symptom": "gas_odour", "account": "1"}, {}),
    "one of our pages": (PATH, DARK, {"Origin": FEED}),
    "one of our pages, wrong": (PATH, {"symptom": "dark"}, {"Origin": INTAKE}),
    "another's page": (PATH, DARK, {"Origin": "https://elsewhere.test"}),
    "no report": (PATH, {"symptom": "lights_out"}, {}),
    "no JSON": (PATH, b"{", {}),
    "nothing": (PATH, b"", {}),
    "another type": (PATH, DARK, {"Content_Type": "text/plain"}),
    "a type with more": (PATH, DARK, {"Content_Type": "application/json; charset=utf-8"}),
    "a wrong key": (PATH, DARK, {"Idempotency_Key": "x" * 201}),
    "batch": (BATCH, {"reports": [DARK, DARK | {"symptom": "wire_down"}, DARK | {"key": "a"}]}, {"token": ""}),
    "batch of a stranger": (BATCH, {"reports": [DARK]}, {}),
    "batch with one wrong": (BATCH, {"reports": [DARK, {}]}, {"token": ""}),
    "large": (PATH, DARK | {"note": "x" * 60_000}, {}),
    "too large": (PATH, b"x" * 70_000, {}),
}


@pytest.mark.parametrize("name", CASES)
async def test_with_and_without_a_task_the_answer_is_the_same(running: Running, name: str) -> None:
    path, body, given = CASES[name]
    headers = {"Authorization": f"Bearer {running.token}"} if "token" in given else given
    seen = []
    async with running.connected() as (reader, writer):
        # A body after "Expect: 100-continue" is read by a task, in the ASGI app.
        for more in ({}, {"Expect": "100-continue"}):
            writer.write(request(path, body, **headers, **more))
            status, said, content = await answer(reader)
            if status == 100:
                status, said, content = await answer(reader)
            varies = ("receipt", "receipts", "received_ms", "status_url")
            same = {k: v for k, v in content.items() if k not in varies}
            seen.append((status, {k: v for k, v in said.items() if k not in {"date", "content-length"}}, same))
    assert seen[0] == seen[1]
    assert running.by_task == ([path] if name != "too large" else [path, path])


async def test_a_report_is_on_disk_when_it_is_answered_and_a_key_makes_it_one(running: Running) -> None:
    async with running.connected() as (reader, writer):
        receipts = []
        for _ in range(2):
            writer.write(request(PATH, DARK, Idempotency_Key="k"))
            status, _, said = await answer(reader)
            assert status == 202
            receipts.append(said["receipt"])
            assert [fact.receipt for fact in running.facts()] == receipts[:1]
        assert receipts[0] == receipts[1]
        writer.write(request(PATH, DARK | {"note": "other"}, Idempotency_Key="k"))
        status, _, said = await answer(reader)
        assert (status, said["code"]) == (422, "key_reused")
    assert running.by_task == []


async def test_one_commit_answers_all_that_waited_each_on_its_connection(running: Running) -> None:
    bodies = [DARK | {"note": str(i)} for i in range(30)]
    with held(running.door):
        writers, readers = [], []
        for body in bodies:
            reader, writer = await asyncio.open_connection(*running.listener.getsockname()[:2])
            writer.write(request(PATH, body))
            writers.append(writer)
            readers.append(reader)
        async with asyncio.timeout(10):
            while running.admission.gate.in_flight < 20:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.002)
    receipts = [(await answer(reader))[2]["receipt"] for reader in readers]
    notes = {fact.receipt: fact.report.note for fact in running.facts()}
    assert [notes[receipt] for receipt in receipts] == [body["note"] for body in bodies]
    assert b'intake_reports_total{channel="api"} 30.0' in running.metrics.page()[0]
    for writer in writers:
        writer.close()
    assert running.admission.gate.in_flight == running.admission.gate.waiting == 0


async def test_who_goes_away_before_the_commit_is_kept_and_harms_nobody(running: Running) -> None:
    async with running.connected() as (reader, stays):
        with held(running.door):
            async with running.connected() as (_, gone):
                gone.write(request(PATH, DARK | {"note": "gone"}))
                await until_waiting(running.door)
            stays.write(request(PATH, DARK | {"note": "stays"}))
            async with asyncio.timeout(10):
                while not running.door.waiting:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.002)
        assert (await answer(reader))[0] == 202
    assert [fact.report.note for fact in running.facts()] == ["gone", "stays"]
    assert running.admission.gate.in_flight == 0


async def test_a_full_disk_gives_an_honest_busy_and_is_over_when_there_is_room(running: Running) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with running.connected() as (reader, writer):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            for path, body in ((PATH, DARK), (BATCH, {"reports": [DARK] * 3})):
                writer.write(request(path, body, Authorization=f"Bearer {running.token}"))
                status, headers, said = await answer(reader)
                assert (status, said["code"]) == (503, "unavailable")
                assert int(headers["retry-after"]) > 0
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert running.facts() == []
        writer.write(request(PATH, DARK))
        assert (await answer(reader))[0] == 202
    assert len(running.facts()) == 1
    assert running.by_task == []


async def test_a_door_that_hangs_turns_newcomers_away(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormops.journal.door.STALL_S", 0.01)
    async with running.connected() as (reader, writer), running.connected() as (first_reader, first):
        with held(running.door):
            first.write(request(PATH, DARK))
            await until_waiting(running.door)
            await asyncio.sleep(0.05)
            writer.write(request(PATH, DARK))
            status, headers, said = await answer(reader)
            assert (status, said["code"], headers["retry-after"]) == (503, "busy", "2")
        assert (await answer(first_reader))[0] == 202


async def test_reports_sent_in_a_row_are_answered_in_their_order(running: Running) -> None:
    async with running.connected() as (reader, writer):
        writer.write(b"".join(request(PATH, DARK | {"note": str(i)}) for i in range(6)))
        receipts = [(await answer(reader))[2]["receipt"] for _ in range(6)]
    notes = {fact.receipt: fact.report.note for fact in running.facts()}
    assert [notes[receipt] for receipt in receipts] == [str(i) for i in range(6)]
