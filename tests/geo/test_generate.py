import numpy as np
import pytest

from geo.generate import GenerateError, generate_city
from stormops.core.network import EdgeKind, trace


@pytest.mark.parametrize(("customers", "seed"), [(100, 1), (500, 3), (2000, 2), (7000, 5)])
def test_a_city_has_exactly_the_customers_asked_for_and_feeds_them_all(customers: int, seed: int) -> None:
    city = generate_city(customers, seed)
    tree = trace(city.network, city.premises)
    assert len(city.premises) == customers
    assert (tree.premise_device >= 0).all()
    assert not len(tree.loop_edges)
    assert (tree.island_of_bus < 0).all()
    on_transformer = tree.customers[tree.kind == EdgeKind.TRANSFORMER]
    assert on_transformer.min() >= 1
    assert on_transformer.max() <= 19
    assert (tree.kind[tree.premise_device] == EdgeKind.TRANSFORMER).all()


def test_addresses_ids_accounts_phones_and_meters_are_distinct() -> None:
    premises = generate_city(3000).premises
    everywhere = range(len(premises))
    assert len({premises.address(k) for k in everywhere}) == len(premises)
    assert len(set(premises.id)) == len(premises)
    assert len(set(premises.account)) == len(premises)
    assert len(set(premises.meter)) == len(premises)
    phones = [p for p in premises.phone if p]
    assert len(set(phones)) == len(phones)
    assert all(p[3:8] == "-555-" for p in phones)


def test_too_small_a_city_is_refused() -> None:
    with pytest.raises(GenerateError, match="at least 100"):
        generate_city(99)


def test_another_seed_is_another_city() -> None:
    one, two = generate_city(500, 1), generate_city(500, 2)
    assert not np.array_equal(one.premises.lon, two.premises.lon)
    assert one.premises.streets != two.premises.streets
