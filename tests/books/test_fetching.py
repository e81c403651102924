from __future__ import annotations

from datetime import date

from sqlalchemy import Date, bindparam, select

from stormops.accounts.records_money import Bill, BillLine
from stormops.books.columns import values_of
from stormops.books.fetching import fetched
from stormops.books.inserting import add
from stormops.books.schema import TABLES
from stormops.books.store import Books

ACCOUNT, BILL = TABLES["account"], TABLES["bill"]
SINCE = bindparam("since", type_=Date)


def test_values_are_as_a_result_of_the_same_query_has_them(either: Books) -> None:
    day = date(2026, 7, 1)
    made = Bill(id="k", account="a1", issued=day, due=day, cents=5, lines=(BillLine("water", 5, day, day),))
    with either.database.writing() as connection:
        add(connection, BILL, [values_of(made, 1)])
    days_and_nothing = select(ACCOUNT).order_by(ACCOUNT.c.id)
    packed = select(BILL.c.lines, BILL.c.issued).where(BILL.c.issued >= SINCE)
    with either.database.reading() as connection:
        accounts, bills = fetched(connection, days_and_nothing, {}), fetched(connection, packed, {"since": day})
        assert accounts == [tuple(row) for row in connection.execute(days_and_nothing)]
        assert [(bytes(lines), issued) for lines, issued in bills] == [
            (bytes(row.lines), row.issued) for row in connection.execute(packed, {"since": day})
        ]
        assert fetched(connection, packed, {"since": date(2027, 1, 1)}) == []
    assert (accounts[0][0], date(2020, 1, 1) in accounts[0], None in accounts[0], len(bills)) == ("a1", True, True, 1)
