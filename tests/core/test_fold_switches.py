"""The fold of switches alone: the tree, who is out because of what, and what the way round answers."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core import entry as facts
from stormops.core.network import EdgeKind, trace
from stormops.core.reliability import MINUTE_MS
from stormops.core.situation import Situation
from stormops.core.summary import SwitchState
from tests.core.radial import radial_city
from tests.core.test_fold_reports import AT, R, fold, matched, opened, received

CITY = radial_city(feeders=2, laterals=2, transformers=2, houses=3, ties=True)
TREE = trace(CITY.network, CITY.premises)
SWITCHES = CITY.network.edge_kind == EdgeKind.SWITCH
MIDDLE = CITY.network.edge_id[int(np.flatnonzero(SWITCHES & ~CITY.network.edge_open)[0])]
TIE = CITY.network.edge_id[int(np.flatnonzero(CITY.network.edge_open)[0])]
BREAKER = CITY.network.edge_id[int(TREE.edge[TREE.path(0)[-1]])]
NEAR, FAR = range(6), range(6, 12)


def changed(device: str, *, is_open: bool, at_ms: int = AT + 10) -> facts.SwitchChanged:
    return facts.SwitchChanged(device=device, open=is_open, at_ms=at_ms, by="dora", reason="line 12", action="a")


@pytest.fixture
def situation() -> Situation:
    """The first feeder's breaker is open; a near and a far customer reported."""
    made = Situation(CITY, TREE)
    fold(made, facts.Tick(number=1, at_ms=AT), opened("E-0001"))
    fold(made, received(R[1]), matched(R[1], "P0"), received(R[2]), matched(R[2], "P8"))
    fold(made, facts.IncidentChanged(incident="E-0001", devices=[BREAKER], receipts_added=[R[1], R[2]]))
    return made


def test_the_last_word_on_a_switch_is_kept_and_moves_the_tree(situation: Situation) -> None:
    row = situation.device_of[MIDDLE]
    fold(situation, changed(MIDDLE, is_open=True))
    assert situation.switches == {row: SwitchState(True, AT + 10, "dora", "line 12", "a", "person")}
    assert situation.tree.below(row).tolist() == list(FAR)
    fold(situation, changed(MIDDLE, is_open=False, at_ms=AT + 20))
    assert situation.tree is situation.switchgear.normal
    assert situation.switches[row].since_ms == AT + 20
    fold(situation, changed("gone", is_open=True))
    assert list(situation.switches) == [row]


def test_who_is_fed_round_is_back_and_what_was_said_before_is_answered(situation: Situation) -> None:
    fold(situation, changed(MIDDLE, is_open=True))
    incident = situation.incident("E-0001")
    assert incident is not None
    assert (incident.customers_out, situation.customers_out) == (12, 12)
    fold(situation, changed(TIE, is_open=False))
    assert (incident.customers_out, incident.customers_out_max, incident.customers_restored) == (6, 12, 6)
    assert situation.totals.customers_restored == 6
    assert [situation.coverage.answered(0, premise)[0] for premise in (0, 8)] == [0, AT + 10]
    near, far = (situation.report(int(receipt.replace("-", ""))) for receipt in (R[1], R[2]))
    assert near is not None
    assert far is not None
    assert (near.answered, far.answered) == (False, True)


def test_who_is_fed_round_after_more_than_five_minutes_was_interrupted(situation: Situation) -> None:
    incident = situation.incident("E-0001")
    assert incident is not None
    back_ms = incident.since_ms + 6 * MINUTE_MS
    fold(situation, changed(MIDDLE, is_open=True), changed(TIE, is_open=False, at_ms=back_ms))
    assert list(situation.interruptions.values()) == [(6, 6 * 6 * MINUTE_MS)]


def test_who_loses_the_incident_because_he_is_dead_is_not_back(situation: Situation) -> None:
    fold(situation, changed(MIDDLE, is_open=True), changed(TIE, is_open=False))
    there = facts.IncidentChanged(incident="E-0002", devices=[CITY.network.edge_id[int(TREE.edge[TREE.path(12)[-1]])]])
    fold(situation, opened("E-0002"), there)
    incident = situation.incident("E-0002")
    assert incident is not None
    assert incident.customers_out == 18
    fold(situation, changed(TIE, is_open=True, at_ms=AT + 30))
    assert incident.customers_restored == 0
    assert incident.customers_out == 18, "below the tie, on this feeder's side"
    assert situation.tree.dead[list(FAR)].all()


def test_a_switch_moves_nobody_where_nobody_is_out() -> None:
    made = Situation(CITY, TREE)
    fold(made, facts.Tick(number=1, at_ms=AT), changed(MIDDLE, is_open=True), changed(TIE, is_open=False))
    assert made.customers_out == 0
    assert made.totals.customers_restored == 0
