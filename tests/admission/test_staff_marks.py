from __future__ import annotations

import asyncio

import pytest

from stormops.admission import staff_marks
from stormops.admission.staff_marks import REMEMBERED_SECONDS, StaffMarks


async def test_an_answer_is_remembered_for_a_while() -> None:
    asked = []

    async def look(token: str) -> str | None:
        asked.append(token)
        return token if token == "good" else None

    marks = StaffMarks(look)
    assert marks.known("good", 0.0) is None
    assert await marks.ask("good", 0.0)
    assert not await marks.ask("bad", 0.0)
    assert (marks.known("good", 1.0), marks.known("bad", 1.0)) == (True, False)
    assert marks.known("good", REMEMBERED_SECONDS) is None
    assert asked == ["good", "bad"]


async def test_a_flood_of_unknown_sessions_does_not_fill_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_marks, "ASKING_MAX", 2)
    monkeypatch.setattr(staff_marks, "SESSIONS_MAX", 2)
    go = asyncio.Event()

    async def look(token: str) -> str:
        if token.startswith("s"):
            await go.wait()
        return token

    marks = StaffMarks(look)
    assert await marks.ask("known", 0.0)
    asking = [asyncio.create_task(marks.ask(f"s{n}", 0.0)) for n in range(2)]
    await asyncio.sleep(0)
    assert not await marks.ask("one more", 0.0)
    assert marks.known("known", REMEMBERED_SECONDS) is None
    assert await marks.ask("known", REMEMBERED_SECONDS)  # as it was last
    go.set()
    assert await asyncio.gather(*asking) == [True, True]
    assert await marks.ask("s3", 0.0)
    assert [marks.known(f"s{n}", 1.0) for n in (0, 1, 3)].count(True) == 2
