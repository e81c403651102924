"""What is heard of a storm: customers' reports, and words of meters."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from stormops.core.network import Tree
from tests.bench.inference_cases import Row
from tests.bench.inference_method import Bools, Channel, Floats, Ints, MeterKind, MeterWords, Reports
from tests.bench.inference_tree import NEVER, customers_out

MINUTE_MS = 60_000
DELAY_MS, DELAY_SIGMA = 20 * MINUTE_MS, 1.0
AGAIN_MS = 30 * MINUTE_MS
GASP_MS, POWER_UP_MS = 45_000, 3 * MINUTE_MS
POWER_UP_HEARD = 0.95
CHANNELS = (0.6, 0.25, 0.15)
"""Share of the reports by voice, web, SMS (assumption; methods may not lean on it)."""

_NO_WORDS = MeterWords(*(np.empty(0, np.int64) for _ in range(4)))


class Hearing:
    """Plays a storm through, and keeps what meters say."""

    def __init__(self, tree: Tree, row: Row, where: Floats, chance: np.random.Generator) -> None:
        self._tree, self._row, self._where, self._chance = tree, row, where, chance
        self._premises = len(tree.premise_device)
        self._words = _NO_WORDS

    def between(self, after_ms: int, until_ms: int) -> MeterWords:
        """Words of meters that came after one moment, until another."""
        span = slice(*np.searchsorted(self._words.ms, [after_ms, until_ms], "right"))
        return MeterWords(*(column[span] for column in self._words))

    def static(self, begin: Ints) -> Reports:
        """Without times: each customer below a failure reports with the row's rate, everybody falsely."""
        out = customers_out(self._tree, begin < NEVER)
        said = out & (self._chance.random(self._premises) < self._row.report_rate)
        said |= self._chance.random(self._premises) < self._row.false_rate
        premise = np.flatnonzero(said).astype(np.int64)
        channel = Channel.METER if self._row.report_rate > 0.5 else Channel.VOICE
        return Reports(premise, np.zeros_like(premise), np.full_like(premise, channel))

    def play(self, begin: Ints, end: Ints, metered: Bools, silent: Bools) -> Reports:
        """Failures and repairs in their order; makes the meters' words and gives the reports."""
        waves = self._waves(begin, end)
        premise, left, back, again = waves
        self._speak(waves, metered, silent)
        chance, row = self._chance, self._row
        reports = chance.random(len(premise)) < row.report_rate
        # After a repair that did not help, people call as others do after losing power: "still out".
        who, since, until = premise[reports], np.where(again >= 0, again, left)[reports], back[reports]
        at = since + chance.lognormal(np.log(DELAY_MS), DELAY_SIGMA, len(who)).astype(np.int64)
        twice = chance.random(len(who)) < row.duplicates
        later = at[twice] + chance.exponential(AGAIN_MS, int(twice.sum())).astype(np.int64)
        who, at, until = (np.concatenate(p) for p in ((who, who[twice]), (at, later), (until, until[twice])))
        who, at = who[at < until], at[at < until]
        who = self._misplaced(who)
        false = np.flatnonzero(chance.random(self._premises) < row.false_rate)
        who = np.concatenate([who, false])
        at = np.concatenate([at, chance.integers(0, row.minutes * MINUTE_MS, len(false))])
        order = np.argsort(at, kind="stable")
        channel = chance.choice(3, len(who), p=CHANNELS)
        return Reports(who[order], at[order], channel[order].astype(np.int64))

    def _misplaced(self, who: Ints) -> Ints:
        """Some are placed at a house near by."""
        moved = self._chance.random(len(who)) < self._row.neighbours
        if not moved.any():
            return who
        near = np.asarray(cKDTree(self._where).query(self._where[who[moved]], k=8)[1])
        placed = who.copy()
        placed[moved] = near[np.arange(len(near)), self._chance.integers(1, 8, len(near))]
        return placed

    def _waves(self, begin: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Times of premises without power: premise, when it lost it, when it is back, and when a repair above
        left it out (-1 for the first part of an outage; then a row of its own from the repair on)."""
        n = len(self._tree)
        events = [(int(begin[d]), 1, d) for d in np.flatnonzero(begin < NEVER).tolist()]
        events += [(int(end[d]), -1, d) for d in np.flatnonzero(end < NEVER).tolist()]
        count = np.zeros(self._premises, np.int32)
        lost = np.zeros(self._premises, np.int64)
        since = np.full(self._premises, -1, np.int64)
        rows: list[tuple[Ints, Ints, int, Ints]] = []
        for at, step, device in sorted(events):
            below = self._tree.below(device).astype(np.int64) if device < n else np.array([device - n])
            if step > 0:
                new = below[count[below] == 0]
                lost[new], since[new] = at, -1
                count[below] += 1
                continue
            count[below] -= 1
            rows.append((below, lost[below].copy(), at, since[below].copy()))
            since[below] = at
        out = np.flatnonzero(count > 0)
        rows.append((out, lost[out], NEVER, since[out]))
        premise, left, again = (np.concatenate([r[i] for r in rows]).astype(np.int64) for i in (0, 1, 3))
        back = np.concatenate([np.full(len(r[0]), r[2], np.int64) for r in rows])
        return premise, left, back, again

    def _speak(self, waves: tuple[Ints, Ints, Ints, Ints], metered: Bools, silent: Bools) -> None:
        """Last gasps, words of restoration and reads; nothing comes through in the flatline."""
        row, chance = self._row, self._chance
        premise, left, back, again = waves
        parts: list[MeterWords] = []
        gasps = metered[premise] & (again < 0) & (chance.random(len(premise)) < row.meter_rate)
        parts.append(self._late(premise[gasps], MeterKind.LAST_GASP, left[gasps], GASP_MS))
        # A row's end is power back only where the same premise is not out further.
        order = np.lexsort((back, premise))
        further = np.zeros(len(premise), np.bool_)
        same = (premise[order][1:] == premise[order][:-1]) & (again[order][1:] >= 0)
        further[order[:-1]] = same & (left[order][1:] == left[order][:-1])
        ups = metered[premise] & (back < NEVER) & ~further
        ups &= (row.meter_rate > 0) & (chance.random(len(premise)) < POWER_UP_HEARD)
        parts.append(self._late(premise[ups], MeterKind.RESTORED, back[ups], POWER_UP_MS))
        if row.read_every_min:
            parts.append(self._reads(waves, metered))
        words = MeterWords(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        if row.flatline is not None:
            dead = (words.ms >= row.flatline.from_min * MINUTE_MS) & (words.ms < row.flatline.to_min * MINUTE_MS)
            heard = ~(dead & silent[words.premise])
            words = MeterWords(*(column[heard] for column in words))
        order = np.argsort(words.ms, kind="stable")
        self._words = MeterWords(*(column[order] for column in words))

    def _late(self, premise: Ints, kind: MeterKind, at: Ints, mean_ms: int) -> MeterWords:
        ms = at + self._chance.exponential(mean_ms, len(at)).astype(np.int64)
        return MeterWords(premise, np.full(len(premise), int(kind), np.int64), ms, at)

    def _reads(self, waves: tuple[Ints, Ints, Ints, Ints], metered: Bools) -> MeterWords:
        """Every meter is read at its own moment of each interval, if it has power then."""
        every = round(self._row.read_every_min * MINUTE_MS)
        rounds = self._row.minutes * MINUTE_MS // every
        phase = self._chance.integers(0, every, self._premises)
        on = np.ones((self._premises, rounds), np.bool_)
        premise, left, back, _ = waves
        first = np.clip(-(-(left - phase[premise]) // every), 0, rounds)
        last = np.clip(-(-(np.minimum(back, NEVER // 2) - phase[premise]) // every), 0, rounds)
        for who, begin, stop in zip(premise.tolist(), first.tolist(), last.tolist(), strict=True):
            on[who, begin:stop] = False
        on[~metered] = False
        who, nth = np.nonzero(on)
        at = (phase[who] + nth * every).astype(np.int64)
        return MeterWords(who.astype(np.int64), np.full(len(who), int(MeterKind.READ), np.int64), at, at)
