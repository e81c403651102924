"""The books: a command is read for, decided and written in one transaction, once for each idempotency key.

Writers come one by one (they all take the row `head` first), so what a command read still holds when it is written.
A key that was used gives the outcome it gave then; used for something else, it is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, select

from stormops.accounts.audit import AuditEvent
from stormops.accounts.command import Circumstances, Command, Envelope, fingerprint, name_of, text_of
from stormops.accounts.controls import Grants
from stormops.accounts.deciding import Effects, audited, decide
from stormops.accounts.draft import Reader
from stormops.accounts.record import Record
from stormops.accounts.refusal import Refusal
from stormops.books import among, chain, terms
from stormops.books.database import Database
from stormops.books.inserting import add
from stormops.books.reading import SqlReader
from stormops.books.schema import COMMAND
from stormops.books.writing import write_ends, write_journals, write_new, write_records

R = TypeVar("R", bound=Record)

KEY_REUSED = "key_reused"
"""The code of the refusal when a key comes with another body or actor (HTTP 422)."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a command, then and at every replay."""

    key: str
    position: int
    """The books' position at which it was decided."""
    refusal: Refusal | None
    answer: dict[str, str]
    """Ids of what was made, by kind."""
    overtaken: tuple[str, ...] = ()
    """Records (kind:id) changed by it that others had changed since the position that the actor had seen."""
    replayed: bool = False


class Books:
    """The books at a path (SQLite) or URL (PostgreSQL), made or migrated when opened.

    Every method may raise BooksUnavailable.
    """

    def __init__(self, where: Path | str) -> None:
        self.database = Database(where)
        self.database.migrate()

    def execute(
        self, command: Command, envelope: Envelope, grants: Grants, now: Circumstances, asked: str = ""
    ) -> Outcome:
        """Decide a command and write what follows, all or nothing; refusals are kept too.

        After BooksUnavailable nobody knows whether it was written: the same key, sent again, does it or tells.
        `asked`: the fingerprint that the key stands for, where a rule made the command of what was asked (it would
        make another of the same later on); empty = the command's own.
        """
        asked = asked or fingerprint(command, envelope)
        with self.database.writing() as connection:
            head = chain.take(connection)
            known = _known(connection, envelope.key)
            if known is not None:
                return _again(known, asked)
            answer = decide(SqlReader(connection), command, envelope, grants, now)
            outcome = _written(connection, head.position + 1, envelope, answer)
            event = answer.audit if isinstance(answer, Effects) else audited(command, envelope, outcome=answer.code)
            chain.append(connection, head, event)
            _keep(connection, command, envelope, asked, outcome)
            return outcome

    @contextlib.contextmanager
    def batch(self) -> Iterator[Batch]:
        """Many commands in one transaction, as `execute` would have done each. Raises BooksUnavailable."""
        with self.database.writing() as connection:
            batch = Batch(connection)
            yield batch
            batch.write()

    def outcome(self, key: str, asked: str = "") -> Outcome | None:
        """What became of the command with this key; None = it never came. `asked` as for `execute`; "" = whatever."""
        with self.database.reading() as connection:
            known = _known(connection, key)
            return None if known is None else _again(known, asked or known.fingerprint)

    @contextlib.contextmanager
    def reading(self) -> Iterator[SqlReader]:
        """The books at one position, for what a command would do. Raises BooksUnavailable."""
        with self.database.reading() as connection:
            yield SqlReader(connection)

    def position(self) -> int:
        """The position of the last command."""
        with self.database.reading() as connection:
            return chain.read(connection).position

    def get(self, kind: type[R], key: str) -> R | None:
        """One record."""
        with self.database.reading() as connection:
            return SqlReader(connection).get(kind, key)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()


class _Known(NamedTuple):
    key: str
    fingerprint: str
    refusal: str | None
    answer: str
    position: int


def _known(connection: Connection, key: str) -> _Known | None:
    columns = COMMAND.c.key, COMMAND.c.fingerprint, COMMAND.c.refusal, COMMAND.c.answer, COMMAND.c.position
    row = connection.execute(select(*columns).where(COMMAND.c.key == key)).first()
    return None if row is None else _Known(*row)


class _Answer(msgspec.Struct, frozen=True):
    answer: dict[str, str]
    overtaken: tuple[str, ...]


def _again(known: _Known, asked: str) -> Outcome:
    if known.fingerprint != asked:
        refusal = Refusal(KEY_REUSED, "This key was used for something else.", "key")
        return Outcome(known.key, known.position, refusal, {})
    refused = None if known.refusal is None else msgspec.json.decode(known.refusal, type=Refusal)
    kept = msgspec.json.decode(known.answer, type=_Answer)
    return Outcome(known.key, known.position, refused, kept.answer, kept.overtaken, replayed=True)


def _written(connection: Connection, position: int, envelope: Envelope, answer: Effects | Refusal) -> Outcome:
    if isinstance(answer, Refusal):
        return Outcome(envelope.key, position, answer, {})
    before = write_records(connection, answer.records, position)
    write_journals(connection, answer.journals)
    write_ends(connection, answer.ended)
    terms.renew(connection, answer.records)
    seen = envelope.as_of
    overtaken = () if seen is None else tuple(sorted(key for key, changed in before.items() if changed > seen))
    return Outcome(envelope.key, position, None, answer.answer, overtaken)


def _keep(connection: Connection, command: Command, envelope: Envelope, asked: str, outcome: Outcome) -> None:
    add(connection, COMMAND, [_command(command, text_of(command), envelope, asked, outcome)])


def _command(command: Command, text: bytes, envelope: Envelope, asked: str, outcome: Outcome) -> tuple[Any, ...]:
    """A row of `command`."""
    refusal = None if outcome.refusal is None else msgspec.json.encode(outcome.refusal).decode()
    return (
        envelope.key,
        outcome.position,
        name_of(command),
        asked,
        text.decode(),
        msgspec.json.encode(envelope).decode(),
        refusal,
        msgspec.json.encode(_Answer(outcome.answer, outcome.overtaken)).decode(),
    )


class Batch:
    """Commands decided one by one at one position of the books, and written together; none changes what another did."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._head = chain.take(connection)
        self._effects: list[Effects] = []
        self._events: list[AuditEvent] = []
        self._rows: list[tuple[Any, ...]] = []
        self._changed: set[tuple[type[Record], str]] = set()
        self._keys: set[str] = set()

    @property
    def position(self) -> int:
        """Of the books before it."""
        return self._head.position

    def known(self, keys: Collection[str]) -> set[str]:
        """Which keys were used."""
        there = select(COMMAND.c.key).where(COMMAND.c.key.in_(among.among(self.connection.dialect.name)))
        return set(self.connection.scalars(there, {"keys": among.keys(keys)}))

    def do(
        self, reader: Reader, command: Command, envelope: Envelope, grants: Grants, now: Circumstances
    ) -> Refusal | Effects:
        """Decide a command whose key is not known. Raises ValueError where it changes what one before it did."""
        text = text_of(command)
        answer = decide(reader, command, envelope, grants, now, text=text)
        self._keys.add(envelope.key)
        position = self._head.position + len(self._rows) + 1
        if isinstance(answer, Refusal):
            outcome = Outcome(envelope.key, position, answer, {})
            self._events.append(audited(command, envelope, outcome=answer.code, text=text))
        else:
            places = {(type(record), record.id) for record in answer.records}
            if not self._changed.isdisjoint(places):
                raise ValueError(f"{envelope.key} changes what an earlier command of the batch did")
            self._changed |= places
            self._effects.append(answer)
            outcome = Outcome(envelope.key, position, None, answer.answer)
            self._events.append(answer.audit)
        self._rows.append(_command(command, text, envelope, self._events[-1].fingerprint, outcome))
        return answer

    def write(self) -> None:
        """Write what was decided."""
        if not self._rows:
            return
        position = self._head.position + len(self._rows)
        records = [record for effects in self._effects for record in effects.records]
        made: list[Record] = []
        there: list[Record] = []
        for record in records:
            (made if record.id.partition("~")[0] in self._keys else there).append(record)
        write_new(self.connection, made, position)
        write_records(self.connection, there, position)
        write_journals(self.connection, [entry for effects in self._effects for entry in effects.journals])
        write_ends(self.connection, [entry for effects in self._effects for entry in effects.ended])
        terms.renew(self.connection, records)
        chain.append(self.connection, self._head, *self._events)
        add(self.connection, COMMAND, self._rows)
