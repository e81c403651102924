"""Address text against the city's addresses: which premises a text may mean, and how surely.

A text is read (`core.address`, `core.matching_readings`), each reading is held against the streets
it may name, and each street against the house number. A number that does not exist on the street is
evidence too: it speaks against a like-named street that happens to have it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt

from stormops.core.address import house_number
from stormops.core.address_said import read
from stormops.core.distinct import distinct
from stormops.core.matching_answer import CANDIDATES
from stormops.core.matching_meaning import HOPELESS, OTHER_KIND, Heard, Meaning, best_penalty, fit, ranked
from stormops.core.matching_readings import Reading, readings
from stormops.core.matching_streets import Like, Streets
from stormops.core.matching_towns import UNKNOWN, Postcodes, Towns
from stormops.core.network import City

_MOST_NAMES = 4
"""Different readings of a street's name that are compared letter by letter."""
_LONGEST_NAME = 48
_HIGHEST = 10**9
_CLEAR = 200
"""An exactly spelled street at this penalty or less needs no other reading."""
_NEAR = 1100
"""A street one letter off at this penalty or less needs no search further off."""
_SURE = 300
"""An exactly spelled street at this penalty or less cannot be overtaken by a misspelt one."""
_ELSEWHERE = 2000
_UNKNOWN_TOWN = 3000
_TWO_DOUBTS = 800
"""A name some letters off and another suffix as well speak more against a street than each alone."""


Longs = npt.NDArray[np.int64]


def _value(number: str) -> int:
    """The leading digits of a house number; -1 without."""
    head = 0
    while head < len(number) and number[head].isdigit():
        head += 1
    return min(int(number[:head]), _HIGHEST) if head else -1


class AddressBook:
    """The addresses of a city, ready to be matched. P premises, S streets."""

    def __init__(self, city: City) -> None:
        premises = city.premises
        self.streets = Streets(premises.streets)
        self.towns = Towns(premises.localities, (city.title, city.name))
        count = len(premises)
        street = self.streets.of[premises.street] if count else np.empty(0, np.int32)
        place = np.array(self.towns.canonical, np.int32)[premises.locality] if count else np.empty(0, np.int32)
        self.street: list[int] = street.tolist()
        self.locality: list[int] = place.tolist()
        self.postcodes = Postcodes(premises.postcode, self.locality)
        ids: dict[str, int] = {}
        same: dict[str, int] = {}
        number = np.empty(count, np.int64)
        for i, text in enumerate(premises.house_number):
            row = same.get(text)
            if row is None:
                row = same[text] = ids.setdefault(house_number(text), len(ids))
            number[i] = row
        self._number = ids
        self._width = len(ids) + 1
        self._value = np.array([_value(n) for n in ids] or [-1], np.int64)[number] if count else number
        self._index(street.astype(np.int64), number)
        by_street = np.argsort(street, kind="stable")
        self._by_street = by_street
        self._street_first = np.searchsorted(street[by_street], np.arange(len(self.streets) + 1))
        pairs = distinct(street.astype(np.int64) << 32 | place)
        self._localities: list[set[int]] = [set() for _ in range(len(self.streets))]
        for s, p in zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True):
            self._localities[s].add(p)

    def _index(self, street: Longs, number: Longs) -> None:
        """Premises by street and number, and the street names that have each number."""
        keys = street * self._width + number
        order = np.argsort(keys, kind="stable")
        cuts = np.flatnonzero(np.diff(keys[order])) + 1
        bounds = [0, *cuts.tolist(), len(order)] if len(order) else [0]
        first = keys[order][bounds[:-1]] if len(order) else keys
        self._order: list[int] = order.tolist()
        self._at = dict(zip(first.tolist(), bounds[:-1], strict=True))
        to = np.zeros(len(order), np.int32)
        to[bounds[:-1]] = bounds[1:]
        self._to: list[int] = to.tolist()
        names: dict[int, set[str]] = {}
        parts = self.streets.parts
        for key in first.tolist():
            s, n = divmod(key, self._width)
            names.setdefault(n, set()).add(parts[s].name)
        self._names = {n: sorted(found) for n, found in names.items()}

    def rows(self, street: int, number: str) -> list[int]:
        """Premises with this canonical number on this canonical street, ascending."""
        row = self._number.get(number)
        if row is None:
            return []
        lo = self._at.get(street * self._width + row)
        return [] if lo is None else self._order[lo : self._to[lo]]

    def on_street(self, street: int) -> Longs:
        """Premises of a canonical street, ascending."""
        return self._by_street[self._street_first[street] : self._street_first[street + 1]]

    def localities(self, street: int) -> set[int]:
        """Canonical localities in which the street has premises."""
        return self._localities[street]

    def value(self, premise: int) -> int:
        """A premise's house number as a number; -1 without digits."""
        return int(self._value[premise])

    @staticmethod
    def number_value(number: str) -> int:
        """A house number as a number; -1 without leading digits."""
        return _value(number)

    def nearest_numbers(self, meaning: Meaning) -> list[int]:
        """Premises on a street whose numbers are nearest to the one that is not there."""
        rows = self.on_street(meaning.street)
        town = meaning.reading.town
        if town and town != UNKNOWN:
            here = np.array([self.locality[r] in town for r in rows.tolist()], np.bool_)
            rows = rows[here] if here.any() else rows
        value = _value(meaning.reading.number)
        away = np.abs(self._value[rows] - value)
        return [int(r) for r in rows[np.argsort(away, kind="stable")[:CANDIDATES]]]

    def hear(self, text: str) -> Heard:
        """Everything that the text may mean. Deterministic; time bounded by `address.LIMIT`."""
        said = read(text)
        there: list[Meaning] = []
        absent: list[Meaning] = []
        if not said.number:
            return Heard(said, there, absent)
        tried: list[Reading] = []
        for reading in readings(said, self.towns, self.streets):
            tried.append(reading)
            known = self.streets.exact(reading.street.name)
            for street, flags in known:
                self._weigh(reading, Like(street, flags, 0, sounds=False, penalty=0), there, absent)
            if known and not reading.extra and best_penalty(there) <= _CLEAR:
                break
            if len(tried) == 1 and not known and self._hear_plainly(reading, there, absent):
                break
        else:
            if best_penalty(there) > _SURE:
                self._hear_nearly(tried, there, absent)
        return Heard(said, ranked(there), ranked(absent))

    def _hear_plainly(self, reading: Reading, there: list[Meaning], absent: list[Meaning]) -> bool:
        """Whether the plain reading of a street that ends as one, in a town of the city, is one letter off."""
        if not reading.street.kind or reading.town == UNKNOWN:
            return False
        for like in self.streets.one_off(reading.street.name[:_LONGEST_NAME]):
            self._weigh(reading, like, there, absent)
        return best_penalty(there) <= _NEAR

    def suggest(self, heard: Heard) -> Heard:
        """The same with streets further off in spelling, anywhere in the city: for suggestions, never for a match."""
        said = heard.said
        there, absent = list(heard.there), list(heard.absent)
        names: dict[str, Reading] = {}
        for reading in readings(said, self.towns, self.streets):
            names.setdefault(reading.street.name[:_LONGEST_NAME], reading)
        for name, reading in islice(names.items(), _MOST_NAMES):
            choices = self._names.get(self._number.get(reading.number, -1), [])
            for like in self.streets.search(name, choices):
                self._weigh(reading, like, there, absent)
        return Heard(said, ranked(there), ranked(absent))

    def _hear_nearly(self, tried: list[Reading], there: list[Meaning], absent: list[Meaning]) -> None:
        """The same for streets whose name is only like the one said: one letter off, else further off."""
        names: dict[tuple[str, str], list[Reading]] = {}
        for reading in tried:
            name = reading.street.name[:_LONGEST_NAME]
            if reading.town != UNKNOWN and len(name) > 1:
                names.setdefault((name, reading.number), []).append(reading)
        first = list(islice(names.items(), _MOST_NAMES))
        for (name, _), same in first:
            self._weigh_all(same, self.streets.one_off(name), there, absent)
            if best_penalty(there) <= _NEAR:
                return
        for (name, number), same in first:
            free = [reading for reading in same if not reading.close]
            choices = self._names.get(self._number.get(number, -1), [])
            self._weigh_all(free, self.streets.further(name, choices) if free else [], there, absent)

    def _weigh_all(self, same: list[Reading], likes: list[Like], there: list[Meaning], absent: list[Meaning]) -> None:
        for like in likes:
            for reading in same:
                self._weigh(reading, like, there, absent)

    def _weigh(self, reading: Reading, like: Like, there: list[Meaning], absent: list[Meaning]) -> None:
        """Add what a reading means if it names this street."""
        parts = self.streets.parts[like.street]
        base = reading.extra + like.penalty + fit(reading.street, parts, like.flags)
        if like.distance and base >= like.penalty + OTHER_KIND:
            base += _TWO_DOUBTS
        if base >= HOPELESS:
            return
        rows = self.rows(like.street, reading.number)
        town = reading.town
        if not (rows and (not town or town == UNKNOWN or any(self.locality[r] in town for r in rows))):
            inside = not town or not self._localities[like.street].isdisjoint(town)
            against = base + self._town_penalty(reading, inside=inside)
            absent.append(Meaning(against, like.street, -1, (), reading, like))
        for locality, group in self._by_locality(rows):
            penalty = base + self._town_penalty(reading, inside=not town or locality in town)
            if reading.postcode:
                penalty += min(self.postcodes.penalty(reading.postcode, r, locality) for r in group)
            there.append(Meaning(penalty, like.street, locality, group, reading, like))

    def _by_locality(self, rows: list[int]) -> Iterable[tuple[int, tuple[int, ...]]]:
        if len(rows) == 1:
            return ((self.locality[rows[0]], (rows[0],)),)
        groups: dict[int, list[int]] = {}
        for row in rows:
            groups.setdefault(self.locality[row], []).append(row)
        return [(place, tuple(found)) for place, found in groups.items()]

    @staticmethod
    def _town_penalty(reading: Reading, *, inside: bool) -> int:
        if reading.town == UNKNOWN:
            return _UNKNOWN_TOWN
        return 100 * reading.town_letters if inside else _ELSEWHERE
