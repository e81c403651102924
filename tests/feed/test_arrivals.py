"""Receipts that are waited for: one question for all, each told when it comes or when its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from stormops.feed import arrivals
from stormops.feed.arrivals import Arrivals
from stormops.feed.follow import NotReady


class Following:
    """A follower whose board is a set of numbers."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.asked = 0
        self.away = False

    async def ask(self, question: Callable[[Any, object], Any]) -> Any:
        self.asked += 1
        if self.away:
            raise NotReady
        return question(self.known, None)


def known(board: Any, number: int) -> dict[str, Any] | None:
    return {"number": number} if number in board else None


@pytest.fixture
def following(monkeypatch: pytest.MonkeyPatch) -> Following:
    monkeypatch.setattr(arrivals, "POLL_SECONDS", 0.01)
    return Following()


async def test_each_is_told_when_it_comes_and_all_cost_one_question_a_look(following: Following) -> None:
    waits = Arrivals(following)  # type: ignore[arg-type]
    asked = [asyncio.create_task(waits.wait(known, number, 5)) for number in range(100)]
    await asyncio.sleep(0.05)
    assert waits.waiting == 100
    assert following.asked < 20
    following.known = set(range(50))
    assert await asyncio.gather(*asked[:50]) == [{"number": number} for number in range(50)]
    assert waits.waiting == 50
    following.known |= set(range(50, 100))
    assert await asyncio.gather(*asked[50:]) == [{"number": number} for number in range(50, 100)]
    await asyncio.sleep(0.03)
    before = following.asked
    await asyncio.sleep(0.05)
    assert following.asked == before  # nobody waits, nobody is asked
    following.known.clear()
    assert await waits.wait(known, 7, 0.03) is None


async def test_what_goes_wrong_is_said_to_all_and_waiting_goes_on_for_others(following: Following) -> None:
    waits = Arrivals(following)  # type: ignore[arg-type]
    asked = [asyncio.create_task(waits.wait(known, number, 5)) for number in range(3)]
    await asyncio.sleep(0)
    asked[0].cancel()
    following.away = True
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in ended] == [asyncio.CancelledError, NotReady, NotReady]
    following.away = False
    following.known.add(9)
    assert await waits.wait(known, 9, 5) == {"number": 9}


async def test_waiting_has_a_bound(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "WAITING_MAX", 1)
    waits = Arrivals(following)  # type: ignore[arg-type]
    first = asyncio.create_task(waits.wait(known, 1, 5))
    await asyncio.sleep(0)
    assert await waits.wait(known, 2, 5) is None
    following.known.add(1)
    assert await first == {"number": 1}
