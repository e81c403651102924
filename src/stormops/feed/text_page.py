"""The public view as a page without JavaScript (`/text`), made once for all who read it in one language.

A page is made when somebody asks for it, of the position, the mode, the places and the alerts of then, and is handed
out until one of them is another: at hand, without a task, where nothing but the page is asked for
(`admission.doorkeeper.AtHand`). One page a language is held, so nothing grows.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from stormops.feed.channel import Channel
from stormops.feed.help_places import HelpPlaces
from stormops.feed.pages import Pages, Reader
from stormops.feed.publish.shelf import AT_HAND_BYTES_MAX, accepted_of
from stormops.feed.transit_alerts import TransitAlerts
from stormops.feed.whole import Whole, ok
from stormops.pages.language import choose, remembered

LOOK_SECONDS = 1.0
"""How often the files of places and alerts are looked at."""

PATH = b"/text"
HEADERS = {"Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8"}


class _Made(NamedTuple):
    """A page of a picture: before and after where an address is asked for, and whole answers by content coding."""

    of: tuple[object, ...]
    head: str
    tail: str
    answers: dict[str, Whole]


class TextPage:
    """`also`: the headers that every answer has. `now_ms` is platform time, `now` monotonic seconds."""

    def __init__(
        self,
        channel: Channel,
        pages: Pages,
        *,
        places: HelpPlaces,
        alerts: TransitAlerts,
        also: Mapping[str, str],
        now_ms: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self._channel, self._pages, self._places, self._alerts = channel, pages, places, alerts
        self._also, self._now_ms, self._now = also, now_ms, now
        self._made: dict[str, _Made] = {}
        self._files: tuple[Any, Any] = (None, None)
        self._looked = float("-inf")

    def at_hand(self, target: bytes, headers: list[tuple[bytes, bytes]]) -> Whole | None:
        """The answer to GET `target`, None when it must go the usual way. Header names in small letters."""
        if target != PATH or not self._channel.ready:
            return None
        given = {name: value.decode("latin-1") for name, value in headers}
        cookie, accepted = given.get(b"cookie", ""), given.get(b"accept-language", "")
        language = choose(self._pages.languages, "", remembered(cookie), accepted)
        answer = self._page(language).answers[accepted_of(given.get(b"accept-encoding", ""), ("gzip",))]
        return answer if len(answer.body) <= AT_HAND_BYTES_MAX else None

    def respond(self, reader: Reader, address: str, mine: Mapping[str, Any] | None) -> Response:
        """The page; with an `address` also its area, `mine` None = it was not found."""
        made = self._page(reader.language)
        found = self._pages.find(reader.language, address, mine)
        return self._pages.remembering(reader, f"{made.head}{found}{made.tail}")

    def _page(self, language: str) -> _Made:
        channel = self._channel
        if self._now() - self._looked >= LOOK_SECONDS:
            self._looked = self._now()
            self._files = self._places.read(), self._alerts.read(self._now_ms())
        places, buses = self._files
        of = channel.epoch, channel.n, channel.at_ms, self._pages.mode(), places, buses
        made = self._made.get(language)
        if made is None or made.of != of:
            view = msgspec.json.decode(channel.view())
            head, tail = self._pages.text(language, view, channel.at_ms, places=places, buses=buses)
            made = self._made[language] = _Made(of, head, tail, self._answers(language, head, tail))
        return made

    def _answers(self, language: str, head: str, tail: str) -> dict[str, Whole]:
        body = f"{head}{self._pages.find(language, '', None)}{tail}".encode()
        always = {**self._also, **HEADERS, "Vary": "Accept-Encoding, Accept-Language, Cookie"}
        packed = gzip.compress(body, 1)
        return {"": ok(always, body), "gzip": ok({**always, "Content-Encoding": "gzip"}, packed)}
