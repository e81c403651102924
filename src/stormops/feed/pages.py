"""Pages made here, for everyone and without JavaScript: status by receipt, the outage table, sign-in.

Each in the reader's language (`pages.language`) and with the platform's mode in a sentence. Times are
shown in the city's time zone. Everything is escaped; nothing here knows an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stormops.feed.headers import content_security_policy
from stormops.feed.help_places import HelpPlace
from stormops.feed.transit_alerts import Told
from stormops.feed.transit_told import about
from stormops.pages.form import render_form
from stormops.pages.language import COOKIE, COOKIE_SECONDS, choose, offered
from stormops.pages.messages import ASKED, FORM, NONE, render_messages
from stormops.pages.page import PageSettings, new_key, policy
from stormops.pages.sign_in import refused
from stormops.pages.words import iso, some, words
from stormops.settings import CityFile, Settings
from stormops.transit.alert import said as in_language

REFRESH_SECONDS = 30
"""How often a status page and the table renew themselves."""

MISS_REFRESH_SECONDS = 30
"""How often a page that waits for a report looks again: slower than misses are forgiven (`feed.limits`)."""

REPORT_SCRIPT = "assets/report.js"
"""What the dashboards add to the report form; its name carries no hash."""

TEMPLATES = Path(__file__).parent / "templates"

PLAIN = re.compile(r"<!--plain-->.*<!--/plain-->", re.DOTALL)
"""The part of a built page that is read while, or where, no script runs."""

WORD = re.compile(r"__([a-z_]+\.[a-z_]+?)__")
"""A place of a built page for the words of this key."""

FIND = Markup("<!--find-->")
"""Where in the table's page an address is asked for."""

VARIES = {"Vary": "Accept-Language, Cookie"}


class Reader(NamedTuple):
    """Who a page is for: the language, and whether it was asked for just now and is to be remembered."""

    language: str = "en"
    asked: bool = False


class Pages:
    """Renders the pages of one city and hands out the built dashboards.

    `mode_now` gives the mode that the public view shows, "" while none is known.
    """

    def __init__(self, city_file: CityFile, settings: Settings, mode_now: Callable[[], str] = str) -> None:
        self._dashboards = settings.dashboards
        self._mode_now = mode_now
        self.languages = offered(city_file.languages)
        self._form = PageSettings(
            title=city_file.title,
            phone=city_file.phone,
            intake_url=settings.intake_url,
            feed_url=settings.feed_url,
            language=self.languages[0],
            languages=tuple(self.languages),
        )
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._zone = ZoneInfo(city_file.time_zone)
        self._environment.filters |= {"iso": iso, "some": some}
        self._environment.globals |= {
            "city": city_file,
            "languages": [words(code) for code in self.languages],
            "phone": Markup('<a href="tel:{0}">{0}</a>').format(city_file.phone),
            "zone": self._zone,
            "intake_url": settings.intake_url,
            "refresh_seconds": 0,
            "places": [],
            "buses": None,
            "always": False,
            "in_language": in_language,
            "about": about,
            "messages": settings.messages,
        }
        self._messages = settings.messages
        self._staff_intake_url = settings.intake_staff_url
        staff = settings.feed_staff_url, settings.intake_staff_url
        self._staff_headers = {
            "Content-Security-Policy": content_security_policy(*staff),
            "Cache-Control": "no-cache",
            **VARIES,
        }
        # Whose day begins at the counter is led there by signing in.
        counter = settings.counter_url if city_file.policy else ""
        self._sign_in_policy = content_security_policy(*staff, onward=counter)
        own = Path(__file__).parents[1] / "pages/mode.css"
        self.stylesheet = (TEMPLATES / "pages.css").read_bytes() + own.read_bytes()

    def reader(self, request: Request) -> Reader:
        """The reader's language: `?lang=`, else the cookie, else what the browser prefers, else the city's first."""
        asked = request.query_params.get("lang", "")
        language = choose(
            self.languages, asked, request.cookies.get(COOKIE, ""), request.headers.get("accept-language", "")
        )
        return Reader(language, asked == language)

    def mode(self) -> str:
        """The mode that a public page has to say; "" on a normal day, and while none is known."""
        mode = self._mode_now()
        return mode if mode != "normal" and words("en").has(f"mode.{mode}") else ""

    def status(self, reader: Reader, status: Mapping[str, Any], buses: Told | None = None) -> Response:
        """What a receipt's bearer may know (`questions.receipt_page`), and which buses do not run as usual."""
        incident = status.get("incident")
        sentence = words(reader.language)(f"state.{incident['state'] if incident else status['state']}")
        full = {"incident": None, **status}
        return self._page(
            reader,
            "status.html",
            refresh_seconds=REFRESH_SECONDS,
            report=full,
            said=sentence,
            key=new_key(),
            buses=buses,
            as_of=words(reader.language).moment(status["at_ms"], self._zone),
        )

    def look_up(self, reader: Reader) -> Response:
        """The form that asks for a receipt."""
        return self._ask(reader, "ask")

    def miss(self, reader: Reader, *, possible: bool) -> Response:
        """A receipt that is not known; a `possible` one may still be on its way, so the page comes back by itself."""
        if possible:
            return self._ask(reader, "not_yet", 404, seconds=MISS_REFRESH_SECONDS, refresh=MISS_REFRESH_SECONDS)
        return self._ask(reader, "wrong", 404)

    def slow_down(self, reader: Reader, retry_after: str) -> Response:
        """Too many wrong receipts from this address."""
        response = self._ask(reader, "slow", 429, seconds=retry_after)
        response.headers["Retry-After"] = retry_after
        return response

    def not_ready(self, reader: Reader) -> Response:
        """The feed is still catching up: the page comes back by itself."""
        response = self._page(reader, "text.html", 503, totals=None, areas=[], refresh_seconds=REFRESH_SECONDS)
        response.headers["Retry-After"] = "5"
        return response

    def mine(
        self,
        reader: Reader,
        *,
        account: str = "",
        known: Mapping[str, Any] | None = None,
        missed: bool = False,
        wait: int = 0,
    ) -> Response:
        """Asks for an account and its phone's last digits; with `known`, what is known of its premises."""
        said = words(reader.language)
        sentence = said("mine.slow", minutes=-(-wait // 60)) if wait else said("mine.wrong") if missed else ""
        status = 429 if wait else 404 if missed else 200
        as_of = None if known is None else said.moment(known["at_ms"], self._zone)
        shown = {"known": known, "problem": sentence, "as_of": as_of}
        response = self._page(reader, "mine.html", status, account=account, **shown)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def text(
        self, language: str, view: Mapping[str, Any], at_ms: int, *, places: Sequence[HelpPlace], buses: Told
    ) -> tuple[str, str]:
        """The public view as a table, most customers out first, as new as `at_ms`.

        In two parts: what `find` gives goes between them.
        """
        areas = [value for key, value in view.items() if key.startswith("area/")]
        areas.sort(key=lambda area: (-area["out"], area["name"]))
        said = words(language)
        page = self._environment.get_template("text.html").render(
            t=said,
            mode=self.mode(),
            totals=view["totals"],
            areas=areas,
            unheard=view["unheard"],
            find=FIND,
            places=places,
            buses=buses,
            always=True,
            refresh_seconds=REFRESH_SECONDS,
            as_of=said.moment(at_ms, self._zone),
        )
        head, _, tail = page.partition(FIND)
        return head, tail

    def find(self, language: str, address: str, mine: Mapping[str, Any] | None) -> str:
        """Asks for an address; with one, its area, or that it was not found."""
        return self._environment.get_template("find.html").render(t=words(language), address=address, mine=mine)

    def remembering(self, reader: Reader, page: str) -> Response:
        """A page that was made before, for a reader whose choice of language is remembered."""
        return _remember(HTMLResponse(page, headers={"Cache-Control": "no-store"}), reader)

    def unknown(self, reader: Reader) -> Response:
        """There is nothing at this address, said to a person."""
        return self._page(reader, "unknown.html", 404)

    def report(self, reader: Reader) -> Response:
        """The report form, complete without JavaScript; the built script, when it is there, adds to it."""
        form = msgspec.structs.replace(self._form, language=reader.language)
        page = render_form({"key": new_key()}, {}, form, mode=self.mode())
        rules = policy(form)
        if (self._dashboards / REPORT_SCRIPT).is_file():
            page = page.replace("</head>", f'<script type="module" src="/{REPORT_SCRIPT}"></script>\n</head>', 1)
            own = re.search(r"'sha256-[^']+'", rules)
            rules = content_security_policy(form.feed_url, form.intake_url, own.group() if own else "")
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": rules}
        return _remember(HTMLResponse(page, headers=headers), reader)

    def messages(self, reader: Reader, place: Mapping[str, str]) -> Response:
        """The form that signs up for messages about a place (`receipt` or `place`); without one, what comes next."""
        form = msgspec.structs.replace(self._form, language=reader.language)
        what = NONE if not self._messages else FORM if place else ASKED
        page = render_messages(what, form, {**place, "key": new_key(), "lang": reader.language})
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy(form)}
        return _remember(HTMLResponse(page, 404 if what == NONE else 200, headers), reader)

    def sign_in(self, reader: Reader, problem: str | None) -> Response:
        """The sign-in page: the built one with its places and words filled in, or a plain form."""
        said, sentence = words(reader.language), refused(reader.language, problem)
        path = self._dashboards / "sign-in.html"
        if not path.is_file():
            plain = self._page(reader, "sign_in.html", sentence=sentence, intake_url=self._staff_intake_url)
            plain.headers["Content-Security-Policy"] = self._sign_in_policy
            return plain
        page = WORD.sub(lambda place: escape(said(place[1])), _in(path, reader.language))
        filled = {"INTAKE_URL": self._staff_intake_url, "PROBLEM": problem if sentence else "", "SENTENCE": sentence}
        for place, value in filled.items():
            page = page.replace(f"__{place}__", escape(value or ""))
        page = self._with_plain(page, reader.language, self.mode(), "staff.html")
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": self._sign_in_policy, **VARIES}
        return _remember(HTMLResponse(page, headers=headers), reader)

    def home(self, reader: Reader) -> Response:
        """The public map: the built page, in the reader's language also where no script runs."""
        page = self.home_page(reader.language, self.mode())
        if page is None:
            return self._unbuilt(reader)
        return _remember(HTMLResponse(page, headers={"Cache-Control": "no-cache", **VARIES}), reader)

    def home_page(self, language: str, mode: str) -> str | None:
        """The public map in a language, saying a mode ("" = none); None while the dashboards are not built."""
        path = self._dashboards / "index.html"
        if not path.is_file():
            return None
        return self._with_plain(_in(path, language), language, mode, "plain.html")

    def dashboard(self, reader: Reader, name: str) -> Response:
        """A built page for staff in the reader's language, or a sentence that says how to build it."""
        path = self._dashboards / name
        if not path.is_file():
            return self._unbuilt(reader)
        return _remember(HTMLResponse(_in(path, reader.language), headers=self._staff_headers), reader)

    def _unbuilt(self, reader: Reader) -> Response:
        return self._page(reader, "unbuilt.html", 503, command=Markup("<code>make setup</code>"))

    def _ask(self, reader: Reader, key: str, status: int = 200, *, refresh: int = 0, **values: object) -> Response:
        said = words(reader.language)
        heading, sentence = said(f"miss.{key}_title"), said(f"miss.{key}", **values)
        return self._page(reader, "miss.html", status, refresh_seconds=refresh, heading=heading, sentence=sentence)

    def _page(self, reader: Reader, name: str, status: int = 200, **values: Any) -> Response:
        said = words(reader.language)
        body = self._environment.get_template(name).render(t=said, mode=self.mode(), **values)
        return _remember(HTMLResponse(body, status, {"Cache-Control": "no-store"}), reader)

    def _with_plain(self, page: str, language: str, mode: str, name: str) -> str:
        """A built page with its part for no script rendered here."""
        plain = self._environment.get_template(name).render(t=words(language), mode=mode)
        return PLAIN.sub(lambda _: plain, page, count=1)


def _in(built: Path, language: str) -> str:
    """A built page that says that it is in this language."""
    return built.read_text(encoding="utf-8").replace('<html lang="en">', f'<html lang="{language}">', 1)


def _remember(response: Response, reader: Reader) -> Response:
    """The choice of a reader who chose; the cookie names a language and nothing else."""
    if reader.asked:
        response.set_cookie(COOKIE, reader.language, max_age=COOKIE_SECONDS, path="/", samesite="lax", httponly=True)
    return response
