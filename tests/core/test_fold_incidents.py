"""The fold of incidents alone: it obeys the table of steps and never decides."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core.incident import EDGES, TELEMETRY, Incident, State, Step
from stormops.core.situation import Situation
from tests.core.test_fold_reports import AT, CITY, TREE, R, fold, matched, opened, received

TRANSFORMER, FUSE, BREAKER = TREE.path(0)
IDS = Situation(CITY, TREE).device_ids


@pytest.fixture
def situation() -> Situation:
    made = Situation(CITY, TREE)
    fold(made, facts.Tick(number=1, at_ms=AT), opened("E-0001"), received(R[1]), matched(R[1], "P0"))
    fold(made, facts.IncidentChanged(incident="E-0001", devices=[IDS[FUSE]], receipts_added=[R[1]]))
    return made


def stepped(step: Step, device: str = "", incident: str = "E-0001") -> facts.IncidentStepped:
    return facts.IncidentStepped(incident=incident, step=step, action="a", by="dora", at_ms=AT + 5, device=device)


def the(situation: Situation, name: str = "E-0001") -> Incident:
    found = situation.incident(name)
    assert found is not None
    return found


def test_an_incident_covers_what_is_below_its_devices(situation: Situation) -> None:
    assert the(situation).customers_out == 24
    fold(situation, facts.IncidentChanged(incident="E-0001", devices=[IDS[TRANSFORMER], IDS[TREE.path(24)[0]]]))
    assert the(situation).customers_out == 12
    assert (the(situation).customers_out_max, situation.customers_out) == (24, 12)
    fold(situation, facts.IncidentChanged(incident="E-0001", devices=[], premises_added=[3, 4]))
    assert the(situation).customers_out == 2
    fold(situation, facts.IncidentChanged(incident="E-0001", premises_dropped=[3, 99], premises_added=[10**6]))
    assert the(situation).premises == {4}


def test_a_device_of_another_pack_is_no_extent(situation: Situation) -> None:
    fold(situation, facts.IncidentChanged(incident="E-0001", devices=["gone", IDS[TRANSFORMER]]))
    assert the(situation).devices == (TRANSFORMER,)


def test_figures_are_changed_only_when_given(situation: Situation) -> None:
    fold(situation, facts.IncidentChanged(incident="E-0001", since_ms=7, probability=8_000, reasons=["because"]))
    fold(situation, facts.IncidentChanged(incident="E-0001"))
    assert (the(situation).since_ms, the(situation).probability, the(situation).reasons) == (7, 8_000, ("because",))
    fold(situation, facts.IncidentChanged(incident="E-0001", probability=0))
    assert the(situation).probability == 0


@pytest.mark.parametrize(
    "step", [s for s in Step if s not in (Step.MERGE, Step.ABSORB, Step.WITHDRAW, Step.CLOSE, Step.RETRACT)]
)
def test_a_step_leads_where_the_table_says(situation: Situation, step: Step) -> None:
    fold(situation, stepped(step, IDS[TRANSFORMER] if step is Step.RESTORE_PART else ""))
    assert the(situation).state is EDGES[State.PREDICTED, step]
    ended = step in (Step.RESTORE, Step.CANCEL)
    assert the(situation).ended_ms == (AT + 5 if ended else 0)
    assert situation.customers_out == {Step.RESTORE: 0, Step.CANCEL: 0, Step.RESTORE_PART: 18}.get(step, 24)


def test_an_illegal_step_changes_nothing(situation: Situation) -> None:
    fold(situation, stepped(Step.RESTORE))
    before = situation.snapshot()
    other = Situation(CITY, TREE)
    other.restore(before)
    fold(
        situation,
        stepped(Step.CONFIRM),
        stepped(Step.RESTORE),
        facts.IncidentAbsorbed(incident="E-0001", into="E-0001"),
    )
    fold(other, *[facts.IncidentChanged(incident="E-0042")] * 3)
    assert situation.digest() == other.digest()


def test_facts_about_incidents_that_are_not_here_change_nothing(situation: Situation) -> None:
    other = Situation(CITY, TREE)
    other.restore(situation.snapshot())
    fold(
        situation,
        stepped(Step.CONFIRM, incident="E-0042"),
        facts.IncidentAbsorbed(incident="E-0042", into="E-0001"),
        facts.IncidentAbsorbed(incident="E-0001", into="E-0042"),
        facts.IncidentClosed(incident="E-0042", outcome="restored"),
        opened("E-0001"),
        opened("nonsense"),
    )
    fold(other, *[facts.Decided(tick=0, through=0)] * 6)
    assert situation.digest() == other.digest()


def test_only_the_dead_are_closed_unless_nothing_supports_them(situation: Situation) -> None:
    fold(situation, facts.IncidentClosed(incident="E-0001", outcome="restored"))
    assert the(situation).live
    fold(situation, facts.IncidentClosed(incident="E-0001", outcome="withdrawn"))
    assert situation.incident("E-0001") is None
    assert situation.customers_out == 0
    assert situation.closed_incidents[4].outcome == "withdrawn"


def test_a_confirmation_that_is_taken_back_leaves_a_prediction_that_nobody_holds(situation: Situation) -> None:
    fold(situation, stepped(Step.CONFIRM))
    assert (the(situation).held, the(situation).confirmed_by) == (True, "dora")
    fold(situation, stepped(Step.RETRACT))
    assert (the(situation).state, the(situation).held, the(situation).confirmed_by) == ("predicted", False, "")
    assert situation.customers_out == 24


def test_a_confirmation_moves_the_extent(situation: Situation) -> None:
    fold(situation, facts.IncidentChanged(incident="E-0001", premises_added=[100]))
    fold(situation, stepped(Step.CONFIRM, IDS[BREAKER]))
    assert (the(situation).devices, the(situation).premises) == ((BREAKER,), set())
    assert the(situation).customers_out == 144


def test_where_service_is_back_all_above_was_closed_up_to_what_is_known_open(situation: Situation) -> None:
    top = TREE.path(0)
    fold(situation, stepped(Step.RESTORE_PART, IDS[TRANSFORMER]))
    assert situation.closed_ms == dict.fromkeys(top, AT + 5)
    made = Situation(CITY, TREE)
    made.restore(situation.snapshot())
    assert made.closed_ms == situation.closed_ms
    fold(situation, opened("E-0002"), facts.IncidentChanged(incident="E-0002", devices=[IDS[BREAKER]]))
    fold(situation, stepped(Step.CONFIRM, incident="E-0002"))
    again = facts.IncidentStepped(incident="E-0001", step="restore", action="b", by="dora", at_ms=AT + 9)
    touched = fold(situation, again)
    assert touched.closed == {FUSE}
    assert (situation.closed_ms[FUSE], situation.closed_ms[BREAKER]) == (AT + 9, AT + 5)


@pytest.mark.parametrize(("step", "by"), [(Step.CANCEL, "dora"), (Step.RESTORE, TELEMETRY)])
def test_nothing_above_was_seen_closed(situation: Situation, step: Step, by: str) -> None:
    """A cancelled outage was none; telemetry knows of its device alone."""
    fold(situation, facts.IncidentStepped(incident="E-0001", step=step, action="a", by=by, at_ms=AT + 5))
    assert not situation.closed_ms


def test_an_absorbed_incident_gives_its_reports(situation: Situation) -> None:
    fold(situation, opened("E-0002"), received(R[2]), matched(R[2], "P99"))
    fold(situation, facts.IncidentChanged(incident="E-0002", premises_added=[99], receipts_added=[R[2]], since_ms=3))
    touched = fold(situation, facts.IncidentAbsorbed(incident="E-0002", into="E-0001"))
    assert the(situation).reports == {1, 2}
    assert the(situation).since_ms == AT
    assert touched.incidents == {4, 8}
    assert touched.premises.tolist() == [99]
    fold(situation, opened("E-0003"), facts.IncidentChanged(incident="E-0003", since_ms=3))
    fold(situation, facts.IncidentAbsorbed(incident="E-0003", into="E-0001", by="dora"))
    assert the(situation).since_ms == 3


def test_a_report_added_to_an_ended_incident_is_answered(situation: Situation) -> None:
    fold(situation, stepped(Step.RESTORE), received(R[2]), matched(R[2], "P1"))
    fold(situation, facts.IncidentChanged(incident="E-0001", receipts_added=[R[2]]))
    assert the(situation).answered == 2
    assert situation.totals.open == 0


def test_numbers_are_never_given_twice(situation: Situation) -> None:
    assert situation.opened[0] == 1
    fold(situation, facts.IncidentClosed(incident="E-0001", outcome="withdrawn"), opened("E-0001"))
    assert situation.incident("E-0001") is None
    assert situation.opened[0] == 1
