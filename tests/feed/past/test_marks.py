"""Marks: changes of mode, the largest incidents as the fold has them; in pieces, and from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stormops.core.entry import Decided, IncidentChanged, IncidentOpened, ModeChanged, Tick
from stormops.core.levels import Mode
from stormops.core.report import Utility
from stormops.feed.past import marks as module
from stormops.feed.past.marks import Marks
from stormops.journal.memory import MemoryJournal
from tests.feed.past.history import History, history


def customers_of(recorded: History) -> dict[str, int]:
    network, tree = recorded.day.city.network, recorded.day.tree
    return {
        network.edge_id[edge]: count for edge, count in zip(tree.edge.tolist(), tree.customers.tolist(), strict=True)
    }


def marks_of(recorded: History, file: Path, city: str = "") -> Marks:
    return Marks(recorded.day.journal, customers_of(recorded), city or recorded.day.city.hash, file)


def test_the_largest_incidents_are_marked_where_they_came(tmp_path: Path) -> None:
    recorded = history()
    marks = marks_of(recorded, tmp_path / "marks")
    marks.look(lambda: False)
    answer = marks.answer()
    assert answer["whole"]
    assert answer["through"] == recorded.positions[-1]
    assert answer["first_ms"] == recorded.live[recorded.positions[0]][0]
    found = [mark for mark in answer["marks"] if mark["kind"] == "incident"]
    assert len(found) > 3
    assert found == sorted(found, key=lambda mark: (mark["at_ms"], mark["n"]))
    for mark in found:
        at_ms, values = recorded.live[mark["n"]]
        assert at_ms == mark["at_ms"]
        assert f"incident/{mark['incident']}" in values, "there it is on the map"
        earlier = [n for n in recorded.positions if n < mark["n"]]
        assert not earlier or f"incident/{mark['incident']}" not in recorded.live[earlier[-1]][1]
    situation = recorded.day.situation
    known = {incident.id: incident.customers_out_max for incident in situation.incidents.values()}
    same = [mark["customers"] >= known[mark["incident"]] for mark in found if mark["incident"] in known]
    assert same
    assert all(same)


def test_modes_are_marked_at_the_end_of_their_tick(tmp_path: Path) -> None:
    journal = MemoryJournal()
    epoch = journal.lead()
    changed = ModeChanged(mode=Mode.STORM, was=Mode.WATCH, cause="declared", reason="wind", by="dana")
    journal.append_facts(1, [Tick(number=1, at_ms=500), changed, Decided(tick=1, through=0)], 500, epoch)
    marks = Marks(journal, {}, "city", tmp_path / "marks")
    marks.look(lambda: False)
    assert marks.answer()["marks"] == [
        {"kind": "mode", "at_ms": 500, "n": 3, "mode": "storm", "was": "watch", "cause": "declared"}
    ]


def test_pieces_and_a_file_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = history()
    whole = marks_of(recorded, tmp_path / "whole")
    whole.look(lambda: False)
    monkeypatch.setattr(module, "ENTRIES", 7)
    file = tmp_path / "folder" / "marks"
    rounds = 0
    while True:
        piece = marks_of(recorded, file)
        piece.look(lambda: True)
        piece.save()
        rounds += 1
        if piece.whole:
            break
    assert rounds > 10
    assert piece.answer() == whole.answer()
    other = marks_of(recorded, file, city="another city")
    assert other.seen.through == 0, "its figures were of another network"
    file.write_bytes(b"\xc1 no such thing")
    assert marks_of(recorded, file).seen.through == 0
    assert Marks(MemoryJournal(), {}, recorded.day.city.hash, tmp_path / "whole").seen.through == 0


def test_what_was_remembered_of_another_journal_is_not_believed(tmp_path: Path) -> None:
    recorded = history()
    marks = marks_of(recorded, tmp_path / "marks")
    marks.look(lambda: False)
    marks.save()
    assert Marks(MemoryJournal(), {}, recorded.day.city.hash, tmp_path / "marks").seen.through == 0


def test_only_the_largest_of_what_is_over_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 2)
    journal = MemoryJournal()
    epoch = journal.lead()
    facts: list[Any] = [Tick(number=1, at_ms=500)]
    for number, premises in enumerate([3, 9, 1, 7], 1):
        name = f"E-{number:04d}"
        facts.append(IncidentOpened(incident=name, utility=Utility.ELECTRIC, since_ms=1))
        facts.append(IncidentChanged(incident=name, premises_added=list(range(premises))))
    facts.append(Decided(tick=1, through=0))
    journal.append_facts(1, facts, 500, epoch)
    marks = Marks(journal, {}, "city", tmp_path / "marks")
    marks.look(lambda: False)
    assert sorted(mark["customers"] for mark in marks.answer()["marks"]) == [7, 9]


def test_a_disk_that_refuses_costs_nothing_but_time(tmp_path: Path) -> None:
    recorded = history()
    (tmp_path / "file").write_text("")
    marks = marks_of(recorded, tmp_path / "file" / "marks")
    marks.look(lambda: False)
    marks.save()
    assert marks.answer()["whole"]
