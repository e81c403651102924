"""Pages without JavaScript: every state has its sentence, everything is escaped, times are the city's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from stormops.core.incident import State
from stormops.feed.pages import Pages, Reader
from stormops.feed.transit_alerts import Source, Told
from stormops.pages.words import LANGUAGES, words
from stormops.settings import CityFile, Settings

CITY = CityFile(
    name="x", title="Mill & <Sons>", phone="555", time_zone="America/New_York", languages=["en", "es", "ht"]
)
EN = Reader()
QUIET = Told([], 0, None, feed_old=False)
HEARD: dict[str, object] = {"whole": False, "areas": []}


def text(response: object) -> str:
    body = getattr(response, "body", b"")
    assert isinstance(body, bytes)
    return body.decode()


def table(pages: Pages, language: str, view: dict[str, Any], buses: Told = QUIET) -> str:
    """The table's page, with the form between its parts."""
    head, tail = pages.text(language, view, 1_790_000_000_000, places=[], buses=buses)
    return f"{head}{pages.find(language, '', None)}{tail}"


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
        "again": None,
        "messages": False,
    }
    if incident is not None:
        value["incident"] = {"state": incident, "since_ms": 1_789_998_000_000, "others": 1234, "customers_out": 41}
    return value


AGAIN = {"symptom": "lights_out", "service_point": "E-P1"}


@pytest.mark.parametrize("state", ["matched", "restored", "cancelled", "withdrawn"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_still_in_the_dark_can_say_so_whatever_became_of_the_report(
    pages: Pages, language: str, state: str
) -> None:
    page = text(pages.status(Reader(language), status(state) | {"again": AGAIN}))
    assert words(language)("status.still") in page
    assert 'name="service_point" value="E-P1"' in page
    assert words(language)("status.anew") not in page


@pytest.mark.parametrize(
    ("state", "offered"), [("restored", True), ("withdrawn", True), ("received", False), ("unmatched", False)]
)
def test_where_no_place_was_known_a_report_that_is_over_leads_to_the_form(
    pages: Pages, state: str, offered: bool
) -> None:
    page = text(pages.status(EN, status(state)))
    assert words("en")("status.still") not in page
    assert (words("en")("status.anew") in page) == offered


@pytest.mark.parametrize("state", [state.value for state in State])
def test_every_state_of_an_incident_has_its_sentence(pages: Pages, state: str) -> None:
    assert words("en")(f"state.{state}") in text(pages.status(EN, status("matched", state)))


@pytest.mark.parametrize(
    "state", ["received", "matched", "unmatched", "restored", "cancelled", "withdrawn", "absorbed"]
)
def test_every_state_of_a_report_has_its_sentence(pages: Pages, state: str) -> None:
    page = text(pages.status(EN, status(state)))
    assert words("en")(f"state.{state}") in page
    assert "Outage since" not in page


def test_times_are_local_and_exact(pages: Pages) -> None:
    page = text(pages.status(EN, status("matched", "confirmed")))
    assert '<time datetime="2026-09-21T14:13:20+00:00">Mon 21 Sep, 10:13 EDT</time>' in page


def test_titles_are_escaped(pages: Pages) -> None:
    for page in (
        pages.miss(EN, possible=True),
        pages.look_up(EN),
        pages.sign_in(EN, None),
        pages.home(EN),
        pages.not_ready(EN),
    ):
        assert "Mill &amp; &lt;Sons&gt;" in text(page)
        assert "<Sons>" not in text(page)


def test_a_problem_is_not_echoed(pages: Pages) -> None:
    page = text(pages.sign_in(EN, "<script>alert(1)</script>"))
    assert "alert" not in page
    assert "Too many failed attempts" in text(pages.sign_in(EN, "too_many_attempts"))


def test_an_empty_table_says_so(pages: Pages) -> None:
    totals = {"customers": 60_000, "customers_out": 0, "areas_affected": 0, "at_ms": 1_790_000_000_000}
    page = table(pages, "en", {"unheard": HEARD, "totals": totals})
    assert "0 of 60,000 customers" in page
    assert "<table" not in page


def test_the_table_has_the_most_first(pages: Pages) -> None:
    def area(name: str, out: int) -> dict[str, object]:
        return {"id": name, "name": name, "customers": 500, "out": out, "since_ms": 1_790_000_000_000}

    totals = {"customers": 60_000, "customers_out": 30, "areas_affected": 2, "at_ms": 1_790_000_000_000}
    view = {"unheard": HEARD, "totals": totals, "area/1": area("Old Mill", 5), "area/2": area("New <b>", 25)}
    page = table(pages, "en", view)
    assert page.index("New &lt;b&gt;") < page.index("Old Mill")


def asked(url: str = "/", **headers: str) -> Request:
    """A request as the server gives it."""
    path, _, query = url.partition("?")
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": raw})


def test_the_readers_language_is_asked_for_remembered_or_preferred(pages: Pages) -> None:
    assert pages.reader(asked("/?lang=ht", cookie="stormops_lang=es")) == Reader("ht", asked=True)
    assert pages.reader(asked(cookie="stormops_lang=es", accept_language="ht")) == Reader("es")
    assert pages.reader(asked(accept_language="ht, en;q=0.5")) == Reader("ht")
    assert pages.reader(asked("/?lang=xx")) == Reader("en")


def test_only_a_choice_is_remembered(pages: Pages) -> None:
    chosen = pages.look_up(Reader("es", asked=True)).headers["set-cookie"]
    assert chosen.startswith("stormops_lang=es;")
    assert "HttpOnly" in chosen
    assert "set-cookie" not in pages.look_up(Reader("es")).headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_the_readers_language_and_offer_the_others(pages: Pages, language: str) -> None:
    reader, said = Reader(language), words(language)
    totals = {"customers": 60_000, "customers_out": 1, "areas_affected": 0, "at_ms": 1_790_000_000_000}
    told = {
        "status.title": pages.status(reader, status("matched", "confirmed")),
        "miss.ask": pages.look_up(reader),
        "text.title": pages.remembering(reader, table(pages, language, {"unheard": HEARD, "totals": totals})),
        "page.unknown": pages.unknown(reader),
        "form.title": pages.report(reader),
        "page.unbuilt_title": pages.home(reader),
    }
    for key, page in told.items():
        html = text(page)
        assert f'<html lang="{language}">' in html
        assert said(key) in html
        assert html.count("hreflang=") == len(LANGUAGES)


def test_the_mode_is_said_on_every_page_but_not_on_a_normal_day(tmp_path: Path) -> None:
    now = ["storm"]
    pages = Pages(CITY, Settings(dashboards=tmp_path), lambda: now[0])
    (tmp_path / "index.html").write_text('<html lang="en"><div id="public"><!--plain-->x<!--/plain--></div>')
    (tmp_path / "sign-in.html").write_text("<body><!--plain--><!--/plain--></body>")

    def all_pages() -> list[str]:
        es = Reader("es")
        made = [pages.home(es), pages.look_up(es), pages.report(es), pages.not_ready(es), pages.sign_in(es, None)]
        return [text(page).partition("</style>")[2] or text(page) for page in made]

    for page in all_pages():
        assert 'data-mode="storm"' in page
    assert words("es")("mode.storm") in all_pages()[0]
    for now[0] in ("normal", "", "something new"):
        assert all("data-mode" not in page for page in all_pages())


def test_the_map_is_readable_without_a_script_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<html lang="en"><div id="public"><!--plain-->x<!--/plain--></div>')
    home = Pages(CITY, Settings(dashboards=tmp_path)).home(Reader("ht", asked=True))
    assert text(home).startswith('<html lang="ht"><div id="public">')
    assert words("ht")("page.report") in text(home)
    assert home.headers["vary"] == "Accept-Language, Cookie"
    assert "stormops_lang=ht" in home.headers["set-cookie"]


ALERT: dict[str, Any] = {
    "effect": "DETOUR",
    "cause": "WEATHER",
    "severity": "SEVERE",
    "whole": False,
    "routes": [str(number) for number in range(1, 12)],
    "stops": ["Oak <St>"],
    "route_ids": [],
    "stop_ids": [],
    "header": {"en": "By <script>", "es": "Por Roble"},
    "description": {},
    "start_ms": None,
    "end_ms": 1_790_000_600_000,
    "source": "feed",
}
TOTALS = {"customers": 60_000, "customers_out": 0, "areas_affected": 0, "at_ms": 1_790_000_000_000}
VIEW: dict[str, Any] = {"unheard": HEARD, "totals": TOTALS}
SOURCE = Source("Star & Line", 1_790_000_000_000, 1_790_000_600_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buses_that_do_not_run_as_usual_are_told_with_their_source(pages: Pages, language: str) -> None:
    said, buses = words(language), Told([ALERT], 3, SOURCE, feed_old=False)
    for page in (
        table(pages, language, VIEW, buses),
        text(pages.status(Reader(language), status("matched"), buses)),
    ):
        assert said("transit_effect.DETOUR") in page
        assert said("transit_cause.WEATHER") in page
        assert said("transit.severe") in page
        assert said("transit.routes", routes="1, 2, 3, 4, 5, 6, 7, 8 (+3)") in page
        assert "Oak &lt;St&gt;" in page
        assert said("transit.more", count="3") in page
        assert "Star &amp; Line" in page
        assert page.count("2026-09-21T14:23:20+00:00") >= 1
        header = {"es": '<span lang="es">Por Roble'}.get(language, '<span lang="en">By &lt;script&gt;')
        assert header in page
        assert said("transit.old") not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_no_bus_is_missing_is_said_only_by_a_feed_that_is_heard(pages: Pages, language: str) -> None:
    said = words(language)
    none = said("transit.none")
    assert none not in table(pages, language, VIEW)
    assert none in table(pages, language, VIEW, Told([], 0, SOURCE, feed_old=False))
    old = table(pages, language, VIEW, Told([], 0, SOURCE, feed_old=True))
    assert none not in old
    whole = rf'role="status">\s*<span>[^<]*<time[^<]*</time>\. {re.escape(said("transit.old"))}</span></p>'
    assert re.search(whole, old), "one sentence after another: in parts, each would be a column of the box"
    assert none not in table(pages, language, VIEW, Told([], 2, SOURCE, feed_old=False)), "some were left out"
    never = table(pages, language, VIEW, Told([], 0, Source("Star", None, None), feed_old=True))
    assert none not in never
    assert said("transit.never", source="Star") in never
    bearer = Reader(language)
    assert said("transit.title") not in text(pages.status(bearer, status("matched"), Told([], 0, SOURCE, False)))
    assert said("transit.old") in text(pages.status(bearer, status("matched"), Told([], 0, SOURCE, feed_old=True)))


def test_an_alert_for_all_or_for_some_trips_says_so(pages: Pages) -> None:
    nobody = ALERT | {"routes": [], "stops": []}
    for whole, sentence in ((True, "transit.all"), (False, "transit.some")):
        assert words("en")(sentence) in table(pages, "en", VIEW, Told([nobody | {"whole": whole}], 0, None, False))


@pytest.mark.parametrize(
    ("may", "connected", "offered"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_receipt_leads_to_messages_about_power_where_there_are_any(
    tmp_path: Path, may: bool, connected: bool, offered: bool
) -> None:
    url = "http://x" if connected else ""
    settings = Settings(
        dashboards=tmp_path, messages_url=url, messages_account="x", messages_token="x", messages_from="+1"
    )
    pages = Pages(CITY, settings)
    shown = status("matched", "predicted") | {"again": AGAIN, "messages": may}
    page = text(pages.status(EN, shown))
    assert ('href="/messages?receipt=01-2345-6789-012-3"' in page) == offered
    escaped = text(pages.messages(EN, {"receipt": '"><script>'}))
    assert "<script>" not in escaped


def test_staff_sign_in_and_work_in_their_language(tmp_path: Path) -> None:
    (tmp_path / "sign-in.html").write_text('<html lang="en"><h1>__sign_in.title__</h1><!--plain--><!--/plain-->')
    (tmp_path / "desk.html").write_text('<html lang="en"><title>Storm desk</title>')
    pages, asked = Pages(CITY, Settings(dashboards=tmp_path)), Reader("es", asked=True)
    page = pages.sign_in(asked, "wrong_password")
    assert '<html lang="es"><h1>Iniciar sesión</h1>' in text(page)
    assert text(page).count("hreflang=") == len(LANGUAGES)
    assert "stormops_lang=es" in page.headers["set-cookie"]
    desk = pages.dashboard(asked, "desk.html")
    assert text(desk).startswith('<html lang="es">')
    assert "stormops_lang=es" in desk.headers["set-cookie"]
    assert desk.headers["vary"] == "Accept-Language, Cookie"
