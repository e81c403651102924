"""Customers' pages: made like the public ones (no script, both themes, phone first), in the reader's language."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from stormops.accounts.decision import usd
from stormops.core.levels import Level, Mode
from stormops.core.mode import level_of
from stormops.counter.own.words import said
from stormops.counter.words import named
from stormops.pages.language import COOKIE, COOKIE_SECONDS, choose
from stormops.pages.page import PageSettings, environment, page_style, policy
from stormops.pages.words import Words

if TYPE_CHECKING:
    from stormops.counter.own.customer import Customer

PLACES = (
    ("/account", "overview"),
    ("/account/bills", "bills"),
    ("/account/arrangement", "arrangement"),
    ("/account/requests", "requests"),
)
"""The navigation of who is signed in."""

SAID = {
    "cash_payment": ("/account",),
    "billing_history_web": ("/account", "/account/bills"),
    "payment_arrangement": ("/account/arrangement",),
    "service_start": ("/account/requests", "/account/requests/new", "/account/start", "/account/status"),
}
"""Functions whose level is said where it is not full, and the pages that it concerns."""


class Pages:
    """Renders pages; `mode` gives the mode that holds. `secure`: browsers reach these pages by HTTPS."""

    def __init__(self, settings: PageSettings, url: str, zone: ZoneInfo, mode: Callable[[], Mode]) -> None:
        self.settings, self.zone, self.mode = settings, zone, mode
        self.secure = url.startswith("https:")

    def words(self, request: Request) -> Words:
        """The reader's language: `?lang=`, else the cookie, else what the browser prefers, else the city's first."""
        accept = request.headers.get("accept-language", "")
        asked, kept = request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")
        return said(choose(self.settings.languages, asked, kept, accept))

    def page(
        self, request: Request, customer: Customer | None, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A whole page."""
        words = self.words(request)
        settings = msgspec.structs.replace(self.settings, language=words.language)
        kept = [(name, value) for name, value in request.query_params.multi_items() if name in {"kind", "done"}]
        # A page that answers a form has no address of its own to be read again at.
        again = request.url.path if request.method in {"GET", "HEAD"} else "/account"
        mode = self.mode()
        body = (
            templates()
            .get_template(template)
            .render(
                t=words,
                settings=settings,
                at="",
                here=f"{again}?{urlencode(kept)}&" if kept else f"{again}?",
                path=request.url.path,
                phone=Markup('<a href="tel:{0}">{0}</a>').format(settings.phone),
                languages=[said(code) for code in settings.languages],
                style=_style(),
                customer=customer,
                places=PLACES,
                mode=mode.value,
                levels=[
                    f"own_level.{name}_{level}"
                    for name, places in SAID.items()
                    if request.url.path in places and (level := level_of(name, mode)) is not Level.FULL
                ],
                usd=usd,
                name=functools.partial(named, words),
                moment=lambda ms: words.time(ms, self.zone),
                **values,
            )
        )
        response = HTMLResponse(body, status, {"Content-Security-Policy": policy(settings, _style())})
        if request.query_params.get("lang", "") == words.language:
            response.set_cookie(COOKIE, words.language, max_age=COOKIE_SECONDS, path="/", samesite="lax", httponly=True)
        return response


@functools.cache
def _style() -> str:
    own = resources.files("stormops.counter.own").joinpath("own.css").read_text(encoding="utf-8")
    return page_style() + own


@functools.cache
def templates() -> jinja2.Environment:
    """The templates of customers' own pages."""
    return environment(jinja2.PackageLoader("stormops.counter.own"), jinja2.PackageLoader("stormops", "pages"))
