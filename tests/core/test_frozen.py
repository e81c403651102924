import pytest

from stormops.core.situation import Situation
from tests.core.test_situation import storm
from tests.core.world import World


def test_a_frozen_copy_does_not_change_with_the_situation() -> None:
    world = storm(21, 40)
    before, frozen = world.situation.snapshot(), world.situation.freeze()
    for premise in range(20):
        world.report(premise, key=f"new-{premise}")
    world.tick()
    world.now_ms += 86_400_000
    world.tick()
    assert frozen.encode() == before
    assert world.situation.snapshot() != before


def test_everything_comes_back() -> None:
    world = storm(22, 80)
    again = Situation(world.city, world.tree)
    again.restore(world.situation.snapshot())
    live = world.situation
    assert again.incidents == live.incidents
    assert again.closed_incidents == live.closed_incidents
    assert again.closed_reports == live.closed_reports
    assert again.later.copy_columns() == live.later.copy_columns()
    assert {r: again.later.first(r) for r in again.later.row_of} == {r: live.later.first(r) for r in live.later.row_of}
    assert (again.totals, again.refusals, again.actions) == (live.totals, live.refusals, live.actions)
    assert {r: again.reports.get(r) for r in again.reports.row_of} == {
        r: live.reports.get(r) for r in live.reports.row_of
    }
    assert again.customers_out == live.customers_out
    assert list(again.actions) == list(live.actions)


def test_an_empty_situation_comes_back() -> None:
    world = World()
    again = Situation(world.city, world.tree)
    again.restore(world.situation.snapshot())
    assert again.digest() == world.situation.digest()


@pytest.mark.parametrize("body", [b"", b"\x80", b"rubbish"])
def test_other_bytes_are_no_snapshot(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        World().situation.restore(body)
