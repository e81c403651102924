from stormops.core.situation import Situation
from stormops.operations.recovery import recover
from stormops.telemetry import Log
from tests.operations.running import CITY, TREE, Running

LOG = Log("operations", "error")


def filled() -> Running:
    running = Running()
    running.operations.start()
    for premise in range(10):
        running.doors.report(premise)
        running.operations.step()
    return running


def test_with_and_without_snapshot_the_situation_is_the_same() -> None:
    running = filled()
    entries = running.journal.read(0)
    plain = Situation(CITY, TREE)
    assert recover(plain, running.journal, running.snapshots, LOG) == (0, [])
    halfway = Situation(CITY, TREE)
    halfway.apply(entries[: len(entries) // 2])
    running.snapshots.save(halfway.position, halfway.schema, halfway.snapshot())
    quick = Situation(CITY, TREE)
    recovered = recover(quick, running.journal, running.snapshots, LOG)
    assert recovered.snapshot == halfway.position
    assert quick.digest() == plain.digest() == running.operations.situation.digest()


def test_a_snapshot_ahead_of_the_journal_is_passed_over() -> None:
    """A journal restored from an older copy: what the snapshot knows beyond it never happened."""
    running = filled()
    situation = running.operations.situation
    running.snapshots.save(situation.position + 5, situation.schema, situation.snapshot())
    again = Situation(CITY, TREE)
    assert recover(again, running.journal, running.snapshots, LOG).snapshot == 0
    assert again.digest() == situation.digest()


def test_news_without_a_decision_is_given_back() -> None:
    running = filled()
    running.doors.report(20)
    running.doors.report(21)
    made = running.journal.append_news(running.doors.kept[-2:], 1)
    again = Situation(CITY, TREE)
    assert recover(again, running.journal, running.snapshots, LOG).undecided == made
    assert again.position == made[-1].position
