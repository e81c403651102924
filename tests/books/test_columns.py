from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select
from sqlalchemy.pool import StaticPool

from stormops.accounts.record import MACHINE_OF, Record
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Approval, Bill, BillLine, Instalment, Request
from stormops.accounts.records_place import Account, Member, Outage, ServicePoint
from stormops.accounts.records_work import Left
from stormops.books.columns import fields_of, from_row, to_row, values_in, values_of
from stormops.books.schema import METADATA, TABLES

ENGINE = create_engine("sqlite://", poolclass=StaticPool)
METADATA.create_all(ENGINE)

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=8,
)
_days = st.dates(date(1990, 1, 1), date(2200, 1, 1))
_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_ids = _texts.filter(bool)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "proposal": st.dictionaries(_texts, _json, max_size=3),
    "decision": st.dictionaries(_texts, _json, max_size=3),
    "document": st.dictionaries(_texts, _json, max_size=3),
    "clauses": st.dictionaries(_texts, _json, max_size=3),
    "events": st.dictionaries(_texts, _texts, max_size=3),
    "exemptions": st.dictionaries(_texts, _texts, max_size=3),
    "points": st.dictionaries(_texts, st.integers(0, 100), max_size=3),
    "members": st.lists(st.builds(Member, _ids, _ids, st.integers(0, 9), _days, st.none() | _days)).map(tuple),
    "lines": st.lists(st.builds(BillLine, _ids, st.integers(0, 9), _days, _days)).map(tuple),
    "approvals": st.lists(st.builds(Approval, _ids, st.integers(), _texts, _ids)).map(tuple),
    "left": st.lists(st.builds(Left, _texts, _ids, _texts, _texts, st.none() | st.integers())).map(tuple),
    "instalments": st.lists(st.builds(Instalment, _days, st.integers(0, 9))).map(tuple),
    "outages": st.lists(st.builds(Outage, st.integers(0, 10**13), st.integers(0, 10**13), _texts)).map(tuple),
}
DECISIONS = {"deposit_decision", "worksheet", "terms", "guaranty", "recalled", "breach", "assurance", "withdrawn"}
PLAIN: dict[type, st.SearchStrategy[Any]] = {
    str: _texts,
    int: st.integers(0, 2**62),
    bool: st.booleans(),
    date: _days,
    float: st.floats(allow_nan=False, allow_infinity=False),
}


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    kind = draw(st.sampled_from(sorted(KINDS.values(), key=str)))
    values: dict[str, Any] = {}
    for field in fields_of(kind):
        if field.name == "state" and kind in MACHINE_OF:
            strategy: st.SearchStrategy[Any] = st.sampled_from(MACHINE_OF[kind].states)
        elif field.plain:
            strategy = PLAIN[field.type]
        else:
            strategy = VALUES.get(field.name, st.lists(_texts, max_size=3).map(tuple))
            if field.name in DECISIONS:
                strategy = VALUES["decision"]
        values[field.name] = draw(st.none() | strategy if field.optional else strategy)
    return kind(**values)


@given(any_record())
def test_a_record_written_and_read_is_the_same(record: Record) -> None:
    name = next(name for name, kind in KINDS.items() if kind is type(record))
    table = TABLES[name]
    with ENGINE.connect() as connection:
        connection.execute(insert(table), to_row(record))
        row = connection.execute(select(table)).mappings().one()
        assert from_row(type(record), row) == record
        connection.rollback()


def test_columns_follow_the_fields() -> None:
    fields = {field.name: field for field in fields_of(ServicePoint)}
    assert (fields["premise"].refers, fields["premise"].optional, fields["premise"].indexed) == ("premise", False, True)
    assert (fields["unit"].refers, fields["unit"].optional) == ("unit", True)
    assert (fields["meter"].indexed, fields["utility"].indexed) == (True, False)
    assert not next(field for field in fields_of(Request) if field.name == "proposal").plain
    assert {column.name for column in TABLES["account"].columns} == set(Account.__struct_fields__)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_its_table_with_its_key(name: str) -> None:
    assert [column.name for column in TABLES[name].primary_key] == ["id"]


def test_the_lines_of_bills_are_read_without_their_structs_also_as_an_earlier_release_kept_them() -> None:
    day = date(2026, 7, 1)
    line = BillLine("electric", 10_907, day, day, "g", 1_000)
    kept = values_of(Bill(id="b", account="a", issued=day, due=day, cents=10_907, lines=(line,)), 1)
    read = values_in(Bill, "lines")
    expected = [("electric", 10_907, day, day, "g", 1_000)]
    assert read(kept[Bill.__struct_fields__.index("lines")]) == expected
    assert read(msgspec.json.encode([line])) == expected
    with pytest.raises(ValueError, match="not kept as lists"):
        values_in(Bill, "decision")
