"""How the entries about meters change the situation.

A premise whose meter is off has one open report of its own kind: its receipt is below zero, so that it
is in no list, no count of reports and no look-up by receipt, and supports an incident like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.entry import METER_LETTERS, Entry
from stormops.core.fold_reports import leave
from stormops.core.incident import UTILITIES
from stormops.core.meters import WINDOW_MS, meter_receipt
from stormops.core.open_reports import CHANNEL_CODE, CHANNEL_SHIFT, NOWHERE, Standing
from stormops.core.report import Channel, Symptom, Utility
from stormops.core.summary import Touched

if TYPE_CHECKING:
    from stormops.core.situation import Situation

ELECTRIC = UTILITIES.index(Utility.ELECTRIC)
RULE = "meter"
_FLAGS = CHANNEL_CODE[Channel.METER] << CHANNEL_SHIFT
_OFF = [METER_LETTERS["last_gasp"], METER_LETTERS["out"]]


def meter_events_received(
    situation: Situation, entry: Entry, fact: facts.MeterEventsReceived, _touched: Touched
) -> None:
    """The meters' last words; what follows from them is decided at a tick."""
    if not len(fact.meters) == len(fact.kinds) == len(fact.at_ms):
        return
    at = np.array(fact.at_ms, np.int64).clip(max(1, entry.recorded_ms - WINDOW_MS), entry.recorded_ms)
    off = np.isin(list(fact.kinds), _OFF)
    situation.meters.hear(situation.meters.rows(fact.meters), off, at)


def meters_changed(situation: Situation, entry: Entry, fact: facts.MetersChanged, touched: Touched) -> None:
    """Meters that are on again say nothing any more; those that are off support an incident."""
    premises = len(situation.city.premises)
    for premise in fact.on:
        if premise < premises:
            situation.meters.tell(premise, 0)
            _silence(situation, premise, touched)
    for premise, at_ms in zip(fact.off, fact.off_ms, strict=False):
        if premise < premises:
            situation.meters.tell(premise, at_ms)
            _silence(situation, premise, touched)
            if at_ms > situation.coverage.answered(ELECTRIC, premise)[0]:
                _speak(situation, (premise, at_ms, entry.position), touched)


def _silence(situation: Situation, premise: int, touched: Touched) -> None:
    receipt = meter_receipt(premise)
    if receipt in situation.reports:
        leave(situation, receipt, touched)


def _speak(situation: Situation, said: tuple[int, int, int], touched: Touched) -> None:
    premise, at_ms, position = said
    reports = situation.reports
    receipt = meter_receipt(premise)
    row = reports.add(receipt, position, at_ms, symptom=Symptom.LIGHTS_OUT, flags=_FLAGS, where=(NOWHERE, NOWHERE))
    reports.premise[row] = premise
    reports.standing[row] = Standing.MATCHED
    reports.rule[row] = reports.rule_code(RULE)
    situation.totals.meters_off += 1
    touched.receipts.add(receipt)


def forget_meters(situation: Situation, touched: Touched) -> None:
    """Another city pack: its premises have other numbers, so what was told of the old ones is taken back."""
    for receipt in sorted(receipt for receipt in situation.reports.row_of if receipt < 0):
        leave(situation, receipt, touched)
    situation.meters.forget_told()
