from __future__ import annotations

from pathlib import Path

import pytest

from stormops.core.entry import Actor, Entry, News, SituationReportRequested, Tick
from stormops.jobs import dues as module
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


def test_a_start_reads_only_what_may_still_be_asked_for(
    journal: MemoryJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBER_EVERY", 1)
    monkeypatch.setattr(module, "PAGE", 2)
    tmp_path.joinpath("reports").mkdir()
    folder, read = tmp_path / "reports", journal.read
    for counter in range(1, 10):
        ask(journal, counter)
    dues = Dues(journal, folder, HOUR)
    asked = [due for due in dues.find(NOW) if due.startswith("requested")]
    assert len(asked) == 9
    for due in [*asked[:3], *asked[4:]]:
        dues.done(due)
    ask(journal, 10)
    dues.find(NOW)
    starts: list[int] = []

    def noted(after: int, limit: int) -> list[Entry]:
        starts.append(after)
        return read(after, limit)

    monkeypatch.setattr(journal, "read", noted)
    again = Dues(journal, folder, HOUR).find(NOW)
    assert starts[0] == 4, "before the fourth request, the first that is not done"
    assert [due for due in again if due.startswith("requested")] == [asked[3], "requested-11"]
    other = MemoryJournal()
    other.append_facts(1, [Tick(number=1, at_ms=NOW)], NOW, other.lead())
    ask(other, 1)
    assert "requested-2" in Dues(other, tmp_path / "reports2", HOUR).find(NOW)
    folder.joinpath(".done-requested-2").unlink()
    assert "requested-2" in Dues(other, folder, HOUR).find(NOW), "the note was of a longer journal"


def test_nothing_is_due_before_there_is_anything_to_report(tmp_path: Path) -> None:
    assert Dues(MemoryJournal(), tmp_path, HOUR).find(NOW) == {}
