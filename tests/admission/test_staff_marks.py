from __future__ import annotations

import asyncio
import threading

import pytest

from stormops.admission import staff_marks
from stormops.admission.staff_marks import REMEMBERED_SECONDS, StaffMarks


async def test_an_answer_is_remembered_for_a_while() -> None:
    asked = []
    marks = StaffMarks(lambda token: asked.append(token) or (token if token == "good" else None))  # type: ignore[func-returns-value]
    assert marks.known("good", 0.0) is None
    assert await marks.ask("good", 0.0)
    assert not await marks.ask("bad", 0.0)
    assert (marks.known("good", 1.0), marks.known("bad", 1.0)) == (True, False)
    assert marks.known("good", REMEMBERED_SECONDS) is None
    assert asked == ["good", "bad"]


async def test_a_flood_of_unknown_sessions_does_not_fill_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_marks, "ASKING_MAX", 2)
    monkeypatch.setattr(staff_marks, "SESSIONS_MAX", 2)
    go = threading.Event()
    marks = StaffMarks(lambda _token: go.wait(5))
    asking = [asyncio.create_task(marks.ask(f"s{n}", 0.0)) for n in range(2)]
    await asyncio.sleep(0)
    assert not await marks.ask("one more", 0.0)
    go.set()
    assert await asyncio.gather(*asking) == [True, True]
    assert await marks.ask("s3", 0.0)
    assert [marks.known(f"s{n}", 1.0) for n in (0, 1, 3)].count(True) == 2
