from __future__ import annotations

from datetime import timedelta

import pytest

from stormops.accounts.record import MACHINE_OF
from stormops.books import listing
from stormops.counter.queues import QUEUES
from tests.counter.conftest import API, Desk, billed, opened


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_waits_in_states_from_which_something_leads_on(name: str) -> None:
    machine = MACHINE_OF[QUEUES[name].kind]
    assert set(QUEUES[name].states) <= set(machine.states) - machine.final


@pytest.mark.parametrize("name", QUEUES)
async def test_every_queue_is_answered_and_shown(desk: Desk, name: str) -> None:
    assert (await desk.get("manager", f"{API}/queues/{name}")).json() == {"queue": name, "items": []}
    page = await desk.get("manager", f"/counter/queues/{name}")
    assert page.status_code == 200


async def test_who_checks_the_books_sees_what_a_drawer_should_hold_and_who_counts_does_not(desk: Desk) -> None:
    await opened(desk)
    for name, sees in (("manager", True), ("cashier", False)):
        item = (await desk.get(name, f"{API}/queues/drawers")).json()["items"][0]
        assert ("balance" in item) is sees
        page = (await desk.get(name, "/counter/queues/drawers")).text
        assert "$100.00" not in page


async def test_findings_are_for_who_checks(desk: Desk) -> None:
    assert (await desk.get("cashier", f"{API}/queues/exceptions")).status_code == 403
    assert (await desk.get("cashier", "/counter/queues/exceptions")).status_code == 403
    assert (await desk.get("auditor", f"{API}/queues/exceptions")).status_code == 200
    assert (await desk.get("cashier", f"{API}/queues/nothing")).status_code == 404


async def test_a_broken_arrangement_is_not_cut_off_by_how_many_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await billed(desk)
    ask = {"account": "a1", "instalments": 2, "first_due": (desk.clerk.today() + timedelta(20)).isoformat()}
    kept = []
    for _ in range(3):
        made = (await desk.do("credit", "offer_arrangement", **ask, down=4_000))["arrangement"]
        await desk.do("credit", "step_arrangement", arrangement=made, step="accept")
        kept.append(made)
    desk.later(10)  # the down payment of each is missing; the last one is the last changed too
    for made, paid in zip(kept, (20_000, 20_000, 1), strict=True):
        await desk.do("credit", "step_arrangement", arrangement=made, step="pay", paid=paid)
    monkeypatch.setattr(listing, "LISTED_MAX", 1)
    page = (await desk.get("credit", "/counter/queues/arrangements")).text
    assert page.count("/counter/do/break_arrangement?") == 1
    assert f"break_arrangement?arrangement={kept[2]}" in page
    assert "broken since" in page
