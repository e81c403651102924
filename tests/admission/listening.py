"""A real server on a socket, with an app and a swift endpoint behind admission, for the tests of connections."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from stormops.admission import doorkeeper, protocol
from stormops.admission.asgi import Admission
from stormops.admission.doorkeeper import Doorkeeper
from stormops.admission.gate import Gate
from stormops.admission.protocol import StaffListener, guarded
from stormops.admission.proxies import Proxies
from stormops.admission.sources import Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.admission.turn import Answer
from stormops.core.mode import Mode
from stormops.supervisor import listen
from stormops.telemetry import Metrics
from tests.admission.simulation import FixedLimit

REPORT = b"POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Behind:
    """Answers what it was sent; `/text` is slow until it is let go. Takes sockets, and says nothing."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.ran: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        self.ran.append(scope["path"])
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()  # that it has gone
            return
        body = b""
        if scope["method"] == "POST":
            more = True
            while more:
                message = await receive()
                body, more = body + message.get("body", b""), message.get("more_body", False)
        while scope["path"] == "/text" and not self.go.is_set():  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.005)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


LARGE = 1_000_000


class Ready(NamedTuple):
    status: bytes
    lines: bytes
    body: bytes


def at_hand(target: bytes, headers: list[tuple[bytes, bytes]]) -> Ready | None:
    """`/hand` has an answer, one for who has it already as well; `/large` one of `LARGE` bytes."""
    if target == b"/large":
        return Ready(b"200 OK", b"content-length: %d\r\n" % LARGE, bytes(LARGE))
    if target != b"/hand":
        return None
    if (b"if-none-match", b'"it"') in headers:
        return Ready(b"304 Not Modified", b'etag: "it"\r\n', b"")
    return Ready(b"200 OK", b"content-length: 5\r\n", b"ready")


STAFFS = Ready(b"200 OK", b"content-length: 5\r\n", b"staff")


class Swift:
    """Takes whole requests at `/swift`: echoes at once, or when told to; `broken` is a bug."""

    def __init__(self) -> None:
        self.held: list[tuple[bytes, Answer]] | None = None
        self.seen: list[tuple[dict[bytes, bytes], bytes]] = []
        self.loop: asyncio.AbstractEventLoop

    def at_once(self, _: Scope, headers: dict[bytes, bytes], body: bytes, answer: Answer) -> None:
        self.loop = asyncio.get_running_loop()
        self.seen.append((headers, body))
        if body == b"broken":
            answer(500, b"", b"a bug")
            raise ZeroDivisionError
        if self.held is None:
            answer(202, b"x-said: so\r\n", body)
        else:
            self.held.append((body, answer))

    def let_go(self) -> None:
        """Answer what is held, all in one turn of the loop, as a commit does."""
        assert self.held is not None
        held, self.held = self.held, []

        def answer_all() -> None:
            for body, answer in held:
                answer(202, b"", body)

        self.loop.call_soon_threadsafe(answer_all)


class Served:
    """What runs, and where."""

    def __init__(self, admission: Admission, behind: Behind, swift: Swift, server: uvicorn.Server) -> None:
        self.admission, self.behind, self.swift, self.server = admission, behind, swift, server
        self.keeper: Doorkeeper
        self.keeper_of_staff: Doorkeeper
        self.port = self.staff_port = 0
        self.loop: asyncio.AbstractEventLoop

    @contextlib.contextmanager
    def connected(self, source: str = "127.0.0.1", *, staff: bool = False) -> Iterator[socket.socket]:
        where = "127.0.0.1", self.staff_port if staff else self.port
        with socket.create_connection(where, timeout=5, source_address=(source, 0)) as made:
            yield made


async def nobody(_: str) -> None:
    return None


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(doorkeeper, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(protocol, "HEAD_SECONDS_MAX", 0.3)
    monkeypatch.setattr(protocol, "MESSAGE_SECONDS_MAX", 0.6)
    monkeypatch.setattr(doorkeeper, "CONNECTIONS_PER_ADDRESS_MAX", 20)
    behind, listener, staffs = Behind(), listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    admission = Admission(
        behind,
        sources=Sources(b"0" * 16),
        proxies=Proxies([]),
        staff=StaffMarks(nobody),
        mode=lambda: Mode.NORMAL,
        metrics=Metrics(),
        origins=[],
        gate=Gate(limit=FixedLimit(2), cpu=itertools.count(0, 1000).__next__),  # never idle: none is parked soon
    )
    swift = Swift()
    staff = StaffListener(staffs.getsockname()[1], lambda target, _: STAFFS if target == b"/staff" else None)
    http = guarded(admission, at_hand, {"/swift": swift, "/api/v1/reports/batch": swift}, staff)
    config = uvicorn.Config(
        admission, http=http, ws="websockets-sansio", access_log=False, log_config=None, timeout_keep_alive=1
    )
    server, loop = uvicorn.Server(config), uvloop.new_event_loop()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(server.serve(sockets=[listener, staffs])), daemon=True
    )
    thread.start()
    while not server.started:
        time.sleep(0.005)
    made = Served(admission, behind, swift, server)
    made.keeper, made.keeper_of_staff = http.keeper, http.keeper_of_staff
    made.port, made.staff_port, made.loop = listener.getsockname()[1], staff.port, loop
    yield made
    behind.go.set()
    server.should_exit = True
    thread.join(10)
    listener.close()
    staffs.close()
    loop.close()
    assert not thread.is_alive()


def answer(made: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer, of a connection that may stay open."""
    file = made.makefile("rb")
    status = int(file.readline().split()[1])
    headers = {}
    while (line := file.readline()) not in {b"\r\n", b""}:
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, file.read(int(headers.get("content-length", "0")))


def closed_after(made: socket.socket) -> float:
    """Seconds until the server closes it."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while made.recv(1000):
            pass
    return time.monotonic() - began


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)
