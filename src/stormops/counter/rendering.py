"""Pages of the counter: templates in the reader's language, with what every page has, and what a browser may load."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from importlib import resources
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stormops.accounts.decision import usd
from stormops.core.levels import Mode
from stormops.counter.rights import ASSIGN, CHECK, Person, may_use
from stormops.counter.words import in_ledger, plain, said
from stormops.pages.language import COOKIE, COOKIE_SECONDS, choose
from stormops.pages.page import environment
from stormops.pages.words import Words
from stormops.papers.html import css

PLACES = (
    ("/counter", "home", ""),
    ("/counter/queues", "queues", ""),
    ("/counter/queues/visits", "walk_in", ""),
    ("/counter/queues/approvals", "approvals", ""),
    ("/counter/drawer", "drawer", "open_drawer"),
    ("/counter/hand-over", "hand_over", "offer_hand_over"),
    ("/counter/duties", "duties", ""),
)
CHECKS = (
    ("/counter/reports", "reports"),
    ("/counter/continuous", "continuous"),
    ("/counter/audit", "audit"),
    ("/counter/looks", "looks"),
)
ASSIGNS = (("/counter/storm-roles", "storm_roles"),)
"""Places of the navigation: with the command that one is for; for who looks at the books as a whole; who re-roles."""


class Link(NamedTuple):
    """Somewhere to go."""

    href: str
    label: str


class Looks(NamedTuple):
    """What differs between installations."""

    title: str
    feed_url: str
    intake_url: str
    languages: tuple[str, ...]
    zone: ZoneInfo


class Pages:
    """Renders pages; `mode` gives the mode that holds."""

    def __init__(self, looks: Looks, mode: Callable[[], Mode]) -> None:
        self.looks, self._mode = looks, mode
        self._policy = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                "frame-src 'self'",
                f"form-action 'self' {looks.intake_url} {looks.feed_url}",
                "base-uri 'none'",
            )
        )

    def words(self, request: Request) -> Words:
        """The reader's language: `?lang=`, else the cookie, else what the browser prefers, else the city's first."""
        asked = request.query_params.get("lang", "")
        accept = request.headers.get("accept-language", "")
        return said(choose(self.looks.languages, asked, request.cookies.get(COOKIE, ""), accept))

    def page(self, request: Request, person: Person, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page."""
        words = self.words(request)
        here = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]

        def other_query(language: str) -> str:
            return urlencode([*here, ("lang", language)])

        places = [(href, name) for href, name, command in PLACES if not command or may_use(person, command)]
        places += CHECKS if CHECK in person.permissions else ()
        places += ASSIGNS if ASSIGN in person.permissions else ()
        body = self.render(
            words,
            template,
            person=person,
            places=places,
            path=request.url.path,
            other_query=other_query,
            languages=[said(code) for code in self.looks.languages],
            mode=self._mode().value,
            **values,
        )
        response = HTMLResponse(body, status, self.headers("'none'"))
        if request.query_params.get("lang", "") == words.language:
            response.set_cookie(COOKIE, words.language, max_age=COOKIE_SECONDS, path="/", samesite="lax", httponly=True)
        return response

    def problem(self, request: Request, person: Person, key: str, status: int) -> Response:
        """A page that says what is wrong (`ui.key`)."""
        return self.page(request, person, "problem.html", status, sentence=self.words(request)(f"ui.{key}"))

    def render(self, words: Words, template: str, **values: Any) -> str:
        """A template in a language."""
        looks = self.looks
        return (
            templates()
            .get_template(template)
            .render(
                t=words,
                city=looks.title,
                feed_url=looks.feed_url,
                intake_url=looks.intake_url,
                usd=usd,
                moment=lambda ms: words.time(ms, looks.zone),
                plain=plain,
                **values,
            )
        )

    def headers(self, ancestors: str) -> dict[str, str]:
        """What a page carries; `ancestors`: who may frame it."""
        frames = "SAMEORIGIN" if ancestors == "'self'" else "DENY"
        return {"Content-Security-Policy": f"{self._policy}; frame-ancestors {ancestors}", "X-Frame-Options": frames}


RUN_LEAST = 4
"""So many lines of a formula that are the same are told as one."""


def runs(formula: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A formula's steps to show: those that follow each other with the same way and end are one, first to last."""
    shown: list[dict[str, Any]] = []
    for _, same in groupby(formula, key=lambda step: (step["formula"], step["value"])):
        steps = list(same)
        first, last = steps[0], steps[-1]
        if len(steps) < RUN_LEAST:
            shown += steps
        else:
            shown.append({**first, "name": f"{first['name']} \u2026 {last['name']} (\u00d7 {len(steps)})"})
    return shown


def asset(name: str) -> tuple[bytes, str] | None:
    """A style sheet or script and its type; None when there is none of this name."""
    kinds = {"counter.css": "text/css", "counter.js": "text/javascript"}
    if name == "paper.css":
        return css(), "text/css"
    if name not in kinds:
        return None
    return resources.files("stormops.counter").joinpath("assets", name).read_bytes(), kinds[name]


@functools.cache
def templates() -> jinja2.Environment:
    """The counter's templates."""
    made = environment(jinja2.PackageLoader("stormops.counter"))
    made.filters |= {"runs": runs, "in_ledger": in_ledger}
    return made
