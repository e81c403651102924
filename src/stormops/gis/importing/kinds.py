"""From an address point's site type (E911, NENA and the like) to the kind of premise.

Words of the site type decide, not whole texts, because every state has its own list. The rules
are tried in order and the first that has all its words wins.
"""

from __future__ import annotations

import re

from stormops.core.network import PremiseKind as Kind

_WORD = re.compile(r"[a-z0-9]+")

RULES: tuple[tuple[str, Kind], ...] = (
    ("veterinary", Kind.COMMERCIAL),
    ("animal hospital", Kind.COMMERCIAL),
    ("dialysis", Kind.DIALYSIS),
    ("hospital", Kind.HOSPITAL),
    ("lift station", Kind.LIFT_STATION),
    ("pump station", Kind.LIFT_STATION),
    ("pumping station", Kind.LIFT_STATION),
    ("wastewater", Kind.LIFT_STATION),
    ("emergency shelter", Kind.SHELTER),
    ("traffic signal", Kind.SIGNAL),
    ("well", Kind.WATER_WELL),
    ("water intake", Kind.WATER_WELL),
    ("multi family", Kind.MULTI_FAMILY),
    ("multifamily", Kind.MULTI_FAMILY),
    ("condominium", Kind.MULTI_FAMILY),
    ("apartment", Kind.MULTI_FAMILY),
    ("townhouse", Kind.MULTI_FAMILY),
    ("institutional residence", Kind.MULTI_FAMILY),
    ("mobile home", Kind.MOBILE_HOME),
    ("rv", Kind.MOBILE_HOME),
    ("single family", Kind.SINGLE_FAMILY),
    ("commercial", Kind.COMMERCIAL),
    ("farm", Kind.COMMERCIAL),
    ("residential", Kind.SINGLE_FAMILY),
    ("residence", Kind.SINGLE_FAMILY),
    ("seasonal home", Kind.SINGLE_FAMILY),
    ("camp", Kind.SINGLE_FAMILY),
    ("house worship", Kind.PUBLIC),
    ("dwelling", Kind.SINGLE_FAMILY),
    ("industrial", Kind.INDUSTRIAL),
    ("mill", Kind.INDUSTRIAL),
    ("quarry", Kind.INDUSTRIAL),
    ("mine", Kind.INDUSTRIAL),
    ("warehouse", Kind.INDUSTRIAL),
    ("factory", Kind.INDUSTRIAL),
    ("brewery", Kind.INDUSTRIAL),
    ("maintenance facility", Kind.INDUSTRIAL),
    ("hydroelectric", Kind.INDUSTRIAL),
    ("oil gas", Kind.INDUSTRIAL),
    ("transfer station", Kind.PUBLIC),
    ("government", Kind.PUBLIC),
    ("guard", Kind.PUBLIC),
    ("school", Kind.PUBLIC),
    ("educational", Kind.PUBLIC),
    ("college", Kind.PUBLIC),
    ("fire station", Kind.PUBLIC),
    ("law enforcement", Kind.PUBLIC),
    ("police", Kind.PUBLIC),
    ("ambulance", Kind.PUBLIC),
    ("post office", Kind.PUBLIC),
    ("town", Kind.PUBLIC),
    ("city", Kind.PUBLIC),
    ("state garage", Kind.PUBLIC),
    ("library", Kind.PUBLIC),
    ("museum", Kind.PUBLIC),
    ("cultural", Kind.PUBLIC),
    ("public gathering", Kind.PUBLIC),
    ("community", Kind.PUBLIC),
    ("health clinic", Kind.PUBLIC),
    ("information center", Kind.PUBLIC),
    ("arena", Kind.PUBLIC),
    ("exhibition", Kind.PUBLIC),
    ("restaurant", Kind.COMMERCIAL),
    ("lodging", Kind.COMMERCIAL),
    ("gas station", Kind.COMMERCIAL),
    ("office", Kind.COMMERCIAL),
    ("bank", Kind.COMMERCIAL),
    ("retail", Kind.COMMERCIAL),
    ("store", Kind.COMMERCIAL),
    ("pharmacy", Kind.COMMERCIAL),
    ("campground", Kind.COMMERCIAL),
    ("marina", Kind.COMMERCIAL),
    ("greenhouse", Kind.COMMERCIAL),
    ("golf", Kind.COMMERCIAL),
    ("ski", Kind.COMMERCIAL),
    ("shooting range", Kind.COMMERCIAL),
    ("fitness", Kind.COMMERCIAL),
    ("storage", Kind.COMMERCIAL),
    ("sugarhouse", Kind.COMMERCIAL),
    ("business", Kind.COMMERCIAL),
)
"""Words that must all occur, and the kind that they mean."""

NOT_PREMISES: tuple[str, ...] = (
    *("accessory", "access point", "barn", "cemetery", "development", "trailhead", "communication", "solar"),
    *("utility", "substation", "abandoned", "helipad", "park", "gated", "boat", "lookout", "picnic", "beach"),
    *("temporary", "historic", "water tank", "water tower", "tower", "pole", "vacant"),
)
"""Words of site types where nobody lives or works; tried before the rules."""


class KindOf:
    """The verdict on one site type: its kind, whether it is a premise, whether a rule knew it."""

    __slots__ = ("kind", "known", "premise")

    def __init__(self, kind: Kind, *, premise: bool = True, known: bool = True) -> None:
        self.kind, self.premise, self.known = kind, premise, known


def premise_kind(site_type: str) -> KindOf:
    """What a site type means. An empty one is a single family home, the commonest; "other" is OTHER."""
    have = set(_WORD.findall(site_type.casefold()))
    if not have:
        return KindOf(Kind.SINGLE_FAMILY)
    if any(have.issuperset(words.split()) for words in NOT_PREMISES):
        return KindOf(Kind.OTHER, premise=False)
    for words, kind in RULES:
        if have.issuperset(words.split()):
            return KindOf(kind)
    return KindOf(Kind.OTHER, known=have == {"other"})
