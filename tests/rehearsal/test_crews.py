from __future__ import annotations

from typing import Any

import pytest

from stormops.rehearsal.crews import Crews
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
