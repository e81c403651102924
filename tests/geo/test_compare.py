import pytest

from geo.compare import levels, per_customer
from geo.generate import generate_city
from stormops.core.network import EdgeKind, trace


def test_levels_count_what_is_below_each_device() -> None:
    city = generate_city(3000, seed=1)
    tree = trace(city.network, city.premises)
    by_name = {level.name: level for level in levels(tree)}
    transformers = int((tree.kind == EdgeKind.TRANSFORMER).sum())
    assert by_name["customers per transformer"].devices == transformers
    assert by_name["customers per transformer"].mean == pytest.approx(3000 / transformers)
    feeders = by_name["customers per feeder"]
    assert feeders.devices * feeders.mean == pytest.approx(3000)
    stations = by_name["feeders per power transformer"]
    assert stations.devices * stations.mean == pytest.approx(feeders.devices)
    for level in by_name.values():
        assert level.low <= level.median <= level.high <= level.most
    whole = per_customer(city.network, tree)
    assert whole["share of customers with a path to a source"] == 1.0
    assert 10 < whole["metres of line per customer"] < 200


def test_a_city_in_the_dark_has_empty_levels() -> None:
    city = generate_city(200, seed=1)
    city.network.bus_source[:] = False
    tree = trace(city.network, city.premises)
    assert all(level.devices == 0 for level in levels(tree))
    assert per_customer(city.network, tree)["share of customers with a path to a source"] == 0.0
