"""What was heard of every customer, as columns, and what it tells of the device right above.

Customers of whom nothing was heard are many and alike: they count together. What one more word changes is
taken out and put in again as whole numbers, so that the order in which words come is of no matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.forest import Rows, begins, distinct, ranges
from stormops.core.hearing import Heard, Hearing
from stormops.core.network import Floats, Ints
from stormops.core.onset import Onsets

COLUMNS = ("report_ms", "off_ms", "on_ms", "answered_ms")


class Words(NamedTuple):
    """All that was heard, as it is at one moment: whoever tries other rates weighs the same words again.

    M `special` customers, ordered by the place right above (`leaf`); each was heard as `kinds` says at `which`.
    `silent` (areas + 1, places): customers right below each place of whom nothing was heard, by area (none first).
    """

    special: Rows
    leaf: Rows
    kinds: Heard
    which: Rows
    silent: Floats


class Customers:
    """P premises; all columns have a row each, times in platform ms, 0 = never.

    `leaf` (P): the place of the device right above, -1 = outside the network. `report_ms`: the first report that
    nothing has answered; `off_ms`, `on_ms`: the meter's word; `answered_ms`: when people last said that service
    is back. `area`: -1 = no meter, 0 = one that is heard, else the number of a silent area. Write by `tell`.
    """

    def __init__(self, leaf: Ints, places: int) -> None:
        self.leaf = leaf
        self._places = places
        self._at = np.zeros((len(COLUMNS), len(leaf)), np.int64)
        self._counted = np.zeros_like(self._at)
        self.columns = dict(zip(COLUMNS, self._at, strict=True))
        self.area = np.full(len(leaf), -1, np.int32)
        self.pinged = np.zeros(places, np.bool_)
        """(places): whether a customer right below has a meter that can be asked."""
        self._special = np.zeros(len(leaf), np.bool_)
        self._words: tuple[tuple[Onsets, int], Words] | None = None
        self._news: list[Rows] = []
        self._by_leaf = np.argsort(leaf, kind="stable")
        self._first = np.searchsorted(leaf[self._by_leaf], np.arange(places + 1))
        self.right_below = np.diff(self._first)
        """(places): customers right below each."""
        self.of_silent = np.zeros((1, 1))
        """(areas + 1, S + 1): log-likelihoods of the silence of one, without a meter, and with one in each area."""
        self.told = np.zeros((1, places))
        """(S + 1, places): log-likelihoods of what the customers right below each place let hear."""

    def tell(self, column: str, premises: Rows, at_ms: Rows | int) -> None:
        """Write what was heard of these premises."""
        self.columns[column][premises] = at_ms
        self._news.append(np.asarray(premises, np.intp))

    def members(self, place: int) -> Rows:
        """Premises right below a place."""
        return self._by_leaf[self._first[place] : self._first[place + 1]]

    def silent_below(self, places: Rows, areas: int) -> Rows:
        """(M, areas + 1): customers right below each place of whom nothing was heard, by area (none first)."""
        first, last = self._first[places], self._first[places + 1]
        here = self._by_leaf[ranges(first, last)]
        row = np.repeat(np.arange(len(places)), last - first)
        quiet = ~self._special[here]
        kinds = areas + 1
        cell = row[quiet] * kinds + self.area[here[quiet]] + 1
        return np.bincount(cell, minlength=len(places) * kinds).reshape(len(places), kinds)

    def hear_by(self, area: Ints) -> None:
        """Who has a meter, and in which area of the meter network (see `area`)."""
        self.area[:] = area
        self._words = None
        asked = self.leaf[area == 0]
        self.pinged[:] = False
        self.pinged[asked[asked >= 0]] = True

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

    def heard(self, premises: Rows, onsets: Onsets) -> Heard:
        """What was heard of these premises, as ages."""
        return self._heard(self._at[:, premises], premises, onsets)

    def _heard(self, at: Rows, premises: Rows, onsets: Onsets) -> Heard:
        report, off, on, answered = np.where(at > 0, onsets.ages(at), -1)
        return Heard(report, np.where(at[1] > at[2], off, -1), on, self.area[premises].astype(np.intp), answered)

    def silent(self, areas: int) -> Heard:
        """What is heard of who says nothing: without a meter, and with one in each of the areas."""
        nothing = np.full(areas + 1, -1)
        return Heard(nothing, nothing, nothing, np.arange(-1, areas), nothing)

    def recount(self, hearing: Hearing, areas: int) -> None:
        """Count everybody afresh: the tables have changed."""
        self._take_news()
        words = self.words(hearing.onsets, areas)
        said = hearing.evidence(words.kinds).T
        # Whole numbers of `hearing.UNIT`: exact in any order, also in that of a product of matrices.
        self.of_silent = hearing.evidence(self.silent(areas))
        self.told = self.of_silent.T @ words.silent
        self._add(words.leaf, said.take(words.which, axis=1))

    def words(self, onsets: Onsets, areas: int) -> Words:
        """All that was heard, by the last `count`."""
        if self._words is None or self._words[0] != (onsets, areas):
            self._words = (onsets, areas), self._all(onsets, areas)
        return self._words[1]

    def _all(self, onsets: Onsets, areas: int) -> Words:
        linked = self._by_leaf[self._first[0] :]
        spoke = self._special[linked]
        special, quiet = linked[spoke], linked[~spoke]
        kinds, which = self.heard(special, onsets).kinds()
        cell = (self.area[quiet] + 1).astype(np.int64) * self._places + self.leaf[quiet]
        silent = np.bincount(cell, minlength=(areas + 1) * self._places).reshape(areas + 1, self._places)
        return Words(special, self.leaf[special].astype(np.intp), kinds, which, silent.astype(np.float64))

    def count(self, hearing: Hearing) -> Rows:
        """Count what is new since the last time; gives the places that it touches, ascending."""
        news = distinct(np.sort(np.concatenate([np.empty(0, np.intp), *self._news])))
        news = news[self.leaf[news] >= 0]
        both = np.concatenate([self._counted[:, news], self._at[:, news]], axis=1)
        said = hearing.evidence(self._heard(both, np.concatenate([news, news]), hearing.onsets))
        self._take_news()
        order = np.argsort(self.leaf[news], kind="stable")
        change = (said[len(news) :] - said[: len(news)])[order].T
        return self._add(self.leaf[news[order]].astype(np.intp), change)

    def _take_news(self) -> None:
        if self._news:
            self._words = None
        for news in self._news:
            self._counted[:, news] = at = self._at[:, news]
            self._special[news] = (at > 0).any(axis=0)
        self._news.clear()

    def _add(self, leaf: Rows, evidence: Floats) -> Rows:
        """Add what customers right below these places (ascending) let hear; gives the places, each once."""
        if not len(leaf):
            return leaf
        first = np.flatnonzero(begins(leaf))
        places: Rows = leaf[first]
        self.told[:, places] += np.add.reduceat(evidence, first, axis=1)
        return places
