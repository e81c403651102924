"""Customers whom the records likely hang on the wrong transformer: what they say fits a neighbour's, not their own.

Of who says that power is off below a transformer that has power the posterior gives the chance that the link is wrong
(`Inference.served`), as if they hung anywhere in the city. A wrong link leads near by: so the chance is weighed with
whether the nearest transformers are without power, and of those the nearer and the surer is the likelier.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.forest import Rows
from stormops.core.hearing import near_shares
from stormops.core.inference import Inference
from stormops.core.nearby import Nearby
from stormops.core.network import Floats

DOUBTED_FROM = 0.7
"""Chance from which on a link is doubted."""


class Doubt(NamedTuple):
    """The link of a premise (row) is wrong with a chance per 10,000; `likely`: row of the tree, -1 = none is known."""

    premise: int
    chance: int
    likely: int


def wrong_links(inference: Inference) -> tuple[Rows, Floats]:
    """(M) premises of whom anything was heard, and the chance that they hang elsewhere."""
    premises = inference.customers.special()
    leaf = inference.customers.leaf[premises]
    live = ~inference.below_known_open()[leaf]
    premises, leaf = premises[live], leaf[live]
    served, wrong = inference.served(premises)
    return premises, inference.posterior.since[-1, leaf] * served * wrong


def doubted(inference: Inference, nearby: Nearby) -> tuple[Rows, Floats]:
    """(M) premises whose links are doubted, and the chance that they hang elsewhere, by how it stands near by."""
    premises, chance = wrong_links(inference)
    near_out = inference.customers.near_out[inference.customers.leaf[premises]]
    believed, _ = near_shares(near_out, inference.rates.share_out)
    # Beside a transformer that is surely out the odds are so much larger: who would not be doubted there is left out.
    some = np.flatnonzero(chance > (1 - chance) * believed * DOUBTED_FROM / (1 - DOUBTED_FROM))
    premises, chance, believed = premises[some], chance[some], believed[some]
    # Only that they are out there is so much likelier: who is heard to have power is not doubted for it.
    out, there = inference.out_elsewhere(premises), nearby.out(premises, believed)
    odds = chance * (out * there / believed + (1 - out) * (1 - there) / np.maximum(1 - believed, 1e-9))
    chance = odds / (odds + 1 - chance)
    enough = chance > DOUBTED_FROM
    return premises[enough], chance[enough]


def doubts(inference: Inference, nearby: Nearby) -> list[Doubt]:
    """Links that are doubted now, by premise."""
    premises, chance = doubted(inference, nearby)
    likely = nearby.likely(premises)
    node = np.append(inference.places.node, -1)
    per = np.minimum(np.round(chance * 10_000), 9_999).astype(np.int64)
    return [Doubt(*one) for one in zip(premises.tolist(), per.tolist(), node[likely].tolist(), strict=True)]
