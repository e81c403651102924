"""Areas of the meter network that fall silent."""

from __future__ import annotations

import numpy as np

from stormops.core.listening import METERS_LEAST, Listening

MINUTE = 60_000
EVERY = 15 * MINUTE
START = 500_000 * 3_600_000
METERS = 600
AREA = np.repeat(np.array([0, 1, -1], np.int32), METERS)
PHASE = np.tile(np.arange(METERS) * EVERY // METERS, 3)


def read_until(now: int, from_ms: int = START) -> np.ndarray:
    """When each meter was read last, all being heard since `from_ms`."""
    last = now - (now - START - PHASE) % EVERY
    return np.where((AREA >= 0) & (last >= from_ms), last, 0)


def test_a_silent_area_is_unknown_within_five_minutes_and_the_other_is_not() -> None:
    listening = Listening(AREA, EVERY)
    nobody = np.zeros(len(AREA), np.bool_)
    now = START + 60 * MINUTE
    read = read_until(now)
    assert not listening.update(now, read, nobody, read)
    raised = 0
    for minute in range(1, 6):
        later = read_until(now + minute * MINUTE)
        heard = np.where(AREA == 0, read, later)
        if listening.update(now + minute * MINUTE, heard, nobody, heard) and not raised:
            raised = minute
    assert 0 < raised <= 5
    assert listening.unknown().tolist() == (AREA == 0).tolist()
    rows, windows = listening.deaf()
    assert [rows[0], rows[METERS], rows[-1]] == [1, 0, -1]
    assert windows.tolist() == [[0, 0], [int(read[AREA == 0].max()), 0]]


def test_it_is_heard_again_when_a_whole_intervals_reads_came() -> None:
    listening = Listening(AREA, EVERY)
    nobody = np.zeros(len(AREA), np.bool_)
    fell = START + 60 * MINUTE
    read = np.where(AREA == 0, read_until(fell), read_until(fell + 5 * MINUTE))
    listening.update(fell + 5 * MINUTE, read, nobody, read)
    assert listening.is_silent().tolist() == [True, False]
    back = fell + 30 * MINUTE
    for minute in range(1, 15):
        at = back + minute * MINUTE
        heard = np.maximum(np.where(AREA == 0, read_until(fell), 0), read_until(at, back))
        heard = np.where(AREA == 0, heard, read_until(at))
        assert not listening.update(at, heard, nobody, heard)
    at = back + 16 * MINUTE
    assert listening.update(at, read_until(at, back), nobody, read_until(at, back))
    assert not listening.is_silent().any()
    assert listening.deaf()[1][1].tolist() == [int(read[AREA == 0].max()), at - EVERY]


def test_an_outage_is_not_a_silent_ear() -> None:
    listening = Listening(AREA, EVERY)
    now = START + 60 * MINUTE
    dark = (AREA == 0) & (np.arange(len(AREA)) % 3 > 0)
    read = np.where(dark, read_until(now), read_until(now + 3 * MINUTE))
    assert not listening.update(now + 3 * MINUTE, read, dark, read)


def test_few_meters_and_no_expected_reads_tell_nothing() -> None:
    few = np.zeros(METERS_LEAST - 1, np.int32)
    nobody = np.zeros(len(few), np.bool_)
    read = np.full(len(few), START - EVERY - 1)
    assert not Listening(few, EVERY).update(START, read, nobody, read)
    read = np.ones(len(AREA), np.int64)
    assert not Listening(AREA, 0).update(START, read, np.zeros(len(AREA), np.bool_), read)
