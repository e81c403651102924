"""Sending text messages: claim what is due, wait until the journal grants it, hand it over, and settle.

A message is granted once and tried until the provider has it, its time ends, or it is called back; when nobody knows
whether the provider took it, it is not sent again. So a crash loses at most what was granted and not handed over, and
doubles nothing. Bounds, each with its behaviour:

- the pace: what is due waits in the journal, where what is newer takes its place, and is dropped when it is late.
- `UNDER_WAY_MAX` messages granted and not settled: nothing more is claimed while a provider does not answer.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import NamedTuple, Protocol, TypeVar
from uuid import uuid4

from stormops.core.entry import (
    MESSAGE_OUTCOMES,
    AnyFact,
    MessagesClaimed,
    MessagesConfirmed,
    MessagesGranted,
    MessagesRequested,
    MessagesSettled,
)
from stormops.core.messages import Due
from stormops.jobs.outbox import Outbox
from stormops.jobs.provider import Answer, Provider
from stormops.journal.port import Door, DoorBusy, Hints, Journal, JournalUnavailable
from stormops.limiting import Bucket
from stormops.telemetry import Log, Metrics

UNDER_WAY_MAX = 200
POLL_SECONDS = 0.2
TROUBLE_SECONDS = 2.0

AGAIN_SECONDS = (1.0, 60.0)
"""Before the second try of a message, doubling up to the other; each ±25 %."""

PAGE = 5_000

T = TypeVar("T")


class Message(NamedTuple):
    """One granted message."""

    claim: str
    number: int
    kind: str
    language: str
    customers: int
    since_ms: int
    until_ms: int


class Brake(Protocol):
    """The client-side throttle (`admission.throttle`)."""

    def may_send(self) -> bool: ...
    def accepted(self) -> None: ...


class Parts(NamedTuple):
    """What a sender works with. `begin` gives a journal position and what was due there; `write` a message's text."""

    journal: Journal
    door: Door
    hints: Hints
    provider: Provider
    brake: Brake
    begin: Callable[[], tuple[int, dict[int, Due]]]
    write: Callable[[Message], str]
    now_ms: Callable[[], int]
    per_second: float
    log: Log
    metrics: Metrics


class Sender:
    """The loop. `run` until the event is set. One thread reads the journal, which takes one at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._outbox = Outbox(0, {})
        self._pace = Bucket(max(1.0, parts.per_second), parts.per_second, time.monotonic())
        self._disk = ThreadPoolExecutor(1, "messages")
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._account_refused = False

    async def run(self, stop: Event) -> None:
        """Send until told to stop; what is under way then is given up and never sent."""
        begun = False
        while not stop.is_set():
            try:
                if not begun:
                    self._outbox = Outbox(*await self._read(self._parts.begin))
                    begun = True
                await self.step()
                await asyncio.to_thread(self._parts.hints.wait, "journal", POLL_SECONDS)
            except (JournalUnavailable, DoorBusy, OSError) as error:
                self._parts.log.failed("messages_failed", error)
                await asyncio.sleep(TROUBLE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._parts.provider.close()
        self._disk.shutdown()

    async def _read(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, job)

    async def step(self) -> None:
        """Follow, begin with what was granted, settle, and claim what may go. Raises JournalUnavailable, DoorBusy."""
        outbox = self._outbox
        while page := await self._read(partial(self._parts.journal.read, outbox.position, PAGE)):
            outbox.apply(page)
        while outbox.granted:
            self._begin(outbox.granted.pop(0))
        await self._settle()
        await self._claim()
        self._parts.metrics.gauge("messages_waiting", len(outbox.due))
        self._parts.metrics.gauge("messages_under_way", len(self._tasks))

    async def _claim(self) -> None:
        room = UNDER_WAY_MAX - len(self._tasks)
        if self._outbox.waits or room <= 0 or not self._outbox.due:
            return
        ready = self._outbox.ready(self._parts.now_ms())
        numbers = ready[: self._pace.take_whole(min(room, len(ready)), time.monotonic())]
        if not numbers:
            return
        fact = MessagesClaimed(claim=uuid4().hex, numbers=numbers)
        self._outbox.claim(fact.claim, numbers)
        try:
            await self._keep(fact)
        except (DoorBusy, JournalUnavailable):
            self._outbox.unclaim(fact.claim)
            raise

    def _begin(self, granted: MessagesGranted) -> None:
        for message in messages_of(granted):
            task = asyncio.create_task(self._send(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, message: Message) -> None:
        try:
            outcome = await self._hand_over(message)
        except (JournalUnavailable, OSError) as error:
            self._parts.log.failed("messages_failed", error)
            outcome = "dropped"  # its phone cannot be read: nothing was sent
        self._outbox.end(message.claim, message.number)
        self._settled[message.claim].append((message.number, MESSAGE_OUTCOMES[outcome]))
        self._parts.metrics.count("messages_settled_total", outcome=outcome)

    async def _hand_over(self, message: Message) -> str:
        """Try until it is settled; gives what became of it."""
        phone = await self._read(partial(self._phone, message.number))
        text, pause = self._parts.write(message), AGAIN_SECONDS[0]
        while phone:
            if not self._outbox.wanted(message.claim, message.number, phone):
                return "dropped"
            if self._parts.now_ms() >= message.until_ms:
                return "late"
            answer = await self._try(phone, text)
            if answer not in (Answer.AGAIN, Answer.ACCOUNT):
                return str(answer)
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))
            pause = min(AGAIN_SECONDS[1], 2 * pause)
        return "dropped"

    async def _try(self, phone: str, text: str) -> Answer:
        if not self._parts.brake.may_send():
            return Answer.AGAIN
        answer = await self._parts.provider.send(phone, text)
        if answer in (Answer.SENT, Answer.REFUSED):
            self._parts.brake.accepted()
        refused = answer is Answer.ACCOUNT
        if refused and not self._account_refused:
            self._parts.log.error("messages_refused")
        self._account_refused = refused
        return answer

    def _phone(self, number: int) -> str:
        """The phone that an entry has; empty for an entry that has none."""
        found = self._parts.journal.read(number - 1, 1)
        fact: AnyFact | None = found[0].fact if found else None
        return fact.phone if isinstance(fact, MessagesRequested | MessagesConfirmed) else ""

    async def _keep(self, fact: MessagesClaimed | MessagesSettled) -> None:
        await self._parts.door.keep(lambda _: fact)

    async def _settle(self) -> None:
        for claim in list(self._settled):
            done = self._settled.pop(claim)
            numbers, outcomes = [number for number, _ in done], "".join(outcome for _, outcome in done)
            try:
                await self._keep(MessagesSettled(claim=claim, numbers=numbers, outcomes=outcomes))
            except (DoorBusy, JournalUnavailable):
                self._settled[claim] += done
                raise


def messages_of(granted: MessagesGranted) -> list[Message]:
    """The messages of a grant, column by column."""
    columns = (granted.numbers, granted.kinds, granted.languages, granted.customers, granted.since_ms, granted.until_ms)
    return [Message(granted.claim, *row) for row in zip(*columns, strict=True)]
