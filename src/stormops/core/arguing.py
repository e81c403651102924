"""What a dispatcher argues with: how many are out, what speaks against a prediction, what else it may be, what to ask.

All of it is read from the posterior of one incident's surroundings, for the incidents that changed: a few hundred
devices, never the city. Chances are per 10,000, gains in thousandths of a bit (Shannon's mutual information
between what would be learned and what is open: what is certain to be answered the one way teaches nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from stormops.core.forest import Rows
from stormops.core.inference import Inference
from stormops.core.network import Floats

SHARE = 0.8
"""The customers out are in the interval with this chance."""

SHOWN = 3
"""How many alternatives, silent groups and questions are named."""

WRONG_ANSWER = {"call": 0.1, "ping": 0.02, "look": 0.0}
"""Chance that what is answered is wrong: people mistake their own breaker for the utility's, meters fail."""


class Argument(NamedTuple):
    """For one predicted incident. Rows of the tree and of the city's premises, in the order of how much they matter.

    `low`, `high`: customers out. `alternatives`: other devices with their chances to be the cause. `against`: device
    right above silent customers, how many they are, their share (per 10,000) of all that silence says against it.
    `next`: what to do (call, ping, look), the premise or device, and what it is expected to tell.
    """

    low: int
    high: int
    alternatives: list[tuple[int, int]]
    against: list[tuple[int, int, int]]
    next: list[tuple[str, int, int]]


def argue(inference: Inference, devices: Sequence[int]) -> list[Argument]:
    """The arguments about devices that are predicted now: one of each, at less cost than one by one."""
    around = [Surroundings(inference, place) for place in inference.places.place[list(devices)].tolist()]
    if not around:
        return []
    # Of all places at once: few are no quicker than many.
    members, said = inference.customers.silence(np.concatenate([one.below for one in around]), inference.hearing)
    cuts = np.cumsum([len(one.below) for one in around])[:-1]
    silence = zip(np.split(members, cuts), np.split(said, cuts), strict=True)
    return [_argument(inference, one, *silent) for one, silent in zip(around, silence, strict=True)]


def _argument(inference: Inference, around: Surroundings, members: Rows, said: Floats) -> Argument:
    node, customers = inference.places.node, inference.customers
    low, high = around.interval(customers.right_below)
    questions: list[tuple[str, int, int]] = []
    for kind, there, bits in around.questions():
        row = int(node[there]) if kind == "look" else customers.to_ask(there, metered=kind == "ping")
        questions.append((kind, row, round(bits * 1000)))
    return Argument(
        low,
        high,
        [(int(node[other]), round(chance * 10_000)) for other, chance in around.alternatives()],
        [(int(node[there]), silent, round(share * 10_000)) for there, silent, share in around.against(members, said)],
        questions,
    )


class Surroundings:
    """The part of the network that an argument about one place is about: its path to the top, and all below."""

    def __init__(self, inference: Inference, place: int) -> None:
        self._inference = inference
        forest = inference.places
        self._place = place
        self._path: list[int] = []
        above = int(forest.parent[place])
        while above >= 0:
            self._path.append(above)
            above = int(forest.parent[above])
        parts = [np.array([place], np.intp)]
        while len(parts[-1]):
            parts.append(forest.children(parts[-1]))
        self.below: Rows = np.concatenate(parts)

    def interval(self, customers: Rows) -> tuple[int, int]:
        """Customers out below the place: lower and upper end. `customers` (N): how many are right below each place.

        However sure the loss is, the records hang some of those below on the wrong device: who is out is never sure to
        the last customer.
        """
        posterior = self._inference.posterior
        total = int(customers[self.below].sum())
        lost = 1 - float(posterior.since[-1, self._place])
        wrong, tail = self._inference.rates.wrong_link, (1 - SHARE) / 2
        if lost >= 1 - tail:
            few = total * wrong - float(ndtri(tail)) * float(np.sqrt(total * wrong * (1 - wrong)))
            return max(0, total - ceil(few)), total
        chance = 1 - posterior.since[-1, self.below]
        apart = np.clip((chance - lost) / max(1 - lost, 1e-9), 0, 1)  # of who is out though the place is closed
        mean = float((customers[self.below] * apart).sum())
        spread = float(np.sqrt((customers[self.below] ** 2 * apart * (1 - apart)).sum()))
        low = mean + spread * float(ndtri(min(max(tail / (1 - lost), 1e-9), 1 - 1e-9)))
        high = total if lost > tail else mean + spread * float(ndtri(1 - tail))
        return round(max(0.0, min(low, total))), round(max(0.0, min(high, total)))

    def alternatives(self) -> list[tuple[int, float]]:
        """Other places that may be the cause, the likeliest first."""
        top = self._inference.posterior.top
        others = np.concatenate([np.array(self._path, np.intp), self.below[1:]])
        chance = top[others]
        order = np.lexsort((others, -chance))[:SHOWN]
        return [(int(others[i]), float(chance[i])) for i in order if chance[i] >= 0.005]

    def against(self, members: Rows, said: Floats) -> list[tuple[int, int, float]]:
        """Places right above silent customers that speak most against a loss: how many, share of what silence says.

        `members`, `said`: as `Customers.silence` gives it of the places below.
        """
        slot = int(self._inference.posterior.cause[:, self._place].argmax())
        weight = np.maximum(said[:, -1] - said[:, slot], 0)
        whole = float(weight.sum())
        order = np.lexsort((self.below, -weight))[:SHOWN]
        return [(int(self.below[i]), int(members[i]), float(weight[i] / whole)) for i in order if weight[i] > 0]

    def questions(self) -> list[tuple[str, int, float]]:
        """What would tell most, in bits: whom to call (a place right above customers), what to ping, where to look."""
        inference = self._inference
        near = np.concatenate([np.array(self._path, np.intp), self.below])
        customers = inference.customers
        leaves = near[customers.right_below[near] > 0]
        found: list[tuple[str, int, float]] = []
        lost = 1 - inference.posterior.since[-1, leaves]
        metered = customers.pinged[leaves]
        found += self._best("call", leaves, lost)
        found += self._best("ping", leaves[metered], lost[metered])
        found += self._best("look", near, inference.posterior.top[near])
        return sorted(found, key=lambda one: (-one[2], one[0]))

    @staticmethod
    def _best(kind: str, places: Rows, chance: Floats) -> list[tuple[str, int, float]]:
        if not len(places):
            return []
        wrong = WRONG_ANSWER[kind]
        gain = _bits(chance * (1 - 2 * wrong) + wrong) - CERTAIN_BITS[kind]
        best = gain.max()
        if best <= BITS_LEAST:
            return []
        return [(kind, int(places[gain == best].min()), float(best))]


def _bits(chance: Floats) -> Floats:
    """Entropy of a yes or no."""
    p = np.minimum(np.maximum(chance, 1e-12), 1 - 1e-12)
    q = 1 - p
    return np.asarray(-(p * np.log2(p) + q * np.log2(q)))


BITS_LEAST = 0.001
"""What tells less is no question."""

CERTAIN_BITS = {kind: float(_bits(np.array(wrong))) for kind, wrong in WRONG_ANSWER.items()}
"""What is not known of the answer to a question though the state of what is asked is."""
