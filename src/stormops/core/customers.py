"""What was heard of every customer, as columns, and what it tells of the device right above.

Customers of whom nothing was heard are many and alike: they count together. What one more word changes is
taken out and put in again as whole numbers, so that the order in which words come is of no matter.
"""

from __future__ import annotations

import numpy as np

from stormops.core.forest import Rows, begins, distinct, ranges
from stormops.core.hearing import Heard, Hearing
from stormops.core.network import Floats, Ints
from stormops.core.onset import Onsets

COLUMNS = ("report_ms", "off_ms", "on_ms", "answered_ms")


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
        self._news: list[Rows] = []
        self._by_leaf = np.argsort(leaf, kind="stable")
        self._first = np.searchsorted(leaf[self._by_leaf], np.arange(places + 1))
        self.right_below = np.diff(self._first)
        """(places): customers right below each."""
        self.told = np.zeros((places, 1))
        """(places, S + 1): log-likelihoods of what the customers right below each place let hear."""

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
        of_silent = hearing.evidence(self.silent(areas))
        quiet = np.flatnonzero(~self._special & (self.leaf >= 0))
        kinds = areas + 1
        slots = self.leaf[quiet].astype(np.int64) * kinds + self.area[quiet] + 1
        count = np.bincount(slots, minlength=self._places * kinds).reshape(self._places, kinds)
        self.told = np.zeros((self._places, of_silent.shape[1]))
        for kind in range(kinds):
            self.told += count[:, kind, None] * of_silent[kind]
        some = self._by_leaf[self._special[self._by_leaf] & (self.leaf[self._by_leaf] >= 0)]
        self._add(some, hearing.evidence(self.heard(some, hearing.onsets)))

    def count(self, hearing: Hearing) -> Rows:
        """Count what is new since the last time; gives the places that it touches, ascending."""
        news = distinct(np.sort(np.concatenate([np.empty(0, np.intp), *self._news])))
        news = news[self.leaf[news] >= 0]
        both = np.concatenate([self._counted[:, news], self._at[:, news]], axis=1)
        said = hearing.evidence(self._heard(both, np.concatenate([news, news]), hearing.onsets))
        self._take_news()
        return self._add(news, said[len(news) :] - said[: len(news)])

    def _take_news(self) -> None:
        for news in self._news:
            self._counted[:, news] = at = self._at[:, news]
            self._special[news] = (at > 0).any(axis=0)
        self._news.clear()

    def _add(self, premises: Rows, evidence: Floats) -> Rows:
        """Gives the places right above, ascending."""
        if not len(premises):
            return premises
        order = np.argsort(self.leaf[premises], kind="stable")
        leaf = self.leaf[premises[order]].astype(np.intp)
        first = np.flatnonzero(begins(leaf))
        self.told[leaf[first]] += np.add.reduceat(evidence[order], first, axis=0)
        return np.asarray(leaf[first])
