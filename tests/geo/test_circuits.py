"""The network of a whole city: banks, protection, lines, substations and ties, as they come out."""

import numpy as np
import pytest

from geo.generate import generate_city
from stormops.core.network import City, EdgeKind, Tree, trace


@pytest.fixture(scope="module")
def city() -> City:
    return generate_city(9000, seed=4)


@pytest.fixture(scope="module")
def tree(city: City) -> Tree:
    return trace(city.network, city.premises)


def _ends_m(city: City) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    net = city.network
    x, y = city.metres(net.bus_lon, net.bus_lat)
    a, b = net.edge_from, net.edge_to
    return np.asarray(np.hypot(x[a] - x[b], y[a] - y[b]))


def test_no_line_is_shorter_than_the_way_between_its_ends(city: City) -> None:
    lines = city.network.edge_kind == EdgeKind.LINE
    straight = _ends_m(city)[lines]
    assert (city.network.edge_length_m[lines] > straight - 5.0).all()


def test_lines_follow_the_streets(city: City) -> None:
    from scipy.spatial import cKDTree

    net = city.network
    primary = np.flatnonzero([name[0] == "L" for name in net.edge_id])
    a, b = net.edge_from[primary], net.edge_to[primary]
    lon, lat = (net.bus_lon[a] + net.bus_lon[b]) / 2, (net.bus_lat[a] + net.bus_lat[b]) / 2
    streets = np.concatenate(city.street_lines)
    road = cKDTree(np.stack(city.metres(streets[:, 0], streets[:, 1]), axis=1))
    away, _ = road.query(np.stack(city.metres(lon, lat), axis=1))
    assert np.percentile(away, 99) < 20


def test_devices_are_nested_as_a_utility_builds_them(tree: Tree) -> None:
    allowed: dict[EdgeKind, set[EdgeKind | None]] = {
        EdgeKind.POWER_TRANSFORMER: {None},
        EdgeKind.BREAKER: {EdgeKind.POWER_TRANSFORMER},
        EdgeKind.RECLOSER: {EdgeKind.BREAKER, EdgeKind.RECLOSER},
        EdgeKind.FUSE: {EdgeKind.BREAKER, EdgeKind.RECLOSER},
        EdgeKind.TRANSFORMER: {EdgeKind.BREAKER, EdgeKind.RECLOSER, EdgeKind.FUSE},
    }
    for device, parent in enumerate(tree.parent.tolist()):
        above = None if parent < 0 else EdgeKind(int(tree.kind[parent]))
        assert above in allowed[EdgeKind(int(tree.kind[device]))]


def test_each_feeder_has_a_breaker_and_one_to_three_reclosers(tree: Tree) -> None:
    feeders = np.flatnonzero(tree.kind == EdgeKind.BREAKER)
    assert (tree.feeder[tree.kind == EdgeKind.RECLOSER][:, None] == feeders).any(axis=1).all()
    count = np.bincount(tree.feeder[tree.kind == EdgeKind.RECLOSER], minlength=len(tree))[feeders]
    assert count.min() >= 1
    assert count.max() <= 3


def test_feeders_can_be_fed_from_another(city: City, tree: Tree) -> None:
    """Every feeder has a tie to another one: open its breaker, close its ties, and nobody is out."""
    net = city.network
    ties = np.array([k for k, name in enumerate(net.edge_id) if name.startswith("TIE-")])
    assert net.edge_open[ties].all()
    for feeder in np.flatnonzero(tree.kind == EdgeKind.BREAKER).tolist():
        opened = net.edge_open.copy()
        opened[tree.edge[feeder]] = True
        ends = tree.bus_device[np.stack([net.edge_from[ties], net.edge_to[ties]])]
        opened[ties[(tree.feeder[ends] == feeder).any(axis=0)]] = False
        assert (trace(net, city.premises, opened).premise_device >= 0).all()


def test_drops_are_short_and_buildings_have_one_a_transformer(city: City) -> None:
    net = city.network
    drops = np.array([k for k, name in enumerate(net.edge_id) if name.startswith("V")])
    assert np.percentile(net.edge_length_m[drops], 99) < 150
    assert len(np.unique(net.edge_to[drops])) == len(drops)
    assert set(city.premises.bus.tolist()) == set(net.edge_to[drops].tolist())


def test_ids_are_distinct(city: City) -> None:
    assert len(set(city.network.bus_id)) == len(city.network.bus_id)
    assert len(set(city.network.edge_id)) == len(city.network.edge_id)
