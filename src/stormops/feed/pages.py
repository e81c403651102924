"""Pages made here, for everyone and without JavaScript: status by receipt, the outage table, sign-in.

Times are shown in the city's time zone. Everything is escaped; nothing here knows an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import FileResponse, HTMLResponse, Response

from stormops.feed.headers import content_security_policy
from stormops.pages.form import FormSettings, new_key, policy, render_form
from stormops.settings import CityFile, Settings

REFRESH_SECONDS = 30
"""How often a status page and the table renew themselves."""

MISS_REFRESH_SECONDS = 15
"""How often a page that waits for a report looks again: slower than misses are forgiven (`feed.limits`)."""

REPORT_SCRIPT = "assets/report.js"
"""What the dashboards add to the report form; its name carries no hash."""

TEMPLATES = Path(__file__).parent / "templates"

SENTENCES = {
    "received": "We have your report and are finding out where it belongs.",
    "unmatched": "We have your report. A person at our storm desk is working out which address it is about.",
    "matched": "We have your report and know where it belongs.",
    "withdrawn": "This report was withdrawn.",
    "closed": "This report is answered: service was restored or there was no outage.",
    "predicted": "We believe that your report is part of an outage and are looking into it.",
    "confirmed": "The outage is confirmed and is being worked on.",
    "partly_restored": "Service is back for some of the customers of this outage.",
    "restored": "Our records show that service is back. If yours is not, report it again.",
    "absorbed": "Your report is part of a larger outage, which we are looking into.",
    "cancelled": "We found no outage here. If you are without service, report it again.",
}
"""What a bearer is told, by the state of the incident, or of the report while it has none."""

SIGN_IN_SENTENCES = {
    "wrong_password": "That name and password do not belong together.",
    "too_many_attempts": "Too many failed attempts. Wait a little and try again.",
    "unavailable": "Nothing can be saved just now. Try again in a little while.",
    "busy": "Many people are signing in. Try again in a few seconds.",
    "origin": "Sign in from this page.",
    "incomplete": "Name and password are needed.",
}


class Pages:
    """Renders the pages of one city and hands out the built dashboards."""

    def __init__(self, city_file: CityFile, settings: Settings) -> None:
        self._dashboards = settings.dashboards
        self._form = FormSettings(
            title=city_file.title,
            phone=city_file.phone,
            intake_url=settings.intake_url,
            feed_url=settings.feed_url,
            language=city_file.languages[0],
        )
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        zone = ZoneInfo(city_file.time_zone)
        self._environment.filters |= {
            "local": lambda ms: f"{datetime.fromtimestamp(ms / 1000, zone):%a %-d %b, %H:%M %Z}",
            "iso": lambda ms: datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds"),
            "thousands": lambda n: f"{n:,}",
        }
        self._environment.globals |= {
            "city": city_file,
            "language": city_file.languages[0],
            "intake_url": settings.intake_url,
            "refresh_seconds": 0,
        }
        self.stylesheet = (TEMPLATES / "pages.css").read_bytes()

    def _page(self, name: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> Response:
        body = self._environment.get_template(name).render(values)
        return HTMLResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})

    def status(self, status: Mapping[str, Any]) -> Response:
        """What a receipt's bearer may know (the answer of `GET /api/v1/reports/{receipt}`)."""
        incident = status.get("incident")
        sentence = SENTENCES[incident["state"] if incident else status["state"]]
        full = {"incident": None, **status}
        return self._page("status.html", refresh_seconds=REFRESH_SECONDS, report=full, said=sentence)

    def look_up(self) -> Response:
        """The form that asks for a receipt."""
        return self._page("miss.html", heading="Status of a report", sentence="Type the number that you were given.")

    def miss(self, *, possible: bool) -> Response:
        """A receipt that is not known; a `possible` one may still be on its way, so the page comes back by itself."""
        if possible:
            return self._page(
                "miss.html",
                404,
                refresh_seconds=MISS_REFRESH_SECONDS,
                heading="We do not have this report yet",
                sentence="If you have just sent it, it is safe and will be here in a moment: this page looks again "
                f"every {MISS_REFRESH_SECONDS} seconds. Otherwise check the number and try again.",
            )
        return self._page(
            "miss.html",
            404,
            heading="This is not a receipt number",
            sentence="A receipt number has 14 digits, for example 01-2345-6789-012-3. Check it and try again.",
        )

    def slow_down(self, retry_after: str) -> Response:
        """Too many wrong receipts from this address."""
        return self._page(
            "miss.html",
            429,
            {"Retry-After": retry_after},
            heading="Too many wrong receipt numbers",
            sentence=f"Wait {retry_after} seconds and try again.",
        )

    def not_ready(self) -> Response:
        """The feed is still catching up: the page comes back by itself."""
        return self._page("text.html", 503, {"Retry-After": "5"}, totals=None, areas=[], refresh_seconds=5)

    def text(self, view: Mapping[str, Any]) -> Response:
        """The public view as a table, most customers out first."""
        areas = [value for key, value in view.items() if key.startswith("area/")]
        areas.sort(key=lambda area: (-area["out"], area["name"]))
        return self._page("text.html", totals=view["totals"], areas=areas, refresh_seconds=REFRESH_SECONDS)

    def report(self) -> Response:
        """The report form, complete without JavaScript; the built script, when it is there, adds to it."""
        page = render_form({"key": new_key()}, {}, self._form)
        rules = policy(self._form)
        if (self._dashboards / REPORT_SCRIPT).is_file():
            page = page.replace("</head>", f'<script type="module" src="/{REPORT_SCRIPT}"></script>\n</head>', 1)
            own = re.search(r"'sha256-[^']+'", rules)
            rules = content_security_policy(self._form.feed_url, self._form.intake_url, own.group() if own else "")
        return HTMLResponse(page, headers={"Cache-Control": "no-store", "Content-Security-Policy": rules})

    def sign_in(self, problem: str | None) -> Response:
        """The sign-in page: the built one with its places filled in, or a plain form."""
        sentence = SIGN_IN_SENTENCES.get(problem or "", "")
        path = self._dashboards / "sign-in.html"
        if not path.is_file():
            return self._page("sign_in.html", sentence=sentence)
        page = path.read_text(encoding="utf-8")
        filled = {"INTAKE_URL": self._form.intake_url, "PROBLEM": problem if sentence else "", "SENTENCE": sentence}
        for place, value in filled.items():
            page = page.replace(f"__{place}__", escape(value or ""))
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    def dashboard(self, name: str) -> Response:
        """A built page, or a sentence that says how to build it."""
        return self.built(name) or self._page("unbuilt.html", 503)

    def built(self, name: str) -> Response | None:
        """A page of the built dashboards, None when they are not there."""
        path = self._dashboards / name
        return FileResponse(path, headers={"Cache-Control": "no-cache"}) if path.is_file() else None
