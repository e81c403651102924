from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from stormops.core.entry import News, ReportReceived
from stormops.core.levels import Mode
from stormops.core.report import Channel, Report, Symptom
from stormops.journal import relay as relay_module
from stormops.journal.door_file import DoorFile
from stormops.journal.door_files import DoorFiles
from stormops.journal.hints import NullHints
from stormops.journal.port import Beat, JournalUnavailable, Offer
from stormops.journal.postgres import PostgresJournal
from stormops.journal.relay import NEWS_MAX, Relay
from stormops.journal.relayed_doors import RelayedDoors
from stormops.telemetry import Log, Metrics


def fact(receipt: str) -> ReportReceived:
    return ReportReceived(receipt=receipt, channel=Channel.API, report=Report(symptom=Symptom.TREE, account="1"))


class Machine:
    """One machine: a door, and a relay that carries it. `refuse` makes the shared database refuse so often."""

    def __init__(self, folder: Path, node: int, url: str) -> None:
        folder.mkdir()
        self.door = DoorFile(folder / f"node-{node:02d}.door", node, lambda: 1_000)
        self.door.open()
        self.files = DoorFiles(folder)
        self.shared = RelayedDoors(url)
        self.refuse = 0
        self.modes: list[tuple[Mode, int]] = []
        self.drained: dict[str, int] = {}
        self.full = False
        self.relay = self.another()

    def another(self) -> Relay:
        """The relay, started again."""
        return Relay(
            self.files,
            self,
            NullHints(),
            Log("test", "error"),
            Metrics(),
            leave_mode=self.left_mode,
            leave_drained=self.drained.update,
        )

    def left_mode(self, mode: Mode, since_ms: int) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.modes.append((mode, since_ms))

    def heard(self) -> Beat | None:
        return self.shared.heard()

    def keep(self, count: int) -> None:
        self.door.commit([[Offer(fact, "", "", b"")]] * count)

    def reached(self) -> dict[str, int]:
        return self.shared.reached()

    def put(self, news: Sequence[News]) -> dict[str, int]:
        if self.refuse:
            self.refuse -= 1
            if not self.refuse:  # the last time it was put all the same, only the answer was lost
                self.shared.put(news)
            raise JournalUnavailable("refused")
        return self.shared.put(news)

    def close(self) -> None:
        self.shared.close()
        self.files.close()
        self.door.close()


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str) -> Iterator[list[Machine]]:
    made = [Machine(tmp_path / str(node), node, postgres_url) for node in (1, 2, 3)]
    yield made
    for machine in made:
        machine.close()


@pytest.fixture
def journal(postgres_url: str) -> Iterator[PostgresJournal]:
    made = PostgresJournal(postgres_url)
    yield made
    made.close()


def drain(journal: PostgresJournal, url: str) -> list[tuple[str, int]]:
    """All that the relays carried, into the journal; (node, counter) of everything that is there."""
    doors, epoch = RelayedDoors(url), journal.lead()
    while news := doors.drain(journal.drained(), limit=700):
        journal.append_news(news, epoch)
    doors.close()
    return [(entry.door[:7], entry.counter) for entry in journal.read(0)]


def test_nothing_to_carry(machines: list[Machine]) -> None:
    relay = machines[0].relay
    assert not relay.ready
    assert relay.step() == (0, False)
    assert relay.ready


def test_every_door_is_carried_in_its_order_and_once(
    machines: list[Machine], journal: PostgresJournal, postgres_url: str
) -> None:
    for number, machine in enumerate(machines, 1):
        machine.keep(NEWS_MAX + number)
        assert machine.relay.step() == (NEWS_MAX, True)
        assert machine.relay.step() == (number, True)
        assert machine.relay.step() == (0, False)
    seen = drain(journal, postgres_url)
    for number in (1, 2, 3):
        assert [c for door, c in seen if door == f"node-0{number}"] == list(range(1, NEWS_MAX + number + 1))


def test_a_relay_that_is_started_again_goes_on_where_it_stopped(
    machines: list[Machine], journal: PostgresJournal, postgres_url: str
) -> None:
    machine = machines[0]
    machine.keep(5)
    machine.relay.step()
    machine.keep(2)
    assert machine.another().step() == (2, True)
    machine.relay.step()  # the one before was not dead: what it puts again is there already
    assert drain(journal, postgres_url) == [("node-01", counter) for counter in range(1, 8)]


def test_a_refusal_is_tried_again_and_nothing_is_lost_or_doubled(
    machines: list[Machine], journal: PostgresJournal, postgres_url: str
) -> None:
    machine, stop = machines[0], Event()
    machine.refuse = 2
    running = Thread(target=machine.relay.run, args=(stop,), daemon=True)
    running.start()
    machine.keep(50)
    deadline = time.monotonic() + 10
    while machine.reached() == {} or machine.refuse:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    machine.keep(50)
    while sum(machine.reached().values()) < 100:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop.set()
    running.join()
    assert drain(journal, postgres_url) == [("node-01", counter) for counter in range(1, 101)]


def test_each_machine_learns_the_mode_and_what_is_safe_elsewhere(
    machines: list[Machine], journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leader says the mode in the shared database, and each machine's relay leaves it at home."""
    monkeypatch.setattr(relay_module, "LOOK_EVERY_S", -1.0)
    machines[0].keep(3)
    for machine in machines:
        machine.relay.step()
        assert machine.modes == []
    epoch = journal.lead()
    journal.beat(Beat(0, 5, "storm", 4), epoch)
    machines[1].full = True
    for machine in machines:
        machine.relay.step()
        machine.relay.step()
    assert [machine.modes for machine in machines] == [[(Mode.STORM, 4)], [], [(Mode.STORM, 4)]]
    assert list(machines[0].drained.values()) == [3]
    machines[1].full = False
    machines[1].relay.step()
    assert machines[1].modes == [(Mode.STORM, 4)]
    journal.beat(Beat(0, 6, "a mode of a later version", 6), epoch)
    machines[1].relay.step()
    assert machines[1].modes == [(Mode.STORM, 4)]


def test_one_stalled_relay_delays_only_its_own_door(
    machines: list[Machine], journal: PostgresJournal, postgres_url: str
) -> None:
    stalled, second, third = machines
    for machine in machines:
        machine.keep(1)
        machine.relay.step()
    with psycopg.connect(postgres_url) as held:  # its transaction does not end
        held.execute("SELECT 1 FROM relay_doors WHERE name LIKE 'node-01.%' FOR UPDATE")
        for machine in machines:
            machine.keep(10)
        stuck = Thread(target=stalled.relay.step, daemon=True)
        stuck.start()
        assert second.relay.step() == (10, True)
        assert third.relay.step() == (10, True)
        seen = drain(journal, postgres_url)
        assert [seen.count((f"node-0{n}", c)) for n in (1, 2, 3) for c in range(1, 12)] == [1] + [0] * 10 + [1] * 22
        assert stuck.is_alive()
        held.commit()
    stuck.join(5)
    assert drain(journal, postgres_url)[-10:] == [("node-01", counter) for counter in range(2, 12)]
