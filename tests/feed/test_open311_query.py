from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from stormops.feed.open311_query import IDS_MAX, SPAN_MS, read_query
from stormops.pages.open311 import Refused, written

NOW = 1_700_000_000_000
DAY = 24 * 3_600_000


def test_without_dates_it_is_the_last_90_days_of_everything() -> None:
    query = read_query(QueryParams("service_code=&status=&start_date="), NOW)
    assert (query.end_ms, query.end_ms - query.start_ms) == (NOW, SPAN_MS)
    assert query.takes("tree", "open", NOW - DAY)
    assert not query.takes("tree", "open", NOW - 91 * DAY)


def test_arguments_may_be_repeated_and_comma_delimited() -> None:
    query = read_query(QueryParams("service_code=tree,water&service_code=sewer&status=open"), NOW)
    assert query.codes == ("sewer", "tree", "water")
    assert query.takes("water", "open", NOW)
    assert not query.takes("water", "closed", NOW)
    assert not query.takes("partial", "open", NOW)


def test_dates_are_inclusive_and_one_of_them_is_enough() -> None:
    at = NOW // 1000 * 1000
    both = read_query(QueryParams({"start_date": written(at), "end_date": written(at)}), NOW)
    assert both.takes("tree", "open", at)
    assert not both.takes("tree", "open", at + 1000)
    from_then = read_query(QueryParams({"start_date": written(at)}), NOW)
    assert (from_then.start_ms, from_then.end_ms) == (at, at + SPAN_MS)


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "start_date=yesterday",
        "start_date=2020-01-01T00:00:00Z&end_date=2020-06-01T00:00:00Z",
        "start_date=2020-06-01T00:00:00Z&end_date=2020-05-31T00:00:00Z",
        "service_request_id=" + ",".join("123" for _ in range(IDS_MAX + 1)),
    ],
)
def test_what_cannot_be_answered_is_refused(query: str) -> None:
    with pytest.raises(Refused) as refused:
        read_query(QueryParams(query), NOW)
    assert refused.value.status == 400


def test_the_same_minute_is_the_same_query() -> None:
    one, other = (read_query(QueryParams(""), NOW // 60_000 * 60_000 + more).to_the_minute() for more in (5, 59_000))
    assert one == other
