"""What else a report could be sent to: `python -m tests.bench.intake_peers NAME FD [ADDRESS]`, one worker on a socket.

All read the same struct and answer the bytes that ours does, under the same server and event loop as ours (FastAPI's
without the headers that are our product's own).
Those that keep the report answer when it is as durable there as it gets: Redis with `appendfsync
always`, PostgreSQL with its default `synchronous_commit`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvicorn
from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from stormops.core.report import Report
from stormops.web.http import JSON_HEADERS

PATH = "/api/v1/reports"
BODY = (
    b'{"receipt":"00-4096-0217-822-6","received_ms":1795559385123,'
    b'"status_url":"http://127.0.0.1:18000/r/00-4096-0217-822-6","safety":false}'
)
HEADERS = {name.decode(): value.decode() for name, value in JSON_HEADERS}
COLUMNS = ("symptom", "address", "phone", "latitude", "longitude", "note", "key", "at")
TABLE = """CREATE TABLE IF NOT EXISTS reports (id bigserial PRIMARY KEY, symptom text, address text, phone text,
    latitude float8, longitude float8, note text, key text UNIQUE, at timestamptz)"""
GROUP_MAX = 1_000

_DECODER = msgspec.json.Decoder(Report)
Row = tuple[Any, ...]


def accepted() -> Response:
    """The answer, as Starlette makes it."""
    return Response(BODY, 202, HEADERS)


def row(report: Report, key: str) -> Row:
    """A report as a row of `COLUMNS`."""
    now = dt.datetime.now(dt.UTC)
    return (
        report.symptom.value, report.address, report.phone, report.latitude, report.longitude, report.note, key, now
    )  # fmt: skip


def starlette() -> ASGIApp:
    """The limit: reads and answers."""

    async def take(request: Request) -> Response:
        _DECODER.decode(await request.body())
        return accepted()

    return Starlette(routes=[Route(PATH, take, methods=["POST"])])


def bare() -> ASGIApp:
    """The server's own limit: the same without Starlette."""
    headers = [*JSON_HEADERS, (b"content-length", str(len(BODY)).encode())]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            message = await receive()
            body = message.get("body", b"")
            while message.get("more_body"):
                message = await receive()
                body += message.get("body", b"")
            if message["type"] == "http.disconnect":
                return
            _DECODER.decode(body)
            await send({"type": "http.response.start", "status": 202, "headers": headers})
            await send({"type": "http.response.body", "body": BODY})

    return app


def grouped(write: Callable[[list[Row]], Awaitable[object]], start: Callable[[], Awaitable[object]]) -> ASGIApp:
    """Starlette, and one writer that takes all that waited into one write."""
    waiting: list[tuple[Row, asyncio.Future[None]]] = []
    news = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def writer() -> None:
        await start()
        while await news.wait():
            group = waiting[:GROUP_MAX]
            del waiting[:GROUP_MAX]
            if not waiting:
                news.clear()
            await write([one for one, _ in group])
            for _, kept in group:
                kept.set_result(None)

    async def take(request: Request) -> Response:
        report = _DECODER.decode(await request.body())
        if not tasks:
            tasks.append(asyncio.create_task(writer()))
        kept = asyncio.get_running_loop().create_future()
        waiting.append((row(report, request.headers.get("idempotency-key", "")), kept))
        news.set()
        await kept
        return accepted()

    return Starlette(routes=[Route(PATH, take, methods=["POST"])])


def redis_group(address: str) -> ASGIApp:
    """XADD of all that waited in one pipeline."""
    from redis.asyncio import Redis

    client = Redis.from_url(address)

    async def write(rows: list[Row]) -> None:
        pipe = client.pipeline(transaction=False)
        for one in rows:
            pipe.xadd("reports", {"body": msgspec.msgpack.encode(one)})
        await pipe.execute()

    return grouped(write, client.ping)


def redis_each(address: str) -> ASGIApp:
    """One XADD a request, as one would write it first."""
    from redis.asyncio import BlockingConnectionPool, Redis

    client = Redis(connection_pool=BlockingConnectionPool.from_url(address, max_connections=64))

    async def take(request: Request) -> Response:
        report = _DECODER.decode(await request.body())
        await client.xadd("reports", {"body": msgspec.msgpack.encode(report)})
        return accepted()

    return Starlette(routes=[Route(PATH, take, methods=["POST"])])


def copy_group(address: str) -> ASGIApp:
    """PostgreSQL's COPY of all that waited. It knows no ON CONFLICT: a key twice would refuse the group."""
    import asyncpg

    held: list[Any] = []

    async def start() -> None:
        held.append(await asyncpg.connect(address))
        await held[0].execute(TABLE)

    async def write(rows: list[Row]) -> None:
        await held[0].copy_records_to_table("reports", records=rows, columns=COLUMNS)

    return grouped(write, start)


def fastapi_asyncpg(address: str) -> ASGIApp:
    """What a good programmer would write: a pool, one INSERT a request."""
    import asyncpg
    from fastapi import FastAPI, Header

    app = FastAPI()
    held: dict[str, Any] = {}
    guard = asyncio.Lock()
    names, places = ", ".join(COLUMNS), ", ".join(f"${i}" for i in range(1, len(COLUMNS) + 1))
    sql = f"INSERT INTO reports ({names}) VALUES ({places}) ON CONFLICT (key) DO NOTHING"  # noqa: S608 - our own names

    async def pool() -> Any:
        async with guard:
            if "pool" not in held:
                held["pool"] = await asyncpg.create_pool(address, min_size=10, max_size=20)
                await held["pool"].execute(TABLE)
        return held["pool"]

    model = pydantic_report()

    async def take(report: model, idempotency_key: str = Header("")) -> dict[str, Any]:  # type: ignore[valid-type]
        values = report.model_dump()  # type: ignore[attr-defined]
        line = (*(values[name] for name in COLUMNS[:6]), idempotency_key, dt.datetime.now(dt.UTC))
        ready = held.get("pool") or await pool()
        await ready.execute(sql, *line)
        answer: dict[str, Any] = msgspec.json.decode(BODY)
        return answer

    take.__annotations__["report"] = model
    app.post(PATH, status_code=202)(take)
    return app


class Base(DeclarativeBase):
    """The ORM's tables."""


class Kept(Base):
    """A report as the ORM keeps it."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    symptom: Mapped[str]
    address: Mapped[str | None]
    phone: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    note: Mapped[str | None]
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


def fastapi_orm(address: str) -> ASGIApp:
    """What a tutorial teaches: SQLAlchemy's ORM, a session a request."""
    from fastapi import FastAPI, Header
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    engine = create_async_engine(address.replace("postgresql://", "postgresql+asyncpg://"), pool_size=20)
    sessions = async_sessionmaker(engine)
    asyncio.run(_make_tables(address))
    app = FastAPI()
    model = pydantic_report()

    async def take(report: model, idempotency_key: str = Header("")) -> dict[str, Any]:  # type: ignore[valid-type]
        values = report.model_dump()  # type: ignore[attr-defined]
        async with sessions() as session:
            said = {name: values[name] for name in COLUMNS[:6]}
            session.add(Kept(**said, key=idempotency_key, at=dt.datetime.now(dt.UTC)))
            await session.commit()
        answer: dict[str, Any] = msgspec.json.decode(BODY)
        return answer

    take.__annotations__["report"] = model
    app.post(PATH, status_code=202)(take)
    return app


async def _make_tables(address: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(address)
    await connection.execute(TABLE)
    await connection.close()


def pydantic_report() -> Any:
    """The report's struct in FastAPI's words."""
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {
        field.name: (field.type, ... if field.required else field.default) for field in msgspec.structs.fields(Report)
    }
    strip = {"latitude": float | None, "longitude": float | None}
    fields = {n: (strip.get(n, k if n in {"symptom", "medical"} else str | None), d) for n, (k, d) in fields.items()}
    return create_model("Report", __config__=ConfigDict(extra="forbid", use_enum_values=True), **fields)


PEERS: dict[str, Callable[..., ASGIApp]] = {
    "starlette": starlette,
    "asgi": bare,
    "redis": redis_each,
    "redis-group": redis_group,
    "copy-group": copy_group,
    "fastapi-asyncpg": fastapi_asyncpg,
    "fastapi-orm": fastapi_orm,
}


def main() -> None:
    """Serve one of them on an inherited socket."""
    name, number, *address = sys.argv[1:]
    config = uvicorn.Config(
        PEERS[name](*address),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(number))])


if __name__ == "__main__":
    main()
