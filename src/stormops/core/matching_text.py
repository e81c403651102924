"""What the words of a report claim: an address, a corner, a landmark, each with its reasons."""

from __future__ import annotations

from stormops.core.matching_address import AddressBook
from stormops.core.matching_answer import BAR, CANDIDATES, Possible, possible
from stormops.core.matching_claims import Claim
from stormops.core.matching_landmarks import Corners, Landmarks, Spot
from stormops.core.matching_meaning import Heard, Meaning, choose
from stormops.core.matching_places import Places
from stormops.core.matching_reasons import reasons
from stormops.core.nearest import Nearest
from stormops.core.network import City
from stormops.core.sentence import Sentence, say

WITHIN_M = 60.0
"""A point further than this from every premise is at none of them."""
_LOOK_M = 250.0
"""Candidates for a named place are looked for this far."""
PER_METRE = 30
"""Penalty of a metre between a point and a premise."""
_AROUND_M = 30.0
"""A named place means its nearest premise when every other place is this much further."""
_AT_M = 5.0
"""A landmark this near to a premise is that premise."""
_NOT_THERE = 3000
"""Penalty of a number that does not exist on the street: above the bar, whatever else agrees."""
_NO_UNIT, _ONE_UNIT, _WRONG_UNIT, _NEEDLESS_UNIT = 300, 100, 700, 200
_MOST_AROUND = 32
_AS_SAID = say("as_said")


class TextClaims:
    """Turns address and landmark texts into claims."""

    def __init__(self, city: City, book: AddressBook, places: Places, nearest: Nearest) -> None:
        self._premises = city.premises
        self._book, self._places, self._nearest = book, places, nearest
        self._landmarks = Landmarks(city)
        self._corners = Corners(city, book)

    def address(self, text: str) -> Claim:
        """The claim of an address text: a premise, a building, a corner, a landmark, or candidates."""
        heard = self._book.hear(text)
        if not heard.said.number:
            corners = self._corners.find(heard.said)
            if corners:
                return self._spots("address", "intersection", corners)
            marks = self._landmarks.find(text)
            if marks:
                return self._spots("address", "landmark", marks)
        choice = choose(heard)
        if choice.meaning is not None:
            return self._unit(choice.meaning)
        if heard.said.number and not heard.there and not heard.absent:
            marks = self._landmarks.find(text)
            if marks:
                return self._spots("address", "landmark", marks)
        why = say("never_meet") if heard.said.cross else choice.why
        return Claim("address", "address", sure=False, options=self._suggest(heard), why=why)

    def landmark(self, text: str) -> Claim:
        """The claim of a landmark's name."""
        spots = self._landmarks.find(text)
        if not spots:
            return Claim("landmark", "landmark", sure=False, options=[], why=say("not_known", field="landmark"))
        return self._spots("landmark", "landmark", spots)

    def _spots(self, field: str, rule: str, spots: list[Spot]) -> Claim:
        """A point that a text names: its premise when what stands there is one place."""
        options = possible([option for spot in spots for option in self._around(spot)])
        if len(spots) > 1:
            return Claim(field, rule, sure=False, options=options, why=say("several_named"))
        near = self._nearest.within(spots[0].lon, spots[0].lat, WITHIN_M, _MOST_AROUND)
        if not near:
            why = say("nothing_at_place", metres=round(WITHIN_M))
            return Claim(field, rule, sure=False, options=options, why=why)
        first, metres = near[0]
        there = rule == "landmark" and metres <= _AT_M
        if not there and not all(self._places.same(first, o) or away >= metres + _AROUND_M for o, away in near):
            why = say("several_around")
            return Claim(field, rule, sure=False, options=options, why=why)
        if options[0].penalty > BAR:
            return Claim(field, rule, sure=False, options=options, why=say("no_place_like"))
        first, units = self._places.representative(options[0].premise)
        best = options[0]._replace(premise=first)
        if units > 1:
            best.reasons.append(say("place_units", count=units))
        return Claim(field, rule, sure=True, options=[best])

    def _around(self, spot: Spot) -> list[Possible]:
        near = self._nearest.within(spot.lon, spot.lat, _LOOK_M, CANDIDATES)
        return [
            Possible(p, spot.penalty + round(PER_METRE * d), [*spot.reasons, say("from_place", metres=round(d))])
            for p, d in near
        ]

    def _unit(self, meaning: Meaning) -> Claim:
        """The address is known: which of its premises.

        Duplicate rows, and units when none is told, stand for each other only when they lose service together.
        """
        said, units = meaning.reading.unit, self._places.unit
        why = reasons(meaning, self._book)
        exact = [r for r in meaning.rows if units[r] == said]
        if exact:
            if len(exact) == 1:
                return self._meant(exact[0], meaning.penalty, "address", why)
            why.append(say("stands_often", count=len(exact)))
            return self._together(exact, meaning.penalty, "address", why)
        first = meaning.rows[0]
        if len(meaning.rows) == 1 and not said:
            why.append(say("only_unit", known=units[first]))
            return self._meant(first, meaning.penalty + _ONE_UNIT, "address", why)
        if not any(units[r] for r in meaning.rows):
            why.append(say("no_units", unit=said))
            return self._together(list(meaning.rows), meaning.penalty + _NEEDLESS_UNIT, "address", why)
        count = len(meaning.rows)
        told = say("unit_unknown", unit=said, count=count) if said else say("unit_missing", count=count)
        extra = _WRONG_UNIT if said else _NO_UNIT
        return self._together(
            list(meaning.rows),
            meaning.penalty + extra,
            "address_building",
            [*why, told],
        )

    def _together(self, rows: list[int], penalty: int, rule: str, why: list[Sentence]) -> Claim:
        """The first of several premises stands for all when they lose service together; else all are candidates."""
        if self._places.together(rows):
            return self._meant(rows[0], penalty, rule, why)
        apart: dict[int, int] = {}
        for row in rows:
            apart.setdefault(self._places.zone[row], row)
        options = [Possible(r, penalty, why) for r in (apart.values() if len(apart) > 1 else rows)]
        return Claim("address", rule, sure=False, options=options, why=say("not_one_place", why=why[-1]))

    def _meant(self, premise: int, penalty: int, rule: str, why: list[Sentence]) -> Claim:
        sure = penalty <= BAR
        option = Possible(premise, penalty, why or [_AS_SAID])
        return Claim("address", rule, sure=sure, options=[option], why=None if sure else say("no_address_near"))

    def _suggest(self, heard: Heard) -> list[Possible]:
        """Candidates for an address that is not sure: the nearest that exist, and the nearest numbers."""
        if not heard.there and (not heard.absent or heard.absent[0].penalty > BAR):
            heard = self._book.suggest(heard)
        book = self._book
        found = [Possible(m.rows[0], m.penalty, self._told(m)) for m in heard.there[:CANDIDATES]]
        for street in heard.absent[:2]:
            number = street.reading.number
            for row in book.nearest_numbers(street):
                here = self._premises.house_number[row]
                missing = say("no_number_near", number=number, near=here) if number else say("number_missing")
                away = min(1000, 10 * abs(book.value(row) - book.number_value(number)))
                found.append(Possible(row, street.penalty + _NOT_THERE + away, [*reasons(street, book), missing]))
        return possible(found)

    def _told(self, meaning: Meaning) -> list[Sentence]:
        return reasons(meaning, self._book) or [_AS_SAID]
