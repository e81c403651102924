from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stormops.clock import Clock
from stormops.core.mode import Mode
from stormops.feed.publish.picture import Picture, Shown
from stormops.feed.publish.twins import INCIDENT_STEP_MS, Twins, incident_path
from stormops.feed.transit_alerts import Source, Told
from stormops.pages.words import LANGUAGES, words
from stormops.settings import CityFile
from tests.feed.served import PHONE

AT_MS = 1_790_000_123_456
CITY = CityFile(name="x", title="Palmetto <Springs>", phone=PHONE, k=20, languages=list(LANGUAGES))
ONE = Shown("0123456789abcdef", "electric", "confirmed", AT_MS - 3_600_000, (("A1", 40), ("A2", 20)))


HEARD: dict[str, Any] = {"whole": False, "areas": []}


def picture(mode: Mode = Mode.NORMAL, *, quiet: bool = False) -> Picture:
    areas = {
        "A1": {"id": "A1", "name": "North & East", "customers": 1200, "out": 1034, "since_ms": AT_MS - 7_200_000},
        "A2": {"id": "A2", "name": "South", "customers": 90, "out": 21, "since_ms": AT_MS - 60_000},
    }
    totals = {"customers": 60_000, "customers_out": 0 if quiet else 1055, "areas_affected": 0 if quiet else 2}
    shown = ({}, ()) if quiet else (areas, (ONE,))
    return Picture(7, AT_MS, {}, totals, {"mode": mode.value}, HEARD, *shown)


@pytest.fixture
def twins() -> Twins:
    return Twins(CITY, Clock(2.0, 5, 6), {"A1": "North & East", "A2": "South"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("quiet", [True, False])
def test_every_page_says_its_age_and_whom_to_call(twins: Twins, language: str, quiet: bool) -> None:
    said, picture_ = words(language), picture(quiet=quiet)
    pages = [twins.index(language, picture_, 30), twins.incident(language, ONE, picture_, 30)]
    for page in [*pages, twins.text(language, picture_)]:
        text = page.decode()
        assert PHONE in text
        assert "911" in text
        assert said("tree.old") in text
        assert "2026" in text or "data-at-ms" in text
    for page in pages:
        assert f'lang="{language}"' in page.decode()
        assert (
            f'data-at-ms="{AT_MS}"' in page.decode()
            or str(AT_MS // INCIDENT_STEP_MS * INCIDENT_STEP_MS) in page.decode()
        )
        assert 'data-speed="2.0" data-epoch-ms="5" data-anchor-ms="6"' in page.decode()
        assert "<style" not in page.decode()
    assert PHONE in twins.gone(language, "gone.html").decode()


def test_a_page_renews_itself_as_its_rung_says(twins: Twins) -> None:
    assert '<meta http-equiv="refresh" content="60">' in twins.index("en", picture(), 60).decode()
    still = twins.index("en", picture(), 0).decode()
    assert "http-equiv" not in still
    assert words("en")("tree.still") in still


def test_the_table_says_counts_and_escapes_names(twins: Twins) -> None:
    page = twins.index("en", picture(Mode.STORM), 30).decode()
    assert "North &amp; East" in page
    assert "1,034" in page
    assert "Palmetto &lt;Springs&gt;" in page
    assert words("en")("mode.storm") in page
    assert f"/public/en/{incident_path(ONE.name)}" in page
    assert words("en")("tree.none") in twins.index("en", picture(quiet=True), 30).decode()


def test_an_incidents_page_says_what_is_not_known_and_no_place_finer_than_areas(twins: Twins) -> None:
    page = twins.incident("es", ONE, picture(), 30).decode()
    assert page.count(words("es")("tree.etr_unknown")) == 2
    assert re.findall(r"<li>(.+?)</li>", page) == ["North &amp; East: 40", "South: 20"]
    assert ">60<" in page
    assert f'href="/public/ht/{incident_path(ONE.name)}"' in page


def test_an_incidents_page_is_the_same_for_five_minutes(twins: Twins) -> None:
    begin = AT_MS // INCIDENT_STEP_MS * INCIDENT_STEP_MS
    pages = {twins.incident("en", ONE, picture()._replace(at_ms=begin + ms), 30) for ms in (0, 1, INCIDENT_STEP_MS - 1)}
    assert len(pages) == 1
    assert twins.incident("en", ONE, picture()._replace(at_ms=begin + INCIDENT_STEP_MS), 30) not in pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_is_columns(twins: Twins, language: str) -> None:
    lines = twins.text(language, picture(Mode.SURGE)).decode().splitlines()
    north = next(line for line in lines if line.startswith("North & East"))
    south = next(line for line in lines if line.startswith("South"))
    assert north.index("1,034") + 5 == south.index("21") + 2
    assert words(language)("mode.surge") in "\n".join(lines)
    assert any(line.startswith(ONE.name[:6]) for line in lines)


ALERT: dict[str, Any] = {
    "effect": "NO_SERVICE",
    "cause": "WEATHER",
    "severity": "SEVERE",
    "whole": False,
    "routes": ["4 <i>"],
    "stops": [],
    "header": {"en": "<script>alert(1)</script>\nNorth & East  9,999"},
    "description": {'en" onload="x': "By 'Oak' St"},
    "end_ms": None,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("quiet", [True, False])
def test_what_the_buses_do_is_told_with_its_source_and_age_and_no_strangers_text_is_markup(
    twins: Twins, language: str, quiet: bool
) -> None:
    said = words(language)
    as_of_ms = AT_MS - 900_000
    told = Told([ALERT], 3, Source("Star & Line", as_of_ms, as_of_ms + 600_000), feed_old=True)
    with_buses = picture(quiet=quiet)._replace(buses=told)
    page, text = twins.index(language, with_buses, 30).decode(), twins.text(language, with_buses).decode()
    age = said.time(as_of_ms, ZoneInfo(CITY.time_zone))
    for body in (page, text):
        for key in ("transit.title", "transit_effect.NO_SERVICE", "transit_cause.WEATHER", "transit.severe"):
            assert said(key) in body
        assert said("transit.old") in body
        assert age in body
        assert said("transit.none") not in body
    assert "<script>alert" not in page
    assert "4 &lt;i&gt;" in page
    assert "Star &amp; Line" in page
    assert 'onload="x' not in page
    assert not [line for line in text.splitlines() if line.startswith("North & East  9,999")]
    assert "  <script>alert(1)</script> North & East 9,999" in text.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_known_of_buses_nothing_is_said_of_them(twins: Twins, language: str) -> None:
    said = words(language)
    assert said("transit.title") not in twins.index(language, picture(), 30).decode()
    assert said("transit.title") not in twins.text(language, picture()).decode().splitlines()
    heard = picture()._replace(buses=Told([], 0, Source("Star", AT_MS, AT_MS + 600_000), feed_old=False))
    for body in (twins.index(language, heard, 30), twins.text(language, heard)):
        assert said("transit.none") in body.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_no_meter_is_heard_every_page_says_so_and_calls_nobody_restored(twins: Twins, language: str) -> None:
    said = words(language)
    silent = [{"id": f"A{row}", "name": f"Quarter <{row}>", "since_ms": AT_MS} for row in range(10)]
    some = picture()._replace(unheard={"whole": False, "areas": silent})
    page, text = twins.index(language, some, 30).decode(), twins.text(language, some).decode()
    assert "Quarter &lt;7&gt; (+2)" in page
    assert "Quarter <7> (+2)" in text
    whole = picture()._replace(unheard={"whole": True, "areas": silent})
    for body in (twins.index(language, whole, 30), twins.text(language, whole)):
        assert said("text.unheard_whole") in body.decode()
        assert "1,034" in body.decode()
    assert said("text.unheard_whole") not in twins.index(language, picture(), 30).decode()
