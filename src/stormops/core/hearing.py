"""How likely what was heard of a customer is, for every moment since when service may be lost there.

Everything is a ratio to the same being heard of a customer with service, so that silence where nothing is
expected says nothing. What people and meters do is independent given that moment; reports of customers
with service, words of meters that are wrong, links to the wrong device: each has its chance, so that no
single word decides. Times are told apart by quanta (`core.onset`), all is looked up in tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from stormops.core.calling import ALWAYS, Calling
from stormops.core.distinct import numbered
from stormops.core.forest import Rows
from stormops.core.network import Bools, Floats
from stormops.core.onset import QUANTUM_MS, Onsets
from stormops.core.strays import rate

MOMENTS = 6
"""Moments of a slot over which likelihoods are averaged."""

UNIT = 2.0**32
"""Steps in a nat to which what is heard of a customer is rounded: sums are then exact, in any order."""

PROMPT_MS = 60_000
"""Mean time to the reports that are made at once. Without them the silence of the first minutes would say nothing."""

NEIGHBOURS = 3
"""Neighbours who reported that are counted, the first ones: who has heard of three learns little from a fourth."""

WRONG_ON = 2e-3
"""Chance that a meter is said to be on while it is off."""

MISSED_READS = (0.05, 0.02)
"""Chance that a meter that is on, and whose neighbours are read, misses its next read, and the next two.

Not learned: until an area's silence is noted, all its meters miss theirs. Who misses more is mute (`Rates.mute`).
"""

OVERDUE = 1.0
"""A read that was due so many quanta ago is missed: ages are counted from the end of the present quantum."""

YOUNG = 64
"""Ages of words for which tables are made at once."""

FEW = 64
"""Customers of whom what was heard is weighed one by one; of more, each kind once."""

PART = 8_192
"""Kinds weighed at once: bounds the memory of one step to some tens of megabytes."""

NEAR_LEAST, APART_LEAST = 13, 7
"""How it stands near by is told apart by octaves: chances to be out down to so many below one, and chances to have
power where there is none by the records down to so many.
"""

POWER_UP_MS = 180_000
"""How long it takes on average until a meter is heard to say that power is back."""


class Rates(NamedTuple):
    """How people and meters speak. Chances are for a storm of `span_ms`.

    `report`: a customer without service reports in the end, `delay_ms` after the loss (median of a lognormal,
    deviation `delay_sigma`; 0 = times are not known and say nothing), but a share `prompt` at once. `false`:
    one with service reports. `service`: a customer's own service fails. `gasp`: a meter's last gasp is heard.
    `false_gasp`: one says off, and nothing else, though its customer has service beyond the momentary hold: believed of
    a meter once in four years (a momentary interruption whose end is not heard). `power_up`: one is heard to say that
    power is back. `mute`: a meter that has power falls silent for good: from three reads on that are missed it is taken
    to be so.
    `wrong_link`: the records hang a customer on the wrong device. `share_out`: share of the city that is out, and the
    chance that who hangs on another device is, where nothing is known of those near by (`Heard.near_out`).
    `read_every_ms`: 0 = reads are not expected. `hush`: by so much slower a customer comes to report for each neighbour
    below the same device who has reported (they talk, and find it known). `misplaced`: a report is placed at a house
    near by, below another device (one in fifty is placed wrongly, half of them below the same). Both are priors of
    our own, and not learned.
    """

    report: float = 0.1
    delay_ms: float = 1_200_000.0
    delay_sigma: float = 1.0
    prompt: float = 0.25
    false: float = 2e-4
    service: float = 3e-4
    gasp: float = 0.6
    false_gasp: float = 3.6e-4
    power_up: float = 0.9
    mute: float = 0.01
    wrong_link: float = 0.01
    share_out: float = 0.02
    read_every_ms: int = 0
    span_ms: float = 43_200_000.0
    hush: float = 0.05
    misplaced: float = 0.01


class Heard(NamedTuple):
    """What was heard of M customers, as ages in quanta (-1 = nothing).

    `report`: first report that nothing has answered; `off`, `on`: the meter's word; `area`: which row of the meters'
    areas (`Hearing`), -1 = no meter; `answered`: since when the customer counts anew, people having restored it.
    `neighbours` (M, `NEIGHBOURS`): the first reports from below the same device, those before the customer's own.
    `stray`: how far the report may be one that is meant for a house near by (`core.strays`). `near_out`: how likely who
    hangs on another device near by is out, while there is power on the recorded one and while there is none
    (`near_code`), -1 = not known. `stands`: how the house stands to the recorded device (`core.standing`).
    """

    report: Rows
    off: Rows
    on: Rows
    area: Rows
    answered: Rows
    stray: Rows
    near_out: Rows
    stands: Rows
    neighbours: Rows

    def kinds(self) -> tuple[Kinds, Rows]:
        """Each of what was heard once, and (M) which of them of each customer: of many customers few differ."""
        first, which = _once((*self[:-1], *self.neighbours.T))
        return Kinds(*self.only(first)), which

    def beside(self, others: Heard) -> Heard:
        """What was heard of these and then of those."""
        return Heard(*(np.concatenate(both) for both in zip(self, others, strict=True)))

    def only(self, rows: Rows | slice) -> Heard:
        """What was heard of some of them."""
        return Heard(*(column[rows] for column in self))


class Kinds(Heard):
    """What was heard, each once."""

    __slots__ = ()

    def kinds(self) -> tuple[Kinds, Rows]:
        """As they are."""
        return self, np.arange(len(self.report))


def _once(columns: Sequence[Rows]) -> tuple[Rows, Rows]:
    """Of rows of a few ages: one of each kind, and (M) which of the kinds each row is."""
    key, room = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        size = int(column.max(initial=-1)) + 2
        if size == 1:
            continue  # nothing of the kind was heard of anybody
        if room * size > _ROOM:
            key, room = numbered(key)[1], len(column)
        key, room = key * size + (column + 1), room * size
    return numbered(key)


_ROOM = 2**63 - 1
"""Numbers for kinds, at most; were they more, those that occur are counted first."""


def _parts(count: int) -> list[slice]:
    return [slice(first, first + PART) for first in range(0, count, PART)]


class Hearing:
    """The tables at one moment: S slots of `onsets` with `weights` (S), under `rates`.

    `deaf` (areas, 2): ages between which each area of the meter network was not heard at all, older first. `odds` (K):
    of a wrong link, over those of `rates.wrong_link`, by how a house stands (`core.standing`).
    """

    def __init__(
        self,
        onsets: Onsets,
        rates: Rates,
        weights: Floats,
        deaf: Floats | None = None,
        *,
        begun_ms: int | None = None,
        calling: Calling = ALWAYS,
        odds: tuple[float, ...] = (1.0,),
    ) -> None:
        self.onsets, self.rates, self.weights = onsets, rates, weights
        wrong = rates.wrong_link * np.array(odds)
        self.wrong_link: Floats = wrong / (wrong + 1 - rates.wrong_link)
        """(K): chance that a link is wrong, by how the house stands."""
        total = weights.sum()
        self._when = weights / total if total else weights
        self._begun_ms = begun_ms
        self._moments = onsets.moments(MOMENTS, begun_ms)
        self._slot = onsets.slot_of_age()
        self._run, self._clock_share = calling.clocks(onsets)
        ages = np.arange(self._run.shape[1])
        self._per_quantum = rates.span_ms / QUANTUM_MS / (self._clock_share @ np.diff(self._run))
        """(ages): quanta of the callers' clocks in a storm, over what they ran in that of each age."""
        self._lost = np.stack([np.interp(self._moments, ages, run) for run in self._run])
        """(C, S, moments): how much of its time each clock of the callers has run since a loss."""
        self.heard_share = self.arrived(np.full((1, NEIGHBOURS), -1))[0]
        """(S): share of the reports of a loss in each slot that have come."""
        self._deaf = np.zeros((1, 2)) if deaf is None else deaf
        self._tell_apart(min(YOUNG, len(self._slot)))
        self._no_gasp = np.vstack([self._silence(self._deaf), np.ones(onsets.slots)])
        hazard = -np.log1p(-rates.service) * weights
        self._service_kept = np.exp(-np.append(0, np.cumsum(hazard)))
        """(S + 1): chance that a customer's own service has not failed before each slot; last: at all."""
        self._service_fails = -np.diff(self._service_kept)
        self.gasp_share = self._gasped(np.zeros((1, 2)))[0]
        self._last: tuple[Kinds, Floats] | None = None
        """The kinds that were asked for last, and what `spoken` says of them: all is asked of the same."""

    # --- tables: ages or areas by slots ------------------------------------------------------------

    def _tell_apart(self, ages: int) -> None:
        """Make the tables for words of so many ages, the youngest; last rows are those of no word at all."""
        self._ages = ages
        self._report = np.vstack([self._reports(), 1 - self.rates.report * self.heard_share])
        self._off, self._on = self._offs(), self._ons(self._deaf)

    def _reach(self, heard: Heard) -> None:
        """See to it that the tables tell of words as old as these: most storms are of today."""
        oldest = max(int(ages.max(initial=-1)) for ages in (heard.report, heard.off, heard.on, heard.answered))
        if oldest >= self._ages:
            self._tell_apart(min(2 * (oldest + 1), len(self._slot)))

    def _by(self, ages: Floats) -> Floats:
        """Share of the reports of a loss that have come when the callers' clock has run so long (quanta) since."""
        if not self.rates.delay_ms:
            return np.ones_like(ages)
        arrived = np.zeros_like(ages)
        lost = ages > 0  # few are: most of a table is of losses that came after the word
        age = ages[lost]
        late = np.log(age * (QUANTUM_MS / self.rates.delay_ms))
        late /= self.rates.delay_sigma
        share = ndtr(late, out=late)
        share *= 1 - self.rates.prompt
        age *= -QUANTUM_MS / PROMPT_MS
        not_at_once = np.expm1(age, out=age)
        not_at_once *= self.rates.prompt
        share -= not_at_once
        arrived[lost] = share
        return arrived

    def arrived(self, neighbours: Rows) -> Floats:
        """(M, S): share of the reports of a loss that have come, where these neighbours reported (as in `Heard`)."""
        if len(neighbours) > FEW:
            first, which = _once(tuple(neighbours.T))
            if len(first) < len(neighbours):
                return self.arrived(neighbours[first]).take(which, axis=0)
            if len(neighbours) > PART:
                return np.concatenate([self.arrived(neighbours[part]) for part in _parts(len(neighbours))])
        share = np.zeros((self.onsets.slots, len(neighbours)))
        for clock, part in enumerate(self._clock_share.tolist()):
            share += part * self._by(self._since_loss(clock, neighbours)).mean(axis=0)
        return np.ascontiguousarray(share.T)

    def _since_loss(self, clock: int, neighbours: Rows) -> Floats:
        """(moments, S, M): how much of its time a clock has run since a loss, slower after each neighbour's report.

        Numpy is quick along the many customers, not along the few slots and moments.
        """
        lost, run = self._lost[clock].T[:, :, None], self._run[clock]
        # A quantum is over at its later edge: two reports of one quantum do not hush each other.
        since = np.where(neighbours >= 0, run[neighbours], 0.0)
        left = np.empty((*lost.shape[:2], len(since)))
        left[:] = lost
        for nth in range(neighbours.shape[1]):
            slower = self.rates.hush * (1 - self.rates.hush) ** nth
            left -= slower * np.minimum(lost, since[:, nth])
        return left

    def _reports(self) -> Floats:
        """(ages, S): of a report of each age that is the first below its device."""
        rates = self.rates
        if not rates.delay_ms:
            return np.full((self._ages, self.onsets.slots), 1 + rates.report / rates.false)
        share = np.zeros((self._ages, self.onsets.slots))
        for run, lost, part in zip(self._run, self._lost, self._clock_share.tolist(), strict=True):
            arrived = self._by(lost.T[:, None] - run[: self._ages + 1, None])
            share += part * (arrived[:, :-1] - arrived[:, 1:]).mean(axis=0)
        return self._true_to_false(share, np.arange(len(share)))

    def _hushed(self, heard: Heard) -> Floats:
        """(M, S): of customers some of whose neighbours reported before, of a report or of none."""
        if len(heard.report) > FEW:
            # Whatever the meters said beside it.
            first, which = _once((heard.report, *heard.neighbours.T))
            if len(first) < len(which):
                return self._hushed(heard.only(first)).take(which, axis=0)
            if len(which) > PART:
                return np.concatenate([self._hushed(heard.only(part)) for part in _parts(len(which))])
        said = np.flatnonzero(heard.report >= 0)
        silent = np.flatnonzero(heard.report < 0)
        age = heard.report[said]
        pace = (1 - self.rates.hush) ** np.count_nonzero(heard.neighbours[said] >= 0, axis=1)
        share = np.zeros((self.onsets.slots, len(silent) + len(said)))
        for clock, part in enumerate(self._clock_share.tolist()):
            run, lost = self._run[clock], self._since_loss(clock, heard.neighbours)
            spoke = lost.take(said, axis=2)
            edges = lost.take(silent, axis=2), spoke - pace * run[age], spoke - pace * run[age + 1]
            arrived = self._by(np.concatenate(edges, axis=2)).mean(axis=0)
            share += part * arrived[:, : share.shape[1]]
            share[:, len(silent) :] -= part * arrived[:, share.shape[1] :]
        ratio = np.empty((len(heard.report), self.onsets.slots))
        ratio[silent] = 1 - self.rates.report * share[:, : len(silent)].T
        ratio[said] = self._true_to_false(share[:, len(silent) :].T, age)
        return ratio

    def _true_to_false(self, share: Floats, age: Rows) -> Floats:
        """A share of a customer's reports (M, S) comes in the quantum of an age (M)."""
        return np.asarray(1 + self.rates.report * share * (self._per_quantum[age] / self.rates.false)[:, None])

    def strays(self, heard: Heard) -> Floats:
        """(M): how much likelier a report of a customer with service is for those near by, measured as `false` is."""
        if not self.rates.delay_ms:
            return np.zeros(len(heard.report))
        return np.asarray(self.rates.misplaced * rate(heard.stray) * self._per_quantum[heard.report])

    def spoken(self, heard: Heard) -> Floats:
        """(M, S): of what people said or did not, to what those with service say."""
        if not isinstance(heard, Kinds):
            return self._spoken(heard)
        if self._last is None or self._last[0] is not heard:
            self._last = heard, self._spoken(heard)
        return self._last[1]

    def _spoken(self, heard: Heard) -> Floats:
        self._reach(heard)
        ratio = self._report.take(heard.report, axis=0)
        hushed = np.flatnonzero((heard.neighbours >= 0).any(axis=1))
        if len(hushed) and self.rates.delay_ms:
            ratio[hushed] = self._hushed(heard.only(hushed))
        astray = np.flatnonzero(heard.stray >= 0)
        if len(astray):
            false = self.rates.false
            ratio[astray] = 1 + (ratio[astray] - 1) * (false / (false + self.strays(heard.only(astray))))[:, None]
        return ratio

    def _offs(self) -> Floats:
        widths = np.array(self.onsets.widths)
        here = (self._slot[: self._ages + 1, None] == np.arange(self.onsets.slots)) / widths
        spread = 0.9 * here
        spread[1:] += 0.05 * here[:-1]
        spread[:-1] += 0.05 * here[1:]
        rates = self.rates
        return np.asarray(1 + spread[: self._ages] * (rates.gasp * rates.span_ms / QUANTUM_MS / rates.false_gasp))

    def _ons(self, deaf: Floats) -> Floats:
        """(areas, ages + 1, S): the last word that a meter is on, and the reads due since then that are missed.

        A read that was due while its area was not heard is not missed; the first one after that is. The last age is
        that of no word at all.
        """
        age = np.arange(1, self._ages + 1, dtype=np.float64)
        # Of a wide slot a word often leaves its edge alone, and others put the loss just there: no sample will do.
        since = self.onsets.younger(age[:, None], self._begun_ms)
        told = since + (1 - since) * WRONG_ON
        self._was_on = np.vstack([told, np.ones(self.onsets.slots)])
        """(ages + 1, S): what a word that a meter is on says by itself; last: no word."""
        self._missed, self._mute = self._missing(age, told, deaf)
        return np.asarray(self._was_on * self._missed)

    def _missing(self, age: Floats, told: Floats, deaf: Floats) -> tuple[Floats, Bools]:
        """(areas, ages + 1, S): what it says, beside a word of each age, that reads which were due since are missed.

        (areas, ages + 1): whether all of those that count are. The last age is that of no word.
        """
        missed = np.ones((len(deaf), len(age) + 1, self.onsets.slots))
        mute = np.zeros((len(deaf), len(age) + 1), np.bool_)
        every = self.rates.read_every_ms / QUANTUM_MS
        if not every:
            return missed, mute
        silent, until = deaf[:, :1], deaf[:, 1:]
        lost = np.broadcast_to(told, (len(deaf), *told.shape))
        powered, due = np.ones((len(deaf), len(age), 1)), np.broadcast_to(age, (len(deaf), len(age)))
        of_mute = self.rates.mute * min(1.0, self.rates.read_every_ms / self.rates.span_ms)
        for chance in (*(max(chance, of_mute) for chance in MISSED_READS), of_mute):
            due = due - every
            unheard = (silent > 0) & (due - 1 <= silent) & (due >= until)
            due = np.where(unheard, age - every * (np.floor((age - until) / every) + 1), due)
            late = (due - 1 > OVERDUE)[:, :, None]
            # Who lost power after this read was due missed it as others do; who lost it before, for sure.
            since_due = self.onsets.younger(due[:, :, None], self._begun_ms)
            lost = np.where(late, lost - (powered - chance) * since_due, lost)
            powered = np.where(late, chance, powered)
        missed[:, :-1] = lost / (powered * told)
        mute[:, :-1] = late[:, :, 0]
        return missed, mute

    def _gasped(self, deaf: Floats) -> Floats:
        """(areas, S): share of losses whose gasp could have been heard by now."""
        lost = self._moments[None]
        heard = (lost > deaf[:, 0, None, None]) | (lost < deaf[:, 1, None, None]) | (deaf[:, 0] <= 0)[:, None, None]
        return np.asarray((heard * -np.expm1(-lost)).mean(axis=2))

    def _silence(self, deaf: Floats) -> Floats:
        return np.asarray(1 - self.rates.gasp * self._gasped(deaf))

    # --- customers ----------------------------------------------------------------------------------

    def ratios(self, heard: Heard) -> tuple[Floats, Floats]:
        """(M, S): of a loss in each slot; (M, S + 1): and of what a customer linked elsewhere would let hear.

        That also depends on when it is lost on the recorded device, or never: who hangs near by is often lost with it.
        """
        return self._ratios(heard, self.spoken(heard))

    def _ratios(self, heard: Heard, spoken: Floats) -> tuple[Floats, Floats]:
        ratio = spoken.copy()
        off, area = heard.off, heard.area
        ratio *= np.where(off[:, None] >= 0, self._off[off], self._no_gasp[area])
        on = self._on[area, heard.on]
        anew = (heard.answered >= 0).nonzero()[0]
        if len(anew):
            # Reads that were due before people restored it were missed by what they restored.
            since = np.minimum(heard.on[anew], heard.answered[anew])
            on[anew] = self._was_on[heard.on[anew]] * self._missed[area[anew], since]
        ratio *= on
        if len(anew):
            ratio[anew] = self._answered(heard.only(anew), spoken[anew], ratio[anew], on[anew])
        out, apart = near_shares(heard.near_out, self.rates.share_out)
        elsewhere = np.empty((len(ratio), self.onsets.slots + 1))
        elsewhere[:] = (1 - out + out * np.einsum("ms,s->m", ratio, self._when))[:, None]
        # Who hangs near by and is out as well is so by what took service from both.
        near = np.flatnonzero(heard.near_out >= 0)
        apart = apart[near, None]
        elsewhere[near, :-1] = apart + (1 - apart) * ratio[near]
        return ratio, elsewhere

    def _answered(self, heard: Heard, spoken: Floats, ratio: Floats, on: Floats) -> Floats:
        """(M, S): of customers whom people restored. A loss before that goes on below what was repaired.

        Who is out all along calls anew, as others do after a loss; the meter gasps no second time, and what speaks is
        that it does not say that power is back.
        """
        first = self._slot[heard.answered][:, None]
        before = np.arange(self.onsets.slots) < first
        still = np.take_along_axis(spoken, first, axis=1) * on
        gasped = np.take_along_axis(self._off[heard.off], first, axis=1)[:, 0]
        back = self.rates.power_up * -np.expm1(-heard.answered * (QUANTUM_MS / POWER_UP_MS))
        silent = (heard.area == 0) & ((heard.on < 0) | (heard.on > heard.answered))
        factor = np.where(heard.off >= 0, gasped, np.where(silent, 1 / (1 - back), 1.0))
        return np.where(before, still * factor[:, None], ratio)

    def mute(self, heard: Heard) -> Bools:
        """(M): of whom all of the reads that count were missed."""
        self._reach(heard)
        return np.asarray(self._mute[heard.area, heard.on] & (heard.area >= 0) & (heard.off < 0))

    def true_words(self, heard: Heard) -> tuple[Floats, Floats]:
        """(M, S), (M, S): chances that a report, and a gasp, is of a loss in each slot and not false."""
        return 1 - 1 / self.spoken(heard), (1 - 1 / self._off).take(heard.off, axis=0)

    def _linked(self, heard: Heard, spoken: Floats) -> tuple[Floats, Floats]:
        """(M, S + 1): likelihood since each slot and never, whether or not the record's link is right.

        (M, S + 1): that of what was heard if it is wrong. Of who hangs elsewhere nothing is said of their own service.
        """
        ratio, elsewhere = self._ratios(heard, spoken)
        wrong = self.wrong_link.take(heard.stands)[:, None]
        told = np.empty_like(elsewhere)
        told[:, :-1], told[:, -1] = ratio, 1.0
        told *= self._service_kept
        told[:, 1:] += np.cumsum(ratio * self._service_fails, axis=1)
        told *= 1 - wrong
        told += wrong * elsewhere
        return told, elsewhere

    def evidence(self, heard: Heard) -> Floats:
        """(M, S + 1): log-likelihoods of a loss above the customer since each slot; its own service may fail first."""
        if len(heard.report) <= FEW:
            return self._evidence(heard, self._spoken(heard))
        kinds, which = heard.kinds()
        spoken = self.spoken(kinds)
        told = np.concatenate([self._evidence(kinds.only(part), spoken[part]) for part in _parts(len(spoken))])
        return told if kinds is heard else told.take(which, axis=0)

    def _evidence(self, heard: Heard, spoken: Floats) -> Floats:
        return np.asarray(np.rint(np.log(self._linked(heard, spoken)[0]) * UNIT) / UNIT)

    def served(self, heard: Heard) -> tuple[Floats, Floats]:
        """(M): chances, when nothing above failed, that the customer has service, and that its link is wrong."""
        kinds, which = heard.kinds()
        told, elsewhere = self._linked(kinds, self.spoken(kinds))
        wrong = self.wrong_link.take(kinds.stands)
        there = wrong * elsewhere[:, -1]
        either = 1 - wrong + there
        return (self._service_kept[-1] * either / told[:, -1])[which], (there / either)[which]

    def out_elsewhere(self, heard: Heard) -> Floats:
        """(M): chance that a customer is out who hangs elsewhere, when nothing above in the records failed."""
        kinds, which = heard.kinds()
        _, elsewhere = self._ratios(kinds, self.spoken(kinds))
        out, _ = near_shares(kinds.near_out, self.rates.share_out)
        return np.asarray(np.clip(1 - (1 - out) / elsewhere[:, -1], 0.0, 1.0)[which])

    def wrongly(self, heard: Heard) -> Floats:
        """(M, S + 1): chance that the link is wrong, if all above in the records lost it in each slot, or never."""
        kinds, which = heard.kinds()
        told, elsewhere = self._linked(kinds, self.spoken(kinds))
        wrong = self.wrong_link.take(kinds.stands)[:, None]
        return np.asarray((wrong * elsewhere / told).take(which, axis=0))

    def powered(self, heard: Heard) -> Floats:
        """(M, S + 1): chance that there is service, if all above in the records lost it in each slot, or never.

        Who hangs elsewhere has service while it is lost above, and may have lost it there while it is not.
        """
        kinds, which = heard.kinds()
        told, _ = self._linked(kinds, self.spoken(kinds))
        wrong = self.wrong_link.take(kinds.stands)
        out, apart = near_shares(kinds.near_out, self.rates.share_out)
        there = np.empty_like(told)
        there[:] = (wrong * apart)[:, None]
        there[:, -1] = 1 - wrong * out
        return np.asarray((self._service_kept[-1] * there / told).take(which, axis=0))


def near_code(out: Floats, apart: Floats) -> Rows:
    """(M): how it stands near by, in octaves (`Heard.near_out`); NaN = -1.

    `out` (M): chance that who hangs near by is out while there is power where the records hang them; `apart` (M): that
    they have power while there is none.
    """
    known = np.isfinite(out) & np.isfinite(apart)
    on, off = (
        np.rint(-np.log2(np.clip(np.where(known, share, 1.0), 2.0**-least, 1.0)))
        for share, least in ((out, NEAR_LEAST), (apart, APART_LEAST))
    )
    return np.where(known, on + (NEAR_LEAST + 1) * off, -1).astype(np.intp)


def near_shares(code: Rows, else_: float) -> tuple[Floats, Floats]:
    """(M), (M): `out` and `apart` that these codes stand for; where nothing is known, out is `else_` in either case."""
    off, on = np.divmod(np.maximum(code, 0), NEAR_LEAST + 1)
    known = code >= 0
    return np.where(known, np.exp2(-on), else_), np.where(known, np.exp2(-off), 1 - else_)
