from __future__ import annotations

import json
from typing import Any

import pytest

from stormops.admission.asgi import Admission
from stormops.admission.first_line import BYTES_MAX, FirstLine
from stormops.admission.gate import Gate
from stormops.admission.proxies import Proxies
from stormops.admission.queue import Lane, WorkQueue
from stormops.admission.refusal import Refusal
from stormops.admission.sources import ADDRESS_BURST, ADDRESS_PER_SECOND, Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.core.mode import Mode
from stormops.telemetry import Metrics
from tests.admission.simulation import FixedLimit

TEXT = b"GET /text HTTP/1.1\r\nHost: x\r\n\r\n"
REPORT = (
    b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"
    b'{"symptom": "lights_out"} '
)
COOKIE = b"Cookie: a=b; stormops_session=good; c=d\r\n"


async def whose(token: str) -> str | None:
    return token if token == "good" else None


class Crowd:
    """A process without room for anything below P0."""

    def __init__(self, proxies: tuple[str, ...] = ()) -> None:
        self.now = 1000.0
        self.metrics = Metrics()
        self.admission = Admission(
            None,  # type: ignore[arg-type]  # nothing gets there
            sources=Sources(b"0" * 16),
            proxies=Proxies(proxies),
            staff=StaffMarks(whose),
            mode=lambda: Mode.NORMAL,
            metrics=self.metrics,
            origins=["https://ours.example"],
            gate=Gate(limit=FixedLimit(0), queue=WorkQueue(work_seconds_max=0.001)),
            now=lambda: self.now,
        )
        screened: dict[str, Any] = {"type": "http", "method": "GET", "path": "/healthz", "headers": []}
        self.admission.screen(screened, self.now)
        held = self.admission.routes.find({"type": "http", "method": "GET", "path": "/api/v1/config"})
        assert not isinstance(self.admission.gate.offer(held, Lane.P0, self.now, lambda *_: None), str)
        self.first = FirstLine(self.admission)

    def refused(self, data: bytes, address: str = "127.0.0.1") -> Refusal | None:
        return self.first.refused(data, address)


def test_a_plain_read_without_room_is_told_to_come_back() -> None:
    crowd = Crowd()
    refused = crowd.refused(TEXT)
    assert refused is not None
    assert (refused.status, json.loads(refused.body)["code"]) == (503, "shed_full")
    page = crowd.refused(TEXT.replace(b"Host", b"Accept: text/html,*/*\r\nHost"))
    assert page is not None
    assert page.body.startswith(b"<!doctype html>")
    assert crowd.refused(b"GET /text?lang=es HTTP/1.1\r\nConnection: keep-alive\r\n\r\n") is not None
    crowd.admission._look(crowd.now)
    assert b'admission_shed_total{class="p2",reason="full"} 3.0' in crowd.metrics.page()[0]


def test_a_plain_write_without_room_is_told_to_come_back_unless_it_tells_of_danger() -> None:
    crowd = Crowd()
    refused = crowd.refused(REPORT)
    assert refused is not None
    assert (refused.status, json.loads(refused.body)["code"]) == (503, "shed_full")
    assert crowd.refused(b"POST /api/v1/reports HTTP/1.1\r\nContent-Length: 0\r\n\r\n") is not None
    danger = REPORT.replace(b'"lights_out"} ', b'"wire_down"}  ')
    assert crowd.refused(danger) is None  # it puts out what is lower
    held = crowd.admission.routes.find({"type": "http", "method": "GET", "path": "/api/v1/config"})
    while not isinstance(crowd.admission.gate.offer(held, Lane.SAFETY, crowd.now, lambda *_: None), str):
        pass
    assert crowd.refused(danger) is not None  # nothing but danger waits
    crowd.admission._look(crowd.now)
    counted = crowd.metrics.page()[0]
    assert b'admission_shed_total{class="p0",reason="full"} 2.0' in counted
    assert b'admission_shed_total{class="safety",reason="full"} 1.0' in counted


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace(b"GET", b"HEAD"),
        TEXT.replace(b"GET", b"POST"),
        REPORT.replace(b"POST", b"PUT"),
        REPORT[:-1],
        REPORT + b"x",
        REPORT.replace(b"Content-Length: 26", b"Content-Length: 26\r\nContent-Length: 26"),
        REPORT.replace(b"Content-Length: 26", b"Content-Length: 2 6"),
        REPORT.replace(b"Content-Length: 26", b"Content-Length: 26\r\nTransfer-Encoding: chunked"),
        REPORT.replace(b"Content-Length: 26", b"Content-Length: 26\r\nExpect: 100-continue"),
        REPORT.replace(b"Content-Length: 26", b"Content-Length: 26\nX: y"),
        REPORT.replace(b"Host: x", b"Origin: https://ours.example"),
        REPORT.replace(b"Host: x", b"X: " + b"a" * BYTES_MAX),
        REPORT.replace(b"/api/v1/reports", b"/api/v1/desk/crews"),  # staff's: whose session it is must be looked at
        TEXT.replace(b"1.1", b"1.0"),
        TEXT[:-1],
        TEXT + TEXT,
        TEXT[:-2] + b"Content-Length: 5\r\n\r\nabc\r\n\r\n",
        TEXT[:-2] + b"CONTENT-LENGTH: 0\r\n\r\n",
        TEXT[:-2] + b"transfer-Encoding: chunked\r\n\r\n",
        TEXT[:-2] + b"Connection: close\r\n\r\n",
        TEXT[:-2] + b"Connection: keep-alive\r\nConnection: close\r\n\r\n",
        TEXT[:-2] + b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
        TEXT[:-2] + b"Expect: 100-continue\r\n\r\n",
        TEXT[:-2] + b"Origin: https://ours.example\r\n\r\n",
        b"GET /text HTTP/1.1\n\nGET /text HTTP/1.1\r\n\r\n",
        TEXT[:-2] + b"X: " + b"a" * BYTES_MAX + b"\r\n\r\n",
        b"GET /t%65xt HTTP/1.1\r\n\r\n",
        b"GET http://x/text HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 300 + b" HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /?lang=es HTTP/1.1\r\n\r\n",
        b"GET /public/en/index.html HTTP/1.1\r\n\r\n",
        b"GET /api/v1/desk/snapshot HTTP/1.1\r\n" + COOKIE + b"\r\n",  # nobody has looked at this session yet
    ],
)
def test_what_is_not_plain_or_must_be_looked_at_goes_the_usual_way(data: bytes) -> None:
    crowd = Crowd()
    assert crowd.refused(data) is None
    assert crowd.admission._sources.used("127.0.0.1", crowd.now) == 0  # nor is it counted twice


async def test_staff_are_served_before_strangers() -> None:
    crowd = Crowd()
    desk = b"GET /api/v1/desk/snapshot HTTP/1.1\r\n%s\r\n"
    crowd.admission.gate.queue = WorkQueue(work_seconds_max=0.003)
    held = crowd.admission.routes.find({"type": "http", "method": "GET", "path": "/text"})
    for _ in range(2):
        crowd.admission.gate.offer(held, Lane.P2, crowd.now, lambda *_: None)
    crowd.admission.gate.offer(held, Lane.P2, crowd.now, lambda *_: None)
    assert crowd.refused(desk % b"") is not None  # P3
    await crowd.admission.staff.ask("good", crowd.now)
    await crowd.admission.staff.ask("bad", crowd.now)
    assert crowd.refused(desk % COOKIE) is None  # P0: it puts out what is lower
    assert crowd.refused(desk % COOKIE.replace(b"good", b"bad")) is not None


def test_a_source_that_sends_much_is_looked_at_closely() -> None:
    crowd = Crowd()
    for _ in range(int(ADDRESS_BURST / 2)):
        assert crowd.refused(TEXT) is not None
    crowd.refused(TEXT)
    assert crowd.refused(TEXT) is None
    assert crowd.refused(TEXT, "127.0.0.2") is not None
    crowd.now += 2 / ADDRESS_PER_SECOND
    assert crowd.refused(TEXT) is not None


def test_behind_a_proxy_the_address_is_in_the_head() -> None:
    assert Crowd(proxies=("127.0.0.1/32",)).refused(TEXT) is None


def test_in_a_suspended_function_the_usual_way_tells_why() -> None:
    crowd = Crowd()
    crowd.admission.routes.change_mode(Mode.SURGE)
    assert crowd.refused(b"GET /openapi.json HTTP/1.1\r\n\r\n") is None
