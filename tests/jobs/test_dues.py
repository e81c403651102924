from __future__ import annotations

from pathlib import Path

import pytest

from stormops.core.entry import Actor, News, SituationReportRequested, Tick
from stormops.jobs.dues import Dues
from stormops.journal.memory import MemoryJournal

HOUR = 3_600_000
NOW = 1000 * HOUR + 5


@pytest.fixture
def journal() -> MemoryJournal:
    made = MemoryJournal()
    made.append_facts(1, [Tick(number=1, at_ms=NOW)], NOW, made.lead())
    return made


def ask(journal: MemoryJournal, counter: int) -> None:
    fact = SituationReportRequested(action=f"a{counter}", by=Actor(person="ana", desk="1", shift=1), reason="briefing")
    journal.append_news([News("node-01", counter, NOW, fact)], journal.lead())


def test_one_report_is_due_in_each_period_and_only_until_it_is_done(journal: MemoryJournal, tmp_path: Path) -> None:
    dues = Dues(journal, tmp_path, HOUR)
    (first,) = dues.find(NOW)
    assert list(dues.find(NOW + HOUR - 10)) == [first]
    dues.done(first)
    assert dues.find(NOW) == {}
    assert list(dues.find(NOW + HOUR)) != [first]


def test_a_request_is_due_at_once_and_done_once_across_restarts(journal: MemoryJournal, tmp_path: Path) -> None:
    dues = Dues(journal, tmp_path, HOUR)
    dues.done(next(iter(dues.find(NOW))))
    ask(journal, 1)
    ask(journal, 2)
    asked = dues.find(NOW)
    assert list(asked.values()) == ["asked for by ana: briefing"] * 2
    dues.done(next(iter(asked)))
    again = Dues(journal, tmp_path, HOUR).find(NOW)
    assert list(again) == list(asked)[1:]


def test_nothing_is_due_before_there_is_anything_to_report(tmp_path: Path) -> None:
    assert Dues(MemoryJournal(), tmp_path, HOUR).find(NOW) == {}
