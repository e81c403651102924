"""Situation reports as the worker wrote them: their list, and each as HTML or JSON. For staff."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from stormops.feed.problem import Json, problem
from stormops.pages.language import COOKIE, choose
from stormops.pages.words import LANGUAGES

LISTED_MAX = 200
"""Newest reports in the list; older ones stay on disk."""

NAME = re.compile(r"\d{8}T\d{6}Z-\d{1,15}\.(html|json)")
KINDS = {"html": "text/html; charset=utf-8", "json": "application/json"}

# A report is one page that needs nothing: whatever words it quotes, nothing in it may run or load.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class SituationReports:
    """Reads of a reports folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _names(self) -> list[str]:
        found = (p.stem for p in self._folder.glob("*.html") if NAME.fullmatch(p.name))
        return sorted(found, reverse=True)[:LISTED_MAX]

    async def listed(self, _request: Request) -> Response:
        """Names of the newest reports, newest first."""
        names = await run_in_threadpool(self._names)
        return Json({"reports": names}, headers={"Cache-Control": "no-store"})

    async def one(self, request: Request) -> Response:
        """`NAME.html` (`?lang=`, else the reader's language) or `NAME.json`."""
        name = request.path_params["name"]
        match = NAME.fullmatch(name)
        if match is None or not await run_in_threadpool((self._folder / name).is_file):
            return problem(404, "unknown_situation_report", "There is no situation report of this name.")
        place = self._folder / name
        headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": POLICY}
        if match[1] == "html":
            place = await run_in_threadpool(_in_language, place, _asked(request))
            headers |= {"Vary": "Accept-Language, Cookie"}
        return FileResponse(place, headers=headers, media_type=KINDS[match[1]])


def _asked(request: Request) -> str:
    accept = request.headers.get("accept-language", "")
    return choose(LANGUAGES, request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""), accept)


def _in_language(place: Path, language: str) -> Path:
    """The report in a language; as it is where it has none (older ones are in English alone)."""
    other = place.with_suffix(f".{language}.html")
    return other if language != "en" and other.is_file() else place
