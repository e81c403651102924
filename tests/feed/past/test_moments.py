"""Moments: every search answers as a look through the whole journal does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.entry import Decided, Entry, IncidentChanged, ModeChanged, ReportMatched, Tick
from stormops.core.levels import Mode
from stormops.feed.past import moments
from stormops.journal.memory import MemoryJournal
from tests.feed.past.history import history


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages end in the middle of ticks."""
    monkeypatch.setattr(moments, "PAGE_LEAST", 3)
    monkeypatch.setattr(moments, "PAGE_MAX", 17)


def entries() -> list[Entry]:
    return history().day.journal.read(0, 100_000)


def ticks() -> list[tuple[int, int, int, bool]]:
    """Of each tick: its position, its end's, its time, and whether something changed in it."""
    found, began, at_ms, changed = [], 0, 0, False
    for entry in entries():
        if isinstance(entry.fact, Tick):
            began, at_ms, changed = entry.position, entry.fact.at_ms, False
        elif isinstance(entry.fact, Decided):
            found.append((began, entry.position, at_ms, changed))
        else:
            changed = changed or moments.is_change(entry.fact)
    return found


def test_the_journal_is_read_from_both_sides() -> None:
    journal, everything = history().day.journal, entries()
    assert list(moments.forwards(journal, 0)) == everything
    assert list(moments.backwards(journal, len(everything))) == everything[::-1]
    assert list(moments.forwards(journal, 40)) == everything[40:]
    assert list(moments.backwards(journal, 40)) == everything[:40][::-1]
    assert list(moments.backwards(journal, 0)) == []


@given(share=st.floats(0, 1), late=st.sampled_from([-1, 0, 1, 29_999]), near=st.one_of(st.none(), st.floats(0, 1)))
def test_a_moment_is_the_last_tick_until_then(share: float, late: int, near: float | None) -> None:
    known = ticks()
    moment = known[int(share * (len(known) - 1))][2] + late
    expected = max((end for _, end, at_ms, _ in known if at_ms <= moment), default=0)
    hint = (0, 0)
    if near is not None:
        _, end, at_ms, _ = known[int(near * (len(known) - 1))]
        hint = end, at_ms
    assert moments.at(history().day.journal, moment, hint) == expected


def test_before_the_first_tick_and_after_the_last() -> None:
    journal, known = history().day.journal, ticks()
    assert moments.at(journal, 0) == 0
    assert moments.at(journal, known[-1][2] + 10**9) == known[-1][1]
    assert moments.at(MemoryJournal(), 5) == 0
    assert moments.shown(MemoryJournal(), 5) == 0


def test_the_middle_of_a_tick_is_not_shown() -> None:
    journal = history().day.journal
    for n in range(len(entries()) + 3):
        inside = [began for began, end, _, _ in ticks() if began <= n < end]
        assert moments.shown(journal, n) == (inside[0] - 1 if inside else min(n, len(entries())))


def test_steps_go_from_change_to_change() -> None:
    journal, known = history().day.journal, ticks()
    changes = [end for _, end, _, changed in known if changed]
    assert 5 < len(changes) < len(known)
    for n in {moments.shown(journal, n) for n in range(0, len(entries()) + 1, 7)}:
        after = [end for end in changes if end > n]
        assert moments.next_change(journal, n) == (after[0] if after else _end_after(n))
        before = [end for end in changes if end < n]
        assert list(moments.changes_before(journal, n, 3)) == before[::-1][:3]


def _end_after(n: int) -> int | None:
    """Without a change ahead, the last decided position is all there is to go to."""
    ends = [end for _, end, _, _ in ticks() if end > n]
    return ends[-1] if ends else None


def test_a_look_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "LOOK_ENTRIES_MAX", 5)
    journal, known = history().day.journal, ticks()
    assert moments.next_change(journal, 0) in [end for _, end, _, _ in known]
    assert moments.changes_before(journal, known[-1][1], 1_000, 5) == [] or known[-2][3]


def test_what_is_a_change() -> None:
    assert moments.is_change(ModeChanged(mode=Mode.STORM, was=Mode.NORMAL, cause="declared", reason="r"))
    assert moments.is_change(IncidentChanged(incident="E-0001", devices=["f"]))
    assert not moments.is_change(IncidentChanged(incident="E-0001", receipts_added=["r"]))
    assert not moments.is_change(ReportMatched(receipt="r", premise="p", penalty=0, rule="r"))
