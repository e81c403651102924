import numpy as np

from stormops.core.hierarchy import NEVER, hierarchy, of_tree, ranges
from stormops.core.network import trace
from tests.core.radial import radial_city


def test_layout_of_a_small_forest() -> None:
    """Node 0 over 1 and 2, node 3 alone; premises below 1, 2, 0, 3, nowhere, 1."""
    places = hierarchy(np.array([-1, 0, 0, -1], np.int32), np.array([1, 2, 0, 3, -1, 1], np.int32), np.zeros(4))
    assert places.level.tolist() == [0, 1, 1, 0, 0]
    assert places.order.tolist() == [2, 0, 5, 1, 3, 4]
    assert places.order[places.position].tolist() == list(range(6))
    slices = [places.order[a:b].tolist() for a, b in zip(places.first, places.last, strict=True)]
    assert slices == [[2, 0, 5, 1], [0, 5], [1], [3], [4]]
    assert places.own.tolist() == [1, 2, 1, 1, 1]
    assert places.leaf.tolist() == [1, 2, 0, 3, 4, 1]
    assert places.ancestors.tolist() == [[0, 5], [1, 0], [2, 0], [3, 5], [4, 5]]
    assert places.prior.tolist() == [0, 0, 0, 0, NEVER]


def test_a_tree_keeps_its_numbers_and_slices() -> None:
    city = radial_city()
    tree = trace(city.network, city.premises)
    places = of_tree(tree, np.zeros(len(tree)))
    assert len(places) == len(tree) + 1
    for device in range(len(tree)):
        mine = places.order[places.first[device] : places.last[device]]
        assert sorted(mine.tolist()) == sorted(tree.below(device).tolist())
        assert [d for d in places.ancestors[device].tolist() if d < len(places)][1:] == _above(tree.parent, device)


def _above(parent: np.ndarray, device: int) -> list[int]:
    found = []
    while (device := int(parent[device])) >= 0:
        found.append(device)
    return found


def test_empty_forests() -> None:
    assert len(hierarchy(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))) == 1
    lost = hierarchy(np.empty(0, np.int32), np.array([-1, -1], np.int32), np.empty(0))
    assert (lost.first.tolist(), lost.last.tolist()) == ([0], [2])


def test_ranges() -> None:
    assert ranges(np.array([3, 10, 20]), np.array([2, 0, 3])).tolist() == [3, 4, 20, 21, 22]
    assert ranges(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []
