"""What was out at a premise, as people confirmed or ended it, while it lasts and afterwards."""

from __future__ import annotations

from typing import Any

from stormops.core import entry as facts
from stormops.core.report import Utility
from stormops.feed.past.outages import Extents, of_premise, take


def opened(name: str = "E-0001", since: int = 100) -> facts.Fact:
    return facts.IncidentOpened(incident=name, utility=Utility.ELECTRIC, since_ms=since)


def changed(name: str = "E-0001", **fields: Any) -> facts.Fact:
    return facts.IncidentChanged(incident=name, **fields)


def stepped(step: str, at_ms: int = 500, device: str = "", name: str = "E-0001") -> facts.Fact:
    return facts.IncidentStepped(incident=name, step=step, action="a", by="dana", at_ms=at_ms, device=device)


def told(*given: facts.Fact, premise: int = 7, above: tuple[str, ...] = ("T1", "L1", "F1")) -> list[tuple[Any, ...]]:
    found: Extents = {}
    for fact in given:
        take(found, fact)
    return [
        (each["incident"], each["since_ms"], each["until_ms"], each["confirmed"])
        for each in of_premise(found, premise, above)
    ]


BELOW = (opened(), changed(devices=["L1"]))


def test_an_outage_that_was_restored_is_told_and_one_that_was_only_predicted_is_not() -> None:
    assert told(*BELOW) == []
    assert told(*BELOW, stepped("confirm")) == [("E-0001", 100, 0, True)]
    assert told(*BELOW, stepped("confirm"), stepped("retract")) == []
    assert told(*BELOW, stepped("restore")) == [("E-0001", 100, 500, False)]
    closed = facts.IncidentClosed(incident="E-0001", outcome="restored")
    assert told(*BELOW, stepped("restore"), closed) == [("E-0001", 100, 500, False)]
    assert told(*BELOW, stepped("confirm"), stepped("cancel")) == []
    gone = facts.IncidentClosed(incident="E-0001", outcome="withdrawn")
    assert told(*BELOW, gone) == []


def test_it_is_told_of_whom_it_covered_when_it_was_last_said() -> None:
    restore = stepped("restore")
    assert told(*BELOW, restore, above=("T9", "L2")) == []
    assert told(opened(), changed(premises_added=[7, 8]), restore) == [("E-0001", 100, 500, False)]
    assert told(opened(), changed(premises_added=[7]), changed(premises_dropped=[7]), restore) == []
    elsewhere = stepped("confirm", device="L2")
    assert told(opened(), changed(devices=["L1"], premises_added=[7]), elsewhere, restore) == []
    assert told(*BELOW, changed(since_ms=40), restore) == [("E-0001", 40, 500, False)]


def test_who_was_back_earlier_was_out_for_less() -> None:
    part, whole = stepped("restore_part", 300, "T1"), stepped("restore", 900)
    assert told(*BELOW, part, whole) == [("E-0001", 100, 300, False)]
    assert told(*BELOW, part, whole, above=("T2", "L1")) == [("E-0001", 100, 900, False)]
    assert told(*BELOW, stepped("confirm"), part) == [("E-0001", 100, 300, True)]


def test_what_people_merged_began_with_the_first_and_the_latest_is_told_first() -> None:
    other = (opened("E-0002", 50), changed("E-0002", devices=["T1"]))
    merged = facts.IncidentAbsorbed(incident="E-0002", into="E-0001", by="dana")
    assert told(*BELOW, *other, merged, stepped("restore")) == [("E-0001", 50, 500, False)]
    both = told(*BELOW, *other, stepped("restore"), stepped("restore", name="E-0002"))
    assert [each[0] for each in both] == ["E-0001", "E-0002"]
