"""What everybody may read: the status of a receipt, its limits, and snapshots at a named position."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import msgspec
import pytest

from stormops.core.summary import Status
from stormops.core.view_public import PublicView
from stormops.feed import arrivals, follow, reads
from stormops.feed.limits import MISSES_BURST
from stormops.feed.pages import MISS_REFRESH_SECONDS
from stormops.feed.reads import typed_receipt
from stormops.journal.receipt import Minter
from tests.core.storm_day import StormDay
from tests.feed.served import Feed, running, storm

UNKNOWN = Minter(77, b"0123456789abcdef").mint(12345)


def test_the_bearer_of_a_receipt_is_told_what_became_of_it(feed: Feed) -> None:
    situation = feed.day.situation
    with feed.client() as client:
        for receipt in feed.day.receipts:
            answer = client.get(f"/api/v1/reports/{receipt}")
            assert answer.status_code == httpx2.codes.OK
            status = answer.json()
            assert status["receipt"] == receipt
            assert status["n"] == feed.day.journal.last()
            assert status["at_ms"] == situation.at_ms
            assert status["received_ms"] > 0
            known = situation.report(typed_receipt(receipt) or 0)
            if known is not None and known.incident >= 0:
                incident = situation.incidents[known.incident]
                assert status["incident"] == {
                    "state": incident.state.value,
                    "since_ms": incident.since_ms,
                    "others": len(incident.reports) - 1,
                    "customers_out": incident.customers_out,
                }
        assert answer.headers["cache-control"] == "no-store"


def test_a_receipt_is_found_as_people_type_it(feed: Feed) -> None:
    digits = feed.day.receipts[0].replace("-", "")
    with feed.client() as client:
        for typed in (digits, f" {digits[:4]} {digits[4:]} ", f"{digits[:2]}.{digits[2:]}"):
            assert client.get(f"/api/v1/reports/{typed}").status_code == httpx2.codes.OK


def test_unknown_and_malformed_receipts_get_the_very_same_answer() -> None:
    with running(storm(1)) as feed, feed.client() as client:
        answers = [client.get(f"/api/v1/reports/{text}") for text in (UNKNOWN, "12", "a'b", "9" * 14, "0" * 3000)]
    assert {answer.status_code for answer in answers} == {httpx2.codes.NOT_FOUND}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/problem+json"


def test_receipts_cannot_be_enumerated() -> None:
    """After its misses are spent an address is refused whatever it asks, so that it learns nothing from refusals."""
    mint, chance = Minter(1, b"another-door-key").mint, random.Random(1)
    with running(storm(3)) as feed, feed.client() as client:
        codes = [client.get(f"/api/v1/reports/{mint(chance.randrange(10**11))}").status_code for _ in range(30)]
        assert codes.count(httpx2.codes.NOT_FOUND) == MISSES_BURST
        assert set(codes[int(MISSES_BURST) :]) == {httpx2.codes.TOO_MANY_REQUESTS}
        refused = client.get(f"/api/v1/reports/{feed.day.receipts[0]}", headers={"X-Forwarded-For": "192.0.2.9"})
        assert refused.status_code == httpx2.codes.TOO_MANY_REQUESTS
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        page = client.get(f"/r/{feed.day.receipts[0]}")
        assert page.status_code == httpx2.codes.TOO_MANY_REQUESTS
        assert page.headers["retry-after"] == refused.headers["retry-after"]
        metrics = client.get("/metrics").text
    assert f'feed_receipt_lookups_total{{outcome="missed"}} {MISSES_BURST}' in metrics
    assert 'outcome="limited"} 22.0' in metrics


def test_the_status_page_renews_itself_and_says_what_the_api_says(feed: Feed) -> None:
    with feed.client() as client:
        for receipt in feed.day.receipts[:20]:
            page, status = client.get(f"/r/{receipt}"), client.get(f"/api/v1/reports/{receipt}").json()
            assert page.status_code == httpx2.codes.OK
            assert receipt in page.text
            assert '<meta http-equiv="refresh" content="30">' in page.text
            assert "<script" not in page.text
            if "incident" in status:
                assert f"<dd>{status['incident']['others']}</dd>" in page.text


def test_asking_for_a_receipt_leads_to_its_page() -> None:
    with running(storm(1)) as feed, feed.client() as client:
        receipt = feed.day.receipts[0]
        form = client.get("/r")
        assert form.status_code == httpx2.codes.OK
        assert 'name="receipt"' in form.text
        found = client.get("/r", params={"receipt": f" {receipt}\n"})
        assert found.status_code == httpx2.codes.SEE_OTHER
        assert found.headers["location"] == f"/r/{receipt.replace('-', '')}"
        outside = client.get("/r", params={"receipt": "//evil.example"})
        assert outside.headers["location"] == "/r/-"
        miss = client.get("/r/-")
        assert miss.status_code == httpx2.codes.NOT_FOUND
        assert 'name="receipt"' in miss.text


def test_a_receipt_whose_report_is_on_its_way_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake has answered, operations has not drained its door yet, and the form has sent the browser here."""
    monkeypatch.setattr(reads, "ARRIVAL_SECONDS", 10.0)
    day = storm(1)
    with running(day) as feed, feed.client() as client, ThreadPoolExecutor(1) as pool:
        receipt = day.report(day.from_premise(3))
        asked = pool.submit(client.get, f"/r/{receipt}")
        time.sleep(0.2)
        assert not asked.done()
        day.tick()
        assert asked.result().status_code == httpx2.codes.OK
        assert receipt in asked.result().text
        metrics = feed.metrics.page()[0].decode()
    assert 'outcome="missed"' not in metrics


def test_a_receipt_is_not_called_unknown_by_a_feed_that_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the journal may have and this feed has not read yet is asked for again, never denied."""
    monkeypatch.setattr(reads, "ARRIVAL_SECONDS", 0.0)
    with running(storm(1)) as feed, feed.client() as client:
        assert client.get(f"/api/v1/reports/{UNKNOWN}").status_code == httpx2.codes.NOT_FOUND
        monkeypatch.setattr(follow, "READY_SECONDS", -1.0)
        behind = client.get(f"/api/v1/reports/{UNKNOWN}")
        assert behind.status_code == httpx2.codes.SERVICE_UNAVAILABLE
        assert int(behind.headers["Retry-After"]) > 0
        assert client.get("/api/v1/reports/12").status_code == httpx2.codes.NOT_FOUND, "that is no receipt at all"
        assert client.get(f"/api/v1/reports/{feed.day.receipts[0]}").status_code == httpx2.codes.OK
        page = client.get(f"/r/{UNKNOWN}")
        assert f'content="{MISS_REFRESH_SECONDS}"' in page.text
        codes = [client.get(f"/api/v1/reports/{UNKNOWN}").status_code for _ in range(12)]
        assert codes[-1] == httpx2.codes.TOO_MANY_REQUESTS, "a guess costs its place all the same"


def test_who_asked_too_early_is_not_taken_for_a_guesser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts out of intake's hands, a journal that is behind, and many bearers behind one address."""
    monkeypatch.setattr(reads, "ARRIVAL_SECONDS", 0.0)
    monkeypatch.setattr(reads, "EARLY_EVERY_SECONDS", 0.0)
    day = storm(1)
    with running(day) as feed, feed.client() as client:
        receipts = [day.report(day.from_premise(premise)) for premise in range(20)]
        codes = [client.get(f"/api/v1/reports/{receipt}").status_code for receipt in receipts]
        assert codes == [404] * int(MISSES_BURST) + [429] * (20 - int(MISSES_BURST))
        day.tick()
        feed.wait_shown(day.journal.last())
        codes = [client.get(f"/api/v1/reports/{receipt}").status_code for receipt in receipts]
        assert codes == [200] * 20
        guessed = [client.get(f"/api/v1/reports/{UNKNOWN}").status_code for _ in range(12)]
        assert guessed == [404] * int(MISSES_BURST) + [429] * 2, "guesses still cost"


def test_waiting_for_receipts_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "ARRIVAL_SECONDS", 2.0)
    monkeypatch.setattr(arrivals, "WAITING_MAX", 1)
    with running(storm(1)) as feed, feed.client() as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, f"/r/{UNKNOWN}")
        while feed.app.state.receipts.arrivals.waiting == 0:
            time.sleep(0.01)
        page = client.get(f"/r/{UNKNOWN}")
        assert not first.done()
        assert page.status_code == httpx2.codes.NOT_FOUND
        assert "it is safe" in page.text
        assert f'content="{MISS_REFRESH_SECONDS}"' in page.text
        assert first.result().status_code == httpx2.codes.NOT_FOUND


def test_a_closed_report_keeps_its_status() -> None:
    day = storm(1)
    with running(day) as feed, feed.client() as client:
        while not day.situation.closed_reports:
            day.step(reports=4, actions=1.0)
        feed.wait_shown(day.journal.last())
        number = next(iter(day.situation.closed_reports))
        status = client.get(f"/api/v1/reports/{number:014d}").json()
        assert status["received_ms"] > 0
        assert status["state"] in ("restored", "cancelled", "withdrawn")
        page = client.get(f"/r/{number:014d}")
        assert page.status_code == httpx2.codes.OK
        known = [f"{receipt:014d}" for receipt in day.situation.closed_reports if status_of(day, receipt).premise >= 0]
        assert known
        assert 'name="service_point" value="E-' in client.get(f"/r/{known[0]}").text


def status_of(day: StormDay, receipt: int) -> Status:
    status = day.situation.status(receipt)
    assert status is not None
    return status


def test_the_public_snapshot_is_the_public_view_of_its_position(feed: Feed) -> None:
    with feed.client() as client:
        answer = client.get("/api/v1/public/snapshot")
        body = answer.json()
        again = client.get("/api/v1/public/snapshot", headers={"If-None-Match": answer.headers["etag"]})
    city, areas = feed.day.city, feed.parts.areas
    expected = PublicView(city, areas, feed.parts.city_file.phone).snapshot(feed.day.situation)
    assert body["view"] == msgspec.json.decode(msgspec.json.encode(expected))
    assert body["n"] == feed.day.journal.last()
    assert body["at_ms"] == feed.day.situation.at_ms
    assert body["epoch"]
    assert again.status_code == httpx2.codes.NOT_MODIFIED
    assert again.content == b""
