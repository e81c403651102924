from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from stormops.admission.asgi import Admission
from stormops.admission.gate import Gate
from stormops.admission.proxies import Proxies
from stormops.admission.sources import ADDRESS_BURST, Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.core.mode import Mode
from stormops.telemetry import Metrics
from tests.admission.simulation import FixedLimit


class Behind:
    """An app whose handlers end when they are told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.began: list[str] = []
        self.bodies: list[bytes] = []
        self.clients: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.began.append(scope["path"])
        self.clients.append(scope["client"][0])
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await self.go.wait()
            return
        if scope["path"] not in {"/healthz", "/metrics"}:
            await self.go.wait()
        if scope["method"] == "POST":
            self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def good(token: str) -> str | None:
    return token if token == "good" else None


class Made:
    def __init__(self, places: float = 1, proxies: tuple[str, ...] = ()) -> None:
        self.behind = Behind()
        self.metrics = Metrics()
        self.mode = Mode.NORMAL
        self.time = [1000.0]
        self.admission = Admission(
            self.behind,
            sources=Sources(b"0" * 16),
            proxies=Proxies(proxies),
            staff=StaffMarks(good),
            mode=lambda: self.mode,
            metrics=self.metrics,
            origins=["https://ours.example"],
            gate=Gate(limit=FixedLimit(places)),
            now=lambda: self.time[0],
        )

    def client(self, address: str = "192.0.2.1", **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.admission, client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers)


async def started(work: Callable[[], Any]) -> asyncio.Task[Any]:
    """Begin it and let it come as far as it can."""
    task = asyncio.create_task(work())
    for _ in range(20):
        await asyncio.sleep(0)
    return task


async def test_quiet_times_pass_everything() -> None:
    made = Made(10)
    made.behind.go.set()
    async with made.client() as http:
        assert (await http.post("/api/v1/reports", json={"symptom": "lights_out"})).text == "done"
        assert (await http.get("/text")).text == "done"
    assert made.admission.gate.in_flight == 0


async def test_safety_goes_first_then_reports_then_readers() -> None:
    made = Made(0.8)  # safety may use a quarter more places
    async with made.client() as http:
        sent = [await started(lambda: http.post("/api/v1/reports", content=b"1"))]
        sent.append(await started(lambda: http.get("/text")))
        sent.append(await started(lambda: http.post("/api/v1/reports", json={"symptom": "lights_out"})))
        sent.append(await started(lambda: http.post("/api/v1/reports", json={"symptom": "wire_down"})))
        assert made.behind.began == ["/api/v1/reports"]
        made.behind.go.set()
        assert [(await one).status_code for one in sent] == [200] * 4
    assert made.behind.began[-1] == "/text"
    assert b"wire_down" in made.behind.bodies[1]
    assert b"lights_out" in made.behind.bodies[2]


async def test_a_refusal_says_that_nothing_ran_and_when_to_come_back() -> None:
    made = Made()
    async with made.client(Origin="https://ours.example") as http:
        first = await started(lambda: http.get("/text"))
        for served in made.admission.routes.all():
            served.estimate.work_s = 0.2
        second = await started(lambda: http.get("/text"))
        refused = await http.get("/text")
        assert refused.status_code == 503
        assert refused.headers["admission"] == "shed"
        assert 3 <= int(refused.headers["retry-after"]) <= 5
        assert refused.headers["access-control-allow-origin"] == "https://ours.example"
        assert refused.json()["code"] == "shed_full"
        assert (await http.get("/healthz")).status_code == 200
        made.behind.go.set()
        assert [(await one).status_code for one in (first, second)] == [200, 200]
        made.time[0] += 1
        await http.get("/metrics")
    page = made.metrics.page()[0].decode()
    assert 'admission_shed_total{class="p2",reason="full"} 1.0' in page


async def test_staff_are_known_by_their_session_and_strangers_go_last() -> None:
    made = Made()
    async with made.client() as http:
        first = await started(lambda: http.get("/text"))
        stranger = await started(lambda: http.get("/api/v1/desk/snapshot"))
        reader = await started(lambda: http.get("/text"))
        staff = asyncio.create_task(http.get("/api/v1/desk/snapshot", headers={"cookie": "stormops_session=good"}))
        while made.admission.gate.waiting < 3:  # noqa: ASYNC110 - the gate tells nobody who waits
            await asyncio.sleep(0.001)
        order: list[str] = []

        async def told(name: str, task: asyncio.Task[Any]) -> None:
            await task
            order.append(name)

        telling = [
            asyncio.create_task(told(name, task))
            for name, task in {"stranger": stranger, "reader": reader, "staff": staff}.items()
        ]
        made.behind.go.set()
        await asyncio.gather(first, *telling)
    assert order == ["staff", "reader", "stranger"]


async def test_a_suspended_function_is_refused_in_its_mode_only() -> None:
    made = Made()
    made.behind.go.set()
    async with made.client() as http:
        assert (await http.get("/openapi.json")).status_code == 200
        made.mode, made.time[0] = Mode.SURGE, made.time[0] + 1
        refused = await http.get("/openapi.json", headers={"accept": "text/html"})
        assert refused.status_code == 503
        assert "This page rests during the storm" in refused.text
        assert "Read it on a quiet day." in (await http.get("/openapi.json")).json()["detail"]
        assert (await http.post("/api/v1/reports", content=b"{}")).status_code == 200
        made.mode, made.time[0] = Mode.NORMAL, made.time[0] + 1
        assert (await http.get("/openapi.json")).status_code == 200


async def test_a_source_beyond_its_burst_is_told_so_and_others_are_served() -> None:
    made = Made(10)
    made.behind.go.set()
    scope = {"type": "http", "method": "GET", "path": "/text", "client": ("192.0.2.9", 1), "headers": []}
    refused = [made.admission.screen(dict(scope), made.time[0]) for _ in range(int(ADDRESS_BURST) + 100)]
    assert refused[0] is None
    assert refused[-1] is not None
    async with made.client("192.0.2.9") as loud, made.client("192.0.2.10") as other:
        assert (await loud.get("/text")).status_code == 429
        assert (await loud.get("/healthz")).status_code == 200
        assert (await other.get("/text")).status_code == 200


@pytest.mark.parametrize(("proxies", "seen"), [((), "192.0.2.1"), (("192.0.2.0/24",), "203.0.113.7")])
async def test_only_a_listed_proxy_is_believed(proxies: tuple[str, ...], seen: str) -> None:
    made = Made(10, proxies)
    made.behind.go.set()
    async with made.client(**{"X-Forwarded-For": "6.6.6.6, 203.0.113.7"}) as http:
        await http.get("/text")
    assert made.behind.clients == [seen]


async def test_a_socket_gives_its_place_back_when_it_is_accepted() -> None:
    made = Made()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope = {
        "type": "websocket", "path": "/api/v1/feed", "query_string": b"", "client": ("192.0.2.1", 1), "headers": [],
    }  # fmt: skip
    task = await started(lambda: made.admission(dict(scope), receive, send))
    assert sent[0]["type"] == "websocket.accept"
    assert made.admission.gate.in_flight == 0
    made.behind.go.set()
    await task


async def test_a_client_that_goes_while_it_waits_leaves_nothing_behind() -> None:
    made = Made()
    async with made.client() as http:
        first = await started(lambda: http.get("/text"))
        second = await started(lambda: http.get("/text"))
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        made.behind.go.set()
        await first
    assert (made.admission.gate.in_flight, made.admission.gate.waiting) == (0, 0)
    assert made.behind.began == ["/text"]
