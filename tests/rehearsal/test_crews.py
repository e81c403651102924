from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stormops.rehearsal.crews import PARTS_PER_VISIT, Crews
from stormops.rehearsal.truth import Failure, Truth

START = 1_000_000_000_000
LATER = 60 * 60_000


async def nobody(_: str) -> list[str]:
    return []


def incident(truth: Truth, device: int, state: str = "predicted") -> dict[str, Any]:
    edge = truth.city.network.edge_id[int(truth.tree.edge[device])]
    return {"id": "E-0001", "device": edge, "state": state, "customers_out": 10, "opened_ms": START}


@pytest.fixture
def failed(truth: Truth) -> Failure:
    """A device that fails alone in its part of the tree, with a device above it."""
    tree = truth.tree
    return max((f for f in truth.failures if f.device >= 0 and tree.parent[f.device] >= 0), key=lambda f: f.customers)


def only(truth: Truth, failure: Failure) -> Truth:
    return Truth(truth.city, truth.tree, [failure])


async def told(crews: Crews, incidents: list[dict[str, Any]], at_ms: int) -> list[tuple[str, str | None]]:
    return [(o.action, o.body.get("device")) for o in await crews.look(incidents, START, START + at_ms, 50)]


async def test_nobody_has_looked_before_the_patrol(truth: Truth, failed: Failure) -> None:
    alone = only(truth, failed)
    assert await told(Crews(alone, nobody, 1), [incident(truth, failed.device)], 60_000) == []


async def test_a_patrol_finds_the_open_device_below_an_incident_placed_too_high(truth: Truth, failed: Failure) -> None:
    alone, crews = only(truth, failed), Crews(only(truth, failed), nobody, 1)
    high = incident(truth, int(truth.tree.parent[failed.device]))
    edge = truth.city.network.edge_id[int(truth.tree.edge[failed.device])]
    at = failed.fails_ms + LATER
    high["opened_ms"] = START + failed.fails_ms
    rounds = [await told(crews, [high], at) for _ in range(20)]
    assert [("confirm", edge)] in rounds
    assert all(r in ([], [("confirm", edge)]) for r in rounds)
    assert alone.out(at).any()


async def test_a_confirmed_incident_is_restored_after_the_repair_and_not_before(truth: Truth, failed: Failure) -> None:
    crews = Crews(only(truth, failed), nobody, 1)
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
    crews, standing = Crews(truth, nobody, 1), incident(truth, large, "confirmed")
    assert await told(crews, [standing], 9 * LATER) == []
    back: set[int] = set()
    rounds = 0
    while orders := await told(crews, [standing], 10 * LATER + rounds * 60_000):
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
        assert rounds < 500
    still = truth.out(10 * LATER)
    below = set(truth.tree.below(large).tolist())
    assert back <= below
    assert not still[list(back)].any()
    assert all(still[list(below - back)]) or len(below - back) < len(below) / 10
    assert await told(crews, [standing], 15 * LATER) == [("restore", None)]


async def test_a_branch_that_was_never_dark_is_not_told_of(nested: tuple[Truth, int, list[Failure]]) -> None:
    """An incident placed too high while the storm still grows: what is lit there may yet fail."""
    truth, large, broken = nested
    growing = Truth(truth.city, truth.tree, broken[1:])
    assert await told(Crews(growing, nobody, 1), [incident(truth, large)], LATER) == []


async def test_what_other_incidents_hold_is_theirs(nested: tuple[Truth, int, list[Failure]]) -> None:
    """Both broken devices are known to the desk already: the incident above them has nothing of its own."""
    truth, large, broken = nested
    high = incident(truth, large)
    known = [
        incident(truth, f.device, "confirmed") | {"id": f"E-{n}", "customers_out": 1} for n, f in enumerate(broken)
    ]
    orders = await told(Crews(truth, nobody, 1), [high, *known[1:]], 11 * LATER)
    assert orders == [("restore", None)]


async def test_no_more_is_told_than_the_desk_can_take(nested: tuple[Truth, int, list[Failure]]) -> None:
    truth, large, _ = nested
    crews, standing = Crews(truth, nobody, 1), incident(truth, large, "confirmed")
    await told(crews, [standing], 9 * LATER)
    orders = await crews.look([standing], START, START + 10 * LATER, 2)
    assert len(orders) == 2


async def test_an_incident_whose_premises_cannot_be_had_just_now_is_left_alone(truth: Truth, failed: Failure) -> None:
    async def away(_: str) -> None:
        return None

    cluster = incident(truth, failed.device) | {"device": None}
    assert await told(Crews(only(truth, failed), away, 1), [cluster], failed.repaired_ms + LATER) == []


async def test_what_the_desk_did_not_take_is_told_again(nested: tuple[Truth, int, list[Failure]]) -> None:
    truth, large, _ = nested
    crews, standing = Crews(truth, nobody, 1), incident(truth, large, "confirmed")
    await told(crews, [standing], 9 * LATER)
    first = await crews.look([standing], START, START + 10 * LATER, 2)
    crews.unheard(first[1])
    again = await crews.look([standing], START, START + 10 * LATER + 60_000, 2)
    assert first[1] in again
    assert first[0] not in again


async def test_where_nobody_was_out_the_incident_is_cancelled(truth: Truth, failed: Failure) -> None:
    crews = Crews(Truth(truth.city, truth.tree, []), nobody, 1)
    assert await told(crews, [incident(truth, failed.device)], LATER) == [("cancel", None)]


async def test_an_incident_without_a_device_is_judged_by_its_premises(truth: Truth, failed: Failure) -> None:
    names = [truth.city.premises.id[p] for p in truth.below(failed).tolist()]

    async def these(_: str) -> list[str]:
        return names

    crews = Crews(only(truth, failed), these, 1)
    cluster = incident(truth, failed.device) | {"device": None}
    assert await told(crews, [cluster], failed.fails_ms + LATER) == []
    assert await told(crews, [cluster], failed.repaired_ms + LATER) == [("restore", None)]
