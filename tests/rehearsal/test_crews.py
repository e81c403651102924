from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stormops.rehearsal.callers import Call
from stormops.rehearsal.crews import ORDER_AGAIN_MINUTES, PARTS_PER_VISIT, PATROL_EVERY_MINUTES, Crews
from stormops.rehearsal.truth import Failure, Truth

START = 1_000_000_000_000
LATER = 60 * 60_000


async def nobody(_: str) -> list[str]:
    return []


def incident(truth: Truth, device: int, state: str = "predicted") -> dict[str, Any]:
    edge = truth.city.network.edge_id[int(truth.tree.edge[device])]
    return {"id": "E-0001", "device": edge, "state": state, "customers_out": 10, "opened_ms": START} | {
        "updated_ms": START
    }


@pytest.fixture
def failed(truth: Truth) -> Failure:
    """A device that fails alone in its part of the tree, with a device above it."""
    tree = truth.tree
    return max((f for f in truth.failures if f.device >= 0 and tree.parent[f.device] >= 0), key=lambda f: f.customers)


def only(truth: Truth, failure: Failure) -> Truth:
    return Truth(truth.city, truth.tree, [failure])


async def told(crews: Crews, incidents: list[dict[str, Any]], at_ms: int) -> list[tuple[str, str | None]]:
    return [(o.action, o.body.get("device")) for o in await crews.look(incidents, START, START + at_ms)]


async def test_nobody_has_looked_before_the_patrol(truth: Truth, failed: Failure) -> None:
    alone = only(truth, failed)
    assert await told(Crews(alone, [], nobody, 1), [incident(truth, failed.device)], 60_000) == []


async def test_a_patrol_finds_the_open_device_below_an_incident_placed_too_high(truth: Truth, failed: Failure) -> None:
    alone, crews = only(truth, failed), Crews(only(truth, failed), [], nobody, 1)
    high = incident(truth, int(truth.tree.parent[failed.device]))
    edge = truth.city.network.edge_id[int(truth.tree.edge[failed.device])]
    at = failed.fails_ms + LATER
    high["opened_ms"] = START + failed.fails_ms
    rounds = [await told(crews, [high], at + n * ORDER_AGAIN_MINUTES * 60_000) for n in range(4)]
    assert [("confirm", edge)] in rounds
    assert all(r in ([], [("confirm", edge)]) for r in rounds)
    assert alone.out(at).any()


async def test_a_confirmed_incident_is_restored_after_the_repair_and_not_before(truth: Truth, failed: Failure) -> None:
    crews = Crews(only(truth, failed), [], nobody, 1)
    standing = incident(truth, failed.device, "confirmed")
    assert await told(crews, [standing], failed.repaired_ms - 1) == []
    assert await told(crews, [standing], failed.repaired_ms + 1) == [("restore", None)]


@pytest.fixture
def nested(truth: Truth) -> tuple[Truth, int, list[Failure]]:
    """A large device and two broken ones below it, far from each other: the large one is repaired first."""
    tree = truth.tree
    large = int(np.argmax(np.where(tree.parent >= 0, tree.customers, 0)))
    inside = (tree.first >= tree.first[large]) & (tree.last <= tree.last[large]) & (tree.customers > 2)
    rows = [row for row in np.flatnonzero(inside).tolist() if tree.customers[row] < tree.customers[large] / 8]
    one = max(rows, key=lambda row: int(tree.customers[row]))
    apart = [row for row in rows if tree.last[row] <= tree.first[one] or tree.first[row] >= tree.last[one]]
    other = max(apart, key=lambda row: int(tree.customers[row]))
    broken = [
        Failure(row, -1, int(tree.customers[row]), 0, repaired)
        for row, repaired in ((large, 10 * LATER), (one, 12 * LATER), (other, 14 * LATER))
    ]
    return Truth(truth.city, tree, broken), large, broken


async def test_after_a_repair_what_is_lit_again_is_told_branch_by_branch(
    nested: tuple[Truth, int, list[Failure]],
) -> None:
    """The large device is repaired, two below it are not: what they do not keep dark is told, and nothing else."""
    truth, large, _ = nested
    crews, standing = Crews(truth, [], nobody, 1), incident(truth, large, "confirmed")
    assert await told(crews, [standing], 9 * LATER) == []
    back: set[int] = set()
    rounds = 0
    while orders := await told(crews, [standing], 10 * LATER + rounds * PATROL_EVERY_MINUTES * 60_000):
        assert len(orders) <= PARTS_PER_VISIT
        sizes = []
        for action, edge in orders:
            assert action == "restore"
            row = next(r for r, e in enumerate(truth.tree.edge) if truth.city.network.edge_id[int(e)] == edge)
            part = set(truth.tree.below(row).tolist())
            assert not part & back, "nothing is told twice"
            back |= part
            sizes.append(len(part))
        assert sizes == sorted(sizes, reverse=True)
        rounds += 1
        assert rounds < 25
    still = truth.out(10 * LATER)
    below = set(truth.tree.below(large).tolist())
    assert back <= below
    assert not still[list(back)].any()
    assert all(still[list(below - back)]) or len(below - back) < len(below) / 10
    assert await told(crews, [standing], 15 * LATER) == [("restore", None)]


async def test_an_incident_placed_too_high_while_the_storm_grows_is_moved_to_what_is_open(
    nested: tuple[Truth, int, list[Failure]],
) -> None:
    """What is lit there was never dark, and may yet fail: the patrol tells of the largest device that it finds open."""
    truth, large, broken = nested
    growing = Truth(truth.city, truth.tree, broken[1:])
    crews, high = Crews(growing, [], nobody, 1), incident(truth, large)
    rounds = [await told(crews, [high], LATER + n * ORDER_AGAIN_MINUTES * 60_000) for n in range(10)]
    largest = max(broken[1:], key=lambda failure: failure.customers)
    edge = truth.city.network.edge_id[int(truth.tree.edge[largest.device])]
    assert [("confirm", edge)] in rounds
    assert all(orders in ([], [("confirm", edge)]) for orders in rounds)


async def test_who_repairs_something_tells_of_it_at_once(truth: Truth, failed: Failure) -> None:
    """No patrol is due yet: the incident is two minutes old."""
    crews = Crews(only(truth, failed), [], nobody, 1)
    young = incident(truth, failed.device) | {"opened_ms": START + failed.repaired_ms - 2 * 60_000}
    assert await told(crews, [young], failed.repaired_ms - 60_000) == []
    assert await told(crews, [young], failed.repaired_ms + 1_000) == [("restore", None)]
    assert await told(crews, [young], failed.repaired_ms + 60_000) == [], "told already"


def down(truth: Truth, houses: list[int], until: int) -> Truth:
    """Only these houses are without service."""
    return Truth(truth.city, truth.tree, [Failure(-1, house, 1, 0, until) for house in houses])


def call(premise: int, at_ms: int) -> Call:
    return Call(at_ms, f"k{premise}", {}, premise, resend=False, false=False)


async def test_the_one_house_that_called_is_told_of_when_there_is_power_around_it(truth: Truth) -> None:
    row = int(np.argmax(np.where(truth.tree.parent >= 0, truth.tree.customers, 0)))
    house, other = truth.tree.below(row)[:2].tolist()
    crews = Crews(down(truth, [house, other], 20 * LATER), [call(house, 60_000), call(other, 9 * LATER)], nobody, 1)
    (order,) = await crews.look([incident(truth, row)], START, START + LATER)
    assert (order.action, order.body.get("device"), order.house) == ("restore", None, truth.city.premises.id[house])


async def test_several_houses_that_called_keep_their_branches(truth: Truth) -> None:
    """Everything else below the device has power, and that is told branch by branch."""
    row = int(np.argmax(np.where(truth.tree.parent >= 0, truth.tree.customers, 0)))
    below = truth.tree.below(row)
    houses = [int(below[0]), int(below[-1])]
    crews = Crews(down(truth, houses, 20 * LATER), [call(house, 60_000) for house in houses], nobody, 1)
    orders = await crews.look([incident(truth, row)], START, START + LATER)
    assert orders
    back: set[int] = set()
    for order in orders:
        assert (order.action, order.house) == ("restore", "")
        at = next(
            r for r, e in enumerate(truth.tree.edge) if truth.city.network.edge_id[int(e)] == order.body["device"]
        )
        back.update(truth.tree.below(at).tolist())
    assert not back & set(houses)
    assert back < set(below.tolist())


async def test_what_other_incidents_hold_is_theirs(nested: tuple[Truth, int, list[Failure]]) -> None:
    """Both broken devices are known to the desk already: the incident above them has nothing of its own."""
    truth, large, broken = nested
    high = incident(truth, large)
    known = [
        incident(truth, f.device, "confirmed") | {"id": f"E-{n}", "customers_out": 1} for n, f in enumerate(broken)
    ]
    orders = await told(Crews(truth, [], nobody, 1), [high, *known[1:]], 11 * LATER)
    assert orders == [("restore", None)]


async def test_an_incident_whose_premises_cannot_be_had_just_now_is_left_alone(truth: Truth, failed: Failure) -> None:
    async def away(_: str) -> None:
        return None

    cluster = incident(truth, failed.device) | {"device": None}
    assert await told(Crews(only(truth, failed), [], away, 1), [cluster], failed.repaired_ms + LATER) == []


async def test_what_the_desk_did_not_take_is_told_again(nested: tuple[Truth, int, list[Failure]]) -> None:
    truth, large, _ = nested
    crews, standing = Crews(truth, [], nobody, 1), incident(truth, large, "confirmed")
    await told(crews, [standing], 9 * LATER)
    first = await crews.look([standing], START, START + 10 * LATER)
    crews.unheard(first[1])
    again = await crews.look([standing], START, START + 10 * LATER + PATROL_EVERY_MINUTES * 60_000)
    assert first[1] in again
    assert first[0] not in again


async def test_where_nobody_was_out_the_incident_is_cancelled(truth: Truth, failed: Failure) -> None:
    crews = Crews(Truth(truth.city, truth.tree, []), [], nobody, 1)
    assert await told(crews, [incident(truth, failed.device)], LATER) == [("cancel", None)]


async def test_an_incident_without_a_device_is_judged_by_its_premises(truth: Truth, failed: Failure) -> None:
    names = [truth.city.premises.id[p] for p in truth.below(failed).tolist()]

    async def these(_: str) -> list[str]:
        return names

    crews = Crews(only(truth, failed), [], these, 1)
    cluster = incident(truth, failed.device) | {"device": None}
    assert await told(crews, [cluster], failed.fails_ms + LATER) == []
    assert await told(crews, [cluster], failed.repaired_ms + LATER) == [("restore", None)]
