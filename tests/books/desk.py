"""A world whose books are in SQL; and, run as a program, a desk that sends payments to books that others write too.

    python -m tests.books.desk WHERE NAME FIRST COUNT [SHARED]

pays one cent COUNT times from number FIRST on, with keys of its own, or with SHARED keys that another desk sends too.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TypeVar

from stormops.accounts.command import Command
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.record import Record
from stormops.accounts.records_place import Account, Party
from stormops.books.loading import load
from stormops.books.store import Books, Outcome
from tests.accounts.world import CHARGES, World
from tests.books.new import new_books

R = TypeVar("R", bound=Record)

PEOPLE = [
    Party(id="ada", name="Ada Núñez O'Neil", verified="photo id"),
    Party(id="bo", name="Bo Lee", verified="photo id"),
    Party(id="sam", name="Sam Staff", verified="photo id"),
]
ACCOUNTS = [
    Account(id=key, party=party, category="residential", opened=date(2020, 1, 1))
    for key, party in (("a1", "ada"), ("a2", "ada"), ("b1", "bo"), ("s1", "sam"))
]


def place(text: str) -> Path | str:
    """A path, or a URL."""
    return text if "://" in text else Path(text)


class SqlWorld(World):
    """See `World`: commands go through the store, and what is asked is asked of it."""

    def __init__(self, books: Books) -> None:
        super().__init__(related={"sam": frozenset({"s1"})})
        self.store = books

    def send(self, command: Command, person: str = "ann", **fields: object) -> Outcome:
        """What the store says."""
        return self.store.execute(command, self.envelope(person, **fields), self.grants(person), self.now)

    def do(self, command: Command, person: str = "ann", **fields: object) -> dict[str, str]:
        outcome = self.send(command, person, **fields)
        assert outcome.refusal is None, outcome
        return {"key": outcome.key, **outcome.answer}

    def refused(self, command: Command, person: str = "ann", **fields: object) -> str:
        outcome = self.send(command, person, **fields)
        assert outcome.refusal is not None, outcome
        return outcome.refusal.code

    def get(self, kind: type[R], key: str) -> R:
        found = self.store.get(kind, key)
        assert found is not None
        return found


def opened(where: Path | str) -> SqlWorld:
    """Books with charge types, two accounts of Ada (a1, a2), one of Bo (b1), one of staff (s1)."""
    books = Books(new_books(where) if isinstance(where, Path) else where)
    load(books.database, [*CHARGES, *PEOPLE, *ACCOUNTS], [], "city", 5)
    return SqlWorld(books)


def main(where: str, name: str, first: str, count: str, shared: str = "") -> None:
    """See the module."""
    world = SqlWorld(Books(place(where)))
    for number in range(int(first), int(first) + int(count)):
        key = f"{shared or name}-{number}"
        outcome = world.send(TakePayment(account="a1", number=key, cents=1, tender="bank"), key=key)
        assert outcome.refusal is None, outcome
        print(key, flush=True)  # noqa: T201 - the test reads what was acknowledged


if __name__ == "__main__":
    main(*sys.argv[1:])
