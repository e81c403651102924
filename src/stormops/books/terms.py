"""The words by which an account is found, made from its records and made anew when those change."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select, union

from stormops.accounts.record import Record
from stormops.accounts.records_place import Account, ContactPoint, Party, Premise, ServiceAgreement, ServicePoint
from stormops.books.schema import SEARCH, TABLES

WORD_MAX = 40
IN_MAX = 500
"""Accounts in one statement."""

_ACCOUNT, _PARTY, _POINT = TABLES["account"], TABLES["party"], TABLES["contact_point"]
_AGREEMENT, _PREMISE, _METER = TABLES["service_agreement"], TABLES["premise"], TABLES["service_point"]

_CONCERNS: dict[type[Record], tuple[str, str]] = {
    Account: ("account", "id"),
    ServiceAgreement: ("account", "account"),
    Party: ("party", "id"),
    ContactPoint: ("party", "party"),
    Premise: ("premise", "id"),
    ServicePoint: ("premise", "premise"),
}
"""Whose words a changed record changes, and by which of its fields they are found."""


def words(text: str) -> Iterator[str]:
    """The words of a text as they are searched: lower case, without accents and punctuation, numbers without breaks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    if not re.search(r"[a-z]", bare) and (digits := re.sub(r"\D", "", bare)):
        yield digits[:WORD_MAX]
    else:
        yield from (word[:WORD_MAX] for word in re.findall(r"\w+", bare.replace("'", "").replace("_", " ")))


def number_words(text: str) -> Iterator[str]:
    """Of a telephone number: the whole, and its last seven and four digits; of anything else its words."""
    for word in words(text):
        yield word
        if word.isdigit():
            yield from (word[-count:] for count in (10, 7, 4) if len(word) > count)


def renew(connection: Connection, changed: Iterable[Record]) -> None:
    """Make the words of the accounts anew that these changed records concern."""
    concerned: dict[str, set[str]] = {"account": set(), "party": set(), "premise": set()}
    for record in changed:
        if type(record) in _CONCERNS:
            of, field = _CONCERNS[type(record)]
            concerned[of].add(getattr(record, field))
    accounts = concerned["account"]
    if concerned["party"]:
        of_parties = select(_ACCOUNT.c.id).where(_ACCOUNT.c.party.in_(concerned["party"]))
        accounts |= set(connection.scalars(of_parties))
    if concerned["premise"]:
        there = select(_AGREEMENT.c.account).where(_AGREEMENT.c.premise.in_(concerned["premise"]))
        accounts |= set(connection.scalars(there))
    ordered = sorted(accounts)
    for start in range(0, len(ordered), IN_MAX):
        some = ordered[start : start + IN_MAX]
        connection.execute(delete(SEARCH).where(SEARCH.c.account.in_(some)))
        rows = [{"word": word, "account": account} for account, word in sorted(_made(connection, some))]
        connection.execute(insert(SEARCH), rows)


def _made(connection: Connection, accounts: list[str]) -> set[tuple[str, str]]:
    """Every (account, word) of the accounts."""
    names = select(_ACCOUNT.c.id, _PARTY.c.name).join(_PARTY, _PARTY.c.id == _ACCOUNT.c.party)
    addresses = select(_AGREEMENT.c.account, _PREMISE.c.address).join(_PREMISE, _PREMISE.c.id == _AGREEMENT.c.premise)
    numbers = select(_ACCOUNT.c.id, _POINT.c.value).join(_POINT, _POINT.c.party == _ACCOUNT.c.party)
    meters = select(_AGREEMENT.c.account, _METER.c.meter).join(_METER, _METER.c.id == _AGREEMENT.c.point)
    made = {(account, word) for account in accounts for word in words(account)}
    texts = union(
        names.where(_ACCOUNT.c.id.in_(accounts)),
        addresses.where(_AGREEMENT.c.account.in_(accounts)),
        meters.where(_AGREEMENT.c.account.in_(accounts)),
    )
    made |= {(account, word) for account, text in connection.execute(texts) for word in words(text)}
    current = numbers.where(_ACCOUNT.c.id.in_(accounts), _POINT.c.current)
    return made | {(account, word) for account, text in connection.execute(current) for word in number_words(text)}
