import numpy as np

from geo.banks import MOST_ON_TRANSFORMER
from stormops.core.network import City, EdgeKind, PremiseKind, Tree


def test_a_transformer_has_one_to_nineteen_customers(tree: Tree) -> None:
    customers = tree.customers[tree.kind == EdgeKind.TRANSFORMER]
    assert customers.min() >= 1
    assert customers.max() <= MOST_ON_TRANSFORMER
    assert 3 < customers.mean() < 6


def test_customers_of_a_transformer_are_neighbours(city: City, tree: Tree) -> None:
    x, y = city.metres(city.premises.lon, city.premises.lat)
    bank = tree.premise_device
    count = np.bincount(bank, minlength=len(tree))
    middle = np.stack([np.bincount(bank, v, len(tree)) for v in (x, y)]) / np.maximum(count, 1)
    away = np.hypot(x - middle[0, bank], y - middle[1, bank])
    assert np.percentile(away, 95) < 120


def test_a_big_building_shares_its_transformers_with_nobody(city: City, tree: Tree) -> None:
    flats = np.bincount(city.premises.building)
    big = np.flatnonzero(flats >= 20)
    assert len(big)
    for building in big.tolist():
        own = np.flatnonzero(city.premises.building == building)
        banks = np.unique(tree.premise_device[own])
        assert len(banks) == -(-len(own) // MOST_ON_TRANSFORMER)
        assert tree.customers[banks].sum() == len(own)
    assert (city.premises.kind[city.premises.building == big[0]] == PremiseKind.MULTI_FAMILY).all()
