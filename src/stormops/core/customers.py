"""What was heard of every customer, as columns, and what it tells of the device right above.

Customers of whom nothing was heard are many and alike: they count together. Below a device of which there is news
all are counted again, as whole numbers, so that the order in which words come is of no matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from stormops.core.forest import Rows, begins, distinct, ranges
from stormops.core.hearing import NEIGHBOURS, Heard, Hearing
from stormops.core.network import Bools, Floats, Ints
from stormops.core.onset import Onsets
from stormops.core.standing import Standing, alike
from stormops.core.strays import Strays
from stormops.core.weighed import Weighed

COLUMNS = ("report_ms", "off_ms", "on_ms", "answered_ms")


class Words(NamedTuple):
    """All that was heard, as it is at one moment: whoever tries other rates weighs the same words again.

    `kinds`: what was heard of anybody, each once; `spoken` (places, kinds): of how many right below each place.
    `silent` (sorts, places): customers right below each place of whom nothing was heard, as in `Customers.silent`.
    `hushed` (H): the places right below which somebody reported, and `by_hushed` what is heard of who is silent there,
    by place and sort.
    """

    kinds: Heard
    spoken: csr_array
    silent: Floats
    hushed: Rows
    by_hushed: Heard


class Customers:
    """P premises; all columns have a row each, times in platform ms, 0 = never.

    `leaf` (P): the place of the device right above, -1 = outside the network. `report_ms`: the first report that
    nothing has answered; `off_ms`, `on_ms`: the meter's word; `answered_ms`: when people last said that service
    is back. `area`: -1 = no meter, 0 = one that is heard, else the number of a silent area. Write by `tell`.
    `near` (P, K): the houses near by at which a report may be placed instead (`core.strays`); None = that is not known.
    `standing`: how the houses stand to the devices right above (`core.standing`).
    """

    def __init__(self, leaf: Rows, places: int, near: Ints | None = None, standing: Standing | None = None) -> None:
        self.leaf = leaf
        self.standing = alike(len(leaf)) if standing is None else standing
        self._places = places
        self._at = np.zeros((len(COLUMNS), len(leaf)), np.int64)
        self.columns = dict(zip(COLUMNS, self._at, strict=True))
        self.area = np.full(len(leaf), -1, np.int32)
        self._strays = Strays(np.full((len(leaf), 0), -1, np.int32) if near is None else near)
        self.pinged = np.zeros(places, np.bool_)
        """(places): whether a customer right below has a meter that can be asked."""
        self._stray = np.full(len(leaf), -1)
        """(P): as `Heard.stray`, by the last `count`."""
        self._special = np.zeros(len(leaf), np.bool_)
        self._news: list[Rows] = []
        self._reports: list[Rows] = []
        """Of the news, what was reported: it matters to those near by."""
        self._by_leaf = np.argsort(leaf, kind="stable")
        self._first = np.searchsorted(leaf[self._by_leaf], np.arange(places + 1))
        self._words: tuple[Onsets, Words] | None = None
        self._sort_out()
        self.near_out = np.full(places, -1)
        """(places): as `Heard.near_out`, of who is right below each; written by `live_near`."""
        self._near_outs, self.near_row = np.array([-1]), np.zeros(places + 1, np.intp)
        """Those that are different, and (places + 1) which of them each has; last: outside of all."""
        self._weighed: Weighed | None = None
        self.of_silent = np.zeros((1, 2, 1))
        """(different `near_out`, sorts, S + 1): log-likelihoods of the silence of one, by how it stands near by."""
        self.right_below = np.diff(self._first)
        """(places): customers right below each."""
        self.told = np.zeros((1, places))
        """(S + 1, places): log-likelihoods of what the customers right below each place let hear."""
        self._reported_ms = np.zeros((places + 1, NEIGHBOURS), np.int64)
        """When the first of those right below each place reported, ascending; 0 = no more did. Last: outside of all."""

    def tell(self, column: str, premises: Rows, at_ms: Rows | int) -> None:
        """Write what was heard of these premises."""
        column_ms, premises = self.columns[column], np.asarray(premises, np.intp)
        news = premises[column_ms[premises] != at_ms]
        column_ms[premises] = at_ms
        self._news.append(news)
        if column == "report_ms":
            self._reports.append(news)

    def members(self, place: int) -> Rows:
        """Premises right below a place."""
        return self._by_leaf[self._first[place] : self._first[place + 1]]

    def _below(self, places: Rows) -> tuple[Rows, Rows]:
        """The premises right below these places, and the row of each one's place."""
        first, last = self._first[places], self._first[places + 1]
        return self._by_leaf[ranges(first, last)], np.repeat(np.arange(len(places)), last - first)

    def _sort_out(self) -> None:
        """Which sorts of customers there are while they are silent: by the area of the meter, and how they stand."""
        ways = len(self.standing.odds)
        of_each = (self.area + 1).astype(np.intp) * ways + self.standing.code
        found = np.bincount(of_each).nonzero()[0]
        self._sort = np.searchsorted(found, of_each)
        self._sorts = found // ways - 1, found % ways
        linked = self._by_leaf[self._first[0] :]
        self._cell = self._sort[linked] * self._places + self.leaf[linked]
        """Of those that are linked, in the order of their leaves: sort and leaf as one number."""
        self._words = None

    def by_area(self, silent: Floats, areas: int) -> Floats:
        """(areas + 1, places): of counts by sort (sorts, places), by the area of the meter (none first)."""
        count = np.zeros((areas + 1, silent.shape[1]))
        np.add.at(count, self._sorts[0] + 1, silent)
        return count

    def _silent(self, here: Rows, row: Rows, places: int) -> Rows:
        """(M, sorts): customers right below each place of whom nothing was heard."""
        quiet = ~self._special[here]
        sorts = len(self._sorts[0])
        cell = row[quiet] * sorts + self._sort[here[quiet]]
        return np.bincount(cell, minlength=places * sorts).reshape(places, sorts)

    def hear_by(self, area: Ints) -> None:
        """Who has a meter, and in which area of the meter network (see `area`)."""
        self.area[:] = area
        self._sort_out()
        asked = self.leaf[area == 0]
        self.pinged[:] = False
        self.pinged[asked[asked >= 0]] = True

    def live_near(self, near_out: Rows) -> None:
        """How it stands near the customers right below each place (`near_out`): all is to be recounted."""
        self.near_out = near_out
        everywhere = np.append(near_out, -1)
        self._near_outs = distinct(np.sort(everywhere))
        self.near_row = np.searchsorted(self._near_outs, everywhere)
        self._words = None

    def to_ask(self, place: int, *, metered: bool) -> int:
        """Whom of those right below a place to ask: who has said nothing yet, if there is one."""
        here = self.members(place)
        if metered:
            here = here[self.area[here] == 0]
        silent = here[~self._special[here]]
        return int(silent[0] if len(silent) else here[0])

    def special(self) -> Rows:
        """Premises of which anything was heard, by the last `count`."""
        return np.flatnonzero(self._special & (self.leaf >= 0))

    def apart(self, premises: Rows) -> Bools:
        """(M): of whom more is to be said than of who is silent among silent neighbours."""
        return np.asarray(self._special[premises] | (self._reported_ms[self.leaf[premises], 0] > 0))

    def heard(self, premises: Rows, onsets: Onsets) -> Heard:
        """What was heard of these premises, as ages."""
        at = self._at[:, premises]
        report, off, on, answered = np.where(at > 0, onsets.ages(at), -1)
        neighbours = self._reported(self.leaf[premises], onsets)
        neighbours[neighbours <= report[:, None]] = -1
        off = np.where(at[1] > at[2], off, -1)
        area = self.area[premises].astype(np.intp)
        near_out = self._near_outs[self.near_row[self.leaf[premises]]]
        stands = self.standing.code[premises]
        return Heard(report, off, on, area, answered, self._stray[premises], near_out, stands, neighbours)

    def _reported(self, places: Rows | Ints, onsets: Onsets) -> Rows:
        at_ms = self._reported_ms[places]
        return np.where(at_ms > 0, onsets.ages(at_ms), -1)

    def silent(self, hushed: tuple[Rows, Rows] | None = None) -> Heard:
        """What is heard of who says nothing, of each sort of them: by the area of the meter, and how they stand.

        Of each group of neighbours (M, as in `Heard`) and how it stands near them (M), one after the other; None = of
        who is silent among silent neighbours, for each of the different `near_out`: `silent_row` says which.
        """
        if hushed is None:
            hushed = np.full((len(self._near_outs), NEIGHBOURS), -1), self._near_outs
        area, stands = (np.tile(of_sort, len(hushed[1])) for of_sort in self._sorts)
        groups, near_out = (np.repeat(column, len(self._sorts[0]), axis=0) for column in hushed)
        nothing = np.full(len(groups), -1)
        return Heard(nothing, nothing, nothing, area, nothing, nothing, near_out, stands, groups)

    def silent_row(self, premises: Rows) -> Rows:
        """(M): the row of `silent` that each of these premises has, if it is silent."""
        return np.asarray(self.near_row[self.leaf[premises]] * len(self._sorts[0]) + self._sort[premises])

    def silence(self, places: Rows, hearing: Hearing) -> tuple[Rows, Floats]:
        """(M): how many right below each place of whom nothing was heard; (M, S + 1): log-likelihoods of that."""
        some, silent = self._silent_there(places, hearing)
        count = self._silent(*self._below(places), len(places))
        return count.sum(axis=1), self._silence(count, places, some, hearing.evidence(silent))

    def _silent_there(self, places: Rows, hearing: Hearing) -> tuple[Rows, Heard]:
        """Below which of these places somebody reported, and what is heard of who is silent there, place by place."""
        some = self._reported_ms[places, 0].nonzero()[0]
        return some, self._hushed(places[some], hearing.onsets)

    def _hushed(self, places: Rows, onsets: Onsets) -> Heard:
        return self.silent((self._reported(places, onsets), self.near_out[places]))

    def _silence(self, count: Rows, places: Rows, some: Rows, said: Floats) -> Floats:
        """`count` (M, sorts) are silent there; `said` is the evidence of what `_silent_there` gave."""
        told = _sums(count, self.of_silent[self.near_row[places]])
        told[some] = _sums(count[some], said.reshape(len(some), *self.of_silent.shape[1:]))
        return told

    def heard_share(self, places: Rows, hearing: Hearing) -> Floats:
        """(M, S): share of the reports of a loss in each slot that would have come of who is silent there."""
        return hearing.arrived(self._reported(places, hearing.onsets))

    def recount(self, hearing: Hearing) -> None:
        """Count everybody afresh: the tables have changed."""
        self._take_news()
        said = hearing.evidence(self.silent())
        self.of_silent = said.reshape(len(self._near_outs), len(self._sorts[0]), -1)
        words = self.words(hearing.onsets)
        if len(self._near_outs) == 1:
            # Not `@`: for so little work BLAS would wake its threads, and they spin on the other cores.
            self.told = np.einsum("ks,kn->sn", self.of_silent[0], words.silent)
        else:
            self.told = np.zeros((said.shape[1], self._places))
            for sort, count in enumerate(words.silent):
                self.told += count * self.of_silent[:, sort].T.take(self.near_row[:-1], axis=1)
        count, said = words.silent[:, words.hushed], hearing.evidence(words.by_hushed)
        self.told[:, words.hushed] = _sums(count.T, said.reshape(len(words.hushed), *self.of_silent.shape[1:])).T
        self.told += (words.spoken @ hearing.evidence(words.kinds)).T

    def words(self, onsets: Onsets) -> Words:
        """All that was heard, by the last `count`."""
        if self._words is None or self._words[0] != onsets:
            self._words = onsets, self._all(onsets)
        return self._words[1]

    def _all(self, onsets: Onsets) -> Words:
        linked = self._by_leaf[self._first[0] :]
        spoke = self._special[linked]
        special = linked[spoke]
        kinds, which = self.heard(special, onsets).kinds()
        first = np.searchsorted(self.leaf[special], np.arange(self._places + 1))
        spoken = csr_array((np.ones(len(special)), which, first), shape=(self._places, len(kinds.report)))
        sorts = len(self._sorts[0])
        silent = np.bincount(self._cell[~spoke], minlength=sorts * self._places).reshape(sorts, self._places)
        hushed = np.flatnonzero(self._reported_ms[:-1, 0])
        by_hushed = self._hushed(hushed, onsets)
        return Words(kinds, spoken, silent.astype(np.float64), hushed, by_hushed)

    def count(self, hearing: Hearing) -> Rows:
        """Count what is new since the last time; gives the places that it touches, ascending."""
        places, here, row = self._take_news()
        reported, silent = self._silent_there(places, hearing)
        some = self._special[here].nonzero()[0]
        if self._weighed is None or self._weighed.hearing is not hearing:
            self._weighed = Weighed(hearing)
        said = self._weighed.evidence(silent.beside(self.heard(here[some], hearing.onsets)))
        count = self._silent(here, row, len(places))
        self.told[:, places] = self._silence(count, places, reported, said[: len(silent.report)]).T
        self._add(places[row[some]], said[len(silent.report) :].T)
        return places

    def _take_news(self) -> tuple[Rows, Rows, Rows]:
        """Gives the places that it touches, ascending, and as `_below` does who is right below."""
        news = np.concatenate([np.empty(0, np.intp), *self._news])
        self._news.clear()
        if len(news):
            self._words = None
        self._special[news] = (self._at[:, news] > 0).any(axis=0)
        near = self._owing()
        touched = distinct(np.sort(self.leaf[np.concatenate([news, near])]))
        places = touched[touched.searchsorted(0) :]
        here, row = self._below(places)
        some = self._special[here].nonzero()[0]
        self._note_reports(places, here[some], row[some])
        return places, here, row

    def _owing(self) -> Rows:
        """To whose reports the reports that are news may matter, ascending; of theirs and of those it is known anew."""
        news = np.concatenate([np.empty(0, np.intp), *self._reports])
        self._reports.clear()
        if not len(news):
            return news
        report_ms = self.columns["report_ms"]
        near = distinct(np.sort(self._strays.owing(news)))
        near = near[report_ms[near] > 0]
        some = np.concatenate([news, near])
        self._stray[some] = self._strays.rates(some, report_ms)
        return near

    def _add(self, leaf: Rows, evidence: Floats) -> None:
        """Add what customers right below these places (ascending) let hear."""
        if len(leaf):
            first = begins(leaf).nonzero()[0]
            self.told[:, leaf[first]] += np.add.reduceat(evidence, first, axis=1)

    def _note_reports(self, places: Rows, speaking: Rows, row: Rows) -> None:
        """Remember the first reports from below these places; `speaking` are by `row` of them."""
        at_ms = self.columns["report_ms"][speaking]
        some = at_ms.nonzero()[0]
        some = some[np.lexsort((at_ms[some], row[some]))]
        nth = np.arange(len(some)) - np.searchsorted(row[some], row[some])
        first, nth = some[nth < NEIGHBOURS], nth[nth < NEIGHBOURS]
        reported = np.zeros((len(places), NEIGHBOURS), np.int64)
        reported[row[first], nth] = at_ms[first]
        self._reported_ms[places] = reported


def _sums(count: Rows | Floats, said: Floats) -> Floats:
    """(M, S + 1): of (M, kinds) customers who said (M, kinds, S + 1)."""
    told = np.zeros((len(count), said.shape[2]))
    for kind in range(count.shape[1]):
        told += count[:, kind, None] * said[:, kind]
    return told
