"""Pages without JavaScript: every state has its sentence, everything is escaped, times are the city's."""

from __future__ import annotations

from pathlib import Path

import pytest

from stormops.core.incident import State
from stormops.feed.pages import SENTENCES, Pages
from stormops.settings import CityFile, Settings

CITY = CityFile(name="x", title="Mill & <Sons>", phone="555", time_zone="America/New_York")


def text(response: object) -> str:
    body = getattr(response, "body", b"")
    assert isinstance(body, bytes)
    return body.decode()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(CITY, Settings(dashboards=tmp_path))


def status(state: str, incident: str | None = None) -> dict[str, object]:
    value: dict[str, object] = {
        "receipt": "01-2345-6789-012-3",
        "n": 5,
        "at_ms": 1_790_000_000_000,
        "state": state,
        "received_ms": 1_789_999_000_000,
    }
    if incident is not None:
        value["incident"] = {"state": incident, "since_ms": 1_789_998_000_000, "others": 1234, "customers_out": 41}
    return value


@pytest.mark.parametrize("state", [state.value for state in State])
def test_every_state_of_an_incident_has_its_sentence(pages: Pages, state: str) -> None:
    assert SENTENCES[state] in text(pages.status(status("matched", state)))


@pytest.mark.parametrize(
    "state", ["received", "matched", "unmatched", "restored", "cancelled", "withdrawn", "absorbed"]
)
def test_every_state_of_a_report_has_its_sentence(pages: Pages, state: str) -> None:
    page = text(pages.status(status(state)))
    assert SENTENCES[state] in page
    assert "Outage since" not in page


def test_times_are_local_and_exact(pages: Pages) -> None:
    page = text(pages.status(status("matched", "confirmed")))
    assert '<time datetime="2026-09-21T14:13:20+00:00">Mon 21 Sep, 10:13 EDT</time>' in page


def test_titles_are_escaped(pages: Pages) -> None:
    for page in (
        pages.miss(possible=True),
        pages.look_up(),
        pages.sign_in(None),
        pages.dashboard("index.html"),
        pages.not_ready(),
    ):
        assert "Mill &amp; &lt;Sons&gt;" in text(page)
        assert "<Sons>" not in text(page)


def test_a_problem_is_not_echoed(pages: Pages) -> None:
    page = text(pages.sign_in("<script>alert(1)</script>"))
    assert "alert" not in page
    assert "Too many failed attempts" in text(pages.sign_in("too_many_attempts"))


def test_an_empty_table_says_so(pages: Pages) -> None:
    totals = {"customers": 60_000, "customers_out": 0, "areas_affected": 0, "at_ms": 1_790_000_000_000}
    page = text(pages.text({"totals": totals}))
    assert "0 of 60,000 customers" in page
    assert "<table" not in page


def test_the_table_has_the_most_first(pages: Pages) -> None:
    def area(name: str, out: int) -> dict[str, object]:
        return {"id": name, "name": name, "customers": 500, "out": out, "since_ms": 1_790_000_000_000}

    totals = {"customers": 60_000, "customers_out": 30, "areas_affected": 2, "at_ms": 1_790_000_000_000}
    page = text(pages.text({"totals": totals, "area/1": area("Old Mill", 5), "area/2": area("New <b>", 25)}))
    assert page.index("New &lt;b&gt;") < page.index("Old Mill")
