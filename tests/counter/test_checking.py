"""An auditor's screens: what is doubtful, a sample that is drawn again, one command, and who looked at whom."""

from __future__ import annotations

import re

from tests.counter.conftest import API, LEASE, Desk, billed


async def adjusted(desk: Desk) -> str:
    """A posted adjustment of $5; gives the request's id."""
    await billed(desk)
    owing = (await desk.get("billing", f"{API}/accounts/a1")).json()["receivables"][0]
    parts = [{"receivable": owing["id"], "cents": 500}]
    proposal = {"kind": "adjustment", "account": "a1", "type": "leak", "parts": parts}
    request = (await desk.do("billing", "draft_request", proposal=proposal, reason="a leak"))["request"]
    await desk.do("billing", "attach_evidence", request=request, hashes=[LEASE])
    await desk.do("billing", "submit_request", request=request)
    await desk.do("approver", "approve_request", request=request)
    await desk.do("treasurer", "post_request", request=request)
    return request


async def test_a_doubt_leads_to_what_it_is_about_and_to_a_finding_that_is_then_shown(desk: Desk) -> None:
    request = await adjusted(desk)
    await desk.do("approver2", "reverse_request", request=request, reason="not a leak")
    asked = "/counter/continuous?seed=s1&of_ten_thousand=10000"
    page = (await desk.get("auditor", asked)).text
    assert "It was posted and undone" in page
    assert f'href="/counter/why/request/{request}"' in page
    form = re.search(r'href="(/counter/do/add_finding\?[^"]*rule=undone[^"]*)"', page)
    assert form is not None
    filled = (await desk.get("auditor", form[1].replace("&amp;", "&"))).text
    assert f'value="{request}"' in filled
    assert '<option value="undone" selected>' in filled
    await desk.do("auditor", "add_finding", about=request, rule="undone", text="It was posted and undone")
    again = (await desk.get("auditor", asked)).text
    assert "Finding: open" in again
    assert "rule=undone" not in again


async def test_the_sample_is_the_same_whenever_it_is_drawn_again(desk: Desk) -> None:
    await adjusted(desk)
    drawn = {
        seed: re.findall(r"/counter/commands/(\w+)", (await desk.get("auditor", f"/counter/continuous?{query}")).text)
        for seed, query in {
            "a": "seed=a&of_ten_thousand=5000",
            "again": "seed=a&of_ten_thousand=5000",
            "b": "seed=b&of_ten_thousand=5000",
            "all": "seed=a&of_ten_thousand=10000",
        }.items()
    }
    assert drawn["a"] == drawn["again"] != drawn["b"]
    assert set(drawn["a"]) < set(drawn["all"])
    assert await desk.get("auditor", f"/counter/commands/{drawn['all'][0]}")


async def test_what_cannot_be_looked_through_is_said(desk: Desk) -> None:
    for query in (
        "seed=",
        "seed=x&since=yesterday",
        "seed=x&since=2026-07-02&until=2026-07-01",
        "seed=x&since=2020-01-01",
    ):
        answer = await desk.get("auditor", f"/counter/continuous?{query}")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert (await desk.get("auditor", f"{API}/continuous?seed=&since=x")).status_code == 422


async def test_a_command_is_shown_as_it_was_decided(desk: Desk) -> None:
    await desk.send("representative", "add_contact", key="c0", account="nobody", text="x")
    await billed(desk)
    await desk.send("representative", "add_contact", key="c1", account="a1", text="asked about the bill")
    page = (await desk.get("auditor", "/counter/commands/c1")).text
    assert "asked about the bill" in page
    assert "representative, north" in page  # the person and the desk
    assert "It is not done" in (await desk.get("auditor", "/counter/commands/c0")).text
    assert (await desk.get("auditor", "/counter/commands/none")).status_code == 404


async def test_who_looked_is_asked_by_account_and_by_person(desk: Desk) -> None:
    await billed(desk)
    await desk.get("representative", "/counter/accounts/a1")
    page = (await desk.get("auditor", "/counter/accounts/a1")).text
    assert 'href="/counter/looks?account=a1"' in page
    assert "/counter/looks" not in (await desk.get("representative", "/counter/accounts/a1")).text
    by_account = (await desk.get("auditor", "/counter/looks?account=a1")).text
    assert "/counter/looks?actor=representative" in by_account
    by_person = (await desk.get("auditor", "/counter/looks?actor=representative")).text
    assert 'href="/counter/accounts/a1"' in by_person
    assert "Nobody looked" in (await desk.get("auditor", "/counter/looks?actor=nobody")).text
