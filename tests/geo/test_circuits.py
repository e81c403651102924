import numpy as np

from stormops.core.network import City, EdgeKind


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


def test_drops_are_short_and_buildings_have_one_a_transformer(city: City) -> None:
    net = city.network
    drops = np.array([k for k, name in enumerate(net.edge_id) if name.startswith("V")])
    assert np.percentile(net.edge_length_m[drops], 99) < 150
    assert len(np.unique(net.edge_to[drops])) == len(drops)
    assert set(city.premises.bus.tolist()) == set(net.edge_to[drops].tolist())
