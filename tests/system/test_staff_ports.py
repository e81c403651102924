"""The staff's own ports: they answer while the public's queues are full, and sessions count at them alone if wished."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.platform import Platform, make_city

NOT_SIGNED_IN = 4401
PATIENCE_SECONDS = 60
BACKLOG = min(16_384, int(Path("/proc/sys/net/core/somaxconn").read_text()))
"""How many wait in a queue: as many as are asked for, or as the kernel allows."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("staff-ports")
    made = Platform(make_city(folder, 2_000), folder / "data", {"STORMOPS_STAFF_PORTS_ONLY": "true"})
    yield made
    made.stop()


def where(url: str) -> tuple[str, int]:
    split = urlsplit(url)
    return str(split.hostname), int(split.port or 0)


def sign_in(platform: Platform, url: str) -> tuple[httpx2.Response, dict[str, str]]:
    person, password = platform.staff["dispatcher"]
    given = {"person": person, "password": password, "desk": "D"}
    answer = httpx2.post(f"{url}/staff/sign-in", json=given, timeout=PATIENCE_SECONDS)
    return answer, {"Cookie": f"stormops_session={answer.cookies.get('stormops_session', '')}"}


def filled(stack: contextlib.ExitStack, url: str) -> int:
    """Fill a listening socket's queue until nobody finds a way in; how many wait in it."""
    waiting = 0
    while True:
        try:
            stack.enter_context(socket.create_connection(where(url), timeout=0.5))
        except TimeoutError:
            return waiting
        waiting += 1


@contextlib.contextmanager
def stopped(platform: Platform, *names: str) -> Iterator[None]:
    """These processes take nobody from their queues."""
    pids = [int(platform.where()["pids"][name]) for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.system
def test_staff_come_in_while_the_publics_queues_are_full(platform: Platform) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    person, password = platform.staff["dispatcher"]
    body = json.dumps({"person": person, "password": password, "desk": "D"}).encode()
    asked = b"POST /staff/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    asked += b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
    desk = b"GET /desk HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    try:
        with contextlib.ExitStack() as stack:
            with stopped(platform, "feed", "intake"):
                assert filled(stack, platform.feed_url) >= BACKLOG
                assert filled(stack, platform.intake_url) >= BACKLOG
                staff = []
                for url, sent in ((platform.feed_staff_url, desk), (platform.intake_staff_url, asked)):
                    made = stack.enter_context(socket.create_connection(where(url), timeout=PATIENCE_SECONDS))
                    made.sendall(sent)
                    staff.append(made)
            answers = [made.makefile("rb").readline().split()[1] for made in staff]
        assert answers == [b"303", b"200"], "to sign-in, and signed in"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.system
async def test_a_session_counts_at_the_staffs_ports_alone(platform: Platform) -> None:
    refused, _ = sign_in(platform, platform.intake_url)
    assert (refused.status_code, refused.json()["code"]) == (403, "elsewhere")
    granted, session = sign_in(platform, platform.intake_staff_url)
    assert granted.status_code == 200
    action = session | {"X-CSRF-Token": granted.json()["csrf"], "Idempotency-Key": "one"}
    reason = {"reason": "asked for"}
    with httpx2.Client(timeout=PATIENCE_SECONDS) as http:
        for feed, intake, read, write in (
            (platform.feed_staff_url, platform.intake_staff_url, 200, 202),
            (platform.feed_url, platform.intake_url, 401, 401),
        ):
            for _ in range(3):  # from the second time on the picture is at hand
                for path in ("/api/v1/session", "/api/v1/desk/snapshot"):
                    assert http.get(f"{feed}{path}", headers=session).status_code == read
            assert (
                http.post(f"{intake}/api/v1/desk/situation-reports", json=reason, headers=action).status_code == write
            )
        told = http.get(f"{platform.feed_staff_url}/api/v1/session", headers=session).json()
        assert told["intake_url"] == platform.intake_staff_url
        assert http.get(f"{platform.feed_url}/desk").headers["location"] == f"{platform.feed_staff_url}/desk"

    async def first(url: str) -> str:
        socket = url.replace("http", "ws", 1) + "/api/v1/feed?audience=desk"
        async with connect(socket, additional_headers=session, max_size=2**24, origin=Origin(url)) as opened:
            await opened.send(json.dumps({"type": "hello", "resume": None}))
            return str(json.loads(await opened.recv())["type"])

    assert await first(platform.feed_staff_url) == "snapshot"
    with pytest.raises(ConnectionClosed) as closed:
        await first(platform.feed_url)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NOT_SIGNED_IN
