"""What a billing run reads of some hundred accounts, in a few queries instead of some thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from msgspec.structs import astuple
from sqlalchemy import Connection, CursorResult, Date, Select, bindparam, select

from stormops.accounts.record import Record
from stormops.accounts.records_money import Bill
from stormops.accounts.records_place import Account, OwnerAgreement, Premise, Read, ServiceAgreement
from stormops.books import among
from stormops.books.columns import of_values, values_in
from stormops.books.reading import SqlReader
from stormops.books.schema import TABLES

R = TypeVar("R", bound=Record)

RECENT_BILLS = timedelta(days=75)
"""Bills that are looked at; who has none within it is looked up alone, as far back as it goes."""
RECENT_READS = timedelta(days=50)
"""Reads, likewise: the longest period of a run, and the days by which a read may be before it."""


Billed = tuple[str, int, date, date, str, int]
"""A line of a bill, by the fields of `records_money.BillLine`."""


_values_of_lines = values_in(Bill, "lines")
_SINCE = bindparam("since", type_=Date)


class _Queries(NamedTuple):
    """What is asked, each by the same many keys."""

    accounts: Select[Any]
    owners: Select[Any]
    agreements: Select[Any]
    premises: Select[Any]
    reads: Select[Any]
    lines: Select[Any]


@cache
def _queries(dialect: str) -> _Queries:
    keys = among.among(dialect)
    account, owner, agreement, premise, read, bill = (
        TABLES[name].c for name in ("account", "owner_agreement", "service_agreement", "premise", "read", "bill")
    )
    served = ["id", "account", "premise", "service", "rate", "since", "state", "point", "until"]
    priced = ["id", "address", "plain", "state", "made_by", "tax_code", "fire_class", "impervious_square_feet"]
    return _Queries(
        select(TABLES["account"]).where(account.id.in_(keys)),
        select(TABLES["owner_agreement"]).where(owner.party.in_(keys)).order_by(owner.id),
        select(*(agreement[name] for name in served)).where(agreement.account.in_(keys)).order_by(agreement.id),
        select(*(premise[name] for name in priced)).where(premise.id.in_(keys)),
        select(TABLES["read"]).where(read.point.in_(keys), read.day > _SINCE),
        select(bill.account, bill.lines).where(bill.account.in_(keys), bill.issued > _SINCE),
    )


class Ahead(SqlReader):
    """See `accounts.draft.Reader`. To read by only: agreements and premises have what a bill goes by and no more.

    `where` gives recent reads, `lines` those of recent bills.
    """

    def __init__(self, connection: Connection, accounts: Collection[str], members: Collection[str], on: date) -> None:
        super().__init__(connection)
        self._records: dict[tuple[type[Record], str], Any] = {}
        self._lists: dict[type[Record], dict[str, list[Any]]] = {}
        """By kind and the field of `_LISTED`."""
        self._lines: dict[str, list[Billed]] = defaultdict(list)
        self._absent: set[str] = set()
        self._all: set[str] = set()
        every, queries = {*accounts, *members}, _queries(connection.dialect.name)
        parties = set()
        for values in self._values(queries.accounts, every):
            account = of_values(Account, values)
            self._records[Account, account.id] = account
            parties.add(account.party)
        self._list(OwnerAgreement, queries.owners, parties)
        self._list(ServiceAgreement, queries.agreements, every)
        billed = [each for key in accounts for each in self.where(ServiceAgreement, account=key)]
        premises = (Premise(**values) for values in self._values(queries.premises, {each.premise for each in billed}))
        self.keep(Premise, premises)
        self._list(Read, queries.reads, {each.point for each in billed if each.point}, on - RECENT_READS)
        for key, lines in cast(list[tuple[str, str]], self._rows(queries.lines, every, on - RECENT_BILLS).all()):
            self._lines[key] += cast(list[Billed], _values_of_lines(lines))

    def keep(self, kind: type[R], records: Iterable[R]) -> None:
        """Know records that every bill needs (kinds of charge, the run)."""
        self._records.update({(kind, record.id): record for record in records})

    def absent(self, keys: Iterable[str]) -> None:
        """Know that there are no bills and no tasks of these ids."""
        self._absent.update(keys)

    def add(self, read: Read) -> None:
        """A read that is about to be written."""
        self._lists[Read][read.point].append(read)

    def all_reads(self, point: str) -> list[Read]:
        """Every read of a meter, the oldest first; from then on `where` gives them all."""
        if point not in self._all:
            self._all.add(point)
            self._lists[Read][point] = super().where(Read, point=point)
        return sorted(self._lists[Read][point], key=lambda read: (read.day, read.changed))

    def get(self, kind: type[R], key: str) -> R | None:
        """See `Reader.get`."""
        known = self._records.get((kind, key))
        if known is not None:
            return known  # type: ignore[no-any-return]
        return None if key in self._absent else super().get(kind, key)

    def where(self, kind: type[R], **equal: str) -> list[R]:
        """See `Reader.where`."""
        lists = self._lists.get(kind)
        if lists is not None and len(equal) == 1:
            known = lists.get(equal.get(_LISTED[kind], ""))
            if known is not None:
                return known
        return super().where(kind, **equal)

    def lines(self, account: str) -> list[Billed]:
        """The lines of the account's recent bills."""
        known = self._lines.get(account)
        if known is None:
            bills = super().where(Bill, account=account)
            known = self._lines[account] = [cast(Billed, astuple(line)) for bill in bills for line in bill.lines]
        return known

    def _list(self, kind: type[R], query: Select[Any], keys: Collection[str], since: date | None = None) -> None:
        """Have the records ready that `where` gives for each of the keys."""
        by = _LISTED[kind]
        lists: dict[str, list[Any]] = {key: [] for key in keys}
        for values in self._values(query, keys, since):
            lists[values[by]].append(kind(**values))
        self._lists[kind] = lists

    def _values(self, query: Select[Any], keys: Collection[str], since: date | None = None) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries; a row's own mapping looks each name up anew."""
        found = self._rows(query, keys, since)
        names = tuple(found.keys())
        return (dict(zip(names, row, strict=True)) for row in found.all())

    def _rows(self, query: Select[Any], keys: Collection[str], since: date | None = None) -> CursorResult[Any]:
        given: dict[str, Any] = {"keys": among.keys(keys)}
        if since is not None:
            given["since"] = since
        return self._connection.execute(query, given)


_LISTED: dict[type[Record], str] = {ServiceAgreement: "account", Read: "point", OwnerAgreement: "party"}
"""What is had ready, and by which field."""
