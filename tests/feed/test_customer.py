"""The customer on the line: everything about one premise, at one position."""

from __future__ import annotations

import httpx2

from tests.feed.served import Feed


def test_a_caller_of_an_outage_is_told_what_is_known(feed: Feed) -> None:
    situation, premises = feed.day.situation, feed.day.city.premises
    with feed.client(staff=True) as client:
        for receipt in feed.day.receipts:
            report = client.get(f"/api/v1/desk/reports/{receipt}").json()
            if not report.get("premise"):
                continue
            body = client.get(f"/api/v1/desk/customers/{report['premise']}").json()
            row = situation.premise_of[report["premise"]]
            assert (body["n"], body["address"]) == (situation.position, premises.address(row))
            assert (body["account"], body["phone"]) == (premises.account[row] or None, premises.phone[row] or None)
            assert report["receipt"] in {each["receipt"] for each in body["reports"]}
            assert body["reports_total"] >= len(body["reports"]) > 0
            known = client.get(f"/api/v1/desk/premises/{report['premise']}").json()
            assert (body["incidents"], body["meter"]) == (known["incidents"], known["meter"])
            assert [each for each in body["reports"] if each["callback"]] == body["callbacks"]
            assert body["nested"] is False or not body["incidents"]


def test_a_customer_of_whom_nobody_was_heard_has_an_empty_page(feed: Feed) -> None:
    situation = feed.day.situation
    told = {int(row) for row in situation.reports.premise}
    silent = next(
        name
        for name, row in situation.premise_of.items()
        if row not in told and all(situation.coverage.owner(utility, row) < 0 for utility in range(4))
    )
    with feed.client(staff=True) as client:
        body = client.get(f"/api/v1/desk/customers/{silent}").json()
        assert (body["incidents"], body["reports"], body["callbacks"], body["nested"]) == ([], [], [], False)
        assert client.get("/api/v1/desk/customers/nobody").status_code == httpx2.codes.NOT_FOUND
