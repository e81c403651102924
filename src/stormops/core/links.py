"""Deciding which links of customers to transformers are doubted: a list for those who repair the records.

What was seen in a storm is kept after it: a doubt goes only when what was heard of the customer still stands and
no longer speaks for it, or when another city pack hangs the customer elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormops.core.draft import Draft
from stormops.core.entry import LinksDoubted

if TYPE_CHECKING:
    from stormops.core.decide import Decider

DOUBT_MS = 300_000
"""How often (platform time) links are looked at: at the first tick of each such span, also after a restart."""

STEP = 500
"""A chance is written anew when it moved by this (per 10,000)."""

LINKS_MAX = 10_000
"""Doubted links kept; further ones wait until some are repaired."""


class Links:
    """The part of a decider that doubts links."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    def decide(self, draft: Draft, before_ms: int) -> None:
        """Every few minutes, after the groups are up to date; the tick before was at `before_ms`.

        O(premises of whom anything was heard).
        """
        situation = draft.situation
        if draft.tick.at_ms // DOUBT_MS == before_ms // DOUBT_MS or not len(situation.reports):
            return
        found = {doubt.premise: doubt for doubt in self._decider.network.grouper.doubts()}
        room = LINKS_MAX - len(situation.links)
        said = []
        for premise, doubt in sorted(found.items()):
            known = situation.links.get(premise)
            if known is None:
                room -= 1
                if room < 0:
                    continue
            elif abs(known.chance - doubt.chance) < STEP and known.likely == doubt.likely:
                continue
            said.append(doubt)
        heard = self._decider.network.at
        over = sorted(premise for premise in situation.links.keys() - found.keys() if premise in heard)
        if not said and not over:
            return
        devices, premises = situation.device_ids, situation.city.premises.id
        recorded = situation.tree.premise_device
        draft.add(
            LinksDoubted(
                premises=[premises[one.premise] for one in said],
                chances=[one.chance for one in said],
                recorded=[devices[recorded[one.premise]] for one in said],
                likely=[devices[one.likely] if one.likely >= 0 else "" for one in said],
                by_meter=[min(heard.get(one.premise, [0])) < 0 for one in said],
                over=[premises[premise] for premise in over],
            )
        )
