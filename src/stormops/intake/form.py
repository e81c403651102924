"""`POST /report`: the report form without JavaScript. What was typed is never lost, whatever was wrong."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from stormops.core.report import Channel, Report
from stormops.intake.taking import Taker, complete, good_key
from stormops.pages.form import render_form
from stormops.pages.language import choose
from stormops.pages.page import PageSettings, new_key, policy
from stormops.pages.words import Words, words
from stormops.web.http import problem_response, read_body
from stormops.web.problem import FieldError, Problem, problem, wrong_fields

FIELDS_MAX = 40
"""Fields in one form; more is not our form."""

TEXT_FIELDS = ("account", "phone", "meter", "service_point", "address", "landmark", "note", "callback")
NUMBER_FIELDS = ("latitude", "longitude")


class FormRoute:
    """The one route of the form. `sender` names who sent it, `refused(code)` is for the metrics.

    `mode` is what the platform is in, for the sentence on the page.
    """

    def __init__(
        self,
        page: PageSettings,
        taker: Taker,
        sender: Callable[[Scope], str],
        refused: Callable[[str], object],
        *,
        mode: Callable[[], str] = str,
    ) -> None:
        self._page = page
        self._taker = taker
        self._sender = sender
        self._refused = refused
        self._mode = mode

    def route(self) -> Route:
        """The route, for Starlette."""
        return Route("/report", self._post, methods=["POST"])

    async def _post(self, request: Request) -> Response:
        values = await form_values(request)
        if isinstance(values, Problem):
            self._refused(values.code)
            return problem_response(values)
        report = report_of(values)
        if isinstance(report, Problem):
            return self._again(values, report)
        key = _key(values, report)
        kept = await self._taker.take(report, Channel.WEB, self._sender(request.scope) if key else "", key)
        if isinstance(kept, Problem):
            return self._again(values, kept)
        # The form's own language goes along, where it is not the one that the other page would have by itself.
        chosen = self._language(values)
        query = "" if chosen == self._page.language else f"?lang={chosen}"
        return RedirectResponse(f"{self._page.feed_url}/r/{kept.receipt}{query}", 303)

    def _language(self, values: dict[str, str]) -> str:
        return choose(self._page.languages or (self._page.language,), values.get("lang", ""))

    def _again(self, values: dict[str, str], why: Problem) -> Response:
        """The page with what was typed, what is wrong with it, and the same key: it may have been kept after all."""
        self._refused(why.code)
        page = msgspec.structs.replace(self._page, language=self._language(values))
        errors = {error.field: _sentence(error, values, words(page.language)) for error in why.errors}
        key = values.get("key", "")
        shown = values if good_key(key) else {**values, "key": new_key()}
        trouble = why.detail if why.status >= 500 else ""
        html = render_form(shown, errors, page, trouble=trouble, mode=self._mode())
        headers = {"Content-Security-Policy": policy(self._page)}
        if why.retry_after_s:
            headers["Retry-After"] = str(why.retry_after_s)
        return Response(html, why.status, headers, "text/html; charset=utf-8")


async def form_values(request: Request) -> dict[str, str] | Problem:
    """The fields of a form as it was typed, or why it cannot be read. Of a field given twice the last counts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return problem("unsupported_media_type", "Send the form as application/x-www-form-urlencoded.")
    body = await read_body(request.scope, request.receive)
    if isinstance(body, Problem):
        return body
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return problem("invalid", f"A form has at most {FIELDS_MAX} fields.")
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def report_of(values: dict[str, str]) -> Report | Problem:
    """The report that a form's fields make; empty fields count as not given."""
    given: dict[str, object] = {"symptom": values.get("symptom", "")}
    given |= {name: values[name] for name in TEXT_FIELDS if values.get(name, "").strip()}
    given |= {name: _number(values[name]) for name in NUMBER_FIELDS if values.get(name, "").strip()}
    given["medical"] = values.get("medical", "") != ""
    wrong = wrong_fields(Report, given)
    if wrong:
        return problem("invalid", "", *wrong)
    return complete(msgspec.convert(given, Report))


def _sentence(error: FieldError, values: dict[str, str], said: Words) -> str:
    """What to say to a customer about a field: the API's sentences name its codes and fields."""
    typed = values.get(error.field, "").strip()
    if typed and error.field in TEXT_FIELDS and error.field != "note":
        return said("wrong.too_long")
    return said(f"wrong.{error.field}") if said.has(f"wrong.{error.field}") else error.detail


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if number == number and abs(number) <= 360 else text  # noqa: PLR0124  # NaN is no place


def _key(values: dict[str, str], report: Report) -> str:
    """The page's key joined to what was said: sent twice is one report, sent again corrected is another."""
    key = values.get("key", "")
    if not good_key(key):
        return ""
    said = blake2b(msgspec.msgpack.encode(report), digest_size=8).hexdigest()
    return f"{key[:150]}:{said}"
