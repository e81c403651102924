"""Which transformers are near by, and how it stands there while there is power here, and while there is none."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from stormops.core.hearing import Rates
from stormops.core.inference import Inference
from stormops.core.nearby import Nearby
from stormops.core.network import Tree, trace
from stormops.core.standing import NEAR_M
from tests.core.radial import radial_city

CITY = radial_city(feeders=2, laterals=2, transformers=2, houses=3)
TREE = trace(CITY.network, CITY.premises)
WHERE = np.stack(CITY.metres(CITY.premises.lon, CITY.premises.lat))
NOON = 490_000 * 3_600_000
NOBODY = np.empty(0, np.intp)


def engine(opens: float = 0.2, tree: Tree = TREE) -> Inference:
    return Inference(tree, np.full(len(tree), opens), Rates(delay_ms=0, wrong_link=0.0, service=0.0), widths=(1,))


def by_histories(inference: Inference) -> np.ndarray:
    """(device, device): the chance that both have power right below, by all histories of who is open."""
    n = len(TREE)
    customers = inference.customers
    both = np.zeros((n, n))
    paths = [TREE.path(int(np.flatnonzero(TREE.premise_device == d)[0])) if (TREE.premise_device == d).any() else None
             for d in range(n)]  # fmt: skip
    for history in product((False, True), repeat=n):
        opened = np.array(history)
        weight = float(np.prod(np.where(opened, 0.2, 0.8)))
        on = np.array([path is not None and not opened[path].any() for path in paths])
        for device in np.flatnonzero([path is not None for path in paths]):
            place = inference.places.place[device]
            weight *= np.exp(customers.told[-1 if on[device] else 0, place])
        both += weight * np.outer(on, on)
    return both


@pytest.mark.parametrize("reports", [(), (0,), (0, 1, 4), (7, 13, 14)])
def test_how_it_stands_near_by_is_what_all_histories_say(reports: tuple[int, ...]) -> None:
    inference = engine()
    inference.customers.tell("report_ms", np.array(reports, np.intp), 1)
    inference.update(NOON, NOBODY)
    out, apart = Nearby(inference, *WHERE).shares()
    leaves = np.unique(TREE.premise_device)
    place = inference.places.place
    both = by_histories(inference)
    # Weights of histories: that all is on is in each of them, so that they are measured by the posterior of one device.
    on = np.diag(both)
    scale = inference.posterior.since[-1, place[leaves[0]]] / on[leaves[0]]
    both, on = both * scale, on * scale
    middle = np.stack([WHERE[:, TREE.premise_device == leaf].mean(axis=1) for leaf in leaves])
    for row, leaf in enumerate(leaves):
        metres = np.hypot(*(middle - middle[row]).T)
        metres[row] = np.inf
        weight = np.exp((metres.min() - metres) / NEAR_M)
        weight /= weight.sum()
        while_on = 1 - both[leaf, leaves] / on[leaf]
        while_out = (on[leaves] - both[leaf, leaves]) / (1 - on[leaf])
        assert out[place[leaf]] == pytest.approx(float(while_on @ weight), abs=1e-9)
        assert apart[place[leaf]] == pytest.approx(float(while_out @ weight), abs=1e-9)
    assert np.isnan(np.delete(out, place[leaves])).all()


def test_what_is_known_open_is_out_and_near_it_a_wrong_link_may_lead_there() -> None:
    inference = engine(opens=1e-3)
    leaves = np.unique(TREE.premise_device)
    inference.hold(int(leaves[0]), held=True)
    inference.update(NOON, NOBODY)
    out, apart = Nearby(inference, *WHERE).shares()
    place = inference.places.place[leaves]
    beside = out[place[1:]]
    assert beside.max() > 0.2
    assert beside.max() == beside[np.argmin(np.hypot(*(middles()[1:] - middles()[0]).T))]
    assert apart[place[0]] > 0.99
    assert np.isfinite(out[place]).all()


def middles() -> np.ndarray:
    return np.stack([WHERE[:, TREE.premise_device == leaf].mean(axis=1) for leaf in np.unique(TREE.premise_device)])


def test_a_city_without_places_and_one_transformer_alone_have_nothing_near() -> None:
    nowhere = np.full(len(CITY.premises), np.nan)
    inference = engine()
    inference.update(NOON, NOBODY)
    assert np.isnan(Nearby(inference, nowhere, nowhere).shares()).all()
    alone = radial_city(feeders=1, laterals=1, transformers=1, houses=3)
    tree = trace(alone.network, alone.premises)
    inference = engine(tree=tree)
    inference.update(NOON, NOBODY)
    assert np.isnan(Nearby(inference, *alone.metres(alone.premises.lon, alone.premises.lat)).shares()).all()
