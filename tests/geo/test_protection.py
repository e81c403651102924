import numpy as np

from stormops.core.network import EdgeKind, Tree


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


def test_fuses_guard_laterals_not_mains(tree: Tree) -> None:
    fused = tree.customers[tree.kind == EdgeKind.FUSE]
    assert fused.min() >= 1
    assert fused.max() < 70
    assert 5 < fused.mean() < 35


def test_some_transformers_hang_on_the_main_line_unfused(tree: Tree) -> None:
    above = tree.kind[tree.parent[tree.kind == EdgeKind.TRANSFORMER]]
    assert 0.5 < (above == EdgeKind.FUSE).mean() < 0.95
