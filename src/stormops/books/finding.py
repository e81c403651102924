"""Finding customers by what a caller says: a name, an address, a telephone number, an account or a meter.

Each word must be a word of the account's, or begin one; the longest word drives, the others are looked up for its
accounts.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, select

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
    with database.reading() as connection:
        # Whole first: of a building with two hundred flats, "apt 18" is one, and a beginning of many.
        accounts = list(dict.fromkeys(connection.scalars(_hits(words, _is))))
        if len(accounts) < FOUND_MAX:
            accounts = list(dict.fromkeys([*accounts, *connection.scalars(_hits(words, _begins))]))
        accounts = accounts[:FOUND_MAX]
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


def _hits(words: list[str], fits: Callable[[FromClause, str], ColumnElement[bool]]) -> Select[str]:
    """Accounts of which a word fits each; the longest drives, which the fewest have."""
    driver = SEARCH.alias("driver")
    others = [
        exists().where(other.c.account == driver.c.account, fits(other, word))
        for place, word in enumerate(words[1:])
        for other in (SEARCH.alias(f"other{place}"),)
    ]
    found = select(driver.c.account).where(fits(driver, words[0]), *others)
    # The whole word is the first that it begins; the index has this order.
    return found.order_by(driver.c.word, driver.c.account).limit(HITS_MAX)


def _is(table: FromClause, word: str) -> ColumnElement[bool]:
    return table.c.word == word


def _begins(table: FromClause, word: str) -> ColumnElement[bool]:
    return and_(table.c.word >= word, table.c.word < word + _LAST)
