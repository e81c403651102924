import numpy as np

from geo.wires import Wires
from stormops.core.network import City, EdgeKind


def test_buses_and_edges_are_numbered_as_they_come() -> None:
    wires = Wires()
    assert wires.buses(np.zeros((2, 2)), "N").tolist() == [0, 1]
    later = wires.buses(np.ones((1, 2)), "P")
    assert wires.bus_id == ["N000000", "N000001", "P000002"]
    wires.join(np.array([0]), later, EdgeKind.LINE, np.array([5.0]), ids="L")
    wires.join(np.array([1]), later, EdgeKind.SWITCH, np.array([1.0]), ids=["TIE-0001"], opened=True)
    assert wires.edge_id == ["L000000", "TIE-0001"]
    assert np.concatenate(wires.ends).tolist() == [[0, 2], [1, 2]]
    assert np.concatenate(wires.opened).tolist() == [False, True]


def test_ids_are_distinct(city: City) -> None:
    assert len(set(city.network.bus_id)) == len(city.network.bus_id)
    assert len(set(city.network.edge_id)) == len(city.network.edge_id)
