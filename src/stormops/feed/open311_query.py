"""The query of Open311's `GET requests`. Source: wiki.open311.org/GeoReport_v2, "GET Service Requests"."""

from __future__ import annotations

from typing import NamedTuple

from starlette.datastructures import QueryParams

from stormops.pages.open311 import Refused, listed, read_time

REQUESTS_MAX = 1_000
"""Requests in one answer (the standard's limit)."""

IDS_MAX = 20
"""Requests asked for by name at once."""

SPAN_MS = 90 * 24 * 3_600_000
"""The longest range of dates, and the range when none is given."""

STATUSES = ("open", "closed")
MINUTE_MS = 60_000


class Query(NamedTuple):
    """What is wanted. Empty tuples mean all; `ids`, when there are any, overrides the rest. Times inclusive, in ms."""

    ids: tuple[str, ...]
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    start_ms: int
    end_ms: int

    def takes(self, code: str, status: str, received_ms: int) -> bool:
        """Whether a request of the list is wanted."""
        return (
            (not self.codes or code in self.codes)
            and (not self.statuses or status in self.statuses)
            and self.start_ms <= received_ms <= self.end_ms
        )

    def to_the_minute(self) -> Query:
        """The same answer for the same minute: times in the list are whole minutes."""
        return self._replace(start_ms=-(-self.start_ms // MINUTE_MS), end_ms=self.end_ms // MINUTE_MS)


def read_query(params: QueryParams, now_ms: int) -> Query:
    """The query; an empty argument counts as not given. Raises Refused."""
    ids = tuple(listed(params.getlist("service_request_id")))
    if len(ids) > IDS_MAX:
        raise Refused(400, (400, f"At most {IDS_MAX} requests can be asked for by service_request_id at once."))
    statuses = tuple(sorted(set(listed(params.getlist("status")))))
    if any(status not in STATUSES for status in statuses):
        raise Refused(400, (400, f"status is one of {', '.join(STATUSES)}."))
    codes = tuple(sorted({code[:40] for code in listed(params.getlist("service_code"))}))
    start, end = _range(params.get("start_date") or "", params.get("end_date") or "", now_ms)
    return Query(ids, codes, statuses, start, end)


def _range(start: str, end: str, now_ms: int) -> tuple[int, int]:
    first = read_time(start) if start else None
    last = read_time(end) if end else None
    if first is None:
        last = now_ms if last is None else last
        return last - SPAN_MS, last
    if last is None:
        return first, first + SPAN_MS
    if not 0 <= last - first <= SPAN_MS:
        raise Refused(400, (400, "end_date comes after start_date, and at most 90 days later."))
    return first, last
