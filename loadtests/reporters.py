"""Customers by the thousand over keep-alive connections, and what the platform kept of what they said.

From outside: HTTP to intake, and reading the journal's file (or database) as an operator may. Each
customer has a key and tries until there is a receipt. Connections come from many loopback addresses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

ANSWER_SECONDS_MAX = 10.0
RETRY_SECONDS = 0.05
OVERTAKEN_MS = 1_000
TELL_EVERY_S = 10.0
SYMPTOMS = ("lights_out",) * 48 + ("partial", "wire_down")
SAFETY = {"wire_down"}


def tell(line: str) -> None:
    """A line for who waits; results go to standard output."""
    print(line, file=sys.stderr, flush=True)


class Answer(NamedTuple):
    """Status and body of one answer."""

    status: int
    body: bytes


class Connection:
    """One keep-alive connection from an address of its own, made again when it breaks."""

    def __init__(self, url: str, number: int) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._source = f"127.0.{1 + number // 250}.{1 + number % 250}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, key: str) -> Answer:
        """One request. Raises OSError, EOFError, TimeoutError: there was no answer."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                if self._streams is None:
                    self._streams = await asyncio.open_connection(self._host, self._port, local_addr=(self._source, 0))
                reader, writer = self._streams
                writer.write(
                    f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
                    f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length:")[2].partition("\r\n")[0])
                answer = Answer(int(head[9:12]), await reader.readexactly(length))
        except (OSError, EOFError, TimeoutError):
            self.close()
            raise
        if "connection: close" in head:
            self.close()
        return answer

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Reporters:
    """`count` customers from number `first` on, `callers` at a time at most.

    With `rate` each has its moment, whether earlier ones were answered or not, and waiting counts from it.
    After `seconds_max` nobody begins any more: who has no receipt by then is missing from `receipts`.
    """

    def __init__(
        self,
        url: str,
        centre: tuple[float, float],
        *,
        count: int,
        callers: int,
        rate: float = 0.0,
        first: int = 0,
        seconds_max: float = math.inf,
    ) -> None:
        self._url, self._centre = url, centre
        self._count, self._callers, self._rate = count, callers, rate
        self._first = self._next = first
        self._begun = 0.0
        self._seconds_max = seconds_max
        self.receipts: dict[int, str] = {}
        self.seconds: list[float] = []
        self.refused = 0
        self.broken = 0

    async def send(self) -> float:
        """Send everything; gives the seconds it took."""
        self._begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(self._callers):
                group.create_task(self._call(Connection(self._url, number)))
        return time.monotonic() - self._begun

    async def _call(self, connection: Connection) -> None:
        while (number := self._next) < self._first + self._count:
            if time.monotonic() - self._begun > self._seconds_max:
                break
            self._next += 1
            due = self._begun + (number - self._first) / self._rate if self._rate else time.monotonic()
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            self.receipts[number] = await self._report(connection, number)
            self.seconds.append(time.monotonic() - due)
        connection.close()

    async def _report(self, connection: Connection, number: int) -> str:
        chance = random.Random(number)
        lon, lat = (c + chance.gauss(0, 0.03) for c in self._centre)
        symptom = SYMPTOMS[number % len(SYMPTOMS)]
        body = json.dumps({"symptom": symptom, "longitude": round(lon, 6), "latitude": round(lat, 6)}).encode()
        while True:
            try:
                answer = await connection.post("/api/v1/reports", body, f"customer-{number}")
            except (OSError, EOFError, TimeoutError):
                self.broken += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if answer.status == 202:
                return str(json.loads(answer.body)["receipt"])
            if answer.status not in {429, 503}:
                raise SystemExit(f"intake answered {answer.status}: {answer.body.decode()}")
            self.refused += 1
            await asyncio.sleep(RETRY_SECONDS * (1 + chance.random()))

    async def tell_progress(self) -> None:
        """A line every `TELL_EVERY_S`, until cancelled."""
        begun, before = time.monotonic(), 0
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            there, since = len(self.receipts), time.monotonic() - begun
            lately, before = (there - before) / TELL_EVERY_S, there
            tell(
                f"{there:,} of {self._count:,} receipts after {since:.0f} s ({there / since:.0f}/s, now {lately:.0f}/s)"
            )

    @property
    def p99_ms(self) -> float:
        """99 of 100 had their receipt within so many milliseconds of wanting to report."""
        ordered = sorted(self.seconds)
        return ordered[int(0.99 * (len(ordered) - 1))] * 1000 if ordered else 0.0


class Stored:
    """What the journal holds of reports, read as it grows."""

    def __init__(self, journal: Path | str) -> None:
        self._journal = journal
        self._position = 0
        self._newest_ordinary_ms = 0
        self.receipts: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.overtaken = 0

    def look(self) -> None:
        """Take in what is new."""
        for position, recorded_ms, body in self._rows():
            self._position = position
            fact = msgspec.msgpack.decode(body)
            if fact["fact"] != "report_received":
                continue
            self.receipts[fact["receipt"]] = self.receipts.get(fact["receipt"], 0) + 1
            self.keys[fact["key"]] = self.keys.get(fact["key"], 0) + 1
            if fact["report"]["symptom"] not in SAFETY:
                self._newest_ordinary_ms = max(self._newest_ordinary_ms, recorded_ms)
            elif self._newest_ordinary_ms - recorded_ms > OVERTAKEN_MS:
                self.overtaken += 1

    def _rows(self) -> Iterator[tuple[int, int, bytes]]:
        query = "SELECT position, recorded_ms, body FROM entries WHERE position > {} AND door > 0 ORDER BY position"
        if isinstance(self._journal, Path):
            with contextlib.closing(sqlite3.connect(f"{self._journal.as_uri()}?mode=ro", uri=True)) as file:
                yield from file.execute(query.format("?"), (self._position,))
        else:
            import psycopg

            with psycopg.connect(self._journal) as database:
                yield from database.execute(query.format("%s").encode(), (self._position,))

    async def until_all(self, receipts: set[str], patience_s: float) -> float:
        """Until these are there, or it took twice that long, or nothing new came for that long; gives the seconds."""
        begun = newest = time.monotonic()
        while (now := time.monotonic()) - newest < patience_s and now - begun < 2 * patience_s:
            before = len(self.receipts)
            await asyncio.to_thread(self.look)
            if receipts <= self.receipts.keys():
                break
            if len(self.receipts) > before:
                newest = time.monotonic()
            await asyncio.sleep(0.2)
        return time.monotonic() - begun


def audit(receipts: dict[int, str], stored: Stored) -> dict[str, tuple[float, float, bool]]:
    """Acknowledged against stored; the bars by name as (measured, bar, met)."""
    lost = sum(receipt not in stored.receipts for receipt in receipts.values())
    doubled = sum(n - 1 for n in stored.receipts.values()) + sum(n - 1 for n in stored.keys.values())
    shared = len(receipts) - len(set(receipts.values()))
    return {
        "acknowledged - stored": (lost, 0, lost == 0),
        "doubled": (doubled, 0, doubled == 0),
        "one receipt for two reports": (shared, 0, shared == 0),
        "safety behind lights-out": (stored.overtaken, 0, stored.overtaken == 0),
    }
