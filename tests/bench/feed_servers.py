"""Servers that send one message of 1 KB to everybody: ours, and two that one would write with what there is.

`python -m tests.bench.feed_servers hub|broadcast|starlette PORT`; a line on stdin is one message. Compression is
off in all of them. The time just before sending is in the message (`sent_ns`, monotonic clock).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

SIZE = 1024


def message() -> str:
    """Different each time."""
    text = json.dumps({"sent_ns": time.monotonic_ns()})
    return text[:-1] + ',"x":"' + "x" * (SIZE - len(text) - 8) + '"}'


async def lines() -> asyncio.StreamReader:
    """Our stdin."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def serve(app: Any, port: int, ws: Any, send: Callable[[], Any]) -> None:
    """A uvicorn that calls `send` for each line."""
    config = uvicorn.Config(
        app, port=port, ws=ws, ws_per_message_deflate=False, ws_ping_interval=None, log_config=None, backlog=4096
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    reader = await lines()
    while await reader.readline():
        done = send()
        if done is not None:
            await done
    server.should_exit = True
    await serving


async def starlette(port: int) -> None:
    """A loop over Starlette's sockets."""
    sockets: set[WebSocket] = set()

    async def endpoint(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            await socket.receive()
        except WebSocketDisconnect:
            pass
        finally:
            sockets.discard(socket)

    async def send() -> None:
        text = message()
        for socket in tuple(sockets):
            await socket.send_text(text)

    await serve(Starlette(routes=[WebSocketRoute("/", endpoint)]), port, "websockets-sansio", send)


async def broadcast(port: int) -> None:
    """`websockets.broadcast`."""
    from websockets.asyncio.server import ServerConnection
    from websockets.asyncio.server import broadcast as send_all
    from websockets.asyncio.server import serve as serve_sockets

    connections: set[ServerConnection] = set()

    async def handler(connection: ServerConnection) -> None:
        connections.add(connection)
        await connection.wait_closed()
        connections.discard(connection)

    async with serve_sockets(handler, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096):
        reader = await lines()
        while await reader.readline():
            send_all(connections, message())


async def hub(port: int) -> None:
    """Ours: the hub, its channel and its handshake as the feed has them."""
    from stormops.feed.channel import encode
    from stormops.feed.handshake import Handshake
    from stormops.feed.hub import Hub
    from stormops.feed.room import Room
    from stormops.feed.selection import place_of_areas, place_on_desk
    from stormops.feed.views import Views
    from stormops.telemetry import Log, Metrics

    async def nobody(_: object) -> None:
        return None

    views = {"desk": Views("bench", place_on_desk), "public": Views("bench", place_of_areas({}))}
    made = Hub(
        views,  # type: ignore[arg-type]
        now_ms=lambda: time.time_ns() // 1_000_000,
        authenticate=nobody,
        origins=[],
        room=Room(20_000),
        log=Log("feed", "error"),
        metrics=Metrics(),
    )
    made.start("public", 1, 1, encode({"message": {}}))
    looking = asyncio.create_task(made.run())

    def send() -> None:
        n = made.channels["public"].n + 1
        made.publish("public", n, n, put={"message": message().encode()}, unset=[])

    await serve(Starlette(routes=[WebSocketRoute("/", made.endpoint)]), port, Handshake, send)
    looking.cancel()


if __name__ == "__main__":
    uvloop.run({"hub": hub, "broadcast": broadcast, "starlette": starlette}[sys.argv[1]](int(sys.argv[2])))
