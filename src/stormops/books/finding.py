"""Finding customers by what a caller says: a name, an address, a telephone number, an account or a meter.

Each word must begin a word of the account's; the longest word drives, the others are looked up for its accounts.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, exists, select

from stormops.books import terms
from stormops.books.database import Database
from stormops.books.schema import SEARCH, TABLES

FOUND_MAX = 20
HITS_MAX = 100
"""Words looked at: an account may have several that begin alike."""
WORDS_MAX = 8
LENGTH_MAX = 200
LETTERS_MIN = 2
"""One letter alone is not searched for: it begins a tenth of all words."""

_LAST = chr(0x10FFFF)


class Found(msgspec.Struct, frozen=True):
    """One account that was found."""

    account: str
    name: str
    address: str
    """Of its service, the latest first; "" if none."""
    stayed: bool
    closed: bool


def find(database: Database, said: str) -> list[Found]:
    """Up to `FOUND_MAX` accounts, those first that have the words whole. Raises BooksUnavailable."""
    words = sorted(set(terms.words(said[:LENGTH_MAX])), key=lambda word: (-len(word), word))[:WORDS_MAX]
    if not words or len(words[0]) < LETTERS_MIN:
        return []
    driver = SEARCH.alias("driver")
    others = [
        exists().where(other.c.account == driver.c.account, _begins(other, word))
        for place, word in enumerate(words[1:])
        for other in (SEARCH.alias(f"other{place}"),)
    ]
    hits = (
        select(driver.c.account)
        .where(_begins(driver, words[0]), *others)
        .order_by(
            driver.c.word, driver.c.account
        )  # the whole word is the first that it begins; the index has this order
        .limit(HITS_MAX)
    )
    with database.reading() as connection:
        accounts = list(dict.fromkeys(connection.scalars(hits)))[:FOUND_MAX]
        if not accounts:
            return []
        account, party = TABLES["account"], TABLES["party"]
        rows = connection.execute(
            select(account.c.id, party.c.name, account.c.stayed_by, account.c.closed)
            .join(party, party.c.id == account.c.party)
            .where(account.c.id.in_(accounts))
        )
        known = {row.id: row for row in rows}
        agreement, premise = TABLES["service_agreement"], TABLES["premise"]
        places = (
            select(agreement.c.account, premise.c.address)
            .join(premise, premise.c.id == agreement.c.premise)
            .where(agreement.c.account.in_(accounts))
            .order_by(agreement.c.since)
        )
        address = {row.account: row.address for row in connection.execute(places)}
    return [
        Found(key, known[key].name, address.get(key, ""), bool(known[key].stayed_by), known[key].closed is not None)
        for key in accounts
    ]


def _begins(table: FromClause, word: str) -> ColumnElement[bool]:
    return and_(table.c.word >= word, table.c.word < word + _LAST)
