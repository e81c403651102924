"""Customers on the wrong transformer: doubted when what they say fits a neighbour's, and where they likely hang."""

from __future__ import annotations

import numpy as np

from stormops.core.hearing import Rates, near_code
from stormops.core.inference import Inference
from stormops.core.mislinks import DOUBTED_FROM, doubted, doubts, wrong_links
from stormops.core.nearby import Nearby
from stormops.core.network import City, trace
from stormops.core.network_groups import opens
from tests.core.radial import radial_city

NOON = 490_000 * 3_600_000
MINUTE = 60_000
HOUSES = 6
CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=HOUSES)
PREMISE = HOUSES - 1
"""Recorded at the first transformer of its street; the next one's customers are its neighbours."""


def engine(city: City, share_out: float = 0.1) -> Inference:
    tree = trace(city.network, city.premises)
    inference = Inference(tree, opens(tree), Rates(share_out=share_out))
    inference.deafen(np.zeros(len(city.premises), np.int32), np.zeros((1, 2), np.int64))
    return inference


def gasp(inference: Inference, premises: list[int]) -> None:
    inference.customers.tell("off_ms", np.array(premises, np.intp), NOON)
    others = np.setdiff1d(np.arange(len(inference.customers.leaf)), premises)
    inference.customers.tell("on_ms", others, NOON + 20 * MINUTE)
    inference.update(NOON + 30 * MINUTE, np.empty(0, np.intp))


def test_whose_meter_is_off_with_the_next_transformers_hangs_there() -> None:
    inference = engine(CITY)
    gasp(inference, [PREMISE, *range(HOUSES, 2 * HOUSES)])
    (doubt,) = doubts(inference, Nearby(inference, *CITY.metres(CITY.premises.lon, CITY.premises.lat)))
    tree = trace(CITY.network, CITY.premises)
    assert doubt.premise == PREMISE
    assert DOUBTED_FROM * 10_000 < doubt.chance < 10_000
    assert doubt.likely == tree.premise_device[HOUSES]


def test_a_meter_alone_is_not_doubted_where_everybody_near_by_has_power() -> None:
    inference = engine(CITY)
    gasp(inference, [100])
    nearby = Nearby(inference, *CITY.metres(CITY.premises.lon, CITY.premises.lat))
    assert nearby.out(np.array([100], np.intp), np.array([0.5]))[0] < inference.rates.share_out
    assert not doubts(inference, nearby)


def test_who_is_read_is_not_doubted_beside_a_transformer_that_is_out() -> None:
    """Its link may be wrong, but that those beside it are out makes that no likelier: it has power."""
    inference = engine(CITY)
    gasp(inference, list(range(HOUSES, 2 * HOUSES)))
    inference.believe(inference.rates._replace(wrong_link=0.2), inference.opens, inference.profile)
    nearby = Nearby(inference, *CITY.metres(CITY.premises.lon, CITY.premises.lat))
    inference.believe(inference.rates, inference.opens, inference.profile, near_code(*nearby.shares()))
    inference.update(NOON + 30 * MINUTE, np.empty(0, np.intp))
    beside = np.array([PREMISE], np.intp)
    assert nearby.out(beside, np.array([0.5]))[0] > 0.5
    assert inference.out_elsewhere(beside)[0] < 0.1
    assert not doubts(inference, nearby)


def test_who_stands_nowhere_known_is_doubted_by_the_citys_share() -> None:
    inference = engine(CITY, share_out=0.4)
    gasp(inference, [PREMISE, *range(HOUSES, 2 * HOUSES)])
    unknown = np.full(len(CITY.premises), np.nan)
    premises, chance = wrong_links(inference)
    found, how = doubted(inference, Nearby(inference, unknown, unknown))
    assert found.tolist() == premises[chance > DOUBTED_FROM].tolist() == [PREMISE]
    assert how == chance[chance > DOUBTED_FROM]


def test_nobody_is_doubted_below_a_device_that_is_out() -> None:
    inference = engine(CITY)
    gasp(inference, list(range(24)))
    assert not doubts(inference, Nearby(inference, *CITY.metres(CITY.premises.lon, CITY.premises.lat)))


def test_a_city_without_places_names_none() -> None:
    inference = engine(CITY, share_out=0.4)
    gasp(inference, [PREMISE, *range(HOUSES, 2 * HOUSES)])
    nowhere = np.full(len(CITY.premises), np.nan)
    assert [doubt.likely for doubt in doubts(inference, Nearby(inference, nowhere, nowhere))] == [-1]
