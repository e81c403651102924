from __future__ import annotations

import asyncio

import pytest

from stormops.admission.steps import stepped


class Work:
    spent_s = 0.0


class Clock:
    """Moves only where a handler computes."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


async def test_only_steps_are_counted() -> None:
    clock, work = Clock(), Work()

    async def handler() -> None:
        clock.at += 1
        waits = asyncio.ensure_future(other())
        await waits
        clock.at += 2

    async def other() -> None:
        await asyncio.sleep(0)
        clock.at += 50  # somebody else's

    await stepped(handler(), clock, work)
    assert (work.spent_s, clock.at) == (3, 53)


async def test_what_is_raised_and_what_is_cancelled_goes_through() -> None:
    clock, work, late = Clock(), Work(), asyncio.Event()
    ended = []

    async def wrong() -> None:
        clock.at += 1
        raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        await stepped(wrong(), clock, work)

    async def waits() -> None:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        except TimeoutError:
            ended.append("late")
            late.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            clock.at += 4
            raise

    task = asyncio.ensure_future(stepped(waits(), clock, work))
    await late.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["late", "cancelled"]
    assert work.spent_s == 5
