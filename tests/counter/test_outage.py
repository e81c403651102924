from __future__ import annotations

import asyncio

import pytest

from stormops.accounts.records_place import Outage
from stormops.counter.outage import FeedOutage

BODY = b'{"address":"1 Palm","incidents":[],"reports_total":2,"medical":false,"nested":true,"meter":"off","more":1}'


async def answering(answer: bytes, asked: list[bytes]) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def test_feed_is_asked_with_the_session_of_who_looks() -> None:
    asked: list[bytes] = []
    async with await answering(b"HTTP/1.0 200 OK\r\n\r\n" + BODY, asked) as server:
        known = await FeedOutage("127.0.0.1", server.sockets[0].getsockname()[1])("P-1", "stormops_session=x")
    assert known is not None
    assert (known.reports_total, known.nested) == (2, True)
    assert asked[0].startswith(b"GET /api/v1/desk/customers/P-1 HTTP/1.0\r\n")
    assert b"Cookie: stormops_session=x\r\n" in asked[0]


@pytest.mark.parametrize("answer", [b"HTTP/1.0 503 No\r\n\r\n", b"nonsense", b"HTTP/1.0 200 OK\r\n\r\n{]", b""])
async def test_no_answer_is_nothing_known(answer: bytes) -> None:
    async with await answering(answer, []) as server:
        assert await FeedOutage("127.0.0.1", server.sockets[0].getsockname()[1])("P-1", "") is None


@pytest.mark.parametrize("premise", ["", "a b", "x\r\nHost: evil", "../session", "é"])
async def test_a_name_that_is_none_is_not_asked_for(premise: str) -> None:
    asked: list[bytes] = []
    async with await answering(b"HTTP/1.0 200 OK\r\n\r\n" + BODY, asked) as server:
        assert await FeedOutage("127.0.0.1", server.sockets[0].getsockname()[1])(premise, "") is None
    assert asked == []


async def test_a_feed_that_is_away_is_nothing_known() -> None:
    assert await FeedOutage("127.0.0.1", 1)("P-1", "") is None


WAS = b'{"whole":true,"outages":['
WAS += b'{"incident":"E-0002","since_ms":5,"until_ms":0,"confirmed":true},'
WAS += b'{"incident":"E-0001","since_ms":1,"until_ms":4,"confirmed":true}]}'


async def test_of_the_past_what_is_over_is_told() -> None:
    asked: list[bytes] = []
    async with await answering(b"HTTP/1.0 200 OK\r\n\r\n" + WAS, asked) as server:
        feed = FeedOutage("127.0.0.1", server.sockets[0].getsockname()[1])
        assert await feed.past("P-1", "stormops_session=x") == [Outage(1, 4, "E-0001")]
        assert await feed.past("a b", "") is None
    assert asked[0].startswith(b"GET /api/v1/desk/past/outages/P-1 HTTP/1.0\r\n")
    async with await answering(b"HTTP/1.0 200 OK\r\n\r\n{}", []) as server:
        assert await FeedOutage("127.0.0.1", server.sockets[0].getsockname()[1]).past("P-1", "") is None
