"""Every route of the customers' door, tried by nobody, by another customer and from the staff's side."""

from __future__ import annotations

import re
from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from stormops.admission.classes import Routes
from stormops.core.levels import Level, Mode
from stormops.core.mode import FUNCTIONS, level_of
from stormops.counter.own.rendering import PLACES
from stormops.counter.own.web import Doors
from tests.counter.own.conftest import PHONES, Own
from tests.counter.own.test_wishes import STOP

OPEN = {"/account", "/account/start", "/account/status"}
EMPTY = {"/favicon.ico"}
"""Pages that anybody sees."""


def routes(own: Own) -> list[tuple[str, str]]:
    app: Any = own.client._transport.app  # type: ignore[attr-defined]
    return [(method, route.path) for route in app.routes for method in sorted(route.methods - {"HEAD"})]


async def test_nobody_sees_or_does_anything_without_a_session(own: Own) -> None:
    before = own.desk.clerk.books.position()
    for method, path in routes(own):
        where = path.replace("{bill}", "0" * 16)
        fields = {"account": "a1", "contact": "5", "number": "x", "csrf": "", "kind": "extension", "stage": "do"}
        answer = await (own.get(where) if method == "GET" else own.post(where, fields))
        assert answer.status_code in ({200} if path in OPEN else {204} if path in EMPTY else {303, 404, 422}), (
            method,
            path,
            answer.status_code,
        )
        for secret in ("Ada", "109.07", "1 Palm", PHONES["a1"]):
            assert secret not in answer.text
    assert own.desk.clerk.books.position() == before


async def test_a_customer_never_sees_or_touches_anothers_account(own: Own) -> None:
    await own.enter("a1")
    assert (await own.send("/account/requests/new?kind=stop", STOP, path="/account/requests")).status_code == 303
    number = re.search(r"[A-Z2-7]{5}-[A-Z2-7]{5}", (await own.get("/account/requests")).text)[0]  # type: ignore[index]
    place = re.search(r"/account/bills/[0-9a-f]{16}", (await own.get("/account/bills")).text)[0]  # type: ignore[index]
    assert (await own.get(place)).status_code == 200
    token = own.client.cookies["stormops_own"]
    before = own.desk.clerk.books.position()
    await own.enter("b1")
    assert own.client.cookies["stormops_own"] != token
    for method, path in routes(own):
        if method == "GET":
            answer = await own.get(path.replace("/account/bills/{bill}", place) + "?account=a1")
            assert "109.07" not in answer.text, path
            assert "1 Palm Ave a1" not in answer.text, path
            assert number not in answer.text, path
    assert (await own.get(place)).status_code == 404
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await own.get("/account")).text)[1]  # type: ignore[index]
    mine = {"csrf": csrf, "account": "a1", "number": number, "kind": "extension", "stage": "do"}
    for method, path in routes(own):
        if method == "POST" and path not in {"/account/sign-in", "/account/code", "/account/sign-out"}:
            await own.post(path, mine)
    assert own.desk.clerk.books.position() == before
    assert "Account b1" in (await own.get("/account")).text
    gone = await own.get("/account/bills", Cookie=f"stormops_own={token}")
    assert gone.status_code == 303  # a new session in the same browser ends the one before


async def test_one_party_goes_between_its_accounts(own: Own) -> None:
    await own.desk.do(
        "representative", "add_role", account="b1", party="p-a1", role="authorised", basis="a" * 64, since="2026-07-01"
    )
    await own.enter("b1", PHONES["a1"])
    assert "Account b1" in (await own.get("/account")).text
    await own.send("/account", {"account": "a1"}, path="/account/choose")
    page = (await own.get("/account")).text
    assert "Account a1" in page


async def test_no_address_of_a_page_tells_whose_it_is(own: Own) -> None:
    await own.enter()
    seen = "".join([(await own.get(path)).text for path, _ in PLACES])
    for where in re.findall(r'(?:href|action)="([^"]*)"', seen):
        assert not re.search(r"\ba1\b|Ada|Palm Ave|8505", where), where


async def test_what_is_not_there_is_said_on_a_page_without_a_trace(own: Own) -> None:
    for path in ("/account/nothing", "/", "/counter", "/metrics", "/api/v1/counter/session"):
        answer = await own.get(path)
        assert (answer.status_code, "There is no such page" in answer.text) == (404, True)
    assert (await own.client.delete("/account")).status_code == 405


async def test_every_route_has_its_class_and_is_done_as_its_function_says(own: Own) -> None:
    table = Routes()
    for method, path in routes(own):
        row = table.row(method, path.replace("{bill}", "x"))
        assert row is not None, path
        assert not row.staff
        assert FUNCTIONS[row.function].criticality >= 2, path
    assert level_of("billing_history_web", Mode.STORM) is Level.SUSPEND


def test_each_door_has_its_port_whatever_a_request_says_of_its_host() -> None:
    def app(name: str) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", lambda _: PlainTextResponse(name))])

    doors = Doors(app("staff"), app("own"), 8319)
    with TestClient(doors, base_url="http://x:8319") as client:
        assert client.get("/counter", headers={"Host": "x:8318"}).text == "own"
    with TestClient(doors, base_url="http://x:8318") as client:
        assert client.get("/account", headers={"Host": "x:8319"}).text == "staff"
