"""The list of doubted links for who repairs the records, and its file."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from stormops.core.area import areas
from stormops.core.entry import Entry, LinksDoubted
from stormops.core.situation import Situation
from stormops.feed.answers import DoubtedLinks
from stormops.feed.board import Board
from stormops.feed.links import COLUMNS, as_csv, doubted_links
from tests.core.storm_day import small_city


def board() -> Board:
    city, tree = small_city(1500)
    situation = Situation(city, tree)
    ids, names, recorded = city.premises.id, situation.device_ids, tree.premise_device
    fact = LinksDoubted(
        premises=[ids[3], ids[40], ids[7]],
        chances=[6_000, 9_000, 7_000],
        recorded=[names[recorded[3]], names[recorded[40]], names[recorded[7]]],
        likely=["", names[recorded[90]], ""],
        by_meter=[False, True, True],
    )
    situation.apply([Entry(1, 9, "", 0, 1, 0, fact)])
    hub: Any = None
    journal: Any = None
    return Board(situation, journal, hub, areas(city, 20))


def test_the_surest_comes_first_with_both_transformers_and_why() -> None:
    here = board()
    listed = doubted_links(here)
    told = msgspec.convert(listed, DoubtedLinks).links
    ids = here.situation.city.premises.id
    assert [link.premise for link in told] == [ids[40], ids[7], ids[3]]
    first = told[0]
    assert first.recorded in first.why
    assert first.likely is not None
    assert first.likely in first.why
    assert "meter" in first.why
    assert first.metres is not None
    assert told[2].likely is None
    assert "reports" in told[2].why


def test_the_file_has_a_line_for_each_and_no_formula() -> None:
    listed = doubted_links(board())
    listed["links"][1]["address"] = "=1+1 Main St"
    rows = list(csv.DictReader(io.StringIO(as_csv(listed).decode())))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["premise"] for row in rows] == [link["premise"] for link in listed["links"]]
    assert rows[1]["address"] == "'=1+1 Main St"
    assert rows[2]["likely"] == rows[2]["metres"] == ""
