"""Query sets for the matching benchmark, with their truth, and how answers are graded.

Well-formed: the address as the city has it, in full, with its town. Spoilt: by `corrupter.spoil`.
Digits: the same with two digits of the house number exchanged. Outside: invented streets, the other
city's addresses, and the city's own streets with numbers beyond any of theirs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from stormops.core.matching import Matched, Matcher, NotMatched
from stormops.core.network import City
from tests.bench import corrupter
from tests.bench.corrupter import Address

Key = tuple[str, str, str]
"""Number, street and locality as the city's data spell them, folded to one case: one address."""


class Query(NamedTuple):
    """A text and the address that it means (None: none in this city), the unit ("" any), and how it was spoilt."""

    text: str
    truth: Key | None
    unit: str
    ways: list[str]


@dataclass
class Tally:
    """Counts of one set; `ways` by the way of spoiling, for queries spoilt in one way only."""

    asked: int = 0
    right: int = 0
    wrong: int = 0
    unmatched: int = 0
    among: int = 0
    ways: dict[str, list[int]] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)

    def share(self, count: int) -> float:
        """Percent of the queries asked."""
        return 100.0 * count / max(1, self.asked)


class Asker:
    """Makes queries from one city's addresses and grades the answers. `town` gives the text's town and state."""

    def __init__(self, city: City, state: str, town: str = "") -> None:
        self.city = city
        self._state, self._town = state, town
        p = city.premises
        self._streets = [" ".join(s.split()).upper() for s in p.streets]
        self.askable = [i for i in range(len(p)) if p.house_number[i] not in ("", "0") and p.streets[p.street[i]]]
        self.known = {self.key(i) for i in range(len(p))}
        self._plain: dict[tuple[str, str], list[Key]] = {}
        for key in sorted(self.known):
            self._plain.setdefault(key[:2], []).append(key)
        self._highest: dict[str, int] = {}
        for number, street in self._plain:
            if number.isdigit():
                self._highest[street] = max(self._highest.get(street, 0), int(number))

    def key(self, premise: int) -> Key:
        """The address of a premise; two rows with one key are one address."""
        p = self.city.premises
        town = p.localities[p.locality[premise]].upper()
        return p.house_number[premise].upper(), self._streets[p.street[premise]], town

    def address(self, premise: int, rng: random.Random) -> Address:
        """The address of a premise as its customer writes it: with the town, half of the time with state and code."""
        p = self.city.premises
        full = rng.random() < 0.5
        return Address(
            number=p.house_number[premise],
            street=" ".join(p.streets[p.street[premise]].split()),
            unit=p.unit[premise],
            town=self._town or p.localities[p.locality[premise]],
            state=self._state if full else "",
            postcode=p.postcode[premise] if full else "",
        )

    def _query(self, premise: int, address: Address, ways: list[str], rng: random.Random) -> Query:
        unit = "" if address.unit_dropped else self.city.premises.unit[premise].upper()
        return Query(address.text(rng), self.key(premise), unit, ways)

    def well_formed(self, count: int, rng: random.Random) -> list[Query]:
        """Addresses as they stand."""
        rows = rng.choices(self.askable, k=count)
        return [self._query(i, self.address(i, rng), [], rng) for i in rows]

    def spoilt(self, count: int, rng: random.Random) -> list[Query]:
        """Addresses spoilt in one to three ways."""
        found = []
        for premise in rng.choices(self.askable, k=count):
            address, ways = corrupter.spoil(self.address(premise, rng), rng)
            found.append(self._query(premise, address, ways, rng))
        return found

    def digits(self, count: int, rng: random.Random) -> list[Query]:
        """House numbers with two digits exchanged: the truth is whatever address of that number exists, or none."""
        found: list[Query] = []
        while len(found) < count:
            premise = rng.choice(self.askable)
            spoilt = corrupter.transpose_digits(self.address(premise, rng), rng)
            if spoilt is None:
                continue
            _, street, town = self.key(premise)
            # A text that names the whole city and no part of it means that number anywhere on the street.
            same = self._plain.get((spoilt.number.upper(), street), [])
            truth = next((key for key in same if self._town or key[2] == town), None)
            found.append(Query(replace(spoilt, unit="").text(rng), truth, "", []))
        return found

    def outside(self, other: Asker, count: int, rng: random.Random) -> list[Query]:
        """Addresses that this city does not have, a third of each kind."""
        kinds: list[tuple[str, Callable[[random.Random], str | None]]] = [
            ("invented street", self._invented),
            ("number out of range", self._beyond),
            ("other city", lambda r: self._foreign(other, r)),
        ]
        if other is self:
            kinds.pop()
        found: list[Query] = []
        while len(found) < count:
            name, make = kinds[len(found) % len(kinds)]
            text = make(rng)
            if text:
                found.append(Query(text, None, "", [name]))
        return found

    def _invented(self, rng: random.Random) -> str:
        address = replace(self.address(rng.choice(self.askable), rng), street=corrupter.invented_street(rng), unit="")
        if rng.random() < 0.5:
            address = replace(address, town="", state="", postcode="")
        return address.text(rng)

    def _foreign(self, other: Asker, rng: random.Random) -> str | None:
        """An address of the other city, two thirds with its town. None when this city has the same number and name."""
        premise = rng.choice(other.askable)
        address = other.address(premise, rng)
        number, street, _ = other.key(premise)
        if any((number, f"{street.rsplit(' ', 1)[0]} {s}".strip().upper()) in self._plain for s in _ENDINGS):
            return None
        if rng.random() < 0.33:
            address = replace(address, town="", state="", postcode="")
        return address.text(rng)

    def _beyond(self, rng: random.Random) -> str | None:
        premise = rng.choice(self.askable)
        highest = self._highest.get(self.key(premise)[1])
        if highest is None:
            return None
        address = self.address(premise, rng)
        return replace(address, number=str(highest + rng.randrange(100, 3000)), unit="").text(rng)

    def grade(self, matcher: Matcher, queries: list[Query]) -> Tally:
        """Ask and count. A premise is right when its address is the one meant, and its unit unless none was told
        or the answer says that it names the building.
        """
        tally = Tally()
        for query in queries:
            answer = matcher.match_address(query.text)
            verdict = self._verdict(query, answer)
            tally.asked += 1
            tally.right += verdict == "right"
            tally.wrong += verdict == "wrong"
            tally.unmatched += verdict == "unmatched"
            if verdict == "unmatched" and isinstance(answer, NotMatched):
                tally.among += any(self.key(c.premise) == query.truth for c in answer.candidates)
            if len(query.ways) == 1:
                counts = tally.ways.setdefault(query.ways[0], [0, 0, 0])
                counts[0] += 1
                counts[1] += verdict == "right"
                counts[2] += verdict == "wrong"
            if verdict != "right" and (query.truth or verdict == "wrong"):
                tally.misses.append(f"{verdict:9} {query.text!r} {query.truth} {query.ways} {answer}")
        return tally

    def _verdict(self, query: Query, answer: Matched | NotMatched) -> str:
        if isinstance(answer, NotMatched):
            return "right" if query.truth is None else "unmatched"
        if query.truth is None or self.key(answer.premise) != query.truth:
            return "wrong"
        unit = self.city.premises.unit[answer.premise].upper()
        if query.unit and unit != query.unit and answer.rule != "address_building":
            return "wrong"
        return "right"


_ENDINGS = ("", "ST", "STREET", "RD", "ROAD", "AVE", "AVENUE", "DR", "DRIVE", "LN", "LANE", "CT", "COURT", "WAY")
