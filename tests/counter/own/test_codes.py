from __future__ import annotations

import asyncio

import pytest

from stormops.books.database import BooksUnavailable
from stormops.counter.own import codes
from stormops.counter.own.codes import Codes, Wanted
from stormops.counter.own.sign_in import Asked
from stormops.telemetry import Log, Metrics

UNTIL = 10_000


class Sender:
    def __init__(self, *moods: str, finds: str = codes.FOUND) -> None:
        self.moods, self.finds, self.metrics = list(moods), finds, Metrics()
        self.sent: list[tuple[str, str]] = []
        self.now = 0
        self.codes = Codes(
            "Palmetto",
            self._send,
            self._find,
            now_ms=lambda: self.now,
            metrics=self.metrics,
            log=Log("counter", "error"),
        )

    async def _send(self, contact: str, text: str) -> str:
        self.sent.append((contact, text))
        return self.moods.pop(0) if self.moods else "sent"

    async def _find(self, _: Wanted) -> str:
        if self.finds == "away":
            raise BooksUnavailable("x")
        if self.finds == "bug":
            raise RuntimeError("x")
        return self.finds

    async def run(self, count: int = 1) -> None:
        running = asyncio.create_task(self.codes.run())
        for _ in range(count):
            self.codes.offer(Wanted("a1", "8505550101", "es", Asked("token", "012345", b"k", UNTIL)))
        async with asyncio.timeout(5):
            while not self.codes.idle:  # noqa: ASYNC110 - what a person would do: look again
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def counted(self, outcome: str) -> bool:
        return f'own_codes_total{{outcome="{outcome}"}}'.encode() in self.metrics.page()[0]


async def test_a_code_is_said_in_the_language_of_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "AGAIN_SECONDS", 0.001)
    sender = Sender("again", "account", "sent")
    await sender.run()
    assert len(sender.sent) == 3
    assert sender.sent[0] == ("8505550101", sender.sent[2][1])
    assert "su código es 012345" in sender.sent[0][1]
    assert len(sender.sent[0][1]) <= 160
    assert sender.counted("sent")


@pytest.mark.parametrize(
    ("finds", "outcome"),
    [(codes.NOBODY, "nobody"), (codes.LIMITED, "limited"), ("away", "dropped"), ("bug", "dropped")],
)
async def test_what_is_nobodys_is_not_sent_and_a_failure_ends_nothing_else(finds: str, outcome: str) -> None:
    sender = Sender(finds=finds)
    await sender.run(codes.UNDER_WAY_MAX * 3)
    assert sender.sent == []
    assert sender.counted(outcome)


async def test_a_code_that_cannot_arrive_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "AGAIN_SECONDS", 0.001)
    sender = Sender("again", "again", "again")
    sender.now = UNTIL
    await sender.run()
    assert len(sender.sent) == 1
    assert sender.counted("late")


async def test_more_than_may_wait_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "WAITING_MAX", 2)
    sender = Sender()
    await sender.run(5)
    assert len(sender.sent) == 2
    assert sender.counted("dropped")
