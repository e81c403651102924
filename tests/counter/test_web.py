from __future__ import annotations

from stormops.accounts.charge_types import KINDS
from stormops.accounts.records_money import ChargeType
from stormops.counter.web import add_charge_types
from tests.counter.conftest import Desk, customer


async def test_operators_see_that_it_is_alive_and_ready(desk: Desk) -> None:
    assert (await desk.client.get("/healthz")).json() == {"status": "alive"}
    assert (await desk.client.get("/readyz")).json() == {"status": "ready"}
    await customer(desk)
    page = (await desk.client.get("/metrics")).text
    assert 'counter_commands_total{command="open_account",outcome="done"} 1.0' in page
    assert "counter_books_seconds_count" in page
    assert "Ada" not in page


async def test_there_is_no_icon_and_a_browser_asks_once_a_day(desk: Desk) -> None:
    answer = await desk.client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["cache-control"]) == (204, "public, max-age=86400")


async def test_charges_are_added_once(desk: Desk) -> None:
    assert add_charge_types(desk.clerk) == 0
    assert all(desk.clerk.books.get(ChargeType, key) is not None for key in KINDS)


async def test_what_there_is_not_is_a_problem(desk: Desk) -> None:
    answer = await desk.client.get("/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await desk.client.delete("/api/v1/counter/session")).status_code == 405
    assert answer.headers["x-content-type-options"] == "nosniff"
