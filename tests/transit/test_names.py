"""The names of routes and stops, from the tables of a timetable."""

from __future__ import annotations

import pytest

from stormops.transit import names as module
from stormops.transit.names import NO_NAMES, read_names

ROUTES = """\ufeffroute_id,agency_id,route_short_name,route_long_name,route_type\r
R-4,1,4,"Apalachee, East",3\r
R-80,1,,Night Owl,3\r
,1,5,No id,3\r
R-9\r
"""
STOPS = "stop_name,stop_id\n<b>Oak</b> St,S1\n"


def test_people_know_the_short_name_else_the_long_one() -> None:
    names = read_names(ROUTES.encode(), STOPS.encode())
    assert names.routes == {"R-4": "4", "R-80": "Night Owl", "R-9": ""}
    assert names.stops == {"S1": "Oak St"}


def test_tables_that_are_not_there_name_nothing() -> None:
    assert read_names(b"", b"") == NO_NAMES


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"a,b\n1,2\n", b'route_id\n"' + b"x" * 200_000, b"PK\x03\x04"])
def test_what_is_no_table_is_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match=r"column|codec|field"):
        read_names(damage, b"")


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_MAX", 1)
    assert len(read_names(ROUTES.encode(), b"").routes) == 1
