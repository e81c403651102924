from __future__ import annotations

import asyncio

import pytest

from stormops.web.loopback import get


async def server(answer: bytes) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def test_status_and_body_are_given() -> None:
    async with await server(b"HTTP/1.1 404 Not Found\r\nX: y\r\n\r\nno") as one:
        assert await get("127.0.0.1", one.sockets[0].getsockname()[1], "/x", 1000) == (404, b"no")


@pytest.mark.parametrize("answer", [b"", b"FTP 1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000])
async def test_what_is_no_answer_or_too_long_is_refused(answer: bytes) -> None:
    async with await server(answer) as one:
        with pytest.raises(ValueError, match=r".+"):
            await get("127.0.0.1", one.sockets[0].getsockname()[1], "/x", 1000)


@pytest.mark.parametrize(("path", "cookie"), [("/a b", ""), ("/a\r\nX: y", ""), ("/a", "x=y\r\n"), ("/é", "")])
async def test_nothing_else_is_written_into_the_question(path: str, cookie: str) -> None:
    with pytest.raises(ValueError, match="written so"):
        await get("127.0.0.1", 1, path, 1000, cookie)
