"""The application from outside: routes, headers, and that every picture is at a named position."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.feed.served import PHONE, Feed, running, storm

PAGES = ("/", "/desk", "/report", "/sign-in", "/text", "/r", "/r/01-2345-6789-012-3", "/nowhere", "/api/v1/config")


def test_health_readiness_and_metrics(feed: Feed) -> None:
    with feed.client() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"ready": True, "n": feed.day.journal.last()}
        metrics = client.get("/metrics").text
    assert f"feed_position {float(feed.day.journal.last())}" in metrics


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(feed: Feed, path: str) -> None:
    with feed.client() as client:
        headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_the_policy_lets_the_map_the_feed_and_intake_work(feed: Feed) -> None:
    with feed.client() as client:
        policy = client.get("/").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["worker-src"] == "'self' blob:"
    assert rules["connect-src"].split() == ["'self'", "http://127.0.0.1:1", feed.url.replace("http", "ws")]
    assert rules["form-action"].split() == ["'self'", feed.url, "http://127.0.0.1:1"]
    assert rules["script-src"] == "'self'"


def test_built_pages_are_served_and_revalidated(feed: Feed) -> None:
    with feed.client(staff=True) as client:
        for path, title in (("/", "index"), ("/desk", "desk"), ("/sign-in", "sign-in")):
            page = client.get(path)
            assert page.headers["cache-control"] == "no-cache"
            assert f"<title>{title}</title>" in page.text


def test_the_desk_sends_who_is_not_signed_in_to_sign_in(feed: Feed) -> None:
    with feed.client() as client:
        answer = client.get("/desk")
    assert answer.status_code == httpx2.codes.SEE_OTHER
    assert answer.headers["location"] == "/sign-in"


def test_staffs_pages_are_at_their_own_address_and_name_theirs_alone(dist: Path) -> None:
    with running(storm(1), dashboards=dist, staff=True) as feed, feed.client(staff=True) as client:
        desk = feed.parts.settings.feed_staff_url
        for path in ("/desk", "/wall?page=2", "/sign-in?problem=wrong_password"):
            led = client.get(path)
            assert (led.status_code, led.headers["location"]) == (httpx2.codes.SEE_OTHER, f"{desk}{path}")
        there = client.get(f"{desk}/desk")
        policy = dict(rule.strip().split(" ", 1) for rule in there.headers["content-security-policy"].split(";"))
        assert policy["connect-src"].split() == ["'self'", "http://127.0.0.1:2", desk.replace("http", "ws")]
        assert policy["form-action"].split() == ["'self'", desk, "http://127.0.0.1:2"]
        assert client.get(f"{desk}/api/v1/session").json()["intake_url"] == "http://127.0.0.1:2"
        # By whatever port something in front brings them, they are not led in a circle.
        assert client.get("/desk", headers={"Host": desk.removeprefix("http://")}).status_code == httpx2.codes.OK
        assert client.get(f"{desk}/desk", headers={"Host": "desk.example"}).status_code == httpx2.codes.OK
        # The public is told nothing of it.
        for path in ("/", "/report", "/api/v1/config", "/text", "/api/v1/nothing"):
            answer = client.get(path)
            assert str(urlsplit(desk).port) not in answer.text + str(answer.headers)


def test_the_sign_in_form_without_dashboards_is_sent_to_the_staffs_address(tmp_path: Path) -> None:
    with running(storm(1), dashboards=tmp_path, staff=True) as feed, feed.client() as client:
        form = client.get(f"{feed.parts.settings.feed_staff_url}/sign-in")
    assert 'action="http://127.0.0.1:2/staff/sign-in"' in form.text
    assert "http://127.0.0.1:2" in form.headers["content-security-policy"]
    assert form.headers["cache-control"] == "no-store"


def test_the_report_form_works_without_scripts_and_is_enhanced_when_built(feed: Feed) -> None:
    with feed.client() as client:
        page = client.get("/report")
    assert 'action="http://127.0.0.1:1/report"' in page.text
    assert '<script type="module" src="/assets/report.js"></script>' in page.text
    assert "style-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_without_the_built_dashboards_everything_but_the_maps_works(tmp_path: Path) -> None:
    with running(storm(1), dashboards=tmp_path) as feed, feed.client(staff=True) as client:
        assert client.get("/").status_code == httpx2.codes.SERVICE_UNAVAILABLE
        assert "/text" in client.get("/desk").text
        assert client.get("/text").status_code == httpx2.codes.OK
        form = client.get("/report")
        assert "<script" not in form.text
        assert "script-src" not in form.headers["content-security-policy"]
        sign_in = client.get("/sign-in?problem=wrong_password")
        assert 'action="http://127.0.0.1:1/staff/sign-in"' in sign_in.text
        assert "do not belong together" in sign_in.text


def test_unknown_addresses_and_methods_are_problems(feed: Feed) -> None:
    with feed.client() as client:
        missing, written = client.get("/api/v1/nothing"), client.post("/api/v1/config")
    assert missing.status_code == httpx2.codes.NOT_FOUND
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["code"] == "not_found"
    assert written.status_code == httpx2.codes.METHOD_NOT_ALLOWED
    assert written.headers["content-type"] == "application/problem+json"


def test_config_names_the_city_and_where_to_go(feed: Feed) -> None:
    with feed.client() as client:
        config = client.get("/api/v1/config").json()
    assert config["city"] == feed.day.city.name
    assert config["phone"] == PHONE
    assert config["intake_url"] == "http://127.0.0.1:1"
    assert config["feed_url"] == feed.url
    assert config["clock_speed"] == 1.0
    assert len(config["centre"]) == 2
    assert len(config["bbox"]) == 4


def test_the_table_for_everybody_needs_no_script(feed: Feed) -> None:
    with feed.client() as client:
        page, view = client.get("/text"), client.get("/api/v1/public/snapshot").json()["view"]
    assert "<script" not in page.text
    assert '<meta http-equiv="refresh" content="30">' in page.text
    areas = [value for key, value in view.items() if key.startswith("area/")]
    assert areas
    for area in areas:
        assert area["name"] in page.text
    assert f"{view['totals']['customers_out']:,} of {view['totals']['customers']:,} customers" in page.text


@pytest.mark.parametrize("path", ["/report", "/text", "/r", "/r/nonsense"])
def test_every_link_of_the_pages_without_scripts_leads_somewhere(feed: Feed, path: str) -> None:
    with feed.client() as client:
        links = re.findall(r'<a[^>]* href="([^"]+)"', client.get(path).text)
        ours = [link for link in links if link.startswith(("/", feed.url))]
        assert len(ours) >= 3
        assert {link: client.get(link).status_code for link in ours} == dict.fromkeys(ours, 200)


def test_an_address_that_is_not_there_is_a_page_for_people_and_a_problem_for_programs(feed: Feed) -> None:
    with feed.client() as client:
        page = client.get("/nowhere", headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "es"})
        assert page.status_code == httpx2.codes.NOT_FOUND
        assert page.headers["content-type"].startswith("text/html")
        assert 'href="/"' in page.text
        for path, accept in (("/nowhere", "application/json"), ("/nowhere", "*/*"), ("/api/v1/nowhere", "text/html")):
            answer = client.get(path, headers={"Accept": accept})
            assert answer.status_code == httpx2.codes.NOT_FOUND
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "not_found"
