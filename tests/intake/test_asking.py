from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from stormops.admission.throttle import Throttle
from stormops.intake.asking import ANSWER_BYTES_MAX, DEADLINE_SECONDS, UNKNOWN, UNTOLD, FeedStatus, Told

RECEIPT = "01-2345-6789-012-3"


class Feed:
    """A server on the loopback that says what it is told to say, and counts."""

    def __init__(self) -> None:
        self.answer = b""
        self.wait = 0.0
        self.asked: list[bytes] = []
        self.tasks: list[asyncio.Task[None] | None] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        await asyncio.sleep(self.wait)
        with contextlib.suppress(ConnectionError):
            writer.write(self.answer)
            writer.close()
            await writer.wait_closed()

    def say(self, status: int, body: bytes = b"") -> None:
        self.answer = b"HTTP/1.1 %d X\r\nconnection: close\r\n\r\n%s" % (status, body)


@pytest.fixture
async def feed() -> AsyncIterator[tuple[Feed, FeedStatus]]:
    feed = Feed()
    server = await asyncio.start_server(feed, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield feed, FeedStatus("127.0.0.1", port, Throttle(lambda: 0.0, lambda: 0.5))
    server.close()
    await asyncio.gather(*filter(None, feed.tasks), return_exceptions=True)
    await server.wait_closed()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b'{"receipt":"x","n":4,"state":"matched"}', Told("matched")),
        (200, b'{"state":"matched","incident":{"state":"confirmed","others":41,"since_ms":1}}', Told("confirmed", 41)),
        (404, b"{}", UNKNOWN),
        (429, b"{}", UNTOLD),
        (503, b"", UNTOLD),
        (200, b"not json", UNTOLD),
        (200, b'{"state":4}', UNTOLD),
        (200, b"x" * (ANSWER_BYTES_MAX + 1), UNTOLD),
    ],
)
async def test_what_feed_says(feed: tuple[Feed, FeedStatus], status: int, body: bytes, told: Told) -> None:
    server, ask = feed
    server.say(status, body)
    assert await ask(RECEIPT) == told
    assert server.asked[0].startswith(f"GET /api/v1/reports/{RECEIPT} HTTP/1.0\r\n".encode())


@pytest.mark.parametrize("answer", [b"", b"\x00\xff", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 ok x\r\n\r\n"])
async def test_what_is_no_http_is_no_answer(feed: tuple[Feed, FeedStatus], answer: bytes) -> None:
    server, ask = feed
    server.answer = answer
    assert await ask(RECEIPT) == UNTOLD


async def test_a_slow_feed_is_not_waited_for(feed: tuple[Feed, FeedStatus], monkeypatch: pytest.MonkeyPatch) -> None:
    assert DEADLINE_SECONDS <= 1.5
    monkeypatch.setattr("stormops.intake.asking.DEADLINE_SECONDS", 0.05)
    server, ask = feed
    server.wait = 0.5
    began = asyncio.get_running_loop().time()
    assert await ask(RECEIPT) == UNTOLD
    assert asyncio.get_running_loop().time() - began < 0.4


async def test_a_feed_that_is_away_is_asked_less_and_less() -> None:
    throttle = Throttle(lambda: 0.0, lambda: 0.5)
    ask = FeedStatus("127.0.0.1", 1, throttle)
    for _ in range(20):
        assert await ask(RECEIPT) == UNTOLD
    assert throttle.probability > 0.9


async def test_refusals_for_load_count_against_it_and_misses_do_not(feed: tuple[Feed, FeedStatus]) -> None:
    server, ask = feed
    server.say(404)
    for _ in range(20):
        await ask(RECEIPT)
    assert len(server.asked) == 20
    server.say(503)
    for _ in range(200):
        await ask(RECEIPT)
    assert len(server.asked) < 120
