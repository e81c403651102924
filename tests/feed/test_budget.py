"""The budget is never overdrawn, first come is first served, and who gives up leaves no hole."""

from __future__ import annotations

import asyncio
import random

import pytest

from stormops.feed.budget import Budget


async def test_what_fits_is_taken_at_once() -> None:
    budget = Budget(10)
    assert await budget.take(4) == 4
    assert await budget.take(6) == 6
    assert budget.used == 10


async def test_more_than_everything_takes_everything() -> None:
    budget = Budget(10)
    assert await budget.take(1_000) == 10
    budget.give(10)
    assert budget.used == 0


async def test_first_come_is_first_served() -> None:
    budget = Budget(10)
    await budget.take(8)
    served: list[str] = []

    async def want(name: str, size: int) -> None:
        await budget.take(size)
        served.append(name)

    big = asyncio.create_task(want("big", 9))
    await asyncio.sleep(0)
    small = asyncio.create_task(want("small", 1))
    await asyncio.sleep(0)
    assert served == []
    budget.give(8)
    await asyncio.gather(big, small)
    assert served == ["big", "small"]


async def test_who_stops_waiting_lets_the_next_through() -> None:
    budget = Budget(10)
    await budget.take(5)
    impatient = asyncio.create_task(budget.take(9))
    await asyncio.sleep(0)
    patient = asyncio.create_task(budget.take(5))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await patient == 5
    assert budget.used == 10


async def test_granted_and_cancelled_in_one_moment_is_given_back() -> None:
    budget = Budget(10)
    await budget.take(10)
    waiting = asyncio.create_task(budget.take(10))
    await asyncio.sleep(0)
    budget.give(10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert budget.used == 0


async def test_any_crowd_stays_within_the_budget_and_is_served() -> None:
    budget, chance = Budget(100), random.Random(7)

    async def client() -> None:
        for _ in range(20):
            try:
                async with asyncio.timeout(chance.choice([0.0005, 5])):
                    taken = await budget.take(chance.randint(1, 120))
            except TimeoutError:
                continue
            assert budget.used <= 100
            await asyncio.sleep(0)
            budget.give(taken)

    await asyncio.gather(*(client() for _ in range(30)))
    assert budget.used == 0
