from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from stormops.staff.roles import ROLES
from tests.counter.conftest import API, Desk, customer

PREPARERS = {"records"}
RELEASERS = {"manager", "director"}
TAKERS = {name for name, role in ROLES.items() if any(grant.permission == "contact" for grant in role.grants)}


async def asked(desk: Desk, prepared: bool = True) -> str:
    await customer(desk)
    body = {"text": "all journals of July", "received": str(desk.clerk.today())}
    request = (await desk.do("representative", "take_records_request", **body))["records_request"]
    if prepared:
        chosen = {"since": "2026-07-01", "until": str(desk.clerk.today()), "journals": True, "interactions": True}
        await desk.do("records", "prepare_records", request=request, **chosen)
    return request


async def fetched(desk: Desk, name: str, request: str, key: str) -> int:
    answer = await desk.send(name, "fetch_records", key=key, request=request)
    assert answer.status_code == 200, answer.text
    return (await desk.get(name, f"/counter/records/{quote(request)}/export?key={key}")).status_code


async def test_records_are_asked_for_prepared_looked_at_released_and_fetched(desk: Desk) -> None:
    request = await asked(desk, prepared=False)
    queue = (await desk.get("records", "/counter/queues/records_requests")).text
    assert "all journals of July" in queue
    assert "days left: 10" in queue
    page = (await desk.get("records", f"/counter/records/{quote(request)}")).text
    assert "Did not give a name" in page
    assert "F.S. 119.071(5)(b)" in page
    chosen = {"since": "2026-07-01", "until": str(desk.clerk.today())}
    assert await desk.refused("records", "prepare_records", request=request, **chosen) == "nothing_chosen"
    await desk.do("records", "prepare_records", request=request, **chosen, journals=True)
    assert await fetched(desk, "manager", request, "look-1") == 200
    await desk.do("manager", "release_records", request=request)
    assert await fetched(desk, "records", request, "send-1") == 200
    answer = await desk.get("records", f"/counter/records/{quote(request)}/export?key=send-1")
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("manifest.json"))["kinds"] == ["journals"]
    assert (await desk.get("records", f"{API}/queues/records_requests")).json()["items"] == []
    audit = (await desk.get("auditor", "/counter/audit")).text
    for label in ("Prepare an export", "Download an export", "Release public records"):
        assert label in audit
    assert (await desk.get("auditor", f"{API}/checks")).json()["broken_at"] is None


async def test_a_request_that_is_late_says_so(desk: Desk) -> None:
    await asked(desk)
    desk.later(11)
    assert "is-late" in (await desk.get("records", "/counter/queues/records_requests")).text


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_each_role_does_what_is_its_own_and_no_more(desk: Desk, role: str) -> None:
    request = await asked(desk)
    body = {"text": "x", "received": str(desk.clerk.today())}
    chosen = {"request": request, "since": "2026-07-01", "until": "2026-07-01", "bills": True}
    tries: dict[str, tuple[dict[str, Any], bool]] = {
        "take_records_request": (body, role in TAKERS),
        "prepare_records": (chosen, role in PREPARERS),
        "fetch_records": ({"request": request}, role in PREPARERS | RELEASERS),
        "release_records": ({"request": request}, role in RELEASERS),
        "step_records_request": ({"request": request, "step": "deny", "reason": "x"}, False),
    }
    for command, (given, may) in tries.items():
        answer = await desk.send(role, command, **given)
        assert (answer.status_code == 200) is may, (command, answer.text)
        assert answer.status_code in {200, 403, 409}
        screen = await desk.get(role, f"/counter/do/{command}")
        assert (screen.status_code == 200) is (may or (command[:4] == "step" and role in PREPARERS | RELEASERS)), (
            command
        )


@pytest.mark.parametrize("role", [*sorted(ROLES), ""])
async def test_the_file_is_for_who_fetched_it_by_a_command_of_their_own(desk: Desk, role: str) -> None:
    request = await asked(desk)
    await fetched(desk, "records", request, "mine-1")
    answer = await desk.get(role, f"/counter/records/{quote(request)}/export?key=mine-1")
    expected = {200} if role == "records" else {303} if not role else {403, 404}
    assert answer.status_code in expected


async def test_the_file_is_not_got_without_its_command_nor_with_an_older_one(desk: Desk) -> None:
    request = await asked(desk)
    place = f"/counter/records/{quote(request)}/export"
    for key in ("", "none", request):
        assert (await desk.get("records", f"{place}?key={quote(key)}")).status_code == 404
    assert await fetched(desk, "records", request, "one-1") == 200
    chosen = {"since": "2026-07-01", "until": "2026-07-01", "bills": True}
    await desk.do("records", "prepare_records", request=request, **chosen)
    assert (await desk.get("records", f"{place}?key=one-1")).status_code == 404
    assert await fetched(desk, "records", request, "two-1") == 200
    await desk.do("manager", "step_records_request", request=request, step="deny", reason="exempt as a whole")
    assert (await desk.get("records", f"{place}?key=two-1")).status_code == 404


async def test_the_done_page_leads_to_the_file(desk: Desk) -> None:
    request = await asked(desk)
    await desk.send("records", "fetch_records", key="mine-2", request=request)
    page = (await desk.get("records", "/counter/done/mine-2?duty=fetch_records")).text
    assert f"/counter/records/{request}/export?key=mine-2" in page


@pytest.mark.parametrize("language", ["en", "es", "ht"])
async def test_how_long_each_kind_is_kept_is_shown_with_where_it_is_written(desk: Desk, language: str) -> None:
    await asked(desk)
    assert "GS1-SL" in (await desk.get("auditor", f"/counter/retention?lang={language}")).text
    desk.later(365 * 7)
    page = (await desk.get("auditor", f"/counter/retention?lang={language}")).text
    assert {"en": "before ", "es": "anteriores al", "ht": "anvan"}[language] in page
    assert (await desk.get("cashier", "/counter/retention")).status_code == 403
    for place in ("/counter/records/none", "/counter/records/none/export"):
        assert (await desk.get("records", place)).status_code == 404


def acts(page: str) -> list[str]:
    """What a person may do with the request on its page, in order."""
    return re.findall(r">([^<]+)</a>", page.partition('<ul class="first">')[2].partition("</ul>")[0])


async def test_what_was_prepared_is_downloaded_and_released_first_and_prepared_again_last(desk: Desk) -> None:
    request = (await desk.do("records", "take_records_request", text="all", received="2026-07-01"))["records_request"]
    place = f"/counter/records/{quote(request)}"
    assert acts((await desk.get("records", place)).text)[0] == "Prepare an export of public records"
    await desk.do("records", "prepare_records", request=request, since="2026-07-01", until="2026-07-01", journals=True)
    offered = acts((await desk.get("records", place)).text)
    assert (offered[0], offered[-1]) == ("Download an export of public records", "Prepare the export again")
    assert "Prepare an export of public records" not in offered
    assert acts((await desk.get("manager", place)).text)[:2] == [
        "Download an export of public records",
        "Release public records",
    ]
    for language, label in (("es", "Preparar la exportación de nuevo"), ("ht", "Prepare ekspòtasyon an ankò")):
        form = await desk.get("records", f"/counter/do/prepare_records?request={request}&lang={language}")
        assert f"<h1>{label}</h1>" in form.text
