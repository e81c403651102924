"""GTFS-Realtime service alerts (protobuf) as alerts of ours. A feed's word is a stranger's: all is bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, cast

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as gtfs

from stormops.transit.alert import Alert, Cause, Effect, Named, Period, Severity
from stormops.transit.names import Names
from stormops.transit.plain import plain

ALERTS_READ_MAX = 5_000
"""Alerts of a feed that are looked at; further ones are only counted."""

ALERTS_KEPT_MAX = 500
"""Alerts kept, the worst first; further ones are only counted."""

INFORMED_MAX = 1_000
"""Selectors of one alert that are looked at."""

NAMED_MAX = 100
"""Routes, and stops, of one alert that are kept."""

PERIODS_MAX = 50

HEADER_CHARACTERS_MAX, DESCRIPTION_CHARACTERS_MAX, ID_CHARACTERS_MAX = 300, 1_000, 40

SECONDS_MAX = 253_402_300_799
"""The end of the year 9999; a later time is none."""

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9_-]*)?")


class Unreadable(ValueError):
    """These bytes are no feed that can be shown; the message says why."""


class Read(NamedTuple):
    """What a feed says: `made_s` when it was made (seconds since 1970, 0 = it does not say), alerts, how many more."""

    made_s: int
    alerts: list[Alert]
    more: int


def read_alerts(body: bytes, names: Names, languages: list[str], at_ms: Callable[[int], int]) -> Read:
    """The alerts of a FeedMessage. Raises Unreadable.

    `languages`: the city's; a text that names no language is in the first. `at_ms`: platform ms of a wall clock's.
    """
    message = gtfs.FeedMessage()
    try:
        message.ParseFromString(body)
    except (DecodeError, MemoryError) as error:
        raise Unreadable("it is no GTFS-Realtime message") from error
    header = message.header
    if not header.gtfs_realtime_version:  # an empty answer parses, too, and would say that all is well
        raise Unreadable("it has no header")
    if header.incrementality != gtfs.FeedHeader.FULL_DATASET:
        raise Unreadable("it is DIFFERENTIAL, which nobody supports")
    given = [entity.alert for entity in message.entity if entity.HasField("alert") and not entity.is_deleted]
    reader = _Reader(names, languages, at_ms)
    alerts = sorted(map(reader.alert, given[:ALERTS_READ_MAX]), key=lambda alert: alert.rank)[:ALERTS_KEPT_MAX]
    return Read(min(header.timestamp, SECONDS_MAX), alerts, len(given) - len(alerts))


class _Reader:
    def __init__(self, names: Names, languages: list[str], at_ms: Callable[[int], int]) -> None:
        self._names, self._languages, self._at_ms = names, languages, at_ms

    def alert(self, given: gtfs.Alert) -> Alert:
        """One alert. A word of the protocol that these bindings do not know yet reads as its UNKNOWN."""
        informed = given.informed_entity[:INFORMED_MAX]
        routes = _ids(one.route_id or one.trip.route_id for one in informed)
        stops = _ids(one.stop_id for one in informed)
        return Alert(
            effect=cast(Effect, gtfs.Alert.Effect.Name(given.effect)),
            cause=cast(Cause, gtfs.Alert.Cause.Name(given.cause)),
            severity=cast(Severity, gtfs.Alert.SeverityLevel.Name(given.severity_level)),
            whole=not informed or any(map(_means_all, informed)),
            routes=[Named(one, self._names.routes.get(one, "")) for one in routes],
            stops=[Named(one, self._names.stops.get(one, "")) for one in stops],
            header=self._texts(given.header_text, HEADER_CHARACTERS_MAX),
            description=self._texts(given.description_text, DESCRIPTION_CHARACTERS_MAX),
            periods=[Period(self._time(one.start), self._time(one.end)) for one in given.active_period[:PERIODS_MAX]],
        )

    def _time(self, seconds: int) -> int | None:
        return self._at_ms(seconds * 1000) if 0 < seconds <= SECONDS_MAX else None

    def _texts(self, given: gtfs.TranslatedString, characters: int) -> dict[str, str]:
        """By primary language; of languages that the city does not speak only the first, where there is no other."""
        texts: dict[str, str] = {}
        for translation in given.translation[:PERIODS_MAX]:
            match = _LANGUAGE.fullmatch(_string(translation.language).lower())
            if text := plain(_string(translation.text), characters):
                texts.setdefault(match[1] if match else self._languages[0], text)
        spoken = {code: text for code, text in texts.items() if code in self._languages}
        return spoken or dict(list(texts.items())[:1])


def _means_all(one: gtfs.EntitySelector) -> bool:
    """A selector that names an agency, a kind of route or nothing means them all."""
    return not (one.route_id or one.stop_id or one.HasField("trip"))


def _string(given: str | bytes) -> str:
    """A string of a message, which is bytes where it is not UTF-8."""
    return given if isinstance(given, str) else given.decode("utf-8", "replace")


def _ids(given: Iterable[str]) -> list[str]:
    found = (plain(_string(one), ID_CHARACTERS_MAX) for one in given)
    return list(dict.fromkeys(one for one in found if one))[:NAMED_MAX]
