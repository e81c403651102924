"""How the entries about switches change the situation: the tree, and with it who is out because of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.distinct import distinct
from stormops.core.entry import Entry
from stormops.core.fold_incidents import count_restored
from stormops.core.fold_reports import answer, touch
from stormops.core.incident import ELECTRIC
from stormops.core.network import Ints
from stormops.core.summary import SwitchState, Touched

if TYPE_CHECKING:
    from stormops.core.situation import Situation


def switch_changed(situation: Situation, _entry: Entry, fact: facts.SwitchChanged, touched: Touched) -> None:
    """The device is open, or closed; who is fed by another path now is no longer out for what is off that path."""
    row = situation.device_of.get(fact.device)
    if row is None:
        return
    state = SwitchState(fact.open, fact.at_ms, fact.by, fact.reason, fact.action, fact.source)
    situation.switches[row] = state
    touched.switches = True
    tree = situation.switchgear.trace(situation.switches)
    if tree is situation.tree:
        return
    situation.tree = tree
    premises, before = situation.coverage.rewire(tree)
    touched.reach(premises)
    touched.incidents |= {incident.key for incident in situation.incidents.values() if incident.devices}
    owner = situation.coverage.owners(ELECTRIC)
    if owner is None or not len(premises):
        return
    fed = (before >= 0) & (owner[premises] < 0) & (tree.premise_device[premises] >= 0) & ~tree.dead[premises]
    for key in distinct(before[fed]).tolist():
        _restored(situation, key, premises[fed & (before == key)], fact.at_ms, touched)


def _restored(situation: Situation, key: int, premises: Ints, at_ms: int, touched: Touched) -> None:
    """These premises have service again by a path that goes round the incident."""
    incident = situation.incidents[key]
    situation.coverage.answer(key, premises, at_ms)
    count_restored(situation, incident, len(premises), at_ms)
    back = set(premises.tolist())
    reports = situation.reports
    for receipt in sorted(incident.reports):
        row = reports.row_of[receipt]
        if reports.premise[row] in back and reports.heard_ms(row) <= at_ms:
            answer(situation, row, incident, touched)
    touch(situation, incident, touched)
