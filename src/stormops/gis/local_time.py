"""What the clocks of a time zone show, as data: `core` reads no files and knows no zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from stormops.core.calling import LocalTime

FIRST_YEAR, LAST_YEAR = 2020, 2060
DAY_S = 86_400


def local_time(zone: str) -> LocalTime:
    """The offsets of an IANA time zone through the years in which reports come; before and after, the nearest.

    Raises ZoneInfoNotFoundError or ValueError for a name that is none.
    """
    place = ZoneInfo(zone)
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (FIRST_YEAR, LAST_YEAR))
    since, offset = [first], [_offset(place, first)]
    for day in range(first, last, DAY_S):
        if _offset(place, day + DAY_S) != offset[-1]:
            since.append(_change(place, day, day + DAY_S))
            offset.append(_offset(place, day + DAY_S))
    return LocalTime(tuple(1_000 * second for second in since), tuple(1_000 * second for second in offset))


def _offset(place: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, place).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _change(place: ZoneInfo, before: int, after: int) -> int:
    """The first second that has the offset of the later moment."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(place, middle) == _offset(place, after):
            after = middle
        else:
            before = middle
    return after
