from __future__ import annotations

import asyncio

from stormops.counter.own.outage import HomeOutage
from stormops.journal.place_mark import read_mark

SECRET = bytes(32)
BODY = (
    b'{"n":1,"at_ms":2,"premises":[{"services":[{"utility":"electric","believed":"out","incident":'
    b'{"state":"confirmed","since_ms":3,"others":1,"customers_out":9}}],"reported":null,"place":null}]}'
)


async def asked(answer: bytes) -> tuple[object, str]:
    """What is made of an answer, and for what was asked."""
    paths = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        paths.append((await reader.readline()).split()[1].decode())
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await HomeOutage("127.0.0.1", port, SECRET, lambda: 1_000)("P-7")
    return found, paths[0]


async def test_feed_is_asked_by_a_mark_that_only_we_can_make() -> None:
    found, path = await asked(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
    assert found is not None
    assert found.services[0].incident.customers_out == 9  # type: ignore[attr-defined]
    assert read_mark(SECRET, path.rpartition("/")[2], 2_000) == "P-7"


async def test_whatever_feed_says_instead_nobody_is_told_anything() -> None:
    good = b"HTTP/1.1 200 OK\r\n\r\n"
    for answer in (b"", b"HTTP/1.1 404 Not Found\r\n\r\n{}", good + b"nonsense", good):
        assert (await asked(answer))[0] is None
    assert await HomeOutage("127.0.0.1", 1, SECRET, lambda: 1)("P-7") is None
