"""What else could be predicted from the same chances: other weights of a device and of its customers.

`python -m tests.bench.inference_decisions [--row TITLE] [--method limit|ours] [--seeds N]`, a static row. Each line is
a choice of what a device must be worth (`WORTH`), what a customer adds (`CUSTOMER`), and from which chance on. With
`--seeds N` it is not the frozen storms but N others: what is chosen by those has not seen the ones that are judged.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from stormops.core import predicting
from stormops.core.inference import Inference
from stormops.core.predicting import Prediction
from tests.bench.inference_cases import Row, read_cases
from tests.bench.inference_limit import Knowing
from tests.bench.inference_method import Bools, Floats, Ints
from tests.bench.inference_networks import ground
from tests.bench.inference_ours import SERVICE_FROM, Playing
from tests.bench.inference_scores import flat
from tests.bench.inference_storm import Storm, storm
from tests.bench.inference_tree import customers_out

WEIGHTS = [(worth, each, 0.5) for each in (0.0, 0.02, 0.05) for worth in (0.44, 0.46, 0.48, 0.50, 0.55, 0.65)]
WEIGHTS += [(worth, 0.02, 0.3) for worth in (0.46, 0.50, 0.55)]
"""What a device must be worth, what a customer adds, and from which chance to be out on (below, it takes away)."""

OUT_FROM = (0.5, 0.4)
OTHERS = 101
"""Seed of the first storm that is not a frozen one."""


def choices(played: Storm, session: Playing) -> tuple[list[Floats], list[Floats]]:
    """Ratios (`Flat.ratios`) of each choice; and customer precision, recall of those likelier out than `OUT_FROM`."""
    session.hear(played.news(-1, 0))
    answer = session.answer(0)
    assert answer.service is not None
    assert answer.customer is not None
    opened = played.open_at(0)
    alone = len(played.tree) + np.flatnonzero(answer.service > SERVICE_FROM)
    trees, nothing = (played.tree, played.told.tree), np.zeros(len(opened), np.bool_)
    found = []
    for weights in WEIGHTS:
        predicted = np.concatenate([chosen(session.engine, *weights), alone])
        found.append(np.array(flat(trees, opened, predicted, (nothing, nothing)).ratios()))
    out = customers_out(played.tree, opened)
    return found, [_told(answer.customer > share, out) for share in OUT_FROM]


def chosen(engine: Inference, worth: float, customer: float, out_from: float) -> Ints:
    """Devices that are predicted with these weights."""
    predicting.WORTH, predicting.CUSTOMER = worth, customer
    afresh, posterior = Prediction(engine.places, engine.customers.right_below), engine.posterior
    chances = posterior.top, posterior.first, 1 - posterior.since[-1] + 0.5 - out_from
    afresh.choose(np.arange(len(engine.places)), chances, np.empty(0, np.intp))
    return np.asarray(engine.places.node[afresh.predicted()], np.int64)


def _told(shown: Bools, out: Bools) -> Floats:
    right = (shown & out).sum()
    return np.array([right / shown.sum(), right / out.sum()])


def main(arguments: list[str]) -> int:
    """Print means over the storms."""
    parser = argparse.ArgumentParser(description="Other decisions from the same chances")
    parser.add_argument("--row", default="reference scale 8, p .10")
    parser.add_argument("--method", choices=["limit", "ours"], default="limit")
    parser.add_argument("--seeds", type=int, default=0, help="so many other storms, not the frozen ones")
    options = parser.parse_args(arguments)
    row: Row = next(row for row in read_cases() if row.title == options.row and row.static)
    place = ground(row.network, row.customers)
    seeds = range(OTHERS, OTHERS + options.seeds) if options.seeds else row.seeds
    begin = Knowing if options.method == "limit" else Playing
    storms = [storm(place, row, seed) for seed in seeds]
    devices, customers = zip(*(choices(played, begin(played.told)) for played in storms), strict=True)
    print(f"{row.title}, {options.method}, {len(storms)} storms: device precision, recall, customer precision, recall")
    means, errors = np.mean(devices, axis=0), np.std(devices, axis=0) / np.sqrt(len(storms))
    for (worth, customer, out_from), mean, error in zip(WEIGHTS, means, errors, strict=True):
        shown = "  ".join(f"{value:.4f} ± {off:.4f}" for value, off in zip(mean, error, strict=True))
        print(f"  a device {worth:.2f}, a customer {customer:.2f} from {out_from} on:  {shown}")
    for share, mean in zip(OUT_FROM, np.mean(customers, axis=0), strict=True):
        print(f"  customers likelier out than {share}, by themselves: precision {mean[0]:.4f}, recall {mean[1]:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
