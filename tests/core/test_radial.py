"""The pieces of the trace; the whole is tried in test_network.py."""

import numpy as np

from stormops.core.radial import by_depth, devices_on, first_premise, walk_from

FROM = np.array([0, 1, 2, 3, 1], np.int32)
TO = np.array([1, 2, 3, 1, 4], np.int32)
"""A source 0, a ring 1-2-3, a spur 4; bus 5 stands alone."""


def test_a_ring_is_cut_once_and_what_is_not_reached_is_an_island() -> None:
    source = np.array([True, False, False, False, False, False])
    walk = walk_from(source, FROM, TO, np.arange(5))
    assert walk.loop_edges.tolist() == [2]
    assert walk.island_of_bus.tolist() == [-1, -1, -1, -1, -1, 0]
    assert walk.feeding[:2].tolist() == [-1, 0]


def test_open_edges_are_not_walked() -> None:
    source = np.array([True, False, False, False, False, False])
    walk = walk_from(source, FROM, TO, np.array([0, 1]))
    assert walk.island_of_bus.tolist() == [-1, -1, -1, 0, 1, 2]


def test_devices_come_after_the_ones_that_feed_them() -> None:
    chain = walk_from(
        np.array([True, False, False]), np.array([1, 0], np.int32), np.array([2, 1], np.int32), np.arange(2)
    )
    edge, parent, device_of_bus = devices_on(chain, np.array([True, True]))
    assert edge.tolist() == [1, 0]
    assert parent.tolist() == [-1, 0]
    assert device_of_bus[:3].tolist() == [-1, 0, 1]


def test_depths_and_the_order_of_premises() -> None:
    parent = np.array([-1, 0, 0, 1, -1], np.int32)
    levels = by_depth(parent)
    assert [level.tolist() for level in levels] == [[0, 4], [1, 2], [3]]
    own = np.array([1, 0, 2, 3, 1], np.int32)
    customers = np.array([6, 3, 2, 3, 1], np.int32)
    assert first_premise(parent, own, customers, levels).tolist() == [0, 1, 4, 1, 6]
