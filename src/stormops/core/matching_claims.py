"""What each field of a report claims about where it belongs, and what the claims say together.

A claim is sure when it alone would be enough. Fields are heard in the order of `TRUST`; a field that
agrees confirms, one that is silent says nothing, one that disagrees adds a penalty, which may leave the
report unmatched: two good and contrary statements are a matter for a person.
"""

from __future__ import annotations

from functools import reduce
from typing import Final, NamedTuple

from stormops.core.matching_answer import BAR, Matched, NotMatched, Possible, possible
from stormops.core.matching_places import Places
from stormops.core.sentence import Sentence, say

TRUST: Final = ("service_point", "meter", "account", "address", "phone", "coordinates", "landmark")
"""Address before phone: a phone says who calls, an address where it is dark."""
KEYS: Final = frozenset(TRUST[:3])

_NEAR_M = 250.0
"""A point this near to a premise agrees with it."""
_FAR_M = 1000.0
_CREDIBLE = 4000
"""Options above this penalty are suggestions: they say nothing against what another field claims."""


class Claim(NamedTuple):
    """One field's claim. `options` are premises it may mean, best first; `sure` when the first is meant.

    `point` (x, y metres) when the field gives one. `rule` names the way; `why` says why it is not sure.
    """

    field: str
    rule: str
    sure: bool
    options: list[Possible]
    why: Sentence | None = None
    point: tuple[float, float] | None = None


def decide(claims: list[Claim], places: Places) -> Matched | NotMatched:
    """The one answer of all claims, which stand in the order of trust."""
    if not claims:
        return NotMatched(say("nothing_said"), [])
    if len(claims) == 1:
        return _alone(claims[0])
    base = next((c for c in claims if c.sure), None)
    base = _narrowed(claims, places) if base is None else _sharpened(base, claims, places)
    if base is None:
        return NotMatched(_joined([c.why for c in claims if c.why]), _all(claims))
    chosen = base.options[0]
    penalty, reasons, against = chosen.penalty, list(chosen.reasons), []
    for other in claims:
        if other.field == base.field:
            continue
        more, why = _disagreement(chosen.premise, base, other, places)
        penalty += more
        if why:
            reasons.append(why)
            against.append(why)
    if penalty > BAR:
        best = [o._replace(penalty=o.penalty + penalty - chosen.penalty) for o in base.options[:1]]
        return NotMatched(_joined(against), possible([*best, *_all(claims)]))
    return Matched(chosen.premise, penalty, base.rule, reasons)


def _joined(why: list[Sentence]) -> Sentence:
    """All that speaks against a match, as one sentence."""
    return reduce(lambda one, other: say("both", first=one, second=other), why) if why else say("nothing_said")


def _alone(claim: Claim) -> Matched | NotMatched:
    if claim.sure:
        best = claim.options[0]
        return Matched(best.premise, best.penalty, claim.rule, best.reasons)
    return NotMatched(_joined([claim.why] if claim.why else []), possible(claim.options))


def _all(claims: list[Claim]) -> list[Possible]:
    return possible([option for claim in claims for option in claim.options])


def _agrees(premise: int, claim: Claim, places: Places) -> bool:
    if claim.point is not None:
        return places.from_point(premise, claim.point) <= _NEAR_M
    return any(places.same(premise, option.premise) for option in claim.options)


def _narrowed(claims: list[Claim], places: Places) -> Claim | None:
    """No field is sure: the options of the most trusted that others speak for, if they are one place."""
    for claim in claims:
        others = [c for c in claims if c is not claim and (c.options or c.point)]
        good = [o for o in claim.options if o.penalty <= BAR and others]
        left = [o for o in good if all(_agrees(o.premise, c, places) for c in others)]
        if left and all(places.same(left[0].premise, o.premise) for o in left):
            return _picked(claim, left[0], [c.field for c in others])
    return None


def _sharpened(base: Claim, claims: list[Claim], places: Places) -> Claim | None:
    """A field of more trust that is not sure is decided by the sure one, when that speaks for one of its options."""
    for claim in claims:
        if claim is base:
            return base
        left = [o for o in claim.options if o.penalty <= BAR and _agrees(o.premise, base, places)]
        if not left:
            continue
        exact = [o for o in left if o.premise == base.options[0].premise]
        if exact or all(places.same(left[0].premise, o.premise) for o in left):
            return _picked(claim, (exact or left)[0], [base.field])
        return None
    return base


def _picked(claim: Claim, option: Possible, deciders: list[str]) -> Claim:
    fields = [say("field", field=decider) for decider in deciders]
    others = reduce(lambda one, other: say("and", first=one, second=other), fields)
    option = option._replace(reasons=[*option.reasons, say("decided_by", field=claim.field, others=others)])
    return claim._replace(sure=True, options=[option])


def _disagreement(premise: int, base: Claim, other: Claim, places: Places) -> tuple[int, Sentence | None]:
    """What another field says against the premise that the base claims: penalty and reason."""
    if other.point is not None:
        return _from_point(premise, base, other.point, places, other.field)
    if not other.sure and not any(option.penalty <= _CREDIBLE for option in other.options):
        return _SILENT.get(other.field, 0), (other.why and say("of_field", field=other.field, why=other.why))
    if _agrees(premise, other, places):
        return 0, None
    return _CONTRARY[_kind(base.field)][_kind(other.field)], say("contrary", field=other.field)


def _from_point(
    premise: int, base: Claim, point: tuple[float, float], places: Places, field: str
) -> tuple[int, Sentence | None]:
    metres = places.from_point(premise, point)
    if not metres > _NEAR_M:
        return 0, None
    far = metres > _FAR_M
    key = base.field in KEYS
    penalty = (700 if far else 300) if key else (1500 if far else 600)
    if base.field == "phone" and far:
        penalty = 3000
    return penalty, _away(field, metres)


def _away(field: str, metres: float) -> Sentence:
    if metres >= 1000:
        return say("away_km", field=field, km=f"{metres / 1000:.1f}")
    return say("away_m", field=field, metres=round(metres))


def _kind(field: str) -> str:
    return "key" if field in KEYS else field


_SILENT = {"address": 500, "landmark": 200, "account": 300, "meter": 300, "service_point": 300}
"""A field was given and says nothing that is known."""
_CONTRARY = {
    "key": {"key": 3000, "address": 3000, "phone": 300, "landmark": 800},
    "address": {"key": 3000, "phone": 1000, "landmark": 800},
    "phone": {"key": 3000, "address": 3000, "landmark": 3000},
    "coordinates": {"key": 3000, "address": 3000, "phone": 1000, "landmark": 600},
    "landmark": {"key": 3000, "address": 3000, "phone": 1000},
}
"""What a contrary field (inner) says against the base (outer)."""
