"""Past moments of the public map: a few of the pictures that were public are kept as files, under one index.

Only what was published is kept, so nothing is told of a time that was not told then (invariant 7 holds across
times). The index is written after the files that it names; those stay as long as it names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from stormops.feed.publish.picture import Picture
from stormops.feed.publish.store import Store

INDEX = "past.json"

EVERY_MS = 5 * 60_000
"""Platform time between two moments of the last day."""

DAY_MS = 24 * 3_600_000
HOURLY_MS = 3_600_000
"""Between two older ones."""

KEEP_MS = 14 * DAY_MS
"""Older moments go."""

PAST_BYTES_MAX = 64 * 1024 * 1024
"""Bytes of all moments, all encodings; beyond, the oldest go before their time."""

_JSON = msgspec.json.Encoder(order=None)


class Moment(msgspec.Struct, frozen=True):
    """A line of the index: `out` customers at `at_ms` (platform ms, position `n`), the whole in the file at `path`."""

    at_ms: int
    n: int
    out: int
    path: str


class _Index(msgspec.Struct):
    version: int
    moments: list[Moment]


def thinned(moments: Sequence[Moment], now_ms: int) -> list[Moment]:
    """Those to keep: the first of each five minutes for a day, of each hour for 14 days. Pure; in order of time."""
    kept: dict[tuple[int, int], Moment] = {}
    for moment in moments:
        age_ms = now_ms - moment.at_ms
        if 0 <= age_ms <= KEEP_MS:
            step = EVERY_MS if age_ms <= DAY_MS else HOURLY_MS
            kept.setdefault((step, moment.at_ms // step), moment)
    return sorted(kept.values(), key=_time)


def _time(moment: Moment) -> tuple[int, int]:
    return moment.at_ms, moment.n


class _Whole(msgspec.Struct):
    """What shows that a moment's file is whole."""

    n: int


class Past:
    """Keeps moments in a store. What an earlier process kept is there again when its files are whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moments = [moment for moment in _read(store) if _whole(store, moment)]

    def publish(self, picture: Picture) -> None:
        """Keep this picture if it is time for one, and all that the index names. Raises OSError."""
        moments = [one for one in self._moments if one.at_ms <= picture.at_ms and one.n <= picture.n]
        if not moments or moments[-1].at_ms // EVERY_MS < picture.at_ms // EVERY_MS:
            path = self._store.keep(_JSON.encode(whole(picture)), "json")
            moments.append(Moment(picture.at_ms, picture.n, picture.totals["customers_out"], path))
        moments = thinned(moments, picture.at_ms)
        size = sum(self._store.bytes_of(one.path) for one in moments)
        while size > PAST_BYTES_MAX and len(moments) > 1:
            size -= self._store.bytes_of(moments.pop(0).path)
        for moment in moments:
            self._store.use(moment.path)
        self._moments = moments
        self._store.put(INDEX, _JSON.encode(_Index(1, moments)))


def whole(picture: Picture) -> dict[str, Any]:
    """What the public map shows of a moment."""
    totals = {key: value for key, value in picture.totals.items() if key != "at_ms"}
    areas = list(picture.areas.values())
    said = {"totals": totals, "mode": picture.mode, "unheard": picture.unheard}
    return {"n": picture.n, "at_ms": picture.at_ms, **said, "areas": areas}


def _read(store: Store) -> list[Moment]:
    try:
        return msgspec.json.decode((store.folder / INDEX).read_bytes(), type=_Index).moments
    except (OSError, msgspec.MsgspecError):
        return []


def _whole(store: Store, moment: Moment) -> bool:
    """A power cut may have left an empty file; a path that is none of ours is not looked at."""
    if not store.bytes_of(moment.path):
        return False
    try:
        return msgspec.json.decode((store.folder / moment.path).read_bytes(), type=_Whole).n == moment.n
    except (OSError, msgspec.MsgspecError):
        return False
