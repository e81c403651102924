"""Open311 GeoReport v2, the writing half: `POST requests` ends in the same entry and the same receipt as any report.

Discovery and services are answered here too; what is read from the situation is feed's, so those
addresses lead there. Errors are the standard's arrays, not problem details.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from stormops.core.report import Channel, Report
from stormops.intake.open311_form import DESCRIPTION_MAX, read_form, report_of
from stormops.intake.partners import May
from stormops.intake.taking import Taker, good_key
from stormops.pages.advice import advice
from stormops.pages.open311 import (
    NAME_PATTERN,
    ROOT,
    Answer,
    Place,
    Refused,
    answered,
    check_format,
    check_jurisdiction,
    describe,
    refusal,
)
from stormops.pages.open311_xml import Value
from stormops.web.http import read_body
from stormops.web.problem import Problem

NAME = re.compile(NAME_PATTERN)
PICTURE = "Pictures are not taken here yet: media_url was not kept."
SHORTENED = f"Only the first {DESCRIPTION_MAX} characters of the description were kept."


class Open311:
    """The routes. `sender` names who sent a request without a key of its own; `refused(code)` is for the metrics."""

    def __init__(
        self,
        place: Place,
        taker: Taker,
        sender: Callable[[Scope], str],
        refused: Callable[[str], object],
        *,
        may: May,
        key_required: bool,
    ) -> None:
        self._place = place
        self._taker = taker
        self._sender = sender
        self._refused = refused
        self._may = may
        self._key_required = key_required

    def routes(self) -> list[Route]:
        """The routes, for Starlette."""
        return [
            Route(ROOT + "/discovery.{format}", self._describe, name="open311_discovery"),
            Route(ROOT + "/services.{format}", self._describe, name="open311_services"),
            Route(ROOT + "/services/{service_code}.{format}", self._describe, name="open311_definition"),
            Route(ROOT + "/requests.{format}", self._post, methods=["POST"], name="open311_report"),
            Route(ROOT + "/requests.{format}", self._read, name="open311_requests"),
            Route(ROOT + "/requests/{service_request_id}.{format}", self._read, name="open311_request"),
            Route(ROOT + "/tokens/{token}.{format}", self._read, name="open311_token"),
        ]

    async def _describe(self, request: Request) -> Response:
        name = "discovery" if request.url.path.startswith(f"{ROOT}/discovery") else "services"
        params = request.path_params
        jurisdiction = request.query_params.get("jurisdiction_id")
        answer = describe(name, params.get("service_code"), params["format"], self._place, jurisdiction)
        return _response(answer)

    async def _read(self, request: Request) -> Response:
        """On to feed, which follows the journal; the address is made of our own setting, never of what was sent."""
        try:
            check_format(request.path_params["format"])
            _check_name(request.path_params)
        except Refused as refused:
            return _response(refusal(refused, "xml"))
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{self._place.feed_url}{request.url.path}{query}", 307)

    async def _post(self, request: Request) -> Response:
        form = request.path_params["format"]
        try:
            check_format(form)
            values = await _values(request)
            check_jurisdiction(values.get("jurisdiction_id"), self._place)
            partner = self._who(values.get("api_key", ""))
            report = report_of(values)
            receipt = await self._take(request, report, partner)
        except Refused as refused:
            self._refused(f"open311_{refused.status}")
            return _response(refusal(refused, form), refused.retry_after_s)
        answer: Value = {
            "service_request_id": receipt,
            "service_notice": _notice(report, values),
            "account_id": None,
        }
        return _response(answered("service_requests", [answer], form, 201))

    def _who(self, key: str) -> str:
        """The partner of this API key, empty for none where none is needed. Raises Refused."""
        if not key:
            if self._key_required:
                raise Refused(403, (403, "api_key was not provided: discovery says how to get one."))
            return ""
        name = self._may([(b"authorization", b"Bearer " + key.encode(errors="replace"))], "open311")
        if name is None:
            raise Refused(403, (403, "api_key is not one that may report here: discovery says how to get one."))
        return name

    async def _take(self, request: Request, report: Report, partner: str) -> str:
        """The receipt. Raises Refused."""
        key = request.headers.get("idempotency-key", "")
        if key and not good_key(key):
            raise Refused(400, (400, "Idempotency-Key must be 1 to 200 printable ASCII characters."))
        sender = (partner or self._sender(request.scope)) if key else ""
        kept = await self._taker.take(report, Channel.OPEN311, sender, key)
        if isinstance(kept, Problem):
            raise _of(kept)
        return kept.receipt


def _notice(report: Report, values: dict[str, str]) -> str | None:
    """What to do in danger, and what of the request was not kept."""
    shortened = len(values.get("description", "")) > DESCRIPTION_MAX
    told = [advice(report), PICTURE if values.get("media_url") else None, SHORTENED if shortened else None]
    return " ".join(sentence for sentence in told if sentence) or None


async def _values(request: Request) -> dict[str, str]:
    """The fields of the form. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused(400, (415, "Send the fields as application/x-www-form-urlencoded; charset=utf-8."))
    body = await read_body(request.scope, request.receive)
    if isinstance(body, Problem):
        raise _of(body)
    return read_form(body)


def _check_name(named: Mapping[str, str]) -> None:
    """What cannot be the name of a request or a token is nowhere."""
    if NAME.fullmatch(named.get("service_request_id") or named.get("token") or "all") is None:
        raise Refused(404, (404, "There is no request of this name."))


def _of(problem: Problem) -> Refused:
    """A problem as the standard says it: 400 for all that cannot be fulfilled. 503 stays: it may be sent again."""
    status = problem.status if problem.status == 503 else 400
    sentence = " ".join(filter(None, [f"{problem.title}.", problem.detail, *(e.detail for e in problem.errors)]))
    return Refused(status, (problem.status, sentence), retry_after_s=problem.retry_after_s)


def _response(answer: Answer, retry_after_s: int = 0) -> Response:
    headers = {"Content-Type": answer.media_type}
    if retry_after_s:
        headers["Retry-After"] = str(retry_after_s)
    return Response(answer.body, answer.status, headers)
