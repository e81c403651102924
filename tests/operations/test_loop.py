from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from stormops.clock import Clock
from stormops.core import entry as facts
from stormops.core.entry import Actor, CityAdopted, Decided, ModeDeclared, ReportReceived, Tick
from stormops.core.levels import Mode
from stormops.core.mode_rules import SAMPLES_MAX
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from stormops.journal.hints import NullHints
from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Beat, Fenced, JournalUnavailable, Kept
from stormops.journal.snapshots import FileSnapshots
from stormops.journal.sqlite import SqliteJournal
from stormops.operations import loop
from stormops.operations.loop import EXPLAINING_MOST, NEWS_LEAST, NEWS_MAX, PICTURE_MOST_S, Operations, Pace, fitting
from stormops.telemetry import Log, Metrics
from tests.core.radial import radial_city
from tests.operations.running import CITY, START_MS, TREE, Faulty, Running, make_decider


def test_the_first_tick_adopts_the_city_and_later_ones_only_another() -> None:
    running = Running()
    running.operations.start()
    assert running.operations.step()
    assert running.facts()[1] == CityAdopted(name=CITY.name, hash=CITY.hash)
    running.doors.report(0)
    running.operations.step()
    again = running.another()
    again.start()
    running.doors.report(1)
    again.step()
    assert sum(isinstance(fact, CityAdopted) for fact in running.facts()) == 1


def test_a_city_imported_anew_takes_over_what_is_open() -> None:
    """Other premises, other numbers: reports are known by their premise's id, devices by theirs."""
    old = Running()
    old.operations.start()
    for premise in range(0, 20, 2):
        old.doors.report(premise)
        old.doors.report(premise, symptom=Symptom.WATER)
    old.operations.step()
    by = Actor(person="dora", desk="storm", shift=1)
    for name in ("E-0001", "W-0001"):
        old.doors.say(facts.IncidentConfirmed(action=name, by=by, reason="seen", incident=name))
    old.operations.step()
    city = radial_city(feeders=1, laterals=3, transformers=3, houses=5)
    city.premises.id.reverse()
    city.hash = "d" * 64
    new = Running(old.journal, old.snapshots, city)
    new.doors = old.doors
    new.operations = new.another()
    new.operations.start()
    new.operations.step()
    assert new.facts()[-2] == CityAdopted(name=city.name, hash=city.hash)
    situation = new.operations.situation
    water = situation.incident("W-0001")
    assert water is not None
    here = {situation.reports.premise[situation.reports.row_of[receipt]] for receipt in water.reports}
    assert water.premises == here
    assert {city.premises.id[premise] for premise in here} == {f"P{n}" for n in range(0, 20, 2)}
    new.doors.report(9)
    new.operations.step()
    assert new.replayed().digest() == situation.digest()


def test_news_becomes_entries_facts_and_a_situation_that_replay_repeats() -> None:
    running = Running()
    running.operations.start()
    for premise in range(12):
        running.doors.report(premise)
    running.operations.step()
    situation = running.operations.situation
    assert situation.totals.received == 12
    assert situation.customers_out > 0
    assert situation.position == running.journal.last()
    assert isinstance(running.facts()[-1], Decided)
    assert running.replayed().digest() == situation.digest()


def test_without_news_nothing_grows_but_what_a_minute_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet hour: followers hear every time that nothing came, the journal has a tick a minute for the pace."""
    monkeypatch.setattr(loop, "BEAT_S", 0.0)
    running = Running()
    running.operations.start()
    assert running.operations.step()
    begun = running.journal.last()
    for second in range(1, 3601):
        running.clock.ms += 1_000
        running.operations.step()
        assert running.journal.heard() == Beat(running.journal.last(), START_MS + second * 1_000, "normal", 0)
    tick, decided = running.facts()[-2:]
    assert isinstance(tick, Tick)
    assert isinstance(decided, Decided)
    assert running.journal.last() - begun == 2 * 60
    assert len(running.operations.situation.pace) == SAMPLES_MAX
    assert running.replayed().digest() == running.operations.situation.digest()


def test_the_leaders_word_is_not_ahead_of_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    """News of this very step may have come after the doors were looked at: the tick's time is all that is sure."""
    monkeypatch.setattr(loop, "BEAT_S", 0.0)
    running = Running()
    running.operations.start()
    running.doors.report(0)
    running.operations.step()
    heard = running.journal.heard()
    assert heard is not None
    assert heard[:2] == (running.journal.last(), running.operations.situation.at_ms)


def test_doors_are_told_how_far_they_are_in_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "BEAT_S", 0.0)
    running = Running()
    running.operations.start()
    running.doors.report(0)
    running.doors.report(1)
    running.operations.step()
    assert running.drained == [{"one": 2}]
    assert running.drained[-1] == running.journal.drained()
    running.disk_full = True
    running.clock.ms += 1
    running.operations.step()
    assert running.drained == [{"one": 2}]


def test_it_ticks_when_an_ended_incident_is_due_to_close() -> None:
    running = Running()
    running.operations.start()
    running.doors.report(0)
    running.operations.step()
    by = Actor(person="dora", desk="storm", shift=1)
    name = next(iter(running.operations.situation.incidents.values())).id
    running.doors.say(facts.IncidentRestored(action="a", by=by, reason="done", incident=name))
    running.operations.step()
    assert not running.operations.step()
    running.clock.ms += 3_600_000
    assert running.operations.step()
    assert facts.IncidentClosed(incident=name, outcome="restored") in running.facts()


def test_platform_time_never_runs_backwards() -> None:
    running = Running()
    running.operations.start()
    running.doors.report(0)
    running.operations.step()
    running.clock.ms -= 60_000
    running.doors.report(1)
    running.operations.step()
    assert running.operations.situation.at_ms == START_MS


def test_a_flood_is_taken_in_bounded_ticks() -> None:
    running = Running()
    running.operations.start()
    for _ in range(NEWS_MAX // 8):
        for premise in range(8):
            running.doors.report(premise)
    running.doors.report(9)
    running.operations.step()
    assert running.operations.situation.totals.received == NEWS_MAX
    assert running.doors.limits == [NEWS_MAX]
    running.operations.step()
    assert running.operations.situation.totals.received == NEWS_MAX + 1


def test_who_is_behind_takes_less_at_a_time_and_more_again_once_it_keeps_up(monkeypatch: pytest.MonkeyPatch) -> None:
    running = Running()
    running.operations.start()
    for slow, taken in ((True, NEWS_MAX), (True, NEWS_LEAST), (False, NEWS_LEAST), (False, 2 * NEWS_LEAST)):
        monkeypatch.setattr(loop, "TICK_MOST_S", 0.0 if slow else 1e6)
        running.doors.report(len(running.doors.limits))
        running.operations.step()
        assert running.doors.limits[-1] == taken


@pytest.mark.parametrize(
    ("most", "news", "seconds", "next_most"),
    [
        (8_000, 8_000, 4.0, 2_000),
        (8_000, 300, 2.0, 150),
        (8_000, 3, 2.0, NEWS_LEAST),  # slow by itself, not by what it took
        (150, 150, 0.8, 150),
        (150, 150, 0.5, 240),
        (150, 150, 0.4, 300),
        (150, 150, 0.0, 300),
        (NEWS_MAX - 1_000, 0, 0.01, NEWS_MAX),
    ],
)
def test_what_fits_a_tick(most: int, news: int, seconds: float, next_most: int) -> None:
    assert fitting(most, news, seconds) == next_most


def test_who_is_behind_explains_a_third_of_the_time_and_everything_once_it_has_caught_up() -> None:
    pace, now, explained, longest, last = Pace(), 0.0, 0.0, 0.0, 0.0
    while now < 600:
        explain, began = pace.explains(now, behind=True), now
        now += 1.2 if explain else 0.25
        if explain:
            pace.explained(began, now)
            explained, longest, last = explained + 1.2, max(longest, began - last), now
    assert explained / now == pytest.approx(EXPLAINING_MOST, rel=0.1)
    assert longest < PICTURE_MOST_S
    assert pace.explains(now, behind=False)


def test_the_picture_of_who_is_behind_is_never_older_than_its_bound_however_long_explaining_takes() -> None:
    pace = Pace()
    pace.explained(0.0, 30.0)
    assert not pace.explains(30.0 + PICTURE_MOST_S - 0.1, behind=True)
    assert pace.explains(30.0 + PICTURE_MOST_S, behind=True)


def test_what_explains_for_others_is_no_measure_of_its_own_news(monkeypatch: pytest.MonkeyPatch) -> None:
    running = Running()
    running.operations.start()
    running.operations.step()
    monkeypatch.setattr(running.operations, "_news_most", 5)
    monkeypatch.setattr(loop, "TICK_MOST_S", 1e6)
    for premise in range(8):
        running.doors.report(premise)
    running.operations.step()
    assert running.operations.situation.put_off
    monkeypatch.setattr(loop, "TICK_MOST_S", 0.0)
    for premise in (8, 9, 10):
        running.operations.step()
        assert not running.operations.situation.put_off
        running.doors.report(premise)
    assert running.doors.limits[1:] == [5, 10, 10, NEWS_LEAST], (
        "the second explains for the first, the third for itself"
    )


def test_a_flood_is_matched_in_ticks_that_leave_explaining_to_later_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    running = Running()
    running.operations.start()
    monkeypatch.setattr(loop, "NEWS_MAX", 50)
    monkeypatch.setattr(running.operations, "_news_most", 50)
    for _ in range(8):
        for premise in range(24):
            running.doors.report(premise)
    while running.operations.situation.totals.received < len(running.doors.kept):
        running.operations.step()
    running.operations.step()
    ticks = [fact for fact in running.facts() if isinstance(fact, Tick)]
    assert [tick.explains for tick in ticks][:2] == [True, False]
    assert ticks[-1].explains
    situation = running.operations.situation
    assert not situation.put_off
    assert situation.customers_out == 24
    assert running.replayed().digest() == situation.digest()


def test_a_restart_goes_on_where_the_last_one_was_killed() -> None:
    running = Running()
    running.operations.start()
    for premise in range(6):
        running.doors.report(premise)
    running.operations.step()
    for premise in range(6, 12):
        running.doors.report(premise)
    running.journal.append_news(running.doors.kept[6:10], 1)  # killed right after this
    again = running.another()
    again.start()
    again.step()
    assert again.situation.totals.received == 12
    assert again.situation.totals.matched == 12
    assert running.replayed().digest() == again.situation.digest()


def test_an_older_leader_is_fenced_and_writes_nothing() -> None:
    running = Running()
    running.operations.start()
    running.operations.step()
    other = running.another()
    other.start()
    running.doors.report(0)
    position = running.journal.last()
    with pytest.raises(Fenced):
        running.operations.step()
    assert running.journal.last() == position
    other.step()
    assert other.situation.totals.received == 1
    with pytest.raises(Fenced):
        running.operations.run(threading.Event())


@pytest.mark.parametrize("refused", ["before news", "after news", "before facts", "after facts", "last"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_disk_that_refuses_loses_nothing_and_doubles_nothing(refused: str, times: int) -> None:
    journal = Faulty(MemoryJournal())
    running = Running(journal)
    running.operations.start()
    running.operations.step()
    straight = Running()
    straight.operations.start()
    straight.operations.step()
    for turn in range(4):
        for one in (running, straight):
            for premise in range(turn * 6, turn * 6 + 5):
                one.doors.report(premise)
        if turn == 2:
            journal.refuse = [refused] * times
        while True:
            try:
                if not running.operations.step():
                    break
            except JournalUnavailable:
                running.operations.fall_behind()
        while straight.operations.step():
            pass
    assert len(journal.refuse) < times
    assert running.facts() == straight.facts()
    assert running.operations.situation.digest() == straight.operations.situation.digest()
    assert running.replayed().digest() == running.operations.situation.digest()


def test_a_snapshot_is_written_beside_the_loop_and_shortens_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormops.operations.snapshotting.SNAPSHOT_EVERY", 10)
    running = Running()
    operations = running.operations
    operations.start()
    for premise in range(12):
        running.doors.report(premise)
    operations.step()
    operations.finish()
    found = running.snapshots.newest(operations.situation.schema)
    assert found is not None
    assert found[0] == operations.situation.position
    again = running.another()
    again.start()
    assert again.situation.digest() == operations.situation.digest()


def test_an_end_while_the_journal_refuses_leaves_no_snapshot_ahead_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormops.operations.snapshotting.SNAPSHOT_EVERY", 1)
    journal = Faulty(MemoryJournal())
    running = Running(journal)
    running.operations.start()
    running.doors.report(0)
    journal.refuse = ["before facts"]
    with pytest.raises(JournalUnavailable):
        running.operations.step()
    running.operations.finish()
    assert running.snapshots.newest(running.operations.situation.schema) is None


def test_metrics_count_entries_by_their_fact() -> None:
    running = Running()
    running.operations.start()
    running.doors.report(0)
    running.operations.step()
    page = running.metrics.page()[0].decode()
    assert 'operations_entries_total{fact="report_received"} 1.0' in page
    assert 'operations_entries_total{fact="report_matched"} 1.0' in page
    assert f"operations_position {float(running.journal.last())}" in page
    assert "operations_tick_seconds_count 1.0" in page


def test_it_is_ready_once_it_ticks() -> None:
    running = Running()
    assert not running.operations.ready
    running.operations.start()
    assert not running.operations.ready
    running.operations.step()
    assert running.operations.ready


def test_it_waits_for_a_journal_that_is_away_and_then_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "BACK_OFF_S", 0.0)
    journal = Faulty(MemoryJournal())
    journal.refuse = ["last"] * 3
    running = Running(journal)
    running.doors.report(0)
    stop = threading.Event()
    worker = threading.Thread(target=running.operations.run, args=(stop,))
    worker.start()
    try:
        for _ in range(1_000):
            if journal.real.last() and running.operations.ready:
                break
            stop.wait(0.01)
    finally:
        stop.set()
        worker.join()
    assert not journal.refuse
    assert running.operations.situation.totals.matched == 1


async def test_the_real_parts_together(tmp_path: Path) -> None:
    """A report kept by a real door is a matched entry of a real journal, by a running loop."""
    clock = Clock()
    door = Door(tmp_path / "node-01.door", 1, clock)
    metrics = Metrics()
    operations = Operations(
        CITY,
        TREE,
        journal=SqliteJournal(tmp_path / "journal.sqlite"),
        doors=DoorFiles(tmp_path),
        snapshots=FileSnapshots(tmp_path / "snapshots"),
        hints=NullHints(),
        clock=clock,
        decider=make_decider,
        log=Log("operations", "error"),
        metrics=metrics,
    )
    stop = threading.Event()
    worker = threading.Thread(target=operations.run, args=(stop,))
    worker.start()
    try:
        said = Report(symptom=Symptom.LIGHTS_OUT, service_point="E-P7")
        kept = await door.keep(lambda receipt: ReportReceived(receipt=receipt, channel=Channel.WEB, report=said))
        reader = SqliteJournal(tmp_path / "journal.sqlite", read_only=True)
        for _ in range(1_000):
            found = [entry.fact for entry in reader.read(0)]
            if any(isinstance(fact, facts.ReportMatched) for fact in found):
                break
            await asyncio.sleep(0.01)
    finally:
        stop.set()
        await asyncio.to_thread(worker.join)
        door.close()
    assert isinstance(kept, Kept)
    (matched,) = [fact for fact in found if isinstance(fact, facts.ReportMatched)]
    assert (matched.receipt, matched.premise) == (kept.receipt, "P7")
    reader.close()
    operations.close()


def test_the_mode_is_left_at_the_start_and_when_it_changed() -> None:
    running = Running()
    running.operations.start()
    assert running.modes == [("normal", 0)]
    declare(running, Mode.STORM)
    running.operations.step()
    assert running.modes == [("normal", 0), ("storm", START_MS)]
    running.clock.ms += 5_000
    running.doors.report(0)
    running.operations.step()
    assert len(running.modes) == 2
    another = running.another()
    another.start()
    assert running.modes[2:] == [("storm", START_MS)]


def test_a_full_disk_keeps_nobody_from_ticking_and_the_mode_is_left_later() -> None:
    running = Running()
    running.operations.start()
    running.disk_full = True
    declare(running, Mode.SURGE)
    assert running.operations.step()
    running.disk_full = False
    running.doors.report(0)
    running.operations.step()
    assert running.modes == [("normal", 0), ("surge", START_MS)]


def declare(running: Running, mode: Mode) -> None:
    by = Actor(person="dora", desk="storm", shift=1)
    running.doors.say(ModeDeclared(action="m1", by=by, reason="landfall", mode=mode))
