import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.mesh import make_mesh
from geo.roads import plan_streets
from geo.streets import Streets, build_streets


@pytest.fixture(scope="module")
def streets() -> Streets:
    rng = np.random.default_rng(8)
    mesh = make_mesh(rng, 12_000)
    return build_streets(mesh, plan_streets(mesh, rng), rng)


def test_the_streets_are_one_connected_graph(streets: Streets) -> None:
    nodes = len(streets.node_xy)
    graph = coo_array((np.ones(len(streets.start)), (streets.start, streets.end)), shape=(nodes, nodes))
    assert connected_components(graph, directed=False)[0] == 1
    assert streets.node_degree.min() >= 1
    assert int(streets.node_degree.sum()) == 2 * len(streets.start)


def test_an_edge_begins_and_ends_at_its_nodes(streets: Streets) -> None:
    assert streets.points[streets.first] == pytest.approx(streets.node_xy[streets.start])
    assert streets.points[streets.last - 1] == pytest.approx(streets.node_xy[streets.end])
    edges = np.arange(len(streets.length), dtype=np.int32)
    x, y = streets.along(edges, streets.length)
    assert np.hypot(x - streets.node_xy[streets.end, 0], y - streets.node_xy[streets.end, 1]).max() < 1e-6


def test_places_along_a_street_are_as_far_apart_as_asked(streets: Streets) -> None:
    edges = np.flatnonzero(streets.length > 60).astype(np.int32)
    x, y = streets.along(edges, np.full(len(edges), 20.0))
    x2, y2 = streets.along(edges, np.full(len(edges), 30.0))
    apart = np.hypot(x - x2, y - y2)
    assert apart.max() <= 10.0 + 1e-6
    assert np.median(apart) > 9.9


def test_edges_of_a_street_follow_one_another(streets: Streets) -> None:
    for chain in np.unique(streets.chain)[:200]:
        edges = np.flatnonzero(streets.chain == chain)
        assert (streets.end[edges[:-1]] == streets.start[edges[1:]]).all()


def test_street_names_are_distinct(streets: Streets) -> None:
    assert len(set(streets.names)) == len(streets.names)
    assert int(streets.chain_street.max()) < len(streets.names)
