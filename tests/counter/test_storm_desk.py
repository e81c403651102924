from __future__ import annotations

import re

from httpx2 import Response

from stormops.core.levels import Mode
from tests.counter.conftest import COUNTER, Desk

HERE = "/counter/storm-roles"


async def send(desk: Desk, by: str, /, **given: str) -> Response:
    token = desk.people[by].csrf if by in desk.people else ""
    headers = {"Cookie": f"stormops_session={by}", "Origin": COUNTER}
    return await desk.client.post(HERE, data={"csrf": token, **given}, headers=headers)


async def test_a_supervisor_sends_a_colleague_to_the_storm_desk_and_takes_it_back(desk: Desk) -> None:
    assert "while a storm is declared" in (await desk.get("supervisor", HERE)).text
    desk.mode(Mode.STORM)
    sent = await send(desk, "supervisor", name="lending", reason="calls wait 20 minutes")
    assert (sent.status_code, sent.headers["location"]) == (303, HERE)
    page = (await desk.get("supervisor", HERE)).text
    assert "calls wait 20 minutes" in page
    back = re.search(r'name="end" value="(\d+)"', page)
    assert back is not None
    assert (await send(desk, "supervisor", end=back[1])).status_code == 303
    page = (await desk.get("supervisor", HERE)).text
    assert 'name="end"' not in page
    assert "1 that are over" in page


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    desk.mode(Mode.STORM)
    answer = await send(desk, "manager", name="lending", reason=" ")
    assert answer.status_code == 409
    assert "Say why." in answer.text
    assert '<option value="lending" selected>' in answer.text


async def test_only_who_assigns_people_may(desk: Desk) -> None:
    desk.mode(Mode.STORM)
    assert (await desk.get("cashier", HERE)).status_code == 403
    assert (await send(desk, "cashier", name="lending", reason="x")).status_code == 403
    assert (await send(desk, "supervisor", csrf="guessed", name="lending", reason="x")).status_code == 403
    assert (await send(desk, "nobody", name="lending", reason="x")).status_code == 303  # signs in
    assert f'href="{HERE}"' not in (await desk.get("cashier", "/counter")).text
    assert f'href="{HERE}"' in (await desk.get("supervisor", "/counter")).text
