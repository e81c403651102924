"""What a billing run reads of some hundred accounts, in a few queries instead of some thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, Connection, Date, Select, bindparam, select

from stormops.accounts.record import Record, kind_name
from stormops.accounts.records_money import Bill
from stormops.accounts.records_place import Account, Premise, Read, ServiceAgreement
from stormops.books.columns import decoder, of_values
from stormops.books.reading import SqlReader
from stormops.books.schema import TABLES

R = TypeVar("R", bound=Record)

RECENT = timedelta(days=75)
"""Bills that are looked at, and reads; who has none within it is looked up alone, as far back as it goes."""

_lines = decoder(Bill, "lines")
_KEYS: BindParameter[str]
_KEYS, _SINCE = bindparam("keys", expanding=True), bindparam("since", type_=Date)
_READ, _BILL = TABLES["read"].c, TABLES["bill"].c
_RECENT_READS = select(TABLES["read"]).where(_READ.point.in_(_KEYS), _READ.day > _SINCE)
_RECENT_BILLS = select(_BILL.id, _BILL.account, _BILL.issued, _BILL.due, _BILL.cents, _BILL.lines).where(
    _BILL.account.in_(_KEYS), _BILL.issued > _SINCE
)


@cache
def _by(kind: type[Record], field: str) -> Select[Any]:
    """The records of a kind with one of many values in a field, by id; said once, so that it is understood once."""
    table = TABLES[kind_name(kind)]
    return select(table).where(table.c[field].in_(_KEYS)).order_by(table.c.id)


class Ahead(SqlReader):
    """See `accounts.draft.Reader`. Bills are without their decisions; `where` gives recent bills and reads."""

    def __init__(self, connection: Connection, accounts: Collection[str], members: Collection[str], on: date) -> None:
        super().__init__(connection)
        self._records: dict[tuple[type[Record], str], Record] = {}
        self._lists: dict[tuple[type[Record], str], list[Any]] = defaultdict(list)
        self._absent: set[str] = set()
        self._all: set[str] = set()
        every = {*accounts, *members}
        for account in self._fetch(Account, "id", every):
            self._records[Account, account.id] = account
        agreements = self._fetch(ServiceAgreement, "account", accounts)
        for agreement in agreements:
            self._lists[ServiceAgreement, agreement.account].append(agreement)
        for premise in self._fetch(Premise, "id", {each.premise for each in agreements}):
            self._records[Premise, premise.id] = premise
        self._reads({each.point for each in agreements if each.point is not None}, on)
        self._bills(every, on)

    def keep(self, kind: type[R], records: Iterable[R]) -> None:
        """Know records that every bill needs (kinds of charge, the run)."""
        self._records.update({(kind, record.id): record for record in records})

    def absent(self, keys: Iterable[str]) -> None:
        """Know that there are no bills and no tasks of these ids."""
        self._absent.update(keys)

    def add(self, read: Read) -> None:
        """A read that is about to be written."""
        self._lists[Read, read.point].append(read)

    def all_reads(self, point: str) -> list[Read]:
        """Every read of a meter, the oldest first; from then on `where` gives them all."""
        if point not in self._all:
            self._all.add(point)
            self._lists[Read, point] = super().where(Read, point=point)
        return sorted(self._lists[Read, point], key=lambda read: (read.day, read.changed))

    def get(self, kind: type[R], key: str) -> R | None:
        """See `Reader.get`."""
        known = self._records.get((kind, key))
        if known is not None:
            return cast(R, known)
        return None if key in self._absent else super().get(kind, key)

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """See `Reader.where`."""
        if kind in _LISTED and len(equal) == 1:
            known = self._lists.get((kind, next(iter(equal.values()))))
            if known is not None:
                return known
        return super().where(kind, **equal)

    def _fetch(self, kind: type[R], field: str, keys: Collection[str]) -> list[R]:
        return [of_values(kind, values) for values in self._values(_by(kind, field), keys)]

    def _reads(self, points: Collection[str], on: date) -> None:
        for values in self._values(_RECENT_READS, points, on - RECENT):
            self._lists[Read, values["point"]].append(Read(**values))

    def _bills(self, accounts: Collection[str], on: date) -> None:
        for values in self._values(_RECENT_BILLS, accounts, on - RECENT):
            self._lists[Bill, values["account"]].append(Bill(**{**values, "lines": _lines(values["lines"])}))

    def _values(self, query: Select[Any], keys: Collection[str], since: date | None = None) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries; a row's own mapping looks each name up anew."""
        given = {"keys": sorted(keys)} if since is None else {"keys": sorted(keys), "since": since}
        found = self._connection.execute(query, given)
        names = tuple(found.keys())
        for row in found.all():
            yield dict(zip(names, row, strict=True))


_LISTED = (ServiceAgreement, Read, Bill)
