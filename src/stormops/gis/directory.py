"""The telephone's view of a city pack: who has this number, and what stands at this address.

`directory.sqlite` beside a pack is derived from it, built once and only read: intake answers calls from
it without loading the city (no numpy, no geometry). Street names are kept as a telephone's keypad spells
them (ITU-T E.161: ABC = 2 … WXYZ = 9), with and without a leading direction.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from stormops.core.network import Premises

FILE = "directory.sqlite"

SCHEMA = "1"
"""Raised when the tables change; a directory of another schema is built again."""

FOUND_MAX = 200
"""Rows one look-up gives at most: a building's flats, never a city."""

KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")

_SHORTEST_PHONE = 7
_TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE streets (street INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE localities (locality INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE premises (
  premise INTEGER PRIMARY KEY, id TEXT, number TEXT, keypad TEXT, street INTEGER, unit TEXT, locality INTEGER,
  services INTEGER
);
CREATE TABLE spelled (keypad TEXT, letters TEXT, street INTEGER);
CREATE TABLE phones (key TEXT, premise INTEGER, PRIMARY KEY (key, premise)) WITHOUT ROWID;
CREATE TABLE accounts (key TEXT, premise INTEGER, PRIMARY KEY (key, premise)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX premises_keypad ON premises (keypad, street);
CREATE INDEX premises_id ON premises (id);
CREATE INDEX spelled_street ON spelled (street, keypad, letters);
"""
_SELECT = """
SELECT p.id, p.number, s.name, p.unit, l.name, p.services, p.keypad
FROM premises p JOIN streets s ON s.street = p.street JOIN localities l ON l.locality = p.locality
"""
# A prefix is a range: every string from it up to, not including, it with the greatest character behind.
_AT = """
WHERE p.keypad = ? AND EXISTS (
  SELECT 1 FROM spelled k WHERE k.street = p.street AND k.{0} >= ? AND k.{0} < ? || char(1114111)
)
"""
_AT_KEYPAD, _AT_LETTERS = _AT.format("keypad"), _AT.format("letters")


class Place(NamedTuple):
    """One premise: `number` and `street` as the city writes them, `services` as `SERVICE_BITS`.

    `keypad` is the number as keyed (digits alone). Empty string = none.
    """

    id: str
    number: str
    street: str
    unit: str
    locality: str
    services: int
    keypad: str


def build_directory(place: Path, premises: Premises) -> Path:
    """Write the directory of a pack's folder; whole or not at all. Raises OSError."""
    draft = place / f".{FILE}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_TABLES}")
            connection.execute("BEGIN")
            _fill(connection, premises)
            connection.execute("COMMIT")
            connection.executescript(f"{_INDEXES} ANALYZE;")
        finally:
            connection.close()
        draft.replace(place / FILE)
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return place / FILE


def ensure_directory(place: Path) -> Path:
    """The directory of a pack, built when it is not there yet or of another schema. Raises PackError, OSError."""
    path = place / FILE
    if _schema(path) == SCHEMA:
        return path
    from stormops.gis.pack import read_pack

    return build_directory(place, read_pack(place).premises)


def keypad(text: str) -> str:
    """Digits and letters as a telephone's keys, the rest left out: "72nd St" → 726378."""
    from stormops.core.address import tokens

    return "".join(word for word in tokens(text) if word.isalnum()).translate(KEYPAD)


def _schema(path: Path) -> str:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    except sqlite3.Error:
        return ""
    try:
        row = connection.execute("SELECT value FROM about WHERE key = 'schema'").fetchone()
    except sqlite3.Error:
        return ""
    finally:
        connection.close()
    return str(row[0]) if row else ""


def _fill(connection: sqlite3.Connection, premises: Premises) -> None:
    from stormops.core.address import compact, digits

    many = connection.executemany
    many("INSERT INTO about VALUES (?, ?)", [("schema", SCHEMA), ("premises", str(len(premises)))])
    many("INSERT INTO streets VALUES (?, ?)", [(-1, ""), *enumerate(premises.streets)])
    many("INSERT INTO localities VALUES (?, ?)", [(-1, ""), *enumerate(premises.localities)])
    many("INSERT INTO spelled VALUES (?, ?, ?)", _spellings(premises.streets))
    rows = zip(
        range(len(premises)),
        premises.id,
        premises.house_number,
        map(_number_key, premises.house_number),
        premises.street.tolist(),
        premises.unit,
        premises.locality.tolist(),
        premises.services.tolist(),
        strict=True,
    )
    many("INSERT INTO premises VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    phones = ((digits(phone), row) for row, phone in enumerate(premises.phone) if phone)
    many("INSERT OR IGNORE INTO phones VALUES (?, ?)", (p for p in phones if len(p[0]) >= _SHORTEST_PHONE))
    accounts = ((compact(account), row) for row, account in enumerate(premises.account) if account)
    many("INSERT OR IGNORE INTO accounts VALUES (?, ?)", accounts)


def _number_key(number: str) -> str:
    """What one keys for a house number: its first run of digits without leading zeros ("24A" → 24)."""
    first = "".join(c if c.isascii() and c.isdigit() else " " for c in number).split()
    return (first[0].lstrip("0") or "0") if first else ""


def _spellings(streets: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Each street as keyed and as lettered, whole and without the direction before it."""
    from stormops.core.address import tokens
    from stormops.core.address_words import DIRECTIONS

    for street, name in enumerate(streets):
        words = [word for word in tokens(name) if word.isalnum()]
        spelled = [words]
        if len(words) > 1 and words[0] in DIRECTIONS:
            spelled.append(words[1:])
        for one in spelled:
            letters = "".join(one)
            yield letters.translate(KEYPAD), letters, street


class Directory:
    """Look-ups in one directory file; for one thread at a time. Raises sqlite3.Error, also when it is not there.

    Every look-up gives at most `FOUND_MAX` places, in the order of the city pack.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def by_phone(self, phone: str) -> list[Place]:
        """Premises whose account has this number, however it is written."""
        from stormops.core.address import digits

        key = digits(phone)
        if len(key) < _SHORTEST_PHONE:
            return []
        return self._ask("JOIN phones k ON k.premise = p.premise WHERE k.key = ?", key)

    def by_account(self, account: str) -> list[Place]:
        """Premises of an account number."""
        from stormops.core.address import compact

        return self._ask("JOIN accounts k ON k.premise = p.premise WHERE k.key = ?", compact(account))

    def by_id(self, premise: str) -> list[Place]:
        """The premise of that id, or none."""
        return self._ask("WHERE p.id = ?", premise)

    def by_house(self, premise: str) -> list[Place]:
        """The premises at the same house number, street and place as this one (id), itself among them."""
        return self._ask(
            "JOIN premises h ON h.keypad = p.keypad AND h.street = p.street AND h.number = p.number"
            " AND h.locality = p.locality WHERE h.id = ?",
            premise,
        )

    def by_keypad(self, number: str, street: str) -> list[Place]:
        """Premises with this house number (digits) on streets whose keypad spelling begins with `street` (digits)."""
        return self._ask(_AT_KEYPAD, number.lstrip("0") or "0", street, street) if street else []

    def by_text(self, text: str) -> list[Place]:
        """Premises at a house number and the beginning of a street's name in letters: "1103 blue av"."""
        from stormops.core.address import tokens

        words = [word for word in tokens(text) if word.isalnum()]
        if len(words) < 2 or not words[0][0].isdigit():
            return []
        street = "".join(words[1:])
        return self._ask(_AT_LETTERS, _number_key(words[0]), street, street)

    def close(self) -> None:
        """Close the file; the next look-up opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, where: str, *values: str) -> list[Place]:
        if self._connection is None:
            # Immutable: a pack never changes, so a copy on a disk that cannot be written is read as well.
            uri = f"file:{quote(str(self._path))}?immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        query = f"{_SELECT} {where} ORDER BY p.premise LIMIT {FOUND_MAX}"
        return [Place(*row) for row in self._connection.execute(query, values)]
