"""Invariant 2: the same entries give the same situation, byte for byte; and what the fold keeps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from stormops.core import entry as facts
from stormops.core.entry import Entry, Tick, decode, encode
from stormops.core.receipt_number import receipt_number
from stormops.core.report import Symptom
from stormops.core.situation import FOLDS, REFUSALS_MAX, Situation
from tests.core.english import english
from tests.core.storms import move, small_world, tied_world
from tests.core.world import START_MS, World

ROOT = Path(__file__).parents[2]


def storm(seed: int, moves: int) -> World:
    world, rng = tied_world(), Random(seed)
    for _ in range(moves):
        move(world, rng)
    world.tick()
    return world


def folded(world: World, entries: list[Entry]) -> Situation:
    situation = Situation(world.city, world.tree)
    situation.apply(entries)
    return situation


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.lists(st.integers(1, 40), min_size=1, max_size=8), st.floats(0, 1))
def test_batches_and_snapshots_between_change_nothing(seed: int, batches: list[int], cut: float) -> None:
    world = storm(seed, 30)
    entries = world.entries()
    whole = folded(world, entries).digest()
    assert whole == world.situation.digest()
    situation = Situation(world.city, world.tree)
    at, turn = 0, 0
    while at < len(entries):
        size = batches[turn % len(batches)]
        situation.apply(entries[at : at + size])
        at, turn = at + size, turn + 1
    assert situation.digest() == whole
    middle = int(cut * len(entries))
    first = folded(world, entries[:middle])
    second = Situation(world.city, world.tree)
    second.restore(first.snapshot())
    assert second.snapshot() == first.snapshot()
    second.apply(entries[middle:])
    assert second.digest() == whole


def test_entries_read_back_from_bytes_give_the_same_situation() -> None:
    world = storm(3, 60)
    entries = [replace(entry, fact=decode(encode(entry.fact))) for entry in world.entries()]
    assert folded(world, entries).digest() == world.situation.digest()


def test_the_hash_seed_of_the_process_changes_nothing() -> None:
    code = (
        "from tests.core.test_situation import storm\n"
        "world = storm(11, 60)\n"
        "print(world.situation.digest(), world.replayed().digest(), world.situation.position)"
    )
    here = storm(11, 60).situation
    said = {f"{here.digest()} {here.digest()} {here.position}\n"}
    for seed in ("1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment, cwd=ROOT
        )
        said.add(done.stdout)
    assert len(said) == 1
    live, replayed, position = said.pop().split()
    assert live == replayed
    assert int(position) > 100


def test_every_fact_of_the_journal_has_its_fold() -> None:
    assert set(FOLDS) == set(facts.AnyFact.__args__)


def test_a_gap_in_the_journal_is_never_passed_over() -> None:
    world = storm(1, 10)
    entries = world.entries()
    situation = folded(world, entries[:3])
    with pytest.raises(ValueError, match="gap"):
        situation.apply(entries[4:])
    with pytest.raises(ValueError, match="gap"):
        situation.apply(entries[:1])


def test_what_is_touched_is_what_changed() -> None:
    world = small_world()
    rng = Random(8)
    for _ in range(60):
        move(world, rng)
    world.tick()
    situation = Situation(world.city, world.tree)
    for entry in world.entries():
        before = seen(situation)
        touched = situation.apply([entry])
        after = seen(situation)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert {key for kind, key in changed if kind == "incident"} <= touched.incidents
        assert {key for kind, key in changed if kind == "report"} <= touched.receipts
        assert {key for kind, key in changed if kind == "premise"} <= set(touched.premises.tolist())
        assert touched.refusals or not any(kind == "refusals" for kind, _ in changed)


def seen(situation: Situation) -> dict[tuple[str, int], object]:
    """Everything that a view may show."""
    found: dict[tuple[str, int], object] = {("refusals", 0): list(situation.refusals)}
    for key, incident in situation.incidents.items():
        found["incident", key] = repr(incident)
    for receipt in situation.reports.row_of:
        report = situation.reports.get(receipt)
        assert report is not None
        found["report", receipt] = report._replace(verdict=0)
    for premise in range(len(situation.city.premises)):
        found["premise", premise] = [situation.coverage.owner(utility, premise) for utility in range(4)]
    return found


def test_snapshots_are_for_one_city_pack() -> None:
    world = small_world()
    world.city.hash = "a" * 64
    one = world.situation.schema
    world.city.hash = "b" * 64
    assert world.situation.schema != one


def test_a_receipt_nobody_had_has_no_status() -> None:
    assert small_world().situation.status(42) is None


def test_a_repeated_receipt_in_the_journal_changes_nothing() -> None:
    world = World()
    receipt = world.report(0)
    world.tick(0)
    before = world.situation.totals
    world.news = []
    again = world.entries()[0].fact
    world.say(again)
    world.tick(0)
    assert world.situation.totals == before
    assert len(world.open()[0].reports) == 1
    assert receipt_number(receipt) in world.situation.reports


def test_another_city_pack_keeps_only_who_reports_of_what_was_named_by_the_old_one() -> None:
    world = World()
    adopted = [facts.CityAdopted(name="radial", hash="one"), facts.CityAdopted(name="radial", hash="two")]
    for premise in range(0, 10, 2):
        world.report(premise, Symptom.WATER)
    world.tick(0)
    assert world.situation.customers_out > 5
    position = world.situation.position
    entries = [Entry(position + i, START_MS, "", 0, 99, i, fact) for i, fact in enumerate(adopted, 1)]
    touched = world.situation.apply(entries)
    assert touched.city
    assert world.situation.city_hash == "two"
    assert world.situation.customers_out == 5
    assert world.open()[0].premises == {0, 2, 4, 6, 8}


def test_another_city_pack_keeps_the_rates_but_not_how_it_stands_near_the_devices_of_the_old_one() -> None:
    world = World()
    learned = facts.RatesLearned(
        report=1, false=2, service=3, gasp=4, wrong_link=5, share_out=6, opens=[1] * 5, near_out=b"\x01\xff"
    )
    adopted = [facts.CityAdopted(name="radial", hash=name) for name in ("one", "one", "two")]
    world.tick(0)
    position = world.situation.position
    kept = []
    said: list[facts.AnyFact] = [adopted[0], learned, *adopted[1:]]
    for i, fact in enumerate(said, 1):
        world.situation.apply([Entry(position + i, START_MS, "", 0, 99, i, fact)])
        kept.append(world.situation.rates)
    assert kept[1] == kept[2] == learned
    assert kept[3] == replace(learned, near_out=b"")


def test_refusals_are_bounded_the_oldest_leaves_first() -> None:
    world = World()
    for number in range(REFUSALS_MAX + 5):
        world.act(facts.IncidentCancelled, incident=f"E-{number + 1:04d}")
    world.tick(0)
    assert len(world.situation.refusals) == REFUSALS_MAX
    assert english(world.situation.refusals[0].text) == "There is no incident E-0006."


def test_ticks_set_the_time_and_nothing_else_does() -> None:
    world = World()
    world.report(0, at=50)
    world.take_in()
    assert world.situation.at_ms == 0
    world.now_ms = START_MS + 9
    world.tick()
    assert (world.situation.tick, world.situation.at_ms) == (1, START_MS + 9)
    assert isinstance(world.entries()[1].fact, Tick)
    assert world.situation.through == 1
