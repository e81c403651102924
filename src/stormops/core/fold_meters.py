"""How the entries about meters change the situation.

A premise whose meter is off has one open report of its own kind: its receipt is below zero, so that it
is in no list, no count of reports and no look-up by receipt, and supports an incident like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.entry import DEVICE_LETTERS, METER_LETTERS, Entry
from stormops.core.fold_reports import leave
from stormops.core.incident import ELECTRIC
from stormops.core.meters import WINDOW_MS, Longs, meter_receipt
from stormops.core.open_reports import CHANNEL_CODE, CHANNEL_SHIFT, MATCHED, SYMPTOM_CODE
from stormops.core.report import Channel, Symptom
from stormops.core.summary import DeviceState, Silence, Touched

if TYPE_CHECKING:
    from stormops.core.situation import Situation

RULE = "meter"
_FLAGS = CHANNEL_CODE[Channel.METER] << CHANNEL_SHIFT
_OFF = [METER_LETTERS["last_gasp"], METER_LETTERS["out"]]
_READ = METER_LETTERS["on"]


def meter_events_received(
    situation: Situation, entry: Entry, fact: facts.MeterEventsReceived, _touched: Touched
) -> None:
    """The meters' last words; what follows from them is decided at a tick."""
    if not len(fact.meters) == len(fact.kinds) == len(fact.at_ms):
        return
    at = np.array(fact.at_ms, np.int64).clip(max(1, entry.recorded_ms - WINDOW_MS), entry.recorded_ms)
    kinds = np.array(list(fact.kinds))
    rows = situation.meters.rows(fact.meters)
    situation.meters.hear(rows, np.isin(kinds, _OFF), at)
    read = kinds == _READ
    if read.any():
        situation.meters.read(rows[read], entry.recorded_ms, _silent_until(situation, entry.recorded_ms))


def _silent_until(situation: Situation, now_ms: int) -> Longs | None:
    """(P): until when the area of each premise's meter was last not heard; None = all have always been."""
    if not situation.silences:
        return None
    areas = situation.meter_areas
    until = np.zeros(len(areas) + 1, np.int64)
    for name, row in areas.row_of().items():
        silence = situation.silences.get(name)
        if silence is not None:
            until[row] = silence.until_ms or now_ms
    return np.asarray(until[areas.of_premise])


def meters_listened(situation: Situation, _entry: Entry, fact: facts.MetersListened, touched: Touched) -> None:
    """Areas that are not heard any more, and those that are again."""
    situation.reads_ms = fact.every_ms
    for name, at_ms in zip(fact.silent, fact.silent_ms, strict=False):
        situation.silences[name] = Silence(at_ms)
    for name, at_ms in zip(fact.heard, fact.heard_ms, strict=False):
        if name in situation.silences:
            situation.silences[name] = situation.silences[name]._replace(until_ms=at_ms)
    touched.silences |= bool(fact.silent or fact.heard)


def meters_changed(situation: Situation, entry: Entry, fact: facts.MetersChanged, touched: Touched) -> None:
    """Meters that are on again say nothing any more; those that are off support an incident."""
    known = len(situation.city.premises)
    on = [premise for premise in fact.on if premise < known]
    off = [(premise, at_ms) for premise, at_ms in zip(fact.off, fact.off_ms, strict=False) if premise < known]
    situation.meters.tell(on, [0] * len(on))
    situation.meters.tell([premise for premise, _ in off], [at_ms for _, at_ms in off])
    for premise in on:
        _silence(situation, premise, touched)
    answered = situation.coverage.answered_column(ELECTRIC)
    for premise, _ in off:
        _silence(situation, premise, touched)
    lost = {premise: at_ms for premise, at_ms in dict(off).items() if answered is None or at_ms > answered[premise]}
    _speak(situation, lost, entry.position, touched)


def _silence(situation: Situation, premise: int, touched: Touched) -> None:
    receipt = meter_receipt(premise)
    if receipt in situation.reports:
        leave(situation, receipt, touched)


def _speak(situation: Situation, lost: dict[int, int], position: int, touched: Touched) -> None:
    """The meters of these premises are off since then."""
    receipts = list(map(meter_receipt, lost))
    columns: dict[str, Longs | list[int] | int] = {
        "position": position,
        "received_ms": list(lost.values()),
        "premise": list(lost),
        "rule": situation.reports.rule_code(RULE),
        "symptom": SYMPTOM_CODE[Symptom.LIGHTS_OUT],
        "standing": MATCHED,
        "flags": _FLAGS,
    }
    situation.reports.add_many(receipts, columns)
    situation.totals.meters_off += len(lost)
    touched.receipts.update(receipts)


def forget_meters(situation: Situation, touched: Touched) -> None:
    """Another city pack: its premises have other numbers, so what was told of the old ones is taken back."""
    for receipt in sorted(receipt for receipt in situation.reports.row_of if receipt < 0):
        leave(situation, receipt, touched)
    situation.meters.forget_told()
    touched.silences |= bool(situation.silences)
    situation.silences.clear()
    situation.telemetry.clear()


def device_states_received(
    situation: Situation, entry: Entry, fact: facts.DeviceStatesReceived, touched: Touched
) -> None:
    """What telemetry says of devices: what happened last holds, whatever the order.

    A link that is lost leaves an open device open, and of one that was closed only that it was, until then.
    """
    if not len(fact.devices) == len(fact.states) == len(fact.at_ms):
        return
    for name, letter, said_ms in zip(fact.devices, fact.states, fact.at_ms, strict=True):
        device = situation.device_of.get(name)
        if device is None:
            continue
        at_ms = min(max(said_ms, 1, entry.recorded_ms - WINDOW_MS), entry.recorded_ms)
        opened, known = letter == DEVICE_LETTERS["open"], letter != DEVICE_LETTERS["unknown"]
        before = situation.telemetry.get(device, DeviceState())
        state = DeviceState(at_ms, opened, at_ms if opened and not before.opened else before.opened_ms, known)
        if state.rank <= before.rank or (not known and (before.opened or not before.at_ms)):
            continue
        situation.telemetry[device] = state
        touched.telemetry.add(device)
        if before.known and not known:
            situation.closed_ms[device] = max(at_ms, situation.closed_ms.get(device, 0))
