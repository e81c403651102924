from threading import Event

from stormops.journal.port import JournalUnavailable
from stormops.journal.snapshots import MemorySnapshots
from stormops.operations.snapshotting import Snapshotting
from stormops.telemetry import Log
from tests.operations.running import Running

LOG = Log("operations", "error")


def busy(running: Running, reports: int) -> None:
    for premise in range(reports):
        running.doors.report(premise)
    running.operations.step()


class Slow(MemorySnapshots):
    """Saves when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = Event()
        self.saved: list[int] = []

    def save(self, position: int, schema: str, body: bytes) -> None:
        self.let.wait(10)
        super().save(position, schema, body)
        self.saved.append(position)


def test_one_snapshot_at_a_time_and_what_is_written_is_the_moment_it_was_due() -> None:
    running, slow = Running(), Slow()
    running.operations.start()
    snapshotting = Snapshotting(slow, LOG, every=5)
    busy(running, 4)
    situation = running.operations.situation
    position, body, schema = situation.position, situation.snapshot(), situation.schema
    snapshotting.look(situation)
    busy(running, 8)
    snapshotting.look(situation)
    assert slow.saved == []
    slow.let.set()
    snapshotting.wait()
    assert slow.newest(schema) == (position, body)
    snapshotting.look(situation)
    snapshotting.wait()
    assert slow.saved == [position, situation.position]


def test_none_is_due_before_its_number_of_entries() -> None:
    running, snapshots = Running(), MemorySnapshots()
    running.operations.start()
    busy(running, 4)
    snapshotting = Snapshotting(snapshots, LOG, every=running.operations.situation.position)
    snapshotting.begin(1)
    snapshotting.look(running.operations.situation)
    snapshotting.wait()
    assert snapshots.newest(running.operations.situation.schema) is None


def test_a_disk_that_refuses_a_snapshot_stops_nothing() -> None:
    class Refusing(MemorySnapshots):
        def save(self, position: int, schema: str, body: bytes) -> None:
            raise JournalUnavailable(f"no room for {len(body)} bytes of {schema} at {position}")

    running = Running()
    running.operations.start()
    busy(running, 4)
    snapshotting = Snapshotting(Refusing(), LOG, every=1)
    snapshotting.look(running.operations.situation)
    snapshotting.wait()
    busy(running, 8)
    assert running.operations.situation.totals.received == 12


def test_a_clean_end_leaves_a_snapshot_when_it_is_worth_one() -> None:
    running, snapshots = Running(), MemorySnapshots()
    running.operations.start()
    busy(running, 4)
    situation = running.operations.situation
    snapshotting = Snapshotting(snapshots, LOG, every=situation.position)
    snapshotting.begin(1)
    snapshotting.end(situation)
    assert snapshots.newest(situation.schema) is None
    snapshotting.begin(0)
    snapshotting.end(situation)
    assert snapshots.newest(situation.schema) == (situation.position, situation.snapshot())
