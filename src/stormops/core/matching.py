"""Which premise a report means: a match with its penalty and reasons, or candidates, never a guess.

Rules, as named in `Matched.rule`: `service_point`, `meter`, `account`, `phone` (exact), `address`
(the premise itself), `address_building` (the building; its units lose service together),
`coordinates`, `coordinates_building`, `landmark`, `intersection`. The decisions behind them are in
`docs/adr/0003-matching.md`. Pure: the answer depends on the city and the report alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from stormops.core.matching_address import AddressBook
from stormops.core.matching_answer import CANDIDATES, WORST, Matched, NotMatched, Possible
from stormops.core.matching_claims import KEYS, TRUST, Claim, decide
from stormops.core.matching_keys import Keys
from stormops.core.matching_places import Places
from stormops.core.matching_text import PER_METRE, WITHIN_M, TextClaims
from stormops.core.nearest import Nearest
from stormops.core.network import City, Floats, Ints
from stormops.core.report import Report
from stormops.core.sentence import say

__all__ = ["Matched", "Matcher", "NotMatched", "Possible"]

EXACT = KEYS | {"phone"}
"""Fields that name a premise, or none, or several: alone and of one premise, there is nothing to weigh."""

_GIVEN = attrgetter(*("longitude" if field == "coordinates" else field for field in TRUST))
"""What a report has in each of the fields."""
_AS_GIVEN = {field: say("as_given", field=field) for field in TRUST}
_UNTOLD_M = 20.0
"""Nearer than this the nearest house is meant; beyond it a second one as near makes it unsure."""
_AS_NEAR_M = 3.0


class Matcher:
    """Matches reports to the premises of one city. Build once, ask often; safe to share, never changes."""

    def __init__(self, city: City) -> None:
        self._premises = city.premises
        self._nearest = Nearest(city)
        self._places = Places(city)
        self._keys = Keys(city.premises)
        self._text = TextClaims(city, AddressBook(city), self._places, self._nearest)

    def rows(self, field: str, value: str) -> list[int]:
        """Premises (rows, ascending) of a `meter`, `account`, `phone` or `service_point` as somebody wrote it."""
        return self._keys.rows(field, value)

    def nearest(self, lon: float, lat: float) -> tuple[int, float]:
        """The nearest premise (row) to a WGS 84 point and the metres to it; (-1, inf) when there is none."""
        return self._nearest.nearest(lon, lat)

    def nearest_many(self, lons: Floats, lats: Floats) -> tuple[Ints, Floats]:
        """The same for arrays of points: rows and metres, of the same length."""
        return self._nearest.nearest_many(lons, lats)

    def match(self, report: Report) -> Matched | NotMatched:
        """The premise that the report means, or why not and the candidates."""
        return self._decide(report, None)

    def match_many(self, reports: Sequence[Report]) -> list[Matched | NotMatched]:
        """The same for many reports at once; points are looked up together."""
        located = [i for i, r in enumerate(reports) if r.latitude is not None and r.longitude is not None]
        lons = np.array([reports[i].longitude for i in located], np.float64)
        lats = np.array([reports[i].latitude for i in located], np.float64)
        rows, metres = self.nearest_many(lons, lats)
        near = dict(zip(located, zip(rows.tolist(), metres.tolist(), strict=True), strict=True))
        return [self._decide(report, near.get(i)) for i, report in enumerate(reports)]

    def match_address(self, text: str) -> Matched | NotMatched:
        """The premise that an address text alone means."""
        return decide([self._text.address(text)], self._places)

    def _decide(self, report: Report, near: tuple[int, float] | None) -> Matched | NotMatched:
        given = [(field, value) for field, value in zip(TRUST, _GIVEN(report), strict=True) if value is not None]
        if len(given) == 1 and given[0][0] in EXACT:
            field, value = given[0]
            rows = self._keys.rows(field, value)
            if len(rows) == 1:
                return Matched(rows[0], 0, field, [_AS_GIVEN[field]])
        claims = []
        for field, value in given:
            if field == "coordinates":
                if report.longitude is not None and report.latitude is not None:
                    claims.append(self._coordinates(report.longitude, report.latitude, near))
            elif value.strip():
                claims.append(self._said(field, value))
        return decide(claims, self._places)

    def _said(self, field: str, value: str) -> Claim:
        """What words in a field of the report claim."""
        if field == "address":
            return self._text.address(value)
        if field == "landmark":
            return self._text.landmark(value)
        return self._key(field, value)

    def _key(self, field: str, value: str) -> Claim:
        rows = self._keys.rows(field, value)
        if len(rows) == 1:
            return Claim(field, field, sure=True, options=[Possible(rows[0], 0, [_AS_GIVEN[field]])])
        if not rows:
            return Claim(field, field, sure=False, options=[], why=say("not_known", field=field))
        why = say("has_premises", field=field, count=len(rows))
        penalty = min(WORST, 500 * len(rows))
        return Claim(field, field, sure=False, options=[Possible(r, penalty, [why]) for r in rows], why=why)

    def _coordinates(self, lon: float, lat: float, near: tuple[int, float] | None) -> Claim:
        premise, metres = near or self.nearest(lon, lat)
        point = self._nearest.plane(lon, lat)
        if metres > WITHIN_M:
            why = say("nothing_at_point", metres=round(WITHIN_M))
            options = [_away(premise, metres)._replace(penalty=WORST)] if premise >= 0 else []
            return Claim("coordinates", "coordinates", sure=False, options=options, why=why, point=point)
        if metres > _UNTOLD_M:
            others = self._nearest.within(lon, lat, metres + _AS_NEAR_M, CANDIDATES)
            if any(not self._places.same(premise, other) for other, _ in others):
                why = say("equally_near")
                found = [_away(p, d) for p, d in others]
                return Claim("coordinates", "coordinates", sure=False, options=found, why=why, point=point)
        first, units = self._places.representative(premise)
        best = _away(first, metres)
        if units > 1:
            best.reasons.append(say("point_units", count=units))
        rule = "coordinates" if units == 1 else "coordinates_building"
        return Claim("coordinates", rule, sure=True, options=[best], point=point)


def _away(premise: int, metres: float) -> Possible:
    return Possible(premise, round(PER_METRE * metres), [say("from_point", metres=round(metres))])
