from __future__ import annotations

import asyncio
import threading

import pytest

from stormops.staff.person import Person
from stormops.staff.sessions import FRESH_SECONDS, GOOD_SECONDS, SESSIONS_MAX, Sessions

ANA = Person("ana", "D1", 1, ["dispatcher"], frozenset({"view", "act"}), "token", 1_000)


class Records:
    """Staff records that a test changes; `gate` holds a look until it is opened."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {"good": ANA}
        self.looks: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False
        self.now = 100.0

    def look(self, token: str) -> Person | None:
        self.looks.append(token)
        assert self.gate.wait(5)
        if self.broken:
            raise OSError("the records cannot be read")
        return self.people.get(token)

    def sessions(self) -> Sessions:
        return Sessions(self.look, lambda: self.now)


async def settled(records: Records, looks: int) -> None:
    """Until so many looks have been made and their answers have come."""
    for _ in range(500):
        await asyncio.sleep(0.002)
        if len(records.looks) >= looks and records.gate.is_set():
            await asyncio.sleep(0.005)
            return
    raise AssertionError(f"{len(records.looks)} looks, not {looks}")


async def test_many_who_ask_at_once_wait_for_one_look() -> None:
    records = Records()
    sessions = records.sessions()
    records.gate.clear()
    asked = [asyncio.create_task(sessions.who("good")) for _ in range(50)]
    await asyncio.sleep(0.01)
    asked[0].cancel()  # one who goes away takes nothing from the others
    records.gate.set()
    assert await asyncio.gather(*asked[1:]) == [ANA] * 49
    assert records.looks == ["good"]
    sessions.close()


async def test_a_fresh_answer_is_not_asked_for_and_an_older_one_is_given_while_it_is() -> None:
    records = Records()
    sessions = records.sessions()
    assert await sessions.who("good") == ANA
    records.now += FRESH_SECONDS * 0.9
    assert await sessions.who("good") == ANA
    assert len(records.looks) == 1
    records.now += FRESH_SECONDS
    records.gate.clear()  # the look takes as long as it likes
    assert await sessions.who("good") == ANA
    records.gate.set()
    await settled(records, 2)
    sessions.close()


async def test_a_session_that_was_ended_is_nobodys_within_the_bound() -> None:
    records = Records()
    sessions = records.sessions()
    assert await sessions.who("good") == ANA
    records.people.clear()
    records.now += FRESH_SECONDS
    assert await sessions.who("good") == ANA  # still good, and asked for again
    await settled(records, 2)
    assert await sessions.who("good") is None
    records.people["good"] = ANA
    assert await sessions.who("good") == ANA  # nobody is not remembered
    records.people.clear()
    records.now += GOOD_SECONDS
    assert await sessions.who("good") is None
    sessions.close()


async def test_records_that_cannot_be_read_are_said_and_not_remembered() -> None:
    records = Records()
    sessions = records.sessions()
    records.broken = True
    with pytest.raises(OSError, match="cannot be read"):
        await sessions.who("good")
    records.broken = False
    assert await sessions.who("good") == ANA
    records.now += FRESH_SECONDS
    records.broken = True
    assert await sessions.who("good") == ANA
    await settled(records, 3)
    records.broken = False
    assert await sessions.who("good") == ANA
    sessions.close()


async def test_what_is_remembered_is_bounded() -> None:
    records = Records()
    sessions = records.sessions()
    records.people = {str(n): ANA for n in range(SESSIONS_MAX + 1)}
    for n in range(SESSIONS_MAX + 1):
        await sessions.who(str(n))
    await sessions.who(str(SESSIONS_MAX))
    assert len(records.looks) == SESSIONS_MAX + 1
    await sessions.who("0")
    assert len(records.looks) == SESSIONS_MAX + 2
    sessions.close()
