"""The tree's files as feed serves them: read once, headers and encodings ready, found by one look.

Most requests of a storm are for a handful of files, so an answer here is made when a file is read and not
when it is asked for. `at_hand` gives it without a task or a handler (`admission.protocol` asks it first): an
answer costs less than a refusal would. What is not at hand goes the usual way, is read from disk on a
thread, and is at hand from then on. Any process may serve a folder that another one writes.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from stormops.feed.publish.store import ENCODINGS
from stormops.feed.whole import Whole, not_modified, ok
from stormops.pages.language import choose, remembered

ROOT = "/public/"

SHELF_BYTES_MAX = 64 * 1024 * 1024
"""Files held in memory, all encodings; beyond, those read longest ago are read again when asked for."""

AT_HAND_BYTES_MAX = 64 * 1024
"""Larger files are sent the usual way, which waits for who takes them slowly."""

LOOK_SECONDS = 1.0
"""How often files that keep their name are looked at for a newer one."""

CHOICES_MAX = 1_000
"""Different headers remembered with what they choose; then the memory starts anew."""

MEDIA_TYPES = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}

IMMUTABLE = "public, max-age=31536000, immutable"
POINTER = "public, max-age=5, stale-while-revalidate=60, stale-if-error=86400"
PAGE = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400"
FIXED = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"
MAP_PAGE = "no-cache"
"""It names the built files of one build, which the next build removes."""

_NAME = re.compile(r"(?:[a-z0-9_-]+/){0,3}[a-zA-Z0-9_-]+\.([a-z]+)")
_INCIDENT = re.compile(r"([a-z]{2})/incident/[0-9a-f]+\.html")


def cache_control(name: str) -> str:
    """How long a file may be kept and how stale it may be shown."""
    if name.startswith("f/"):
        return IMMUTABLE
    if name == "current.json":
        return POINTER
    if name.endswith("/map.html"):
        return MAP_PAGE
    fixed = name.startswith("map/") or name in ("pages.css", "age.js", "config.json")
    return FIXED if fixed else PAGE


class Book(NamedTuple):
    """A file on the shelf: by content coding ("" = none) its tag, its answer, and the one for who has it."""

    seen: tuple[int, int]
    size: int
    answers: dict[str, tuple[bytes, Whole, Whole]]


class Shelf:
    """The files of one folder. `page_headers` go with HTML; `languages` are those of the map page at "/"."""

    def __init__(self, folder: Path, page_headers: dict[str, str], languages: list[str]) -> None:
        self._folder = folder
        self._page_headers = page_headers
        self._languages = languages
        self._books: OrderedDict[bytes, Book] = OrderedDict()
        self._size = 0
        self._encodings: dict[bytes, str] = {}
        self._fronts: dict[tuple[bytes, bytes], bytes] = {}

    # --- without a task -------------------------------------------------------------------------------

    def at_hand(self, target: bytes, headers: list[tuple[bytes, bytes]]) -> Whole | None:
        """The answer to GET `target` (path and query as sent), None when it must go the usual way.

        Header names in small letters.
        """
        book = self._books.get(target)
        if book is None and target != b"/":
            return None
        accepted, known, cookie, language = b"", b"", b"", b""
        for name, value in headers:
            if name == b"accept-encoding":
                accepted = value
            elif name == b"if-none-match":
                known = value
            elif name == b"accept-language":
                language = value
            elif name == b"cookie":
                cookie = value
            elif name == b"range":
                return None
        if book is None:
            book = self._books.get(self._front(language, cookie))
            if book is None:
                return None
        answer = self._pick(book, accepted, known)
        return answer if len(answer.body) <= AT_HAND_BYTES_MAX else None

    def _pick(self, book: Book, accepted: bytes, known: bytes) -> Whole:
        answers = book.answers
        tag, whole, same = answers.get(self._encoding(accepted)) or answers[""]
        if known and (known == tag or tag in [one.strip().removeprefix(b"W/") for one in known.split(b",")]):
            return same
        return whole

    def _encoding(self, accepted: bytes) -> str:
        found = self._encodings.get(accepted)
        if found is None:
            if len(self._encodings) >= CHOICES_MAX:
                self._encodings.clear()
            found = self._encodings[accepted] = encoding_of(accepted.decode("latin-1"))
        return found

    def _front(self, accepted: bytes, cookie: bytes) -> bytes:
        """The map page in the reader's language, as `Pages.reader` chooses it when no language is asked for."""
        key = accepted, cookie
        found = self._fronts.get(key)
        if found is None:
            language = choose(self._languages, "", remembered(cookie.decode("latin-1")), accepted.decode("latin-1"))
            found = f"{ROOT}{language}/map.html".encode()
            if len(self._fronts) >= CHOICES_MAX:
                self._fronts.clear()
            self._fronts[key] = found
        return found

    # --- the usual way --------------------------------------------------------------------------------

    async def endpoint(self, request: Request) -> Response:
        """`GET /public/{path}`."""
        name = request.path_params["path"]
        book, status = await self._book(name), 200
        if book is None and (match := _INCIDENT.fullmatch(name)):
            book, status = await self._book(f"{match[1]}/gone.html"), 404
        if book is None:
            raise HTTPException(404)
        headers = dict(request.scope["headers"])
        answer = self._pick(book, headers.get(b"accept-encoding", b""), headers.get(b"if-none-match", b""))
        response = Response(answer.body, status if answer.body else int(answer.status[:3]))
        lines = [line.split(b": ", 1) for line in answer.lines.split(b"\r\n") if line]
        response.raw_headers = [(key.lower(), value) for key, value in lines]
        return response

    async def _book(self, name: str) -> Book | None:
        key = (ROOT + name).encode()
        if key not in self._books and (match := _NAME.fullmatch(name)) and match[1] in MEDIA_TYPES:
            made = await asyncio.to_thread(self._read, name)
            if made is not None:
                self._take(key, made)
        return self._books.get(key)

    def _take(self, key: bytes, book: Book) -> None:
        self._drop(key)
        self._books[key] = book
        self._size += book.size
        while self._size > SHELF_BYTES_MAX and len(self._books) > 1:
            self._drop(next(iter(self._books)))

    def _drop(self, key: bytes) -> None:
        old = self._books.pop(key, None)
        self._size -= old.size if old else 0

    def _read(self, name: str) -> Book | None:
        path = self._folder / name
        try:
            seen = _seen(path)
            body = path.read_bytes()
        except OSError:
            return None
        bodies = {"": body}
        for coding, ending in ENCODINGS:
            beside = path.with_name(path.name + ending)
            if beside.is_file():
                bodies[coding] = beside.read_bytes()
        digest = sha256(body).hexdigest()[:20]
        answers = {coding: self._answers(name, digest, coding, coded) for coding, coded in bodies.items()}
        return Book(seen, sum(map(len, bodies.values())), answers)

    def _answers(self, name: str, digest: str, coding: str, body: bytes) -> tuple[bytes, Whole, Whole]:
        ending = name.rpartition(".")[2]
        tag = f'"{digest}-{coding}"' if coding else f'"{digest}"'
        always = {"ETag": tag, "Cache-Control": cache_control(name), "Vary": "Accept-Encoding"}
        if name.endswith("/map.html"):
            always["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
        sent = always | {"Content-Type": MEDIA_TYPES[ending]}
        if coding:
            sent["Content-Encoding"] = coding
        if ending == "html":
            sent |= self._page_headers
        else:  # anybody's page may read what is anybody's
            sent |= {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
            sent["Cross-Origin-Resource-Policy"] = "cross-origin"
        return tag.encode(), ok(sent, body), not_modified(always)

    async def run(self) -> None:
        """Keep what is on the shelf that of the folder, until cancelled."""
        for language in self._languages:
            await self._book(f"{language}/map.html")
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Read again what changed, and forget what is gone."""
        named = {key: book.seen for key, book in self._books.items() if not key.startswith(b"/public/f/")}
        for language in self._languages:
            named.setdefault(f"{ROOT}{language}/map.html".encode(), (0, 0))
        for key, book in (await asyncio.to_thread(self._changed, named)).items():
            if book is None:
                self._drop(key)
            else:
                self._take(key, book)

    def _changed(self, named: dict[bytes, tuple[int, int]]) -> dict[bytes, Book | None]:
        found: dict[bytes, Book | None] = {}
        for key, seen in named.items():
            name = key.decode().removeprefix(ROOT)
            try:
                if _seen(self._folder / name) == seen:
                    continue
            except OSError:
                found[key] = None
                continue
            found[key] = self._read(name)
        return found


def encoding_of(accepted: str) -> str:
    """The best coding of the tree that the header takes, "" = none."""
    return accepted_of(accepted, [coding for coding, _ in ENCODINGS])


def accepted_of(accepted: str, codings: Iterable[str]) -> str:
    """The first of these codings that the header takes, "" = none (RFC 9110, 12.5.3)."""
    taken: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, parameters = part.partition(";")
        weight = re.search(r"q\s*=\s*(\S*)", parameters)
        try:
            taken[name.strip().lower()] = float(weight[1]) if weight else 1.0
        except ValueError:
            taken[name.strip().lower()] = 0.0
    return next((coding for coding in codings if taken.get(coding, taken.get("*", 0.0)) > 0), "")


def _seen(path: Path) -> tuple[int, int]:
    """By what a file is known to be the one that was read."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ino
